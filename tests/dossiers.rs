//! The dossier: its pseudonym, its assessment, the identity that reports give it (DOS-1, DOS-2, DOS-3).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::appui::client::Client;
use crate::appui::scenario::{all, draft, rapport, rapport_with, transmit};
use crate::appui::serveur::{Env, sur_les_deux_bases};

fn show(client: &Client, dossier: &str) -> Value {
    client.get(&format!("/v1/dossiers/{dossier}")).expect(200)
}

sur_les_deux_bases!(dos_1_identity_is_that_of_the_last_transmitted_report, |env| {
    let association = env.client("association");
    let first = draft(&association, &rapport());
    assert_eq!(
        show(&association, &first.dossier)["identite"],
        Value::Null,
        "a draft tells the dossier nothing"
    );
    transmit(&association, &first);
    assert_eq!(show(&association, &first.dossier)["identite"]["nom"], "Lafontaine");
    let more = |identite: Value| {
        draft(&association, &rapport_with(&json!({"dossier": first.dossier, "identite_mineur": identite})))
    };
    let second = more(json!({"valeur": {"nom": "Delafontaine"}}));
    assert_eq!(second.dossier, first.dossier);
    assert_eq!(show(&association, &first.dossier)["identite"]["nom"], "Lafontaine");
    transmit(&association, &second);
    let identite = &show(&association, &first.dossier)["identite"];
    assert_eq!((&identite["nom"], &identite["prenoms"]), (&json!("Delafontaine"), &Value::Null));
    // A report that does not know who it is does not make the others forget.
    transmit(&association, &more(json!({"inconnu": true, "motif": "Non communiquée."})));
    assert_eq!(show(&association, &first.dossier)["identite"]["nom"], "Delafontaine");
});

sur_les_deux_bases!(dos_2_each_dossier_has_its_own_code_without_meaning, |env| {
    let association = env.client("association");
    let depots: Vec<_> = (0..20).map(|_| draft(&association, &rapport())).collect();
    let dossiers = all(&association, "/v1/dossiers");
    let codes: BTreeSet<&str> = dossiers.iter().map(|d| d["code"].as_str().expect("code")).collect();
    assert_eq!(codes.len(), dossiers.len(), "the same minor, the same day: other codes");
    for code in codes {
        let (left, right) = code.split_once('-').expect("two groups");
        for group in [left, right] {
            assert_eq!(group.len(), 3, "{code}");
            assert!(group.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{code}");
        }
    }
    for depot in &depots {
        let line = dossiers.iter().find(|d| d["id"] == depot.dossier.as_str()).expect("listed");
        assert_eq!(line["code"], show(&association, &depot.dossier)["code"]);
        assert!(!line.to_string().contains("Lafontaine"), "a list names nobody: {line}");
    }
});

sur_les_deux_bases!(dos_3_the_assessment_is_dated_and_signed, |env| {
    let association = env.client("association");
    let depot = draft(&association, &rapport());
    let view = show(&association, &depot.dossier);
    assert_eq!(view["situation"], "risque", "by default");
    assert_eq!(view["situation_par"]["code"], "association-77");
    assert_eq!(view["situation_a"], view["ouvert_a"]);
    for situation in ["risque", "averee", "infirmee"] {
        let depot = draft(&association, &rapport_with(&json!({"situation": situation})));
        assert_eq!(show(&association, &depot.dossier)["situation"], situation);
        let filtered = all(&association, &format!("/v1/dossiers?situation={situation}"));
        assert!(filtered.iter().any(|d| d["id"] == depot.dossier.as_str()));
        assert!(filtered.iter().all(|d| d["situation"] == situation));
    }
    let before = all(&association, "/v1/dossiers").len();
    for bad in
        [json!("grave"), json!(""), json!("RISQUE"), json!(1), json!(["risque"]), json!({"risque": null})]
    {
        let reply = association.post("/v1/signalements", &rapport_with(&json!({"situation": bad})));
        assert!([400, 422].contains(&reply.status), "{bad}: {reply}");
        assert_eq!(reply.problem(reply.status).pointers(), ["/situation"], "{bad}");
    }
    assert_eq!(all(&association, "/v1/dossiers").len(), before, "nothing was opened");
    for bad in ["situation=grave", "situation=", "situation=risque&situation=averee", "etat=risque"] {
        association.get(&format!("/v1/dossiers?{bad}")).refused(400, "parametre_invalide");
    }
});
