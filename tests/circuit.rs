//! The first whole circuit: a draft, what it lacks, the sending, the Parquet's acknowledgement (SIG-1…5).

use std::time::Duration;

use serde_json::{Value, json};

use crate::appui::client::{Client, Problem};
use crate::appui::postgres::encode;
use crate::appui::scenario::{
    MENTIONS, OBJET, accuse, all, draft, lists, rapport, rapport_with, today, transmit, transmitted,
};
use crate::appui::serveur::{Env, sur_les_deux_bases, wait_until};

fn show(client: &Client, id: &str) -> Value {
    client.get(&format!("/v1/signalements/{id}")).expect(200)
}

fn possible(view: &Value, nom: &str) -> bool {
    let actions = view["actions"].as_array().expect("actions");
    let action = actions.iter().find(|action| action["nom"] == nom);
    let action = action.unwrap_or_else(|| panic!("no action `{nom}`: {view}"));
    let possible = action["possible"].as_bool().expect("possible");
    assert_eq!(possible, action.get("motif_refus").is_none_or(Value::is_null), "{action}");
    possible
}

sur_les_deux_bases!(sig_1_to_5_whole_circuit, |env| {
    let association = env.client("association");
    let parquet = env.client_of("77", "parquet", Some("parquet-meaux"));
    let crip = env.client("crip");

    // Two mentions missing: refused, with exactly their pointers.
    let depot =
        draft(&association, &rapport_with(&json!({"lieu_effectif": null, "situation_scolaire": null})));
    let transmission = format!("{}/transmission", depot.path());
    assert!(!possible(&show(&association, &depot.id), "transmettre"));
    let refusal = association.post(&transmission, &json!({})).refused(422, "mentions_manquantes");
    assert_eq!(refusal.pointers(), ["/lieu_effectif", "/situation_scolaire"]);
    assert_eq!(refusal.regle.as_deref(), Some("SIG-1"));
    assert_eq!(show(&association, &depot.id)["statut"], "brouillon");

    // Completed, one filled and one declared unknown with its reason.
    let complements = json!({
        "lieu_effectif": {"valeur": "3 place des Essais, Meaux"},
        "situation_scolaire": {"inconnu": true, "motif": "L’établissement n’a pas répondu."},
    });
    let reply = association.patch(&depot.path(), &depot.etag, &complements);
    let view = reply.expect(200);
    assert_ne!(reply.etag(), depot.etag, "a change gives another ETag");
    assert_eq!(view["lieu_effectif"], complements["lieu_effectif"]);
    assert_eq!(view["situation_scolaire"], complements["situation_scolaire"]);
    assert!(possible(&view, "transmettre"));
    assert!(!lists(&parquet, "/v1/signalements", &depot.id), "a draft is its author's alone");

    // Handed over: Parquet and CRIP enter, and each receives one e-mail.
    let view = association.post(&transmission, &json!({})).expect(200);
    assert_eq!(view["statut"], "transmis");
    assert!(!possible(&view, "modifier") && !possible(&view, "transmettre"));
    for client in [&parquet, &crip] {
        assert!(lists(client, "/v1/signalements", &depot.id));
        assert_eq!(show(client, &depot.id)["reference"], depot.reference.as_str());
    }
    let mails = env.mails(&depot.reference, 2);
    let mut to: Vec<&str> = mails.iter().flat_map(|mail| mail.a.iter().map(String::as_str)).collect();
    to.sort_unstable();
    assert_eq!(to, ["crip-77@example.org", "parquet-meaux@example.org"]);
    for mail in &mails {
        assert!(mail.chiffre, "TLS is demanded");
        assert_eq!(mail.objet(), OBJET);
        assert!(mail.texte().contains(&depot.reference), "our reference, to quote");
        let (_, document) = mail.document().expect("the report is attached");
        assert!(document.contains("Lafontaine") && document.contains(&depot.reference), "the whole report");
        assert!(!mail.texte().contains("Lafontaine"), "the text of the e-mail names nobody");
    }
    wait_until("both sendings recorded", Duration::from_secs(10), || {
        let envois = association.get(&format!("{}/envois", depot.path())).expect(200);
        envois["elements"].as_array().expect("elements").iter().filter(|e| e["statut"] == "remis").count()
            == 2
    });
    let view = show(&association, &depot.id);
    assert!(view["effectue_a"].is_string(), "{view}");
    assert_eq!(view["copie_manquante"], false);

    // The Parquet's machine acknowledges, under its own reference.
    let machine = env.machine("77", "parquet-meaux");
    let path = format!("/v1/accuses-reception/{}", encode("PM/2026 n°417é"));
    let acknowledgement = accuse(&depot);
    let reply = machine.put(&path, &acknowledgement);
    assert!(reply.status == 200 || reply.status == 201, "{reply}");
    assert_eq!(reply.json()["reference_parquet"], "PM/2026 n°417é");
    for client in [&association, &parquet, &crip] {
        let view = show(client, &depot.id);
        assert_eq!(view["statut"], "recu", "{view}");
    }

    // The same again: the same answer, and nothing changes.
    let again = machine.put(&path, &acknowledgement);
    assert_eq!((again.status, again.text()), (reply.status, reply.text()));
    let mut other = acknowledgement.clone();
    other["service"] = "Un autre service".into();
    assert_eq!(machine.put(&path, &other).problem(409).regle.as_deref(), Some("SIG-5"));
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
});

