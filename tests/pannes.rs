//! What fails, fails alone, says so, and comes back: a base, a journal, a connection, a client, the server itself.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::appui::client::{Client, JSON};
use crate::appui::postgres::random_hex;
use crate::appui::scenario::{all, draft, rapport, transmitted};
use crate::appui::serveur::{Engine, Env, Options, sur_les_deux_bases, wait_until};

/// Breaks the base of a territoire as a broken disk or a clumsy administrator would.
fn break_base(env: &Env, territoire: &str) {
    match env.database() {
        None => {
            let path = env.data().join(format!("{territoire}.sqlite"));
            for suffix in ["-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
            }
            std::fs::rename(&path, env.data().join("ailleurs.sqlite")).expect("base déplacée");
            std::fs::write(&path, "ceci n’est plus une base".repeat(100)).expect("fichier");
        }
        Some(_) => env
            .sql(territoire)
            .execute(&format!(r#"ALTER SCHEMA "territoire_{territoire}" RENAME TO ailleurs"#)),
    }
}

sur_les_deux_bases!(ter_2_a_broken_territoire_answers_503_alone, |env| {
    let agent = env.agent("69M", "crip", None);
    env.stop();
    break_base(env, "69M");
    env.restart_unready();
    let client = env.client("crip");
    for _ in 0..3 {
        let reply = env.anonymous().with_token(&env.token(&agent, "69M")).get("/v1/moi");
        reply.refused(503, "indisponible");
        assert!(reply.header("Retry-After").is_some(), "{reply}");
        client.get("/v1/moi").expect(200);
    }
    transmitted(&env.client("association"));
});

sur_les_deux_bases!(sec_4_without_the_journal_of_accesses_nothing_is_shown, |env| {
    let association = env.client("association");
    let depot = transmitted(&association);
    let crip = env.client("crip");
    crip.get(&depot.path()).expect(200);
    let mut sql = env.sql_acces("77");
    match env.engine() {
        // Somebody holds the file and does not let go.
        Engine::Sqlite => sql.execute("BEGIN EXCLUSIVE"),
        Engine::Postgres => sql.execute(r#"REVOKE INSERT ON acces FROM "maillage_77""#),
    }
    let replies = [crip.get(&depot.path()), crip.get(&format!("/v1/dossiers/{}", depot.dossier))];
    for reply in &replies {
        reply.refused(503, "indisponible");
        assert!(!reply.text().contains("Lafontaine"), "{reply}");
    }
    // A refusal is a line too: it cannot be told either.
    crip.get("/v1/signalements/01890000-0000-7000-8000-000000000000").refused(503, "indisponible");
    match env.engine() {
        Engine::Sqlite => sql.execute("COMMIT"),
        Engine::Postgres => sql.execute(r#"GRANT INSERT ON acces TO "maillage_77""#),
    }
    wait_until("the journal is back", Duration::from_secs(10), || crip.get(&depot.path()).status == 200);
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
});

/// Cut connections are errors of that moment: nothing acknowledged is lost, and the server comes back by itself.
#[test]
fn r42_lost_database_answers_503_and_comes_back() {
    let env = Env::start(Engine::Postgres, Options::INSIDE);
    let name = &env.database().expect("PostgreSQL").name;
    let client = env.client("association");
    let acknowledged = AtomicUsize::new(0);
    let before = all(&client, "/v1/signalements").len();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let (key, body) = (random_hex(), rapport());
                    // The same key until it is acknowledged, as a good client does.
                    loop {
                        let reply = client.post_with_key("/v1/signalements", &key, &body);
                        if reply.status == 201 {
                            acknowledged.fetch_add(1, Ordering::Relaxed);
                            break;
                        }
                        reply.refused(503, "indisponible");
                        if stop.load(Ordering::Relaxed) && reply.status != 503 {
                            break;
                        }
                        std::thread::sleep(Duration::from_millis(20));
                    }
                }
            });
        }
        let mut admin = env.admin_sql();
        for _ in 0..15 {
            std::thread::sleep(Duration::from_millis(100));
            admin.execute(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
            ));
        }
        // Gone for a while.
        admin.execute(&format!(r#"ALTER DATABASE "{name}" ALLOW_CONNECTIONS false"#));
        admin.execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        ));
        client.get("/v1/moi").refused(503, "indisponible");
        assert_eq!(client.get("/sante/vivant").status, 200, "alive without its base");
        admin.execute(&format!(r#"ALTER DATABASE "{name}" ALLOW_CONNECTIONS true"#));
        let back = Instant::now();
        wait_until("the server is back", Duration::from_secs(15), || client.get("/v1/moi").status == 200);
        assert!(back.elapsed() < Duration::from_secs(10), "back in {:?}", back.elapsed());
        stop.store(true, Ordering::Relaxed);
    });
    let after = all(&client, "/v1/signalements").len();
    assert_eq!(after - before, acknowledged.load(Ordering::Relaxed), "nothing lost, nothing doubled");
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
}

