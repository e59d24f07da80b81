//! What one may not see does not exist: same bytes, absent from lists, at once (SEC-1, TER-2, ANN-3).

use std::time::Duration;

use chrono::NaiveDate;
use serde_json::json;

use crate::appui::client::{Client, Reply};
use crate::appui::scenario::{all, draft, lists, rapport, rapport_with, transmitted};
use crate::appui::serveur::{Env, sur_les_deux_bases, wait_until};

/// An identifier that nothing bears.
const INCONNU: &str = "01890000-0000-7000-8000-000000000000";

/// What a reader sees of an answer: status, body and headers, without what changes by nature.
pub(crate) fn seen(reply: &Reply) -> (u16, Vec<u8>, Vec<(String, String)>) {
    let volatile = ["x-request-id", "date"];
    let mut headers: Vec<(String, String)> = reply
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.to_str().expect("texte").to_owned()))
        .filter(|(name, _)| !volatile.contains(&name.as_str()))
        .collect();
    headers.sort();
    (reply.status, reply.body.clone(), headers)
}

/// Every operation on one signalement and its dossier, as this caller would try it.
fn attempts(client: &Client, signalement: &str, dossier: &str) -> Vec<Reply> {
    let base = format!("/v1/signalements/{signalement}");
    vec![
        client.get(&base),
        client.get(&format!("{base}/envois")),
        client.patch(&base, "\"1\"", &json!({"ressort": "melun"})),
        client.post(&format!("{base}/transmission"), &json!({})),
        client.post(&format!("{base}/abandon"), &json!({})),
        client.get(&format!("/v1/dossiers/{dossier}")),
        client.get(&format!("/v1/dossiers/{dossier}/chronologie")),
    ]
}

/// Whoever may not see a signalement is answered as if nothing bore its identifier, and no list holds it.
#[track_caller]
pub(crate) fn assert_absent(client: &Client, signalement: &str, dossier: &str) {
    let hidden = attempts(client, signalement, dossier);
    let absent = attempts(client, INCONNU, INCONNU);
    for (hidden, absent) in hidden.iter().zip(&absent) {
        assert_eq!(hidden.status, 404, "{hidden}");
        assert_eq!(seen(hidden), seen(absent), "{hidden}");
        hidden.refused(404, "introuvable");
    }
    assert!(!lists(client, "/v1/signalements", signalement));
    assert!(!lists(client, "/v1/dossiers", dossier));
    assert_eq!(all(client, &format!("/v1/signalements?dossier={dossier}")).len(), 0);
    let naming = |dossier: &str| client.post("/v1/signalements", &json!({"dossier": dossier}));
    assert_eq!(
        seen(&naming(dossier)),
        seen(&naming(INCONNU)),
        "a hidden identifier in a body is an unknown one"
    );
    for echeance in all(client, "/v1/echeances") {
        assert!(!echeance.to_string().contains(signalement), "{echeance}");
    }
}

sur_les_deux_bases!(sec_1_another_parquet_sees_nothing, |env| {
    let depot = transmitted(&env.client("association"));
    for client in [
        env.client_of("77", "parquet", Some("parquet-melun")),
        env.client_of("77", "parquet", Some("parquet-fontainebleau")),
        env.machine("77", "parquet-melun"),
        env.client("police_gendarmerie"),
        env.client("juge_enfants"),
    ] {
        assert_absent(&client, &depot.id, &depot.dossier);
    }
    assert_eq!(env.client("crip").get(&depot.path()).status, 200, "who may see sees");
});

