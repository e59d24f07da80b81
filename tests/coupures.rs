//! `kill -9` under load: what was acknowledged is there once, what was not may be asked again (R39, R44, R45).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mail_parser::MimeHeaders as _;
use serde_json::json;

use crate::appui::client::{Client, JSON};
use crate::appui::postgres::{Durability, random_hex};
use crate::appui::scenario::{all, rapport_with};
use crate::appui::serveur::{Env, Options, sur_les_deux_bases, wait_until};

/// How many times the server is killed.
const COUPURES: usize = 20;

/// Writers at the same time.
const AUTEURS: usize = 8;

/// One signalement, as its writer believes it to be.
#[derive(Debug, Clone)]
struct Cru {
    marque: String,
    /// The key of its creation.
    cle: String,
    /// Its identifier, once the creation was acknowledged.
    id: Option<String>,
    /// The last change that was acknowledged, and the one that was sent last.
    acquis: u32,
    tente: u32,
    /// The key of its transmission, once sent; and whether it was acknowledged.
    transmission: Option<String>,
    transmis: bool,
}

fn try_post(client: &Client, path: &str, key: &str, body: &str) -> Option<(u16, serde_json::Value)> {
    let reply =
        client.try_send("POST", path, &[JSON, ("Idempotency-Key", key)], Some(body.as_bytes())).ok()?;
    let value = serde_json::from_slice(&reply.body).ok()?;
    assert!(reply.status != 409 && reply.status < 500 || reply.status == 503, "{reply}");
    Some((reply.status, value))
}

fn marked(marque: &str, tour: u32) -> serde_json::Value {
    json!({"elements_situation": {"valeur": format!("{marque} tour {tour} fin")}})
}

/// Creates, changes, transmits, until told to stop or cut off.
fn write(client: &Client, stop: &AtomicBool, crus: &Mutex<Vec<Cru>>) {
    while !stop.load(Ordering::Relaxed) {
        let marque = random_hex();
        let mut cru = Cru {
            cle: random_hex(),
            marque: marque.clone(),
            id: None,
            acquis: 0,
            tente: 0,
            transmission: None,
            transmis: false,
        };
        let body = rapport_with(&marked(&marque, 0)).to_string();
        let created = try_post(client, "/v1/signalements", &cru.cle, &body);
        let Some((201, view)) = created else {
            crus.lock().expect("crus").push(cru);
            if created.is_none() {
                return;
            }
            continue;
        };
        let id = view["id"].as_str().expect("id").to_owned();
        let path = format!("/v1/signalements/{id}");
        cru.id = Some(id);
        let cut = 'life: {
            for tour in 1..=2 {
                let Ok(shown) = client.try_send("GET", &path, &[], None) else { break 'life true };
                if shown.status != 200 {
                    break 'life false;
                }
                cru.tente = tour;
                let etag = shown.etag();
                let body = marked(&marque, tour).to_string();
                match client.try_send("PATCH", &path, &[JSON, ("If-Match", &etag)], Some(body.as_bytes())) {
                    Ok(reply) if reply.status == 200 => cru.acquis = tour,
                    Ok(reply) => assert_eq!(reply.status, 503, "{reply}"),
                    Err(_) => break 'life true,
                }
            }
            let key = random_hex();
            cru.transmission = Some(key.clone());
            match try_post(client, &format!("{path}/transmission"), &key, "{}") {
                Some((200, _)) => cru.transmis = true,
                Some(_) => {}
                None => break 'life true,
            }
            false
        };
        crus.lock().expect("crus").push(cru);
        if cut {
            return;
        }
    }
}

