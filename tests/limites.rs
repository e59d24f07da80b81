//! Sizes, dates, rates, keys and clocks at their limits (R2, R27, R28, R48).

use chrono::TimeDelta;
use serde_json::{Value, json};

use api::jeton::corpus::{FauxEmetteur, Gabarit};

use crate::appui::client::{JSON, Reply};
use crate::appui::postgres::encode;
use crate::appui::scenario::{accuse, all, draft, rapport, rapport_with, today, transmitted};
use crate::appui::serveur::{Engine, Env, Options, sur_les_deux_bases};

/// Refused as malformed or as not acceptable, at this place or below.
#[track_caller]
fn assert_refused_at(reply: &Reply, pointer: &str) {
    assert!([400, 422].contains(&reply.status), "{reply}");
    let problem = reply.problem(reply.status);
    assert!(!problem.erreurs.is_empty(), "{reply}");
    assert!(problem.pointers().iter().all(|p| p.starts_with(pointer)), "{pointer}: {reply}");
}

sur_les_deux_bases!(sig_1_texts_keep_every_sign_up_to_their_limit, |env| {
    let client = env.client("association");
    for text in [
        "é".repeat(4000),
        "😀".repeat(4000),
        "Ligne 1\nLigne 2\tet « guillemets » – l’apostrophe, œuvre, ŒUVRE, ẞ".to_owned(),
        "e\u{301} (accent combiné), \u{202e}à l’envers\u{202c}, \u{200d}".to_owned(),
        "'; DROP TABLE fait; --".to_owned(),
        "$1 %s {} \\x00 \\u0000 ${HOME}".to_owned(),
    ] {
        let depot = draft(&client, &rapport_with(&json!({"elements_situation": {"valeur": text}})));
        let shown = client.get(&depot.path()).expect(200);
        assert_eq!(shown["elements_situation"]["valeur"], text, "what is read is what was written");
    }
    for text in ["é".repeat(4001), "a\u{0}b".to_owned(), "a\u{7}b".to_owned(), "\u{1b}[31m".to_owned()] {
        let reply = client.post("/v1/signalements", &json!({"elements_situation": {"valeur": text}}));
        assert_refused_at(&reply, "/elements_situation");
    }
});

sur_les_deux_bases!(sig_1_dates_and_authors_are_bounded, |env| {
    let client = env.client("association");
    let born = |date: Value| {
        let identite = json!({"valeur": {"nom": "Lafontaine", "date_naissance": date}});
        client.post("/v1/signalements", &json!({"identite_mineur": identite}))
    };
    for date in
        ["2010-02-29", "2010-13-01", "2010-1-1", "20100101", "2010-01-01T00:00:00Z", "", " ", "+12010-01-01"]
    {
        assert_refused_at(&born(date.into()), "/identite_mineur");
    }
    for date in [json!(20100101), json!([]), json!({}), json!(true)] {
        assert_refused_at(&born(date), "/identite_mineur");
    }
    assert_eq!(born("2012-02-29".into()).status, 201);
    for date in ["2999-01-01", "0001-01-01"] {
        let reply = born(date.into());
        assert!([201, 400, 422].contains(&reply.status), "{reply}");
    }
    let author = json!({"nom": "A", "telephone": "01 99 00 12 34", "courriel": "a@example.org"});
    let many = |number: usize| json!({"auteurs": vec![author.clone(); number]});
    assert_eq!(client.post("/v1/signalements", &many(10)).status, 201);
    assert_refused_at(&client.post("/v1/signalements", &many(11)), "/auteurs");
    for (member, value) in [
        ("courriel", json!("pas un courriel")),
        ("courriel", json!("a@example.org\r\nBcc: b@example.org")),
        ("courriel", json!("")),
        ("telephone", json!("appelez-moi")),
        ("telephone", json!("")),
        ("nom", json!("")),
        ("nom", json!("   ")),
        ("nom", json!(null)),
        ("nom", json!("x".repeat(201))),
    ] {
        let mut bad = author.clone();
        bad[member] = value;
        assert_refused_at(&client.post("/v1/signalements", &json!({"auteurs": [author, bad]})), "/auteurs/1");
    }
});