sur_les_deux_bases!(sig_1_each_mention_is_asked_for, |env| {
    let association = env.client("association");
    let vide = draft(&association, &json!({}));
    let refusal = association.post(&format!("{}/transmission", vide.path()), &json!({})).problem(422);
    let mut expected: Vec<String> = MENTIONS.iter().map(|m| format!("/{m}")).collect();
    expected.extend(["/auteurs".to_owned(), "/ressort".to_owned()]);
    expected.sort();
    assert_eq!(refusal.pointers(), expected);
    for mention in MENTIONS {
        let depot = draft(&association, &rapport_with(&json!({mention: null})));
        let refusal = association.post(&format!("{}/transmission", depot.path()), &json!({})).problem(422);
        assert_eq!(refusal.pointers(), [format!("/{mention}")]);
        let unknown = json!({mention: {"inconnu": true, "motif": "Non communiqué."}});
        association.patch(&depot.path(), &depot.etag, &unknown).expect(200);
        transmit(&association, &depot);
    }
});

sur_les_deux_bases!(sig_1_a_mention_is_a_value_or_a_reason, |env| {
    let association = env.client("association");
    let bad = [
        json!({}),
        json!("texte"),
        json!([]),
        json!({"valeur": ""}),
        json!({"valeur": "   "}),
        json!({"valeur": 7}),
        json!({"valeur": {"texte": "x"}}),
        json!({"inconnu": true}),
        json!({"inconnu": true, "motif": ""}),
        json!({"inconnu": true, "motif": "  "}),
        json!({"inconnu": false, "motif": "x"}),
        json!({"inconnu": "oui", "motif": "x"}),
        json!({"valeur": "x", "inconnu": true, "motif": "x"}),
        json!({"valeur": "x", "autre": 1}),
        json!({"valeur": "x\u{0}y"}),
        json!({"valeur": "x".repeat(100_000)}),
    ];
    let before = all(&association, "/v1/signalements").len();
    for mention in bad {
        let reply = association.post("/v1/signalements", &json!({"lieu_effectif": mention}));
        assert!([400, 422].contains(&reply.status), "{mention}: {reply}");
        let problem = reply.problem(reply.status);
        let pointer = problem.pointers();
        assert!(!pointer.is_empty(), "{mention}: {reply}");
        assert!(pointer.iter().all(|p| p.starts_with("/lieu_effectif")), "{mention}: {reply}");
    }
    for identite in
        [json!("Lafontaine"), json!({}), json!({"nom": ""}), json!({"date_naissance": "2010-02-30"})]
    {
        let reply = association.post("/v1/signalements", &json!({"identite_mineur": {"valeur": identite}}));
        assert!([400, 422].contains(&reply.status), "{identite}: {reply}");
        let problem = reply.problem(reply.status);
        assert!(problem.pointers().iter().all(|p| p.starts_with("/identite_mineur")), "{identite}: {reply}");
    }
    assert_eq!(all(&association, "/v1/signalements").len(), before, "nothing was written");
});

