//! The live server against its own contract: examples, roles, methods, parameters, bodies, headers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::appui::client::{Client, JSON};
use crate::appui::scenario::{accuse, all, draft, rapport, transmit, transmitted};
use crate::appui::schema::fault;
use crate::appui::serveur::{Engine, Env, Options, sur_les_deux_bases};

/// One operation of the contract.
#[derive(Debug, Clone)]
struct Operation {
    path: String,
    method: String,
    id: String,
    value: Value,
}

fn operations(contract: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in contract["paths"].as_object().expect("paths") {
        for method in ["get", "put", "post", "delete", "patch", "head", "options", "trace"] {
            if let Some(value) = item.get(method) {
                operations.push(Operation {
                    path: path.clone(),
                    method: method.to_uppercase(),
                    id: value["operationId"]
                        .as_str()
                        .unwrap_or_else(|| panic!("no operationId: {path}"))
                        .to_owned(),
                    value: value.clone(),
                });
            }
        }
    }
    assert!(operations.len() >= 15, "{} operations", operations.len());
    operations
}

fn resolve<'a>(root: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).expect("$ref"),
        None => value,
    }
}

/// A path with its variables filled by identifiers that nothing bears.
fn concrete(path: &str) -> String {
    path.replace("{id}", "01890000-0000-7000-8000-000000000000").replace("{reference_parquet}", "INCONNUE-1")
}

fn contract(env: &Env) -> Value {
    env.anonymous().get("/openapi.json").expect(200)
}

#[test]
fn contract_served_printed_and_checked_in_are_one() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let served = env.anonymous().get("/openapi.json");
    let printed = crate::appui::binaire::output(&Vec::new(), &["openapi"]);
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json"));
    let printed: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(printed["openapi"], "3.1.0");
    assert_eq!(served.json(), printed);
    assert_eq!(
        serde_json::from_str::<Value>(&kept.expect("openapi.json")).expect("JSON"),
        printed,
        "make contract"
    );
    assert!(served.header("Content-Type").is_some_and(|t| t.starts_with("application/json")));
}

/// Each body and each answer carries an example that satisfies its own schema.
#[test]
fn contract_examples_are_complete_and_valid() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let root = contract(&env);
    let mut checked = 0;
    for operation in operations(&root) {
        let mut contents: Vec<(String, &Value)> = Vec::new();
        if let Some(body) = operation.value.get("requestBody") {
            contents.push(("body".to_owned(), &resolve(&root, body)["content"]));
        }
        for (status, answer) in operation.value["responses"].as_object().expect("responses") {
            let answer = resolve(&root, answer);
            assert!(
                answer["description"].as_str().is_some_and(|d| !d.is_empty()),
                "{} {status}",
                operation.id
            );
            contents.push((status.clone(), &answer["content"]));
        }
        for (place, content) in contents {
            for (kind, media) in content.as_object().into_iter().flatten() {
                let name = format!("{} {place} {kind}", operation.id);
                if !kind.contains("json") && !kind.contains("form") {
                    continue;
                }
                let mut examples: Vec<&Value> = media.get("example").into_iter().collect();
                examples.extend(
                    media["examples"]
                        .as_object()
                        .into_iter()
                        .flatten()
                        .map(|(_, e)| &resolve(&root, e)["value"]),
                );
                assert!(!examples.is_empty(), "{name}: no example");
                for example in examples {
                    assert_eq!(fault(&root, &media["schema"], example, &name), None);
                    checked += 1;
                }
            }
        }
    }
    assert!(checked >= 30, "{checked} examples only");
}