sur_les_deux_bases!(ter_2_another_territoire_sees_nothing, |env| {
    let depot = transmitted(&env.client("association"));
    for role in ["crip", "association", "parquet", "administrateur"] {
        let client = env.client_of("69M", role, None);
        if role == "administrateur" {
            let reply = client.get(&depot.path());
            assert!([403, 404].contains(&reply.status), "{reply}");
        } else {
            assert_absent(&client, &depot.id, &depot.dossier);
        }
    }
    // The agent of one territoire is nobody in the other: the same 401 as a bad signature.
    let agent = env.agent("77", "crip", None);
    let foreign = env.anonymous().with_token(&env.token(&agent, "69M")).get("/v1/moi");
    let unknown = env.anonymous().with_token(&env.token(INCONNU, "69M")).get("/v1/moi");
    let nowhere = env.anonymous().with_token(&env.token(&agent, "ZZ9")).get("/v1/moi");
    let garbage = env.anonymous().with_token("a.b.c").get("/v1/moi");
    for reply in [&foreign, &unknown, &nowhere] {
        assert_eq!(seen(reply), seen(&garbage), "{reply}");
        reply.refused(401, "non_authentifie");
    }
});

sur_les_deux_bases!(sec_1_a_draft_is_its_authors_alone, |env| {
    let depot = draft(&env.client("association"), &rapport());
    for (role, organisation) in
        [("parquet", Some("parquet-meaux")), ("crip", Some("crip-77")), ("police_gendarmerie", None)]
    {
        assert_absent(&env.client_of("77", role, organisation), &depot.id, &depot.dossier);
    }
});

sur_les_deux_bases!(sec_1_roles_without_content_see_no_dossier, |env| {
    let depot = transmitted(&env.client("association"));
    for role in ["observatoire", "copil", "dpo", "administrateur"] {
        let client = env.client(role);
        for path in
            [depot.path(), format!("/v1/dossiers/{}", depot.dossier), format!("{}/envois", depot.path())]
        {
            let reply = client.get(&path);
            assert!([403, 404].contains(&reply.status), "{role}: {reply}");
            let unknown = client.get(&path.replace(&depot.id, INCONNU).replace(&depot.dossier, INCONNU));
            assert_eq!(seen(&reply), seen(&unknown), "{role}: the answer must not depend on the existence");
        }
        for path in ["/v1/signalements", "/v1/dossiers"] {
            let reply = client.get(path);
            let empty = reply.status == 200 && reply.json()["elements"].as_array().is_some_and(Vec::is_empty);
            assert!(reply.status == 403 || empty, "{role}: {reply}");
        }
    }
});

sur_les_deux_bases!(sec_1_malformed_identifier_is_an_unknown_one, |env| {
    let client = env.client("association");
    let absent = client.get(&format!("/v1/signalements/{INCONNU}"));
    for id in
        ["1", "x", "%00", "..%2F..", "01890000-0000-7000-8000-00000000000g", &"9".repeat(500), "%F0%9F%98%80"]
    {
        let reply = client.get(&format!("/v1/signalements/{id}"));
        assert_eq!(seen(&reply), seen(&absent), "{id}: {reply}");
    }
    // Another spelling of a visible identifier is not another resource, nor a hint.
    let depot = draft(&client, &rapport());
    let upper = client.get(&format!("/v1/signalements/{}", depot.id.to_uppercase()));
    assert!([200, 404].contains(&upper.status), "{upper}");
});

sur_les_deux_bases!(ann_3_withdrawn_habilitation_acts_on_the_next_request, |env| {
    let depot = transmitted(&env.client("association"));
    let agent = env.agent("77", "parquet", Some("parquet-meaux"));
    let client = env.anonymous().with_token(&env.token(&agent, "77"));
    client.get(&depot.path()).expect(200);
    let withdrawn = env.withdraw(&agent);
    assert!(withdrawn > 0, "the agent held a habilitation");
    let garbage = env.anonymous().with_token("a.b.c").get(&depot.path());
    for reply in [client.get(&depot.path()), client.get("/v1/moi"), client.get("/v1/signalements")] {
        reply.refused(401, "non_authentifie");
        assert_eq!(seen(&reply), seen(&garbage));
    }
});

