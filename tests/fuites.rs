//! Planted names, phones and addresses are nowhere in clear: files, WAL, keys, logs, answers to errors (SEC-5, R14).

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::appui::fouille::Fouille;
use crate::appui::scenario::{draft, rapport, rapport_with, today, transmit};
use crate::appui::serveur::{Env, Options, sur_les_deux_bases};

/// What is planted in a report; nothing of it may be read anywhere but by those who may see it.
const PLANTES: [&str; 15] = [
    "Zébulonïe",
    "Quarkovitch-Témoin",
    "2009-03-29",
    "Contact-Planté",
    "rue Plantée-des-Domiciles",
    "allée Plantée-du-Lieu",
    "lycée Planté-Curie",
    "mesure-plantée-éducative",
    "éléments-plantés-de-situation",
    "contexte-planté-de-révélation",
    "Autrice-Plantée",
    "06 39 98 71 53",
    "plantee@courriel.example.org",
    "Magistrate-Plantée",
    "motif-planté-inconnu",
];

fn planted() -> Value {
    json!({
        "ressort": "meaux",
        "auteurs": [{
            "nom": "Autrice-Plantée", "telephone": "06 39 98 71 53", "courriel": "plantee@courriel.example.org"
        }],
        "identite_mineur": {"valeur": {
            "nom": "Quarkovitch-Témoin", "prenoms": "Zébulonïe", "date_naissance": "2009-03-29", "sexe": "feminin"
        }},
        "contact_mineur": {"valeur": "Contact-Planté"},
        "domicile_parents": {"valeur": "4 rue Plantée-des-Domiciles"},
        "lieu_effectif": {"valeur": "9 allée Plantée-du-Lieu"},
        "situation_scolaire": {"valeur": "lycée Planté-Curie"},
        "mesure_educative": {"valeur": "mesure-plantée-éducative"},
        "elements_situation": {"valeur": "éléments-plantés-de-situation"},
        "contexte_revelation": {"valeur": "contexte-planté-de-révélation"},
    })
}

/// What a folder holds of the planted words, as one message.
fn found(fouille: &Fouille, folders: &[PathBuf]) -> Vec<String> {
    folders
        .iter()
        .flat_map(|folder| fouille.scan_folder(folder).0)
        .map(|(path, word)| format!("{}: {word}", path.display()))
        .collect()
}

sur_les_deux_bases!(sec_5_planted_names_are_nowhere_in_clear, Options::PROCESS, |env| {
    let fouille = Fouille::new(&PLANTES);
    let association = env.client("association");
    let crip = env.client("crip");
    if let Some(database) = env.database() {
        // Every statement with its parameters goes to PostgreSQL's log: what is sent must be sealed already.
        let sql = format!(r#"ALTER DATABASE "{}" SET log_statement = 'all'"#, database.name);
        env.sql("77").execute(&sql);
        env.stop();
        env.restart();
    }
    let association = env.anonymous().with_token(association.token());
    let crip = env.anonymous().with_token(crip.token());

    // The whole circuit, with a draft that stays, one given up, one changed, one sent and acknowledged.
    draft(&association, &planted());
    let abandonne = draft(&association, &planted());
    association.post(&format!("{}/abandon", abandonne.path()), &json!({})).expect(200);
    let depot = draft(&association, &rapport());
    let inconnu = json!({"contact_mineur": {"inconnu": true, "motif": "motif-planté-inconnu"}});
    let etag = association.patch(&depot.path(), &depot.etag, &planted()).etag();
    association.patch(&depot.path(), &etag, &inconnu).expect(200);
    transmit(&association, &depot);
    env.mails(&depot.reference, 2);
    let machine = env.machine("77", "parquet-meaux");
    let accuse = json!({
        "reference": depot.reference, "date": today(), "service": "Mineurs", "magistrat": "Magistrate-Plantée",
    });
    assert!(machine.put("/v1/accuses-reception/FUITE-1", &accuse).status < 300);
    let view = crip.get(&depot.path()).expect(200).to_string();
    assert!(view.contains("Quarkovitch-Témoin") && view.contains("Magistrate-Plantée"), "who may see sees");
    crip.get(&format!("/v1/dossiers/{}", depot.dossier)).expect(200);

    // The same words where they do not belong: in a query, a path, a header, a bad body.
    let mut answers = Vec::new();
    // A pointer (RFC 6901) repeats the names of members, never their values: these answers may, the log may not.
    let mut named = Vec::new();
    for word in PLANTES {
        let encoded = crate::appui::postgres::encode(word);
        answers.push(association.get(&format!("/v1/signalements?nom={encoded}")));
        answers.push(association.get(&format!("/v1/signalements?statut={encoded}")));
        answers.push(association.get(&format!("/v1/signalements?curseur={encoded}")));
        answers.push(association.get(&format!("/v1/signalements/{encoded}")));
        answers.push(association.get(&format!("/{encoded}")));
        named.push(association.post("/v1/signalements", &json!({word: 1})));
        answers.push(association.post("/v1/signalements", &json!({"ressort": [word]})));
        answers.push(association.post("/v1/signalements", &json!({"dossier": word})));
        named.push(association.post("/v1/signalements", &json!({"lieu_effectif": {word: word}})));
        answers.push(
            association.post("/v1/signalements", &json!({"auteurs": [{"nom": word, "telephone": word}]})),
        );
        let identite =
            json!({"identite_mineur": {"valeur": {"nom": "x", "sexe": word, "date_naissance": word}}});
        answers.push(association.post("/v1/signalements", &identite));
        answers.push(association.send(
            "POST",
            "/v1/signalements",
            &[("Idempotency-Key", &encoded)],
            Some(word.as_bytes()),
        ));
        answers.push(association.patch(
            &depot.path(),
            &format!("\"{encoded}\""),
            &json!({"ressort": "melun"}),
        ));
        answers.push(association.send(
            "GET",
            "/v1/moi",
            &[("Authorization", &format!("Bearer {encoded}"))],
            None,
        ));
        answers.push(
            machine
                .put(&format!("/v1/accuses-reception/{encoded}"), &json!({"reference": word, "date": word})),
        );
        answers
            .push(machine.post_without_key("/v1/accuses-reception/lots", &json!([{"service": word}, word])));
        answers.push(association.send(word_as_method(word), "/v1/moi", &[], None));
    }
    for answer in &answers {
        assert!(answer.status >= 400 || answer.request.contains("/lots"), "{answer}");
        let headers = format!("{:?}", answer.headers);
        assert_eq!(fouille.scan(&answer.body), Vec::<String>::new(), "{answer}");
        assert_eq!(fouille.scan(headers.as_bytes()), Vec::<String>::new(), "{answer}");
    }

    assert!(named.iter().all(|answer| answer.status == 400));

    association.send("GET", "/v1/moi", &[("X-Request-Id", "Quarkovitch-Temoin")], None);
    association.send("GET", "/v1/moi", &[("User-Agent", "Quarkovitch-Temoin")], None);

    // While the server runs (WAL included), then once it has left.
    let mut folders = vec![env.data(), env.keys(), env.log().parent().expect("dossier").to_path_buf()];
    if let Some(database) = env.database() {
        env.sql("77").execute("CHECKPOINT");
        folders.push(database.cluster().data_dir());
    }
    assert_eq!(found(&fouille, &folders), Vec::<String>::new());
    env.stop();
    assert_eq!(found(&fouille, &folders), Vec::<String>::new());

    // Positive controls: the search reads the right files (our reference is there in clear), and finds.
    let temoin = Fouille::new(&[&depot.reference]);
    let (trouves, lus) =
        temoin.scan_folder(folders.last().filter(|_| env.database().is_some()).unwrap_or(&env.data()));
    assert!(!trouves.is_empty(), "the reference is stored in clear: {lus} bytes read");
    std::fs::write(env.data().join("temoin.txt"), "quarkovitch-temoin").expect("témoin");
    assert_eq!(found(&fouille, &[env.data()]).len(), 1, "the positive control must be found");
});

/// A method that nobody knows, of letters only.
fn word_as_method(word: &str) -> &'static str {
    if word.len().is_multiple_of(2) { "QUARKOVITCH" } else { "ZEBULON" }
}