/// Texts for people are French; every operation says what it does and names its rule.
#[test]
fn contract_speaks_french_and_describes_everything() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let root = contract(&env);
    for operation in operations(&root) {
        let summary = operation.value["summary"].as_str().unwrap_or_default();
        assert!(!summary.is_empty(), "{}: no summary", operation.id);
        for english in [" the ", " of ", " and ", " with ", "Returns", "Create ", "List "] {
            let text = format!("{summary} {}", operation.value["description"].as_str().unwrap_or_default());
            assert!(!text.contains(english), "{}: « {english} » in {text}", operation.id);
        }
        let words = operation.id.split('_').count();
        assert!(
            (words >= 2 || !operation.path.starts_with("/v1/")) && operation.id.is_ascii(),
            "<verb>_<noun>: {}",
            operation.id
        );
    }
}

sur_les_deux_bases!(contract_example_report_goes_through, |env| {
    let root = contract(env);
    let body = root.pointer("/paths/~1v1~1signalements/post/requestBody").expect("requestBody");
    let media = &resolve(&root, body)["content"]["application/json"];
    let example = media.get("example").cloned().unwrap_or_else(|| {
        let first = media["examples"].as_object().and_then(|e| e.values().next()).expect("un exemple");
        first["value"].clone()
    });
    let association = env.client("association");
    let mut example = example;
    // The dossier of an example belongs to no database.
    example.as_object_mut().expect("objet").remove("dossier");
    let depot = draft(&association, &example);
    transmit(&association, &depot);
});

// A live tour: each answer satisfies the schema that the contract gives for its status.
sur_les_deux_bases!(contract_describes_live_answers, |env| {
    let root = contract(env);
    let association = env.client("association");
    let crip = env.client("crip");
    let parquet = env.client_of("77", "parquet", Some("parquet-meaux"));
    let machine = env.machine("77", "parquet-meaux");
    let depot = transmitted(&association);
    env.mails(&depot.reference, 2);
    let path = depot.path();
    let mut replies = vec![
        ("/v1/moi", crip.get("/v1/moi")),
        ("/v1/moi", machine.get("/v1/moi")),
        ("/v1/territoire", crip.get("/v1/territoire")),
        ("/v1/organisations", crip.get("/v1/organisations")),
        ("/v1/dossiers", crip.get("/v1/dossiers")),
        ("/v1/dossiers/{id}", crip.get(&format!("/v1/dossiers/{}", depot.dossier))),
        ("/v1/dossiers/{id}/chronologie", crip.get(&format!("/v1/dossiers/{}/chronologie", depot.dossier))),
        ("/v1/signalements", crip.get("/v1/signalements")),
        ("/v1/signalements/{id}", association.get(&path)),
        ("/v1/signalements/{id}", parquet.get(&path)),
        ("/v1/signalements/{id}/envois", association.get(&format!("{path}/envois"))),
        ("/v1/echeances", association.get("/v1/echeances")),
        ("/v1/echeances/simulation", crip.get("/v1/echeances/simulation?regle=SIG-8&depart=2026-12-24")),
        (
            "/v1/echeances/simulation",
            crip.get("/v1/echeances/simulation?regle=EVA-3&voie=opp&depart=2026-12-24"),
        ),
        ("/v1/signalements", association.post("/v1/signalements", &rapport())),
        ("/v1/signalements", association.post("/v1/signalements", &json!({"inconnu": 1}))),
        ("/v1/signalements/{id}/transmission", association.post(&format!("{path}/transmission"), &json!({}))),
        ("/v1/signalements/{id}", association.get("/v1/signalements/x")),
        ("/v1/signalements/{id}", association.send("PATCH", &path, &[JSON], Some(b"{}"))),
        ("/v1/moi", env.anonymous().get("/v1/moi")),
    ];
    let lot =
        json!([{"reference_parquet": "C-1", "reference": depot.reference, "date": "x", "service": "y"}]);
    replies
        .push(("/v1/accuses-reception/lots", machine.post_without_key("/v1/accuses-reception/lots", &lot)));
    replies.push((
        "/v1/accuses-reception/{reference_parquet}",
        machine.put("/v1/accuses-reception/CONTRAT-1", &accuse(&depot)),
    ));
    for organisation in all(&crip, "/v1/organisations") {
        let path = format!("/v1/organisations/{}", organisation["id"].as_str().expect("id"));
        replies.push(("/v1/organisations/{id}", crip.get(&path)));
    }
    for element in all(&crip, "/v1/signalements") {
        let path = format!("/v1/signalements/{}", element["id"].as_str().expect("id"));
        replies.push(("/v1/signalements/{id}", crip.get(&path)));
        replies.push(("/v1/signalements/{id}/envois", crip.get(&format!("{path}/envois"))));
    }
    for (template, reply) in replies {
        let method = reply.request.split(' ').next().expect("méthode").to_lowercase();
        let answers = &root["paths"][template][&method]["responses"];
        let answer =
            answers.get(reply.status.to_string()).unwrap_or_else(|| panic!("undocumented status: {reply}"));
        let content = resolve(&root, answer)["content"].as_object().cloned().unwrap_or_default();
        let kind =
            reply.header("Content-Type").unwrap_or_default().split(';').next().expect("type").to_owned();
        let media = content.get(&kind).unwrap_or_else(|| panic!("undocumented type {kind}: {reply}"));
        assert_eq!(fault(&root, &media["schema"], &reply.json(), ""), None, "{reply}");
    }
});

