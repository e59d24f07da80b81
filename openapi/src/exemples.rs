//! Complete, valid examples of every body and answer: what the documentation shows, what mock servers answer.
//!
//! People, places and numbers are invented.

use serde_json::{Value, json};

/// The example body of an operation: accepted as it is by a demo server.
pub fn corps(operation: &str) -> Option<Value> {
    Some(match operation {
        "create_signalement" => whole_report(),
        "update_signalement" => json!({
            "lieu_effectif": { "valeur": "Foyer de l’Aubépine, Melun" },
            "contexte_revelation": { "inconnu": true, "motif": "L’entretien avec le mineur n’a pas encore eu lieu." },
        }),
        "transmit_signalement" | "abandon_signalement" => json!({}),
        "close_signalement" => json!({ "motif": "suites_connues" }),
        "put_accuse_reception" => acknowledgement(),
        "push_accuses_reception" => {
            json!([with(acknowledgement(), [("reference_parquet", json!("MEAUX-2026-000318"))])])
        }
        "create_jeton" => json!({ "grant_type": "client_credentials" }),
        _ => return None,
    })
}

/// The example answer of an operation, for this status.
pub fn reponse(operation: &str, statut: &str) -> Option<Value> {
    Some(match (operation, statut) {
        ("show_moi", "200") => json!({
            "agent": "019a9f00-0000-7000-8000-0000000000a1",
            "nom": "Camille Exemple",
            "machine": false,
            "territoire": "77",
            "organisation": crip(),
            "roles": ["crip"],
        }),
        ("show_territoire", "200") => json!({
            "code": "77",
            "nom": "Seine-et-Marne (démonstration)",
            "fictif": true,
            "parquets": [{ "ressort": "meaux", "organisation": parquet() }],
            "crip": crip(),
            "roles": ["crip", "parquet", "association"],
            "objet_courriel": "signalement mineur en situation de prostitution",
            "sig_8_jours_ouvres": 2,
            "alsace_moselle": false,
        }),
        ("list_organisations", "200") => page(full_organisation()),
        ("show_organisation", "200") => full_organisation(),
        ("list_dossiers", "200") => page(json!({
            "id": DOSSIER,
            "code": "K7M-2R4",
            "situation": "risque",
            "ouvert_a": "2026-11-23T09:12:00Z",
        })),
        ("show_dossier", "200") => json!({
            "id": DOSSIER,
            "code": "K7M-2R4",
            "situation": "risque",
            "situation_a": "2026-11-23T09:12:00Z",
            "situation_par": author(),
            "ouvert_a": "2026-11-23T09:12:00Z",
            "sections": ["identite", "social", "judiciaire"],
            "identite": identity(),
        }),
        ("list_dossier_chronologie", "200") => page(json!({
            "seq": 412,
            "type": "signalement_transmis",
            "sujet": SIGNALEMENT,
            "survenu_a": "2026-11-23T10:02:00Z",
            "agent": "019a9f00-0000-7000-8000-0000000000a2",
        })),
        ("list_signalements", "200") => page(json!({
            "id": SIGNALEMENT,
            "reference": REFERENCE,
            "statut": "transmis",
            "dossier": DOSSIER,
            "organisation": author(),
            "parquet": parquet(),
            "cree_a": "2026-11-23T09:12:00Z",
            "transmis_a": "2026-11-23T10:02:00Z",
        })),
        ("create_signalement", "201") | ("update_signalement", "200") => signalement("brouillon"),
        ("show_signalement" | "transmit_signalement", "200") => signalement("transmis"),
        ("abandon_signalement", "200") => signalement("abandonne"),
        ("close_signalement", "200") => signalement("clos"),
        ("list_envois", "200") => page(json!({
            "id": "019a9f00-0000-7000-8000-0000000000e1",
            "nature": "signalement",
            "destinataire": parquet(),
            "statut": "remis",
            "adresses": ["parquet-meaux@example.org"],
            "message_id": "<019a9f00-0000-7000-8000-0000000000e1@maillage.example.org>",
            "empreinte": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "tentatives": 1,
            "prochain_essai_a": null,
            "remis_a": "2026-11-23T10:02:03Z",
            "erreur": null,
        })),
        ("put_accuse_reception", "200") => json!({
            "id": "019a9f00-0000-7000-8000-0000000000c1",
            "reference_parquet": "MEAUX-2026-000317",
            "reference": REFERENCE,
            "signalement": SIGNALEMENT,
            "date": "2026-11-23",
            "service": "Parquet des mineurs",
            "magistrat": null,
            "sursis": false,
            "recu_a": "2026-11-23T14:30:00Z",
        }),
        ("push_accuses_reception", "200") => json!([{ "ligne": 1, "statut": 200 }]),
        ("list_echeances", "200") => page(json!({
            "id": "019a9f00-0000-7000-8000-0000000000d1",
            "regle": "SIG-8",
            "version_regle": "1",
            "sujet": SIGNALEMENT,
            "dossier": DOSSIER,
            "organisation": parquet(),
            "depart": "2026-11-23",
            "echeance": "2026-11-25",
            "jours_restants": 2,
            "etat": "proche",
            "tenue_a": null,
        })),
        ("simulate_echeance", "200") => json!({
            "regle": "EVA-3",
            "source": "Convention [77] art. 2.1",
            "depart": "2026-12-24",
            "echeance": "2026-12-31",
            "etapes": ["L’ordonnance est du jeudi 24 décembre 2026 ; dernier jour : le jeudi 31 décembre 2026."],
            "version_regle": "1",
        }),
        ("create_jeton", "200") => {
            json!({ "access_token": "eyJhbGciOiJFZERTQSJ9.e30.c2lnbmF0dXJl", "token_type": "Bearer", "expires_in": 600 })
        }
        ("create_jeton", "400") => json!({
            "error": "unsupported_grant_type",
            "error_description": "Seul « client_credentials » est admis.",
        }),
        ("create_jeton", "401") => {
            json!({ "error": "invalid_client", "error_description": "Client inconnu, ou secret refusé." })
        }
        ("show_sante_vivant", "200") => json!({ "statut": "vivant" }),
        ("show_sante_pret", "200") => json!({ "statut": "pret" }),
        _ => return None,
    })
}

