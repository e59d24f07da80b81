//! People and machines at the same time: one winner per revision, one effect per key (R44, R46).

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::time::Duration;

use serde_json::{Value, json};

use crate::appui::binaire::Process;
use crate::appui::client::{Client, JSON, Reply};
use crate::appui::postgres::random_hex;
use crate::appui::scenario::{accuse, all, draft, rapport, rapport_with, transmit, transmitted};
use crate::appui::serveur::{Engine, Env, Options, sur_les_deux_bases, wait_until};

/// Runs the same gesture from many threads that start together.
fn together(number: usize, gesture: impl Fn(usize) -> Reply + Sync) -> Vec<Reply> {
    let barrier = Barrier::new(number);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..number)
            .map(|rank| {
                let (barrier, gesture) = (&barrier, &gesture);
                scope.spawn(move || {
                    barrier.wait();
                    gesture(rank)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("fil")).collect()
    })
}

sur_les_deux_bases!(r46_of_100_writers_one_wins_per_revision, |env| {
    let client = env.client("association");
    let depot = draft(&client, &rapport());
    let mut etag = depot.etag.clone();
    let mut seen = BTreeSet::from([etag.clone()]);
    for round in 0..3 {
        let replies = together(100, |rank| {
            let text = format!("Auteur {rank}, tour {round}.");
            client.patch(&depot.path(), &etag, &json!({"elements_situation": {"valeur": text}}))
        });
        let winners: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
        assert_eq!(winners.len(), 1, "{:?}", replies.iter().map(|r| r.status).collect::<Vec<_>>());
        for loser in replies.iter().filter(|reply| reply.status != 200) {
            loser.refused(412, "revision_perimee");
        }
        let shown = client.get(&depot.path());
        assert_eq!(shown.etag(), winners[0].etag());
        assert_eq!(shown.json()["elements_situation"], winners[0].json()["elements_situation"]);
        etag = shown.etag();
        assert!(seen.insert(etag.clone()), "an ETag never comes back");
    }
    let facts = env.sql("77").number("SELECT count(*) AS v FROM fait WHERE type = 'signalement_modifie'");
    assert!(facts >= 3);
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
});

sur_les_deux_bases!(r44_50_twins_under_one_key_have_one_effect, |env| {
    let client = env.client("association");
    let before = all(&client, "/v1/signalements").len();
    let (key, body) = (random_hex(), rapport());
    let replies = together(50, |_| client.post_with_key("/v1/signalements", &key, &body));
    for reply in &replies {
        assert_eq!(reply.status, 201, "{reply}");
        assert_eq!(reply.body, replies[0].body, "the same bytes for all");
        assert_eq!(reply.header("ETag"), replies[0].header("ETag"));
        assert_eq!(reply.header("Location"), replies[0].header("Location"));
    }
    assert_eq!(all(&client, "/v1/signalements").len(), before + 1);

    let depot = draft(&client, &body);
    let key = random_hex();
    let path = format!("{}/transmission", depot.path());
    let replies = together(50, |_| client.post_with_key(&path, &key, &json!({})));
    assert!(replies.iter().all(|reply| reply.status == 200 && reply.body == replies[0].body));
    assert_eq!(env.mails(&depot.reference, 2).len(), 2, "one e-mail each, not fifty");
});

sur_les_deux_bases!(r44_50_different_keys_hand_over_once, |env| {
    let client = env.client("association");
    let depot = draft(&client, &rapport());
    let replies = together(50, |_| client.post(&format!("{}/transmission", depot.path()), &json!({})));
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    for loser in replies.iter().filter(|reply| reply.status != 200) {
        loser.refused(409, "brouillon_requis");
    }
    env.mails(&depot.reference, 2);
    assert_eq!(env.mails(&depot.reference, 0).len(), 2);
});