sur_les_deux_bases!(sig_5_references_of_the_parquet_keep_every_sign, |env| {
    let association = env.client("association");
    let machine = env.machine("77", "parquet-meaux");
    for reference in ["a/b?c#d%e", "n° 417 é « »", "..", "2026:0001+2", "😀", &"x".repeat(128), "'--"] {
        let depot = transmitted(&association);
        let reply = machine.put(&format!("/v1/accuses-reception/{}", encode(reference)), &accuse(&depot));
        assert_eq!(reply.status, 200, "{reference}: {reply}");
        assert_eq!(reply.json()["reference_parquet"], reference);
        let shown = association.get(&depot.path()).expect(200);
        assert_eq!(shown["accuse_reception"]["reference_parquet"], reference);
    }
    let depot = transmitted(&association);
    for reference in ["%00", "%0A", "a%0D%0Ab", "%FF", "%C3%28", "%20", "", "%7F", &"x".repeat(129)] {
        let reply = machine.put(&format!("/v1/accuses-reception/{reference}"), &accuse(&depot));
        assert!([400, 404, 405, 422].contains(&reply.status), "{reference:?}: {reply}");
    }
    assert_eq!(association.get(&depot.path()).expect(200)["statut"], "transmis");
});

#[test]
fn http_is_spoken_well() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let client = env.client("association");
    let head = client.send("HEAD", "/v1/moi", &[], None);
    assert!([200, 405].contains(&head.status) && head.body.is_empty(), "{head}");
    for path in ["/v1/signalements/", "/v1//signalements", "/V1/signalements", "/v1/signalements/%2e%2e/moi"]
    {
        client.get(path).refused(404, "introuvable");
    }
    let token = client.token();
    let body = rapport().to_string();
    let request = |headers: &str, body: &str| {
        client.raw(
            format!(
                "POST /v1/signalements HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
                 Content-Type: application/json\r\n{headers}\r\n\r\n{body}"
            )
            .as_bytes(),
        )
    };
    let chunked = format!("{:x}\r\n{}\r\n0\r\n\r\n", body.len(), body);
    let answer = request("Idempotency-Key: morceaux\r\nTransfer-Encoding: chunked", &chunked);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let expect =
        format!("Idempotency-Key: attente\r\nExpect: 100-continue\r\nContent-Length: {}", body.len());
    let answer = request(&expect, &body);
    assert!(answer.contains("HTTP/1.1 201 "), "{answer}");
    // Two requests in one write are two answers.
    let one = format!("GET /v1/moi HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
    let last = one.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let answer = client.raw(format!("{one}{last}").as_bytes());
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 2, "{answer}");
    // The name that a caller gives to its request is not ours.
    let reply = client.send("GET", "/v1/moi", &[("X-Request-Id", "choisi")], None);
    assert_ne!(reply.header("X-Request-Id"), Some("choisi"));
    let ids: std::collections::BTreeSet<String> = (0..20)
        .map(|_| client.get("/v1/moi").header("X-Request-Id").expect("identifiant").to_owned())
        .collect();
    assert_eq!(ids.len(), 20, "each request has its own name");
}

/// Rates are counted per caller; a forged address changes nothing (R28).
#[test]
fn r28_too_many_requests_get_429_alone() {
    let env = Env::start(Engine::Sqlite, Options { rate: 20, ..Options::INSIDE });
    let (greedy, sober) = (env.client("crip"), env.client("association"));
    let mut refused = None;
    for turn in 0..60 {
        let forged = format!("203.0.113.{turn}");
        let reply = greedy.send("GET", "/v1/moi", &[("X-Forwarded-For", &forged)], None);
        if reply.status != 200 {
            refused = Some(reply);
            break;
        }
    }
    let reply = refused.expect("60 requests in a minute where 20 are allowed");
    reply.refused(429, "trop_de_requetes");
    let wait: u64 = reply.header("Retry-After").expect("Retry-After").parse().expect("secondes");
    assert!((1..=60).contains(&wait), "{wait}");
    sober.get("/v1/moi").expect(200);
    assert_eq!(env.anonymous().get("/sante/vivant").status, 200, "probes are not counted");
}