/// What the example of a refusal says besides its code: `detail`, `regle` and `erreurs`, as the server would.
pub fn refus(code: &str) -> Option<Value> {
    Some(match code {
        "mentions_manquantes" => json!({
            "regle": "SIG-1",
            "detail": "Le signalement est incomplet : chaque mention obligatoire doit être renseignée, ou déclarée \
                       inconnue avec un motif.",
            "erreurs": [{
                "pointeur": "/lieu_effectif",
                "code": "mention_manquante",
                "message": "Mention obligatoire : indiquez le lieu où le mineur se trouve effectivement, ou \
                            déclarez-la inconnue avec un motif.",
            }],
        }),
        "mentions_invalides" => json!({
            "regle": "SIG-1",
            "detail": "Certains champs ne sont pas valides.",
            "erreurs": [{
                "pointeur": "/lieu_effectif/motif",
                "code": "motif_manquant",
                "message": "Dites pourquoi cette mention n’est pas connue.",
            }],
        }),
        "brouillon_requis" => json!({
            "regle": "SIG-4",
            "detail": "Ce signalement a été transmis : rien de ce qui est envoyé n’est modifié ni supprimé.",
        }),
        "accuse_attendu" => json!({
            "regle": "SIG-4",
            "detail": "Ce signalement ne peut être clos qu’après l’accusé de réception du parquet.",
        }),
        "reference_parquet_deja_utilisee" => json!({
            "regle": "SIG-5",
            "detail": "Cette référence du parquet a déjà servi pour un autre contenu.",
        }),
        "date_future" => json!({
            "regle": "SIG-5",
            "detail": "L’accusé de réception porte une date à venir.",
            "erreurs": [{ "pointeur": "/date", "code": "date_future", "message": "Cette date est à venir." }],
        }),
        "parametres_invalides" => json!({
            "regle": "EVA-3",
            "detail": "Ces paramètres ne conviennent pas à la règle demandée.",
            "erreurs": [{
                "parametre": "voie",
                "code": "parametre_requis",
                "message": "Indiquez la voie : opp ou hors_opp.",
            }],
        }),
        _ => return None,
    })
}

const SIGNALEMENT: &str = "019a9f00-0000-7000-8000-000000000051";
const DOSSIER: &str = "019a9f00-0000-7000-8000-000000000052";
const REFERENCE: &str = "SIG-77-2026-00042";

/// A whole report, ready to transmit once created.
fn whole_report() -> Value {
    json!({
        "situation": "risque",
        "identifiants_externes": [],
        "ressort": "meaux",
        "auteurs": [{ "nom": "Dominique Fictif", "telephone": "01 99 00 12 34", "courriel": "d.fictif@example.org" }],
        "identite_mineur": { "valeur": identity() },
        "contact_mineur": { "valeur": "Téléphone du mineur : 06 39 98 00 11" },
        "domicile_parents": { "valeur": "12 rue de l’Exemple, 77100 Meaux" },
        "lieu_effectif": { "valeur": "Chez une tante, 3 allée des Essais, 77000 Melun" },
        "situation_scolaire": { "valeur": "Collège de la Démonstration, classe de 3e" },
        "mesure_educative": { "valeur": "Aucune mesure administrative ni judiciaire connue." },
        "elements_situation": { "valeur": "Situation de risque, repérée par l’équipe éducative." },
        "contexte_revelation": { "inconnu": true, "motif": "L’entretien avec le mineur n’a pas encore eu lieu." },
    })
}