/// Who may call what, in words: the content of dossiers is closed to four roles (§14).
const SANS_DOSSIER: [&str; 4] = ["observatoire", "copil", "dpo", "administrateur"];

/// Operations open to every habilitated caller, whatever its role.
const POUR_TOUS: [&str; 5] =
    ["show_moi", "show_territoire", "list_organisations", "show_organisation", "simulate_echeance"];

/// Operations of one role alone.
const RESERVEES: [(&str, &str); 3] = [
    ("put_accuse_reception", "parquet"),
    ("push_accuses_reception", "parquet"),
    ("close_signalement", "crip"),
];

/// Each operation × each role: a forbidden one is never served, an allowed one never denied.
#[test]
fn every_operation_has_a_policy_for_every_role() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let root = contract(&env);
    let clients: BTreeMap<&str, Client> =
        domain::acteur::Role::ALL.into_iter().map(|role| (role.code(), env.client(role.code()))).collect();
    assert_eq!(clients.len(), 16);
    let mut seen = BTreeSet::new();
    for operation in operations(&root) {
        if !operation.path.starts_with("/v1/") {
            continue;
        }
        seen.insert(operation.id.clone());
        assert!(
            env.anonymous().send(&operation.method, &concrete(&operation.path), &[], None).status == 401,
            "{} without a token",
            operation.id
        );
        for (role, client) in &clients {
            let status = probe(client, &root, &operation);
            let reserved = RESERVEES.iter().find(|(id, _)| *id == operation.id).map(|(_, role)| *role);
            let open = POUR_TOUS.contains(&operation.id.as_str())
                || reserved.map_or(!SANS_DOSSIER.contains(role), |only| only == *role);
            let what = format!("{} as {role}: {status}", operation.id);
            if open {
                assert!(status != 401 && status != 403, "{what}");
            } else {
                // A list may be empty rather than forbidden: nothing is shown.
                let lists = operation.id.starts_with("list_");
                assert!(status == 403 || status == 404 || (lists && status == 200), "{what}");
            }
        }
    }
    for id in POUR_TOUS.iter().chain(RESERVEES.iter().map(|(id, _)| id)) {
        assert!(
            seen.contains(*id),
            "the table names an operation that is not there: {id} (there are {seen:?})"
        );
    }
}