sur_les_deux_bases!(ann_3_habilitation_counts_in_paris_days, |env| {
    let agent = env.agent("77", "crip", None);
    let client = env.anonymous().with_token(&env.token(&agent, "77"));
    let today = domain::calendrier::paris_date(api::horloge::Horloge::systeme().now());
    let day = |shift: i64| -> NaiveDate { today + chrono::TimeDelta::days(shift) };
    for (du, au, enters) in [
        (day(-10), Some(day(0)), true),
        (day(0), None, true),
        (day(1), None, false),
        (day(-10), Some(day(-1)), false),
        (day(-10), Some(day(10)), true),
    ] {
        env.date_habilitations(&agent, du, au);
        let reply = client.get("/v1/moi");
        assert_eq!(reply.status, if enters { 200 } else { 401 }, "from {du} to {au:?}: {reply}");
    }
});

sur_les_deux_bases!(sec_4_each_look_leaves_a_line, |env| {
    let depot = transmitted(&env.client("association"));
    let parquet = env.client_of("77", "parquet", Some("parquet-meaux"));
    let melun = env.client_of("77", "parquet", Some("parquet-melun"));
    let count = || env.sql_acces("77").number("SELECT count(*) AS v FROM acces");
    let before = count();
    parquet.get(&depot.path()).expect(200);
    assert_eq!(count(), before + 1, "a read of an identity is a line");
    melun.get(&depot.path()).problem(404);
    assert_eq!(count(), before + 2, "a refusal is a line too");
});

sur_les_deux_bases!(sec_1_another_draft_in_a_shared_dossier_stays_hidden, |env| {
    let association = env.client("association");
    let crip = env.client("crip");
    let depot = transmitted(&association);
    env.mails(&depot.reference, 2);
    let dossier = format!("/v1/dossiers/{}", depot.dossier);
    let chronologie = format!("{dossier}/chronologie");
    let seen_by_crip = || {
        let parts =
            [dossier.clone(), chronologie.clone(), "/v1/signalements".to_owned(), "/v1/dossiers".to_owned()];
        parts.map(|path| crip.get(&path).expect(200).to_string())
    };
    wait_until("the facts of the sendings", Duration::from_secs(10), || {
        all(&crip, &chronologie).iter().filter(|e| e["type"] == "envoi_remis").count() == 2
    });
    let before = seen_by_crip();
    let hidden = draft(
        &association,
        &rapport_with(&json!({
            "dossier": depot.dossier,
            "identite_mineur": {"valeur": {"nom": "Autrenom", "prenoms": "Autre"}},
        })),
    );
    association.patch(&hidden.path(), &hidden.etag, &json!({"ressort": "melun"})).expect(200);
    assert_eq!(seen_by_crip(), before, "a draft changes nothing to what others see");
    assert!(!crip.get(&dossier).text().contains("Autrenom"));
    crip.get(&hidden.path()).refused(404, "introuvable");
    crip.get(&format!("{}/envois", hidden.path())).refused(404, "introuvable");
    // Page by page, no hole shows where something is hidden.
    let mut next = format!("{chronologie}?limite=1");
    let mut walked = Vec::new();
    loop {
        let page = crip.get(&next).expect(200);
        let elements = page["elements"].as_array().expect("elements").clone();
        let cursor = page["curseur_suivant"].as_str().map(str::to_owned);
        assert!(elements.len() == 1 || cursor.is_none(), "an empty page tells that something is hidden");
        walked.extend(elements);
        let Some(cursor) = cursor else { break };
        next = format!("{chronologie}?limite=1&curseur={cursor}");
    }
    assert_eq!(walked, all(&crip, &chronologie));
    assert!(walked.iter().all(|e| e["sujet"] != hidden.id.as_str()));
    // Its author sees it all.
    let own = all(&association, &chronologie);
    assert!(own.iter().any(|e| e["sujet"] == hidden.id.as_str()));
});

sur_les_deux_bases!(sec_1_numbers_of_others_are_no_oracle, |env| {
    let number = json!([{"systeme": "logiciel", "valeur": "N-1"}]);
    let association = env.client("association");
    let crip = env.client("crip");
    draft(&association, &rapport_with(&json!({"identifiants_externes": number})));
    // The same number of another organisation is another number.
    draft(&crip, &rapport_with(&json!({"identifiants_externes": number})));
    let again =
        association.post("/v1/signalements", &rapport_with(&json!({"identifiants_externes": number})));
    again.problem(409);
});