fn acknowledgement() -> Value {
    json!({
        "reference": REFERENCE,
        "date": "2026-11-23",
        "service": "Parquet des mineurs",
        "magistrat": null,
        "sursis": false,
    })
}

fn identity() -> Value {
    json!({ "nom": "Exemple", "prenoms": "Lou", "date_naissance": "2011-04-02", "sexe": "feminin" })
}

fn signalement(statut: &str) -> Value {
    let transmis = matches!(statut, "transmis" | "clos");
    let clos = statut == "clos";
    let instant = |oui: bool, texte: &str| if oui { json!(texte) } else { Value::Null };
    let vue = with(
        whole_report(),
        [
            ("id", json!(SIGNALEMENT)),
            ("reference", json!(REFERENCE)),
            ("statut", json!(statut)),
            ("dossier", json!(DOSSIER)),
            ("organisation", author()),
            ("parquet", if transmis { parquet() } else { Value::Null }),
            ("cree_a", json!("2026-11-23T09:12:00Z")),
            ("transmis_a", instant(transmis, "2026-11-23T10:02:00Z")),
            ("effectue_a", instant(transmis, "2026-11-23T10:02:03Z")),
            ("recu_a", instant(clos, "2026-11-23T14:30:00Z")),
            ("clos_a", instant(clos, "2026-12-15T08:00:00Z")),
            ("motif_cloture", instant(clos, "suites_connues")),
            ("abandonne_a", instant(statut == "abandonne", "2026-11-23T11:00:00Z")),
            ("copie_manquante", json!(false)),
            ("accuse_reception", Value::Null),
            ("sections", json!(["identite", "social", "judiciaire"])),
            ("actions", actions(statut)),
        ],
    );
    without(vue, "situation")
}

fn actions(statut: &str) -> Value {
    let action = json!({
        "nom": "transmettre",
        "href": format!("/v1/signalements/{SIGNALEMENT}/transmission"),
        "methode": "POST",
        "possible": statut == "brouillon",
    });
    if statut == "brouillon" {
        return json!([action]);
    }
    let motif = "Ce signalement a été transmis : rien de ce qui est envoyé n’est modifié ni supprimé.";
    json!([with(action, [("motif_refus", json!(motif))])])
}

fn organisation(id: &str, code: &str, nom: &str) -> Value {
    json!({ "id": format!("019a9f00-0000-7000-8000-0000000000{id}"), "code": code, "nom": nom })
}

fn crip() -> Value {
    organisation("b1", "crip-77", "CRIP de Seine-et-Marne")
}

fn parquet() -> Value {
    organisation("b2", "parquet-meaux", "Parquet de Meaux")
}

fn author() -> Value {
    organisation("b3", "foyer-77", "Foyer de l’Aubépine")
}

fn full_organisation() -> Value {
    with(
        parquet(),
        [("categorie", json!("justice")), ("role", json!("parquet")), ("ressort", json!("meaux"))],
    )
}

fn page(element: Value) -> Value {
    json!({ "elements": [element], "curseur_suivant": null })
}

fn with<const N: usize>(objet: Value, champs: [(&str, Value); N]) -> Value {
    let Value::Object(mut objet) = objet else { return objet };
    objet.extend(champs.into_iter().map(|(nom, valeur)| (nom.to_owned(), valeur)));
    Value::Object(objet)
}

fn without(objet: Value, champ: &str) -> Value {
    let Value::Object(mut objet) = objet else { return objet };
    objet.remove(champ);
    Value::Object(objet)
}

#[cfg(test)]
mod tests {
    use domain::signalement::Destinataires;
    use uuid::Uuid;
    use validator::Validate;

    use super::*;
    use crate::accuse_reception::{AccuseCreation, AccuseLigne};
    use crate::signalement::{ClotureCreation, SignalementCreation, SignalementModification};

    fn read<T: serde::de::DeserializeOwned + Validate>(exemple: Value) -> T {
        let lu: T = serde_json::from_value(exemple).expect("an example has the shape of its contract");
        lu.validate().expect("an example has admissible values");
        lu
    }

    #[test]
    fn sig_1_example_report_is_ready_to_transmit() {
        let corps: SignalementCreation = read(whole_report());
        let rapport = corps.rapport().expect("a valid report");
        let parquets = vec![("meaux".to_owned(), Uuid::nil().into())];
        assert_eq!(rapport.manques(&Destinataires { parquets, crip: None }), Vec::new());
    }

    #[test]
    fn every_example_body_is_read() {
        let modification: SignalementModification = read(corps("update_signalement").expect("an example"));
        modification.apply(domain::mention::Rapport::default()).expect("a valid patch");
        let _: ClotureCreation = read(corps("close_signalement").expect("an example"));
        let _: AccuseCreation = read(corps("put_accuse_reception").expect("an example"));
        for ligne in corps("push_accuses_reception").expect("an example").as_array().expect("lines") {
            let _: AccuseLigne = read(ligne.clone());
        }
    }
}