sur_les_deux_bases!(
    r39_twenty_kills_lose_and_double_nothing,
    Options { durability: Durability::Real, ..Options::PROCESS },
    |env| {
        let token = |env: &Env| {
            let agent = env.agent("77", "association", None);
            env.anonymous().with_token(&env.token(&agent, "77"))
        };
        let crus: Mutex<Vec<Cru>> = Mutex::default();
        for coupure in 0..COUPURES {
            let client = token(env);
            let stop = AtomicBool::new(false);
            std::thread::scope(|scope| {
                for _ in 0..AUTEURS {
                    scope.spawn(|| write(&client, &stop, &crus));
                }
                // Another instant each time, so that every step of a request is cut some day.
                let wait = 150 + u64::try_from(coupure).expect("rang") * 37 % 200;
                std::thread::sleep(Duration::from_millis(wait));
                env.kill();
                stop.store(true, Ordering::Relaxed);
            });
            env.restart();
        }
        let crus = crus.into_inner().expect("crus");
        assert!(crus.len() >= COUPURES, "the load was a load: {} signalements", crus.len());
        let cut = crus
            .iter()
            .filter(|cru| cru.id.is_none() || (cru.transmission.is_some() && !cru.transmis))
            .count();
        assert!(cut >= COUPURES / 2, "the cuts cut nothing: {cut} of {}", crus.len());
        let client = token(env);

        // What was not acknowledged is asked again under the same key: one effect in all.
        let mut ids: BTreeMap<String, Cru> = BTreeMap::new();
        for mut cru in crus {
            let body = rapport_with(&marked(&cru.marque, 0)).to_string();
            let (status, view) = try_post(&client, "/v1/signalements", &cru.cle, &body).expect("une réponse");
            assert_eq!(status, 201, "{view}");
            let id = view["id"].as_str().expect("id").to_owned();
            assert!(
                cru.id.as_ref().is_none_or(|known| *known == id),
                "an acknowledged creation was lost: {cru:?}"
            );
            if let Some(key) = &cru.transmission {
                let path = format!("/v1/signalements/{id}/transmission");
                let (status, view) = try_post(&client, &path, key, "{}").expect("une réponse");
                assert_eq!((status, view["statut"].as_str()), (200, Some("transmis")), "{view}");
                cru.transmis = true;
            }
            assert!(ids.insert(id, cru).is_none(), "two creations gave one signalement");
        }

        let mut par_marque: BTreeMap<String, u32> = BTreeMap::new();
        for element in all(&client, "/v1/signalements") {
            let view =
                client.get(&format!("/v1/signalements/{}", element["id"].as_str().expect("id"))).expect(200);
            let text = view["elements_situation"]["valeur"].as_str().unwrap_or_default().to_owned();
            let Some((marque, tour)) = text.split_once(" tour ") else { continue };
            *par_marque.entry(marque.to_owned()).or_default() += 1;
            let cru = ids.get(view["id"].as_str().expect("id")).unwrap_or_else(|| panic!("unknown: {view}"));
            assert_eq!(cru.marque, marque, "half of one and half of another: {view}");
            let tour: u32 = tour.trim_end_matches(" fin").parse().expect("tour");
            assert!(
                (cru.acquis..=cru.tente).contains(&tour),
                "an acknowledged change was lost: {cru:?}, {tour}"
            );
            assert_eq!(view["statut"] == "transmis", cru.transmis, "{view}");
        }
        assert_eq!(par_marque.len(), ids.len(), "each creation is there");
        assert!(par_marque.values().all(|nombre| *nombre == 1), "and once: {par_marque:?}");

        // Each sending arrives; a duplicate bears the Message-ID of the first. A server that was killed leaves its
        // leases behind, for thirty seconds: they are made over, as time would.
        env.kill();
        env.hurry_envois();
        env.restart();
        let waiting = "SELECT count(*) AS v FROM envoi WHERE statut IN ('a_envoyer', 'echec')";
        wait_until("everything sent", Duration::from_secs(240), || env.sql("77").number(waiting) == 0);
        let stored = env.sql("77").texts("SELECT message_id AS v FROM envoi");
        assert_eq!(stored.iter().collect::<BTreeSet<_>>().len(), stored.len(), "Message-IDs are distinct");
        let mut messages: BTreeMap<String, (Vec<String>, Vec<u8>)> = BTreeMap::new();
        for mail in env.smtp().recus() {
            let message_id = mail.lu().message_id().expect("Message-ID").to_owned();
            let first =
                messages.entry(message_id.clone()).or_insert_with(|| (mail.a.clone(), mail.octets.clone()));
            assert_eq!(
                (&first.0, &first.1),
                (&mail.a, &mail.octets),
                "a duplicate is the same message: {message_id}"
            );
            assert!(mail.lu().attachment(0).is_none_or(|part| part.attachment_name().is_some()));
        }
        let transmis = ids.values().filter(|cru| cru.transmis).count();
        assert!(messages.len() >= 2 * transmis, "{} messages for {transmis} transmissions", messages.len());

        let (passes, said) = env.verify();
        assert!(passes, "{said}");
    }
);