sur_les_deux_bases!(sig_5_50_pushes_of_one_acknowledgement_are_one, |env| {
    let depot = transmitted(&env.client("association"));
    let machine = env.machine("77", "parquet-meaux");
    let body = accuse(&depot);
    let replies = together(50, |_| machine.put("/v1/accuses-reception/JUMEAUX", &body));
    for reply in &replies {
        assert!([200, 201].contains(&reply.status), "{reply}");
        assert_eq!(reply.body, replies[0].body);
    }
    let received = env.sql("77").number("SELECT count(*) AS v FROM fait WHERE type = 'signalement_recu'");
    let again = together(10, |rank| {
        let mut other = body.clone();
        other["service"] = format!("Service {rank}").into();
        machine.put("/v1/accuses-reception/JUMEAUX", &other)
    });
    assert!(again.iter().all(|reply| reply.status == 409));
    assert_eq!(
        env.sql("77").number("SELECT count(*) AS v FROM fait WHERE type = 'signalement_recu'"),
        received
    );
});

sur_les_deux_bases!(spine_many_writers_leave_no_gap_in_the_chain, |env| {
    let client = env.client("association");
    let replies = together(32, |rank| {
        let mut last = None;
        for turn in 0..4 {
            let text = format!("Auteur {rank}, tour {turn}.");
            let body = rapport_with(&json!({"elements_situation": {"valeur": text}}));
            last = Some(client.post("/v1/signalements", &body));
        }
        last.expect("une réponse")
    });
    assert!(replies.iter().all(|reply| reply.status == 201));
    let references: BTreeSet<String> = all(&client, "/v1/signalements")
        .iter()
        .map(|element| element["reference"].as_str().expect("reference").to_owned())
        .collect();
    assert!(references.len() >= 128, "{}", references.len());
    let mut sql = env.sql("77");
    let (count, last) =
        (sql.number("SELECT count(*) AS v FROM fait"), sql.number("SELECT max(seq) AS v FROM fait"));
    assert_eq!(count, last, "from 1, without gap");
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
});

sur_les_deux_bases!(r44_a_key_is_asked_for_and_binds_its_body, |env| {
    let client = env.client("association");
    let before = all(&client, "/v1/signalements").len();
    let body = rapport().to_string();
    let post = |headers: &[(&str, &str)], body: &str| {
        let mut all = vec![JSON];
        all.extend_from_slice(headers);
        client.send("POST", "/v1/signalements", &all, Some(body.as_bytes()))
    };
    post(&[], &body).refused(400, "cle_idempotence_manquante");
    for bad in ["", &"x".repeat(256), "a\tb", "clé"] {
        post(&[("Idempotency-Key", bad)], &body).problem(400);
    }
    post(&[("Idempotency-Key", "a"), ("Idempotency-Key", "b")], &body)
        .refused(400, "cle_idempotence_invalide");
    assert_eq!(all(&client, "/v1/signalements").len(), before);

    let key = "x".repeat(255);
    let first = post(&[("Idempotency-Key", &key)], &body);
    first.expect(201);
    post(&[("Idempotency-Key", &key)], "{}").refused(422, "cle_idempotence_reutilisee");
    // The same content written otherwise is the same content, or another: never a second effect.
    let spaced = serde_json::to_string_pretty(&rapport()).expect("JSON");
    let again = post(&[("Idempotency-Key", &key)], &spaced);
    assert!(again.body == first.body || again.status == 422, "{again}");
    // What changed since changes nothing to the replay.
    let depot = first.json();
    let path = format!("/v1/signalements/{}", depot["id"].as_str().expect("id"));
    client.patch(&path, &first.etag(), &json!({"ressort": "melun"})).expect(200);
    let replay = post(&[("Idempotency-Key", &key)], &body);
    assert_eq!((replay.status, &replay.body), (201, &first.body));
    // The key belongs to its caller and its path.
    let crip = env.client("crip");
    let other = crip.post_with_key("/v1/signalements", &key, &rapport()).expect(201);
    assert_ne!(other["id"], depot["id"]);
    client.post_with_key(&format!("{path}/transmission"), &key, &json!({})).expect(200);
    assert_eq!(all(&client, "/v1/signalements").len(), before + 1);
});