/// A well-formed request for this operation, on identifiers that nothing bears.
fn probe(client: &Client, root: &Value, operation: &Operation) -> u16 {
    let mut path = concrete(&operation.path);
    if operation.id == "simulate_echeance" {
        path.push_str("?regle=SIG-8&depart=2026-12-24");
    }
    let body = operation.value.get("requestBody").map(|body| {
        let media = &resolve(root, body)["content"]["application/json"];
        let first = media["examples"].as_object().and_then(|e| e.values().next()).map(|e| e["value"].clone());
        media.get("example").cloned().or(first).unwrap_or_else(|| json!({})).to_string()
    });
    let key = crate::appui::postgres::random_hex();
    let mut headers = vec![];
    if body.is_some() {
        headers.push(JSON);
    }
    if operation.method == "POST" {
        headers.push(("Idempotency-Key", key.as_str()));
    }
    if operation.method == "PATCH" {
        headers.push(("If-Match", "\"1\""));
    }
    let reply = client.send(&operation.method, &path, &headers, body.as_deref().map(str::as_bytes));
    let documented = operation.value["responses"].get(reply.status.to_string()).is_some();
    assert!(documented, "{}: undocumented status: {reply}", operation.id);
    if reply.status == 200 && operation.id.starts_with("list_") {
        let elements = reply.json()["elements"].as_array().map_or(0, Vec::len);
        return if elements == 0 { 200 } else { 299 };
    }
    reply.status
}

#[test]
fn known_path_with_another_method_is_405_with_allow() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let root = contract(&env);
    let client = env.client("association");
    let mut paths: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in operations(&root) {
        paths.entry(operation.path).or_default().insert(operation.method);
    }
    for (path, methods) in &paths {
        for method in ["GET", "PUT", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND", "XYZ"] {
            if methods.contains(method) {
                continue;
            }
            let reply = client.send(method, &concrete(path), &[], None);
            assert_eq!(reply.status, 405, "{path}: {reply}");
            reply.refused(405, "methode_non_admise");
            let allow = reply.header("Allow").unwrap_or_else(|| panic!("no Allow: {reply}"));
            let allow: BTreeSet<String> = allow.split(',').map(|m| m.trim().to_owned()).collect();
            assert!(allow.is_superset(methods), "{path}: {allow:?}, not {methods:?}");
            for extra in allow.difference(methods) {
                assert!(["HEAD", "OPTIONS"].contains(&extra.as_str()), "{path}: {allow:?}, not {methods:?}");
            }
        }
    }
    client.get("/v1/inconnu").refused(404, "introuvable");
    client.get("/inconnu").refused(404, "introuvable");
}

#[test]
fn unknown_or_repeated_parameter_is_refused() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let root = contract(&env);
    let client = env.client("association");
    for operation in operations(&root) {
        if !operation.path.starts_with("/v1/") || operation.method != "GET" {
            continue;
        }
        let path = concrete(&operation.path);
        for query in ["inconnu=1", "Limite=1", "limite=1&limite=2", "limite[]=1", "%00=1", "=1", "statut=%ff"]
        {
            let reply = client.get(&format!("{path}?{query}"));
            reply.refused(400, "parametre_invalide");
        }
    }
    for (path, query) in [
        ("/v1/signalements", "statut=inconnu"),
        ("/v1/signalements", "statut="),
        ("/v1/signalements", "statut=brouillon,transmis"),
        ("/v1/signalements", "dossier=x"),
        ("/v1/organisations", "categorie=inconnue"),
        ("/v1/dossiers", "situation=grave"),
    ] {
        client.get(&format!("{path}?{query}")).refused(400, "parametre_invalide");
    }
    for statut in ["brouillon", "transmis", "recu", "clos", "abandonne"] {
        let crip = env.client("crip");
        for client in [&client, &crip] {
            let elements = all(client, &format!("/v1/signalements?statut={statut}"));
            assert!(elements.iter().all(|e| e["statut"] == statut));
        }
    }
}