sur_les_deux_bases!(sig_2_unknown_ressort_is_refused_at_transmission, |env| {
    let association = env.client("association");
    let depot = draft(&association, &rapport_with(&json!({"ressort": "atlantide"})));
    let refusal = association.post(&format!("{}/transmission", depot.path()), &json!({})).problem(422);
    assert_eq!(refusal.pointers(), ["/ressort"]);
});

sur_les_deux_bases!(sig_2_transmission_takes_an_empty_body_or_none, |env| {
    let association = env.client("association");
    let depot = draft(&association, &rapport());
    let path = format!("{}/transmission", depot.path());
    let reply = association.send("POST", &path, &[("Idempotency-Key", "sans-corps")], None);
    assert_eq!(reply.expect(200)["statut"], "transmis");
    let again = association.send("POST", &path, &[("Idempotency-Key", "sans-corps")], None);
    assert_eq!(again.body, reply.body, "the same key gives the same bytes");
    association.post(&path, &json!({})).refused(409, "brouillon_requis");
});

sur_les_deux_bases!(sig_4_nothing_sent_is_edited, |env| {
    let association = env.client("association");
    let depot = transmitted(&association);
    let reply = association.patch(&depot.path(), &depot.etag, &json!({"ressort": "melun"}));
    assert!([409, 412].contains(&reply.status), "{reply}");
    // What the state forbids is said before what the body says badly, and to a reader that it is not theirs.
    let bad = json!({"lieu_effectif": {"valeur": "  "}});
    association.patch(&depot.path(), "*", &bad).refused(409, "brouillon_requis");
    env.client("crip").patch(&depot.path(), "*", &bad).refused(403, "role_insuffisant");
    association.send("DELETE", &depot.path(), &[("If-Match", &depot.etag)], None).problem(405);
    let abandon = association.post(&format!("{}/abandon", depot.path()), &json!({}));
    abandon.refused(409, "brouillon_requis");
    let view = show(&association, &depot.id);
    assert_eq!(view["ressort"], "meaux");
});

sur_les_deux_bases!(sig_4_a_draft_may_be_given_up, |env| {
    let association = env.client("association");
    let depot = draft(&association, &rapport());
    let view = association.post(&format!("{}/abandon", depot.path()), &json!({})).expect(200);
    assert_eq!(view["statut"], "abandonne");
    association.post(&format!("{}/transmission", depot.path()), &json!({})).refused(409, "brouillon_requis");
    assert_eq!(env.mails(&depot.reference, 0).len(), 0);
});

sur_les_deux_bases!(sig_4_the_crip_alone_closes, |env| {
    let association = env.client("association");
    let crip = env.client("crip");
    let depot = transmitted(&association);
    let cloture = format!("{}/cloture", depot.path());
    let body = json!({"motif": "suites_connues"});
    crip.post(&cloture, &body).refused(409, "accuse_attendu");
    let machine = env.machine("77", "parquet-meaux");
    machine.put(&format!("/v1/accuses-reception/CLOS-{}", depot.id), &accuse(&depot));
    association.post(&cloture, &body).problem(403);
    let view = crip.post(&cloture, &body).expect(200);
    assert_eq!(
        (view["statut"].as_str(), view["motif_cloture"].as_str()),
        (Some("clos"), Some("suites_connues"))
    );
    crip.post(&cloture, &body).refused(409, "signalement_clos");
});