/// SIGTERM under load: what was accepted is answered, and the server leaves with success.
#[test]
fn r52_sigterm_answers_what_it_accepted() {
    let env = Env::start(Engine::Sqlite, Options::PROCESS);
    let client = env.client("association");
    let before = all(&client, "/v1/signalements").len();
    let (sent, broken) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let key = random_hex();
                    let body = rapport().to_string();
                    let headers = [JSON, ("Idempotency-Key", &*key)];
                    match client.try_send("POST", "/v1/signalements", &headers, Some(body.as_bytes())) {
                        Ok(reply) if reply.status == 201 => drop(sent.fetch_add(1, Ordering::Relaxed)),
                        Ok(reply) => assert_eq!(reply.status, 503, "{reply}"),
                        Err(_) => {
                            broken.fetch_add(1, Ordering::Relaxed);
                            return;
                        }
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(500));
        env.stop();
        stop.store(true, Ordering::Relaxed);
    });
    env.restart();
    let client = env.anonymous().with_token(client.token());
    let made = all(&client, "/v1/signalements").len() - before;
    // A request whose connection was refused wrote nothing; one that was accepted was answered.
    assert_eq!(made, sent.load(Ordering::Relaxed), "{} broken", broken.load(Ordering::Relaxed));
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
}

/// Slow clients are cut off, and hold nobody up (R27).
#[test]
fn r27_slow_clients_are_cut_off() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let client = env.client("association");
    let address = client.base().trim_start_matches("http://").to_owned();
    let token = client.token().to_owned();
    let head = format!(
        "POST /v1/signalements HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: lente\r\nContent-Length: 1000\r\n\r\n"
    );
    let limit = Duration::from_secs(40);
    std::thread::scope(|scope| {
        for (what, first, drip) in [
            ("no header", "GET /v1/moi HTTP/1.1\r\n".to_owned(), "X-A: b\r\n"),
            ("no body", head.clone(), ""),
            ("a byte of body at a time", head, " "),
        ] {
            let address = &address;
            scope.spawn(move || {
                let mut socket = TcpStream::connect(address).expect("connexion");
                socket.set_read_timeout(Some(Duration::from_millis(500))).expect("délai");
                socket.write_all(first.as_bytes()).expect("envoi");
                let start = Instant::now();
                let mut buffer = [0_u8; 4096];
                let mut received = Vec::new();
                loop {
                    assert!(start.elapsed() < limit, "{what}: still open after {limit:?}");
                    match socket.read(&mut buffer) {
                        Ok(0) => break,
                        Ok(length) => received.extend_from_slice(&buffer[..length]),
                        Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {
                            if socket.write_all(drip.as_bytes()).is_err() {
                                break;
                            }
                        }
                        Err(_) => break,
                    }
                }
                let text = String::from_utf8_lossy(&received).into_owned();
                assert!(
                    text.is_empty() || text.contains(" 408 ") || text.contains(" 400 "),
                    "{what}: {text}"
                );
            });
        }
        for _ in 0..20 {
            let start = Instant::now();
            client.get("/v1/moi").expect(200);
            assert!(start.elapsed() < Duration::from_secs(3), "slow clients hold nobody up");
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    assert_eq!(draft_count(&client), draft_count(&client));
}

fn draft_count(client: &Client) -> usize {
    all(client, "/v1/signalements?statut=brouillon").len()
}

/// The server is not ready before its data are complete, and says so without a word of detail.
#[test]
fn ready_waits_for_the_data() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    env.stop();
    let settings = api::settings::Settings::in_folder(env.data());
    let etat = api::etat::Etat::open(settings, env.keys(), api::horloge::Horloge::systeme()).expect("état");
    let server = api::serveur::Serveur::start(etat, api::serveur::Arret::Appelant).expect("serveur");
    let client = Client::anonymous(&format!("http://{}", server.adresse()));
    assert_eq!(client.get("/sante/vivant").status, 200);
    let reply = client.get("/sante/pret");
    assert_eq!(reply.status, 503, "{reply}");
    assert!(!reply.text().contains("77"), "{reply}");
    server.stop().expect("arrêt");
}

sur_les_deux_bases!(r44_a_key_answers_whatever_happened_meanwhile, |env| {
    // The answer that was kept is given again after the base was away.
    let client = env.client("association");
    let depot = draft(&client, &rapport());
    let path = format!("{}/transmission", depot.path());
    let first = client.post_with_key(&path, "panne", &json!({}));
    env.stop();
    env.restart();
    let client = env.anonymous().with_token(client.token());
    let again = client.post_with_key(&path, "panne", &json!({}));
    assert_eq!((again.status, &again.body), (first.status, &first.body));
});