sur_les_deux_bases!(r44_a_replay_survives_a_restart_and_not_a_withdrawal, Options::PROCESS, |env| {
    let client = env.client("association");
    let first = client.post_with_key("/v1/signalements", "redemarrage", &rapport());
    first.expect(201);
    env.kill();
    env.restart();
    let client = env.anonymous().with_token(client.token());
    let replay = client.post_with_key("/v1/signalements", "redemarrage", &rapport());
    assert_eq!((replay.status, &replay.body), (201, &first.body));
    let agent = env.agent("77", "association", None);
    env.withdraw(&agent);
    client.post_with_key("/v1/signalements", "redemarrage", &rapport()).refused(401, "non_authentifie");
});

sur_les_deux_bases!(r46_preconditions_are_demanded_and_read, |env| {
    let client = env.client("association");
    let depot = draft(&client, &rapport());
    let body = json!({"ressort": "melun"}).to_string();
    let patch = |headers: &[(&str, &str)]| {
        let mut all = vec![JSON];
        all.extend_from_slice(headers);
        client.send("PATCH", &depot.path(), &all, Some(body.as_bytes()))
    };
    patch(&[]).refused(428, "precondition_requise");
    for stale in ["\"perime\"", "\"\"", &format!("W/{}", depot.etag)] {
        let reply = patch(&[("If-Match", stale)]);
        assert!([400, 412].contains(&reply.status), "{stale}: {reply}");
    }
    for malformed in ["", "perime", "\"a", "\"a\" \"b\"", "\"a\","] {
        let reply = patch(&[("If-Match", malformed)]);
        assert!([400, 412].contains(&reply.status), "{malformed:?}: {reply}");
    }
    assert_eq!(client.get(&depot.path()).etag(), depot.etag, "nothing was changed");
    let listed = format!("\"autre\", {}", depot.etag);
    let reply = patch(&[("If-Match", &listed)]);
    assert!([200, 400, 412].contains(&reply.status), "{reply}");
    let current = client.get(&depot.path()).etag();
    patch(&[("If-Match", &current)]).expect(200);
    patch(&[("If-Match", &current)]).refused(412, "revision_perimee");
});

sur_les_deux_bases!(lists_keep_their_order_while_others_write, |env| {
    let client = env.client("association");
    for _ in 0..5 {
        draft(&client, &rapport());
    }
    let first = client.get("/v1/signalements?limite=2");
    let page = first.expect(200);
    assert_eq!(page["elements"].as_array().expect("elements").len(), 2);
    assert!(page["elements"].as_array().expect("elements").iter().all(|e| e.get("actions").is_none()));
    let cursor = page["curseur_suivant"].as_str().expect("curseur_suivant").to_owned();
    let link = first.header("Link").expect("Link").to_owned();
    assert!(link.contains("rel=\"next\"") && link.contains("limite=2"), "{link}");
    let target = link.split(['<', '>']).nth(1).expect("cible").to_owned();
    let target = target.strip_prefix(env.anonymous().base()).unwrap_or(&target).to_owned();

    let ids = |pages: &[Value]| -> Vec<String> {
        pages.iter().map(|e| e["id"].as_str().expect("id").to_owned()).collect()
    };
    let known = ids(&all(&client, "/v1/signalements"));
    draft(&client, &rapport());
    let mut walked = ids(page["elements"].as_array().expect("elements"));
    let mut next = target;
    loop {
        let reply = client.get(&next);
        let page = reply.expect(200);
        walked.extend(ids(page["elements"].as_array().expect("elements")));
        let Some(cursor) = page["curseur_suivant"].as_str() else {
            assert!(reply.header("Link").is_none_or(|link| !link.contains("next")), "{reply}");
            break;
        };
        next = format!("/v1/signalements?limite=2&curseur={cursor}");
    }
    let distinct: BTreeSet<&String> = walked.iter().collect();
    assert_eq!(distinct.len(), walked.len(), "nothing twice");
    assert!(known.iter().all(|id| distinct.contains(id)), "nothing lost");

    // A cursor is authenticated, and bound to its caller, its list and its filters.
    let other: Client = env.client("crip");
    let tampered: String = {
        let mut signs: Vec<char> = cursor.chars().collect();
        let middle = signs.len() / 2;
        signs[middle] = if signs[middle] == 'A' { 'B' } else { 'A' };
        signs.into_iter().collect()
    };
    for reply in [
        client.get(&format!("/v1/signalements?curseur={tampered}")),
        client.get(&format!("/v1/signalements?curseur={cursor}x")),
        client.get("/v1/signalements?curseur=x"),
        client.get("/v1/signalements?curseur="),
        client.get(&format!("/v1/signalements?statut=transmis&curseur={cursor}")),
        client.get(&format!("/v1/dossiers?curseur={cursor}")),
        other.get(&format!("/v1/signalements?curseur={cursor}")),
    ] {
        reply.problem(400);
    }
    for limite in ["0", "201", "-1", "x", "1.5", "", "99999999999999999999"] {
        client.get(&format!("/v1/signalements?limite={limite}")).problem(400);
    }
});