sur_les_deux_bases!(sig_5_a_batch_answers_line_by_line, |env| {
    let association = env.client("association");
    let (premier, second) = (transmitted(&association), transmitted(&association));
    let ailleurs = draft(&association, &rapport_with(&json!({"ressort": "melun"})));
    transmit(&association, &ailleurs);
    let brouillon = draft(&association, &rapport());
    let machine = env.machine("77", "parquet-meaux");
    let line = |reference_parquet: &str, reference: &str| json!({"reference_parquet": reference_parquet, "reference": reference, "date": today(), "service": "Mineurs"});
    let batch = json!([
        line("LOT-1", &premier.reference),
        line("LOT-2", "SIG-INCONNU-0001"),
        line("LOT-3", &ailleurs.reference),
        line("LOT-4", &brouillon.reference),
        "pas un objet",
        {"reference_parquet": "LOT-6", "reference": second.reference, "date": "hier", "service": "Mineurs"},
        {"reference_parquet": "LOT-7", "reference": second.reference, "date": today(), "service": "M", "autre": 1},
        null,
        {"reference": second.reference, "date": today(), "service": "Mineurs"},
        line("LOT-10", &second.reference),
    ]);
    let reply = machine.post_without_key("/v1/accuses-reception/lots", &batch);
    let lines = reply.expect(200);
    let lines = lines.as_array().expect("a line for each line");
    let expected = [201, 404, 404, 404, 422, 422, 422, 422, 422, 201];
    assert_eq!(lines.len(), expected.len());
    for (rank, line) in lines.iter().enumerate() {
        assert_eq!(line["ligne"], rank + 1, "{line}");
        let status = line["statut"].as_u64().expect("statut");
        // A created line may say 200, and a malformed one 400: as the line alone would have.
        let expected: &[u64] = match expected[rank] {
            201 => &[200, 201],
            422 => &[400, 422],
            _ => &[404],
        };
        assert!(expected.contains(&status), "line {}: {line}", rank + 1);
        match line.get("probleme") {
            Some(probleme) if status >= 400 => {
                assert_eq!(probleme["status"], status, "{}", Problem::read(probleme).code)
            }
            None if status < 400 => {}
            _ => panic!("a problem goes with a refusal: {line}"),
        }
    }
    // What may not be seen answers as what does not exist, to the letter.
    assert_eq!(lines[1]["probleme"], lines[2]["probleme"]);
    assert_eq!(lines[1]["probleme"], lines[3]["probleme"]);
    assert_eq!(show(&association, &premier.id)["statut"], "recu");
    assert_eq!(show(&association, &second.id)["statut"], "recu");
    assert_eq!(show(&association, &ailleurs.id)["statut"], "transmis");
    assert_eq!(show(&association, &brouillon.id)["statut"], "brouillon");

    let again = machine.post_without_key("/v1/accuses-reception/lots", &batch);
    assert_eq!(again.text(), reply.text(), "the same batch again: the same answer");
    let changed = json!([{"reference_parquet": "LOT-1", "reference": premier.reference, "date": today(), "service": "Z"}]);
    let lines = machine.post_without_key("/v1/accuses-reception/lots", &changed).expect(200);
    assert_eq!(lines[0]["statut"], 409, "{lines}");
});

sur_les_deux_bases!(sig_5_a_batch_has_at_most_500_lines, |env| {
    let machine = env.machine("77", "parquet-meaux");
    let batch = |lines: usize| -> Value {
        let line = |rank: usize| json!({"reference_parquet": format!("GROS-{rank}"), "reference": "SIG-INCONNU", "date": today(), "service": "M"});
        (0..lines).map(line).collect()
    };
    let reply = machine.post_without_key("/v1/accuses-reception/lots", &batch(500));
    let lines = reply.expect(200);
    assert_eq!(lines.as_array().expect("lines").len(), 500);
    machine.post_without_key("/v1/accuses-reception/lots", &batch(501)).refused(413, "corps_trop_volumineux");
    assert_eq!(machine.post_without_key("/v1/accuses-reception/lots", &json!([])).json(), json!([]));
    for body in [json!({}), json!("x"), json!(null), json!(1)] {
        machine.post_without_key("/v1/accuses-reception/lots", &body).problem(400);
    }
});