sur_les_deux_bases!(sec_5_demo_names_are_sealed_too, |env| {
    // The names that the demo shows to its CRIP are not in its files.
    let crip = env.client("crip");
    let mut names: Vec<String> = Vec::new();
    for element in crate::appui::scenario::all(&crip, "/v1/signalements") {
        let view = crip.get(&format!("/v1/signalements/{}", element["id"].as_str().expect("id"))).expect(200);
        for place in
            ["/identite_mineur/valeur/nom", "/identite_mineur/valeur/prenoms", "/domicile_parents/valeur"]
        {
            names.extend(view.pointer(place).and_then(Value::as_str).map(str::to_owned));
        }
        names.extend(view["auteurs"][0]["telephone"].as_str().map(str::to_owned));
    }
    // Some surnames are those of invented agents and organisations too, which are not secret.
    let mut sql = env.sql("77");
    let mut clear = sql.texts("SELECT nom AS v FROM agent");
    clear.extend(sql.texts("SELECT nom AS v FROM organisation"));
    clear.push("fictif".to_owned());
    let clear = clear.join(" ").to_lowercase();
    drop(sql);
    names.retain(|name| name.len() >= 6 && !clear.contains(&name.to_lowercase()));
    names.sort();
    names.dedup();
    assert!(!names.is_empty(), "the demo has people with names");
    env.stop();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let fouille = Fouille::new(&names);
    let mut folders = vec![env.keys()];
    match env.database() {
        Some(database) => folders.push(database.cluster().data_dir()),
        None => folders.push(env.data()),
    }
    let found: Vec<String> =
        found(&fouille, &folders).into_iter().filter(|found| !found.contains("courriels")).collect();
    assert_eq!(found, Vec::<String>::new());
});

sur_les_deux_bases!(r24_no_line_can_be_slipped_into_the_log, Options::PROCESS, |env| {
    let client = env.client("association");
    for path in ["/v1/moi%0d%0a%7b%22faux%22%3a1%7d", "/v1/moi?x=%0a%7b%22faux%22%3a1%7d"] {
        client.get(path);
    }
    client.raw(b"GET /v1/moi\x0b{\"faux\":1} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    env.stop();
    let log = std::fs::read_to_string(env.log()).expect("journal");
    assert!(!log.lines().any(|line| line.trim_start().starts_with("{\"faux\"")), "{log}");
});

sur_les_deux_bases!(r24_a_request_is_one_json_line_without_query, Options::PROCESS, |env| {
    let client = env.client("association");
    let depot = draft(&client, &rapport_with(&json!({})));
    let reply = client.get(&depot.path());
    let id = reply.header("X-Request-Id").expect("X-Request-Id").to_owned();
    client.get("/v1/signalements?statut=brouillon");
    env.stop();
    let log = std::fs::read_to_string(env.log()).expect("journal");
    let line =
        log.lines().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("no line for {id}:\n{log}"));
    let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("not JSON ({e}): {line}"));
    let text = line.to_string();
    assert!(text.contains("/v1/signalements/{id}"), "the route's template: {text}");
    assert!(text.contains("200"), "the status: {text}");
    assert!(!text.contains(&depot.id), "no identifier: {text}");
    assert!(!log.contains("statut=brouillon"), "no query in the log");
});