sur_les_deux_bases!(malformed_bodies_are_named_and_write_nothing, |env| {
    let client = env.client("association");
    let before = all(&client, "/v1/signalements").len();
    let send = |kind: &str, body: &[u8]| {
        let key = crate::appui::postgres::random_hex();
        client.send(
            "POST",
            "/v1/signalements",
            &[("Content-Type", kind), ("Idempotency-Key", &key)],
            Some(body),
        )
    };
    let json = "application/json";
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    let nested = format!("{{\"lieu_effectif\":{}1{}}}", "{\"valeur\":".repeat(200), "}".repeat(200));
    let very_deep = "[".repeat(100_000);
    for body in [
        "",
        " ",
        "{",
        "}",
        "null",
        "[]",
        "1",
        "\"x\"",
        "{}x",
        "{} {}",
        "{'ressort':'meaux'}",
        "{\"ressort\":}",
        "{\"ressort\":\"meaux\",}",
        "{\"ressort\":\"a\",\"ressort\":\"b\"}",
        "{\"ressort\":NaN}",
        "// x\n{}",
        "\u{feff}{}",
        &deep,
        &nested,
        &very_deep,
        "{\"ressort\":\"\\ud800\"}",
        "{\"ressort\":1e999}",
    ] {
        let reply = send(json, body.as_bytes());
        assert_eq!(reply.status, 400, "{}: {reply}", &body[..body.len().min(60)]);
        reply.refused(400, "corps_malforme");
    }
    send(json, b"{\"ressort\":\"\xff\xfe\"}").refused(400, "corps_malforme");
    send(json, b"\x00\x00").refused(400, "corps_malforme");
    for (body, pointer) in [
        (json!({"inconnu": 1}), "/inconnu"),
        (json!({"statut": "transmis"}), "/statut"),
        (json!({"id": "01890000-0000-7000-8000-000000000000"}), "/id"),
        (json!({"reference": "X"}), "/reference"),
        (json!({"ressort": 1}), "/ressort"),
        (json!({"ressort": ["meaux"]}), "/ressort"),
        (json!({"a/b~c": 1}), "/a~1b~0c"),
        (
            json!({"auteurs": [{"nom": "A", "telephone": "0199001234", "courriel": "a@example.org", "x": 1}]}),
            "/auteurs/0/x",
        ),
    ] {
        let reply = send(json, body.to_string().as_bytes());
        assert!([400, 422].contains(&reply.status), "{body}: {reply}");
        assert_eq!(reply.problem(reply.status).pointers(), [pointer], "{body}: {reply}");
    }
    for kind in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "",
        "json",
        "application/json5",
    ] {
        send(kind, b"{}").refused(415, "type_de_contenu_inadmis");
    }
    let reply = client.send("POST", "/v1/signalements", &[("Idempotency-Key", "sans-type")], Some(b"{}"));
    reply.refused(415, "type_de_contenu_inadmis");
    let encoded = [JSON, ("Idempotency-Key", "gzip"), ("Content-Encoding", "gzip")];
    client
        .send("POST", "/v1/signalements", &encoded, Some(b"\x1f\x8b"))
        .refused(415, "type_de_contenu_inadmis");
    let big = format!("{{\"ressort\":\"{}\"}}", "x".repeat(300 * 1024));
    send(json, big.as_bytes()).refused(413, "corps_trop_volumineux");
    send("application/json; charset=utf-8", b"{").refused(400, "corps_malforme");
    assert_eq!(all(&client, "/v1/signalements").len(), before, "nothing was written");
});

#[test]
fn odd_requests_are_answered_or_cut_and_the_server_lives() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let client = env.client("association");
    let token = client.token().to_owned();
    let head = format!("Host: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n");
    for request in [
        "\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /v1/moi HTTP/1.1\r\n{head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
        format!(
            "POST /v1/signalements HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"
        ),
        format!(
            "POST /v1/signalements HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: -1\r\n\r\n"
        ),
        format!("GET /v1/moi HTTP/1.1\r\n{head}{}\r\n", "X-A: b\r\n".repeat(500)),
        format!("GET /v1/moi HTTP/1.1\r\n{head}X-A: {}\r\n\r\n", "b".repeat(300_000)),
        format!("GET /{} HTTP/1.1\r\n{head}\r\n", "a".repeat(20_000)),
        format!("GET /v1/../v1/moi HTTP/1.1\r\n{head}\r\n"),
        format!("GET http://ailleurs.example.org/v1/moi HTTP/1.1\r\n{head}\r\n"),
        format!("CONNECT x:1 HTTP/1.1\r\n{head}\r\n"),
        format!("OPTIONS * HTTP/1.1\r\n{head}\r\n"),
        format!("GET /v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n{head}\r\n"),
        format!("GET /docs/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\n{head}\r\n"),
    ] {
        let answer = client.raw(request.as_bytes());
        let first = answer.lines().next().unwrap_or_default().to_owned();
        let shown: String = request.chars().take(60).collect();
        assert!(!first.contains(" 500 "), "{shown:?}: {answer}");
        assert!(!answer.contains("root:"), "{shown:?}: {answer}");
        assert_eq!(client.get("/v1/moi").status, 200, "the server still answers after {shown:?}");
    }
}