/// A key added to the file of keys is trusted soon; one that is removed dies; a lost file keeps the last good keys
/// for a day, then nobody enters (R2).
#[test]
fn r2_keys_of_the_issuer_rotate_without_restart() {
    let env = Env::start(Engine::Sqlite, Options::CLOCK);
    let agent = env.agent("77", "crip", None);
    let mut new = FauxEmetteur::new(&env.issuer().iss, &env.issuer().aud);
    new.ed.kid = "essai-neuve".to_owned();
    let start = api::horloge::Horloge::systeme().now();
    let enters = |issuer: &FauxEmetteur, after: TimeDelta| {
        let now = start + after;
        env.set_clock(now);
        let gabarit = Gabarit { sub: agent.clone(), territoire: "77".to_owned(), now: now.timestamp() };
        let jeton = issuer.ed().token(&gabarit);
        // The file is looked at when a token comes: the first may find the old keys.
        let client = env.anonymous().with_token(&jeton);
        client.get("/v1/moi");
        match client.get("/v1/moi").status {
            200 => true,
            401 => false,
            other => panic!("{other}"),
        }
    };
    assert!(enters(env.issuer(), TimeDelta::zero()));
    assert!(!enters(&new, TimeDelta::zero()));
    env.write_jwks(&new.jwks());
    assert!(enters(&new, TimeDelta::seconds(60)), "a new key is trusted within a minute");
    assert!(!enters(env.issuer(), TimeDelta::seconds(300)), "a removed key is dead within five");
    for broken in ["", "{", "{\"keys\": []}", "{\"keys\": [{\"kty\": \"oct\", \"k\": \"AAAA\"}]}"] {
        env.write_jwks(broken);
        assert!(enters(&new, TimeDelta::seconds(600)), "the last good keys stay: {broken}");
    }
    std::fs::remove_file(env.jwks()).expect("JWKS");
    assert!(enters(&new, TimeDelta::hours(23)));
    assert!(!enters(&new, TimeDelta::hours(26)), "then nobody enters");
    // The server's own issuer is not concerned.
    env.set_clock(start + TimeDelta::hours(26));
    let (cle, iss, aud) = env.own_key();
    let own = api::jeton::corpus::Signeur { iss: &iss, aud: &aud, cle: &cle };
    let gabarit = Gabarit { sub: agent, territoire: "77".to_owned(), now: env.now() };
    env.anonymous().with_token(&own.token(&gabarit)).get("/v1/moi").expect(200);
}

sur_les_deux_bases!(r48_a_clock_set_back_breaks_nothing, Options::CLOCK, |env| {
    let start = api::horloge::Horloge::systeme().now();
    let mut made = Vec::new();
    for hours in [0, 2, -3, 1, -24, 48] {
        env.set_clock(start + TimeDelta::hours(hours));
        let client = env.client("association");
        let depot = transmitted(&client);
        client.get(&depot.path()).expect(200);
        made.push(depot);
    }
    let client = env.client("association");
    let listed = all(&client, "/v1/signalements");
    for depot in &made {
        assert_eq!(listed.iter().filter(|e| e["id"] == depot.id.as_str()).count(), 1);
        env.mails(&depot.reference, 2);
    }
    let chronologie = all(&client, &format!("/v1/dossiers/{}/chronologie", made[2].dossier));
    assert!(chronologie.windows(2).all(|pair| pair[0]["seq"].as_i64() < pair[1]["seq"].as_i64()));
    let (passes, said) = env.verify();
    assert!(passes, "order is that of the journal, not of the clock: {said}");
});

sur_les_deux_bases!(sig_5_a_batch_of_500_is_quick_enough, |env| {
    // Others who write do not wait for a whole batch.
    let association = env.client("association");
    let depots: Vec<_> = (0..20).map(|_| transmitted(&association)).collect();
    let lines: Vec<Value> = (0..500)
        .map(|rank| {
            let reference = depots.get(rank).map_or("SIG-INCONNU", |depot| depot.reference.as_str());
            json!({
                "reference_parquet": format!("G-{rank}"), "reference": reference, "date": today(), "service": "Mineurs",
            })
        })
        .collect();
    let machine = env.machine("77", "parquet-meaux");
    let body = Value::Array(lines).to_string();
    std::thread::scope(|scope| {
        let batch = scope
            .spawn(|| machine.send("POST", "/v1/accuses-reception/lots", &[JSON], Some(body.as_bytes())));
        let mut slowest = std::time::Duration::ZERO;
        while !batch.is_finished() {
            let start = std::time::Instant::now();
            draft(&association, &rapport());
            slowest = slowest.max(start.elapsed());
        }
        let lines = batch.join().expect("lot").expect(200);
        let statuts: Vec<u64> =
            lines.as_array().expect("lignes").iter().filter_map(|l| l["statut"].as_u64()).collect();
        assert!(
            statuts[..20].iter().all(|s| *s == 200) && statuts[20..].iter().all(|s| *s == 404),
            "{statuts:?}"
        );
        assert!(slowest < std::time::Duration::from_secs(5), "{slowest:?}");
    });
});