sur_les_deux_bases!(transmission_of_everything_at_once_numbers_each, |env| {
    let client = env.client("association");
    let depots: Vec<_> = (0..16).map(|_| draft(&client, &rapport())).collect();
    together(16, |rank| {
        let view = transmit(&client, &depots[rank]);
        assert_eq!(view["statut"], "transmis");
        client.get(&depots[rank].path())
    });
    let message_ids = env.sql("77").texts("SELECT message_id AS v FROM envoi");
    let distinct: BTreeSet<&String> = message_ids.iter().collect();
    assert_eq!(distinct.len(), message_ids.len(), "one Message-ID per sending");
});

/// Several servers before one PostgreSQL are one server (ideas 1, 2 and 10).
#[test]
fn spine_two_servers_share_one_base() {
    let env = Env::start(Engine::Postgres, Options::PROCESS);
    let log = env.log().with_file_name("second.txt");
    let second = Process::start(&env.settings(), "serve", &log, Duration::from_secs(30));
    let first = env.client("association");
    let clients = [first.clone(), Client::anonymous(&second.base).with_token(first.token())];

    let depot = draft(&first, &rapport());
    let replies = together(100, |rank| {
        let body = json!({"elements_situation": {"valeur": format!("Auteur {rank}.")}});
        clients[rank % 2].patch(&depot.path(), &depot.etag, &body)
    });
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert!(replies.iter().all(|reply| [200, 412].contains(&reply.status)));

    let before = all(&first, "/v1/signalements").len();
    let (key, body) = (random_hex(), rapport());
    let replies = together(50, |rank| clients[rank % 2].post_with_key("/v1/signalements", &key, &body));
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.body == replies[0].body));
    assert_eq!(all(&clients[1], "/v1/signalements").len(), before + 1);

    let depots: Vec<_> = (0..20).map(|rank| draft(&clients[rank % 2], &rapport())).collect();
    together(20, |rank| {
        transmit(&clients[rank % 2], &depots[rank]);
        clients[(rank + 1) % 2].get(&depots[rank].path())
    });
    for depot in &depots {
        env.mails(&depot.reference, 2);
    }
    let waiting = "SELECT count(*) AS v FROM envoi WHERE statut <> 'remis'";
    let demo = env.sql("77").number("SELECT count(*) AS v FROM envoi WHERE statut = 'accuse'");
    wait_until("everything sent", Duration::from_secs(30), || env.sql("77").number(waiting) == demo);
    for depot in &depots {
        assert_eq!(env.mails(&depot.reference, 2).len(), 2, "each sending leaves once, whoever delivers it");
    }
    let mut sql = env.sql("77");
    let (count, last) =
        (sql.number("SELECT count(*) AS v FROM fait"), sql.number("SELECT max(seq) AS v FROM fait"));
    assert_eq!(count, last, "one journal, without gap");
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
    assert!(second.terminate());
}

sur_les_deux_bases!(r44_a_key_is_kept_72_hours, Options::CLOCK, |env| {
    let start = api::horloge::Horloge::systeme().now();
    let post = |hours: i64| {
        env.set_clock(start + chrono::TimeDelta::hours(hours));
        // The jobs look around once a second: what is too old is forgotten.
        std::thread::sleep(Duration::from_millis(1500));
        let client = env.client("association");
        client.post_with_key("/v1/signalements", "soixante-douze", &rapport()).expect(201)["id"].clone()
    };
    let first = post(0);
    assert_eq!(post(71), first, "kept for 72 hours");
    assert_ne!(post(73), first, "then it may serve again");
});