#[test]
fn documents_are_served_offline_and_health_says_little() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    let anonymous = env.anonymous();
    let page = anonymous.get("/docs/");
    assert_eq!(page.status, 200, "{page}");
    let html = page.text();
    assert!(html.contains("swagger"), "{html}");
    let outside = html.split(['"', '\'']).find(|part| part.starts_with("http"));
    assert_eq!(outside, None, "the docs page must work offline");
    for path in ["/sante/vivant", "/sante/pret"] {
        let reply = anonymous.get(path);
        assert_eq!(reply.status, 200, "{reply}");
        for secret in ["sqlite", "postgres", "77", "0.1.0", "/tmp"] {
            assert!(!reply.text().to_lowercase().contains(secret), "{reply}");
        }
    }
    // Each problem explains itself where its `type` says.
    let problem = anonymous.get("/v1/moi").json();
    let page = anonymous.get(problem["type"].as_str().expect("type"));
    assert_eq!(page.status, 200, "{page}");
}

sur_les_deux_bases!(simulated_deadlines_explain_themselves, |env| {
    let client = env.client("crip");
    let ask = |query: &str| client.get(&format!("/v1/echeances/simulation?{query}"));
    for (query, expected) in [
        ("regle=EVA-3&voie=opp&depart=2026-12-24", "2026-12-31"),
        ("regle=EVA-3&voie=hors_opp&depart=2026-11-30", "2027-02-28"),
        ("regle=EVA-3&voie=hors_opp&depart=2026-11-30&sursis_jours=10", "2027-03-10"),
        ("regle=EVA-3&voie=hors_opp&depart=2027-11-30", "2028-02-29"),
        ("regle=SIG-8&depart=2026-12-24", "2026-12-29"),
        ("regle=SIG-8&depart=2026-05-22", "2026-05-27"),
        ("regle=SIG-8&depart=2026-11-28", "2026-12-01"),
    ] {
        let answer = ask(query).expect(200);
        assert_eq!(answer["echeance"], expected, "{query}: {answer}");
        for member in ["regle", "source", "depart", "version_regle"] {
            assert!(answer[member].is_string(), "{member}: {answer}");
        }
        assert!(answer["etapes"].as_array().is_some_and(|steps| !steps.is_empty()), "{answer}");
    }
    ask("regle=EVA-3&voie=opp&depart=2026-12-24&sursis_jours=10").problem(422);
    for query in [
        "regle=EVA-3&voie=autre&depart=2026-12-24",
        "regle=EVA-3&depart=2026-12-24",
        "regle=INCONNUE&depart=2026-12-24",
        "regle=SIG-8",
        "regle=SIG-8&depart=2026-02-30",
        "regle=SIG-8&depart=24/12/2026",
        "regle=EVA-3&voie=hors_opp&depart=2026-12-24&sursis_jours=-1",
        "regle=EVA-3&voie=hors_opp&depart=2026-12-24&sursis_jours=x",
        "regle=EVA-3&voie=hors_opp&depart=2026-12-24&sursis_jours=99999999999",
    ] {
        let reply = ask(query);
        assert!([400, 422].contains(&reply.status), "{query}: {reply}");
        reply.problem(reply.status);
    }
});