sur_les_deux_bases!(sig_5_only_the_competent_parquet_acknowledges, |env| {
    let association = env.client("association");
    let depot = transmitted(&association);
    let brouillon = draft(&association, &rapport());
    let meaux = env.machine("77", "parquet-meaux");
    let melun = env.machine("77", "parquet-melun");
    let inconnu = json!({"reference": "SIG-INCONNU-0001", "date": today(), "service": "Parquet des mineurs"});
    let absent = melun.put("/v1/accuses-reception/INVISIBLE", &inconnu);
    absent.refused(404, "introuvable");
    let hidden = melun.put("/v1/accuses-reception/INVISIBLE", &accuse(&depot));
    assert_eq!((hidden.status, &hidden.body), (absent.status, &absent.body));
    let hidden = meaux.put("/v1/accuses-reception/INVISIBLE", &accuse(&brouillon));
    assert_eq!((hidden.status, &hidden.body), (absent.status, &absent.body));
    for role in ["association", "crip", "police_gendarmerie", "administrateur", "dpo"] {
        let reply = env.client(role).put("/v1/accuses-reception/ROLE", &accuse(&depot));
        assert!([403, 404].contains(&reply.status), "{role}: {reply}");
    }
    assert_eq!(show(&association, &depot.id)["statut"], "transmis");
    // The same reference of another Parquet is another acknowledgement.
    let ailleurs = draft(&association, &rapport_with(&json!({"ressort": "melun"})));
    transmit(&association, &ailleurs);
    meaux.put("/v1/accuses-reception/COMMUNE", &accuse(&depot));
    melun.put("/v1/accuses-reception/COMMUNE", &accuse(&ailleurs));
    assert_eq!(show(&association, &depot.id)["statut"], "recu");
    assert_eq!(show(&association, &ailleurs.id)["statut"], "recu");
    // One signalement, another reference: it is acknowledged already.
    meaux.put("/v1/accuses-reception/AUTRE", &accuse(&depot)).refused(409, "signalement_deja_accuse");
});

sur_les_deux_bases!(sig_5_bad_acknowledgements_are_refused, |env| {
    let association = env.client("association");
    let depot = transmitted(&association);
    let machine = env.machine("77", "parquet-meaux");
    let good = accuse(&depot);
    for (name, value) in [
        ("date", json!("2999-01-01")),
        ("date", json!("2026-02-30")),
        ("date", json!("24/11/2026")),
        ("date", json!(20261124)),
        ("date", json!(null)),
        ("service", json!("")),
        ("service", json!("  ")),
        ("service", json!(null)),
        ("service", json!("x".repeat(10_000))),
        ("sursis", json!("oui")),
        ("magistrat", json!({})),
        ("reference", json!("")),
        ("autre", json!(1)),
    ] {
        let mut bad = good.clone();
        bad[name] = value.clone();
        let reply = machine.put("/v1/accuses-reception/MAUVAIS", &bad);
        assert!([400, 422].contains(&reply.status), "{name} = {value}: {reply}");
        let problem = reply.problem(reply.status);
        assert!(problem.pointers().iter().all(|p| *p == format!("/{name}")), "{reply}");
        assert!(!problem.erreurs.is_empty(), "{reply}");
    }
    let reply = machine.put(&format!("/v1/accuses-reception/{}", "x".repeat(1000)), &good);
    assert!([400, 404, 414, 422].contains(&reply.status), "{reply}");
    assert_eq!(show(&association, &depot.id)["statut"], "transmis");
});

sur_les_deux_bases!(sig_2_extra_identifiers_of_the_caller_are_its_own, |env| {
    let association = env.client("association");
    let body = rapport_with(&json!({"identifiants_externes": [{"systeme": "logiciel", "valeur": "A-1"}]}));
    let depot = draft(&association, &body);
    transmit(&association, &depot);
    assert_eq!(show(&association, &depot.id)["identifiants_externes"][0]["valeur"], "A-1");
    let parquet = env.client_of("77", "parquet", Some("parquet-meaux"));
    assert_eq!(show(&parquet, &depot.id)["identifiants_externes"], json!([]), "each sees its own numbers");
});
