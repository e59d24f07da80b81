//! The gestures of the circuit, as a partner's tool makes them.

use serde_json::{Value, json};

use super::client::Client;

/// The subject of the e-mail, to the letter (SIG-2, [77] 1.1).
pub(crate) const OBJET: &str = "signalement mineur en situation de prostitution";

/// The eight mentions of SIG-1.
pub(crate) const MENTIONS: [&str; 8] = [
    "identite_mineur",
    "contact_mineur",
    "domicile_parents",
    "lieu_effectif",
    "situation_scolaire",
    "mesure_educative",
    "elements_situation",
    "contexte_revelation",
];

/// A whole report for the ressort of Meaux; every person in it is invented.
pub(crate) fn rapport() -> Value {
    json!({
        "ressort": "meaux",
        "auteurs": [
            {"nom": "Camille Dubreuil", "telephone": "01 99 00 12 34", "courriel": "camille.dubreuil@example.org"}
        ],
        "identite_mineur": {"valeur": {
            "nom": "Lafontaine", "prenoms": "Ambre Lou", "date_naissance": "2010-05-17", "sexe": "feminin"
        }},
        "contact_mineur": {"valeur": "Par l’éducatrice référente."},
        "domicile_parents": {"valeur": "12 rue des Essais, Meaux"},
        "lieu_effectif": {"inconnu": true, "motif": "Absente du foyer depuis deux jours."},
        "situation_scolaire": {"valeur": "Seconde, lycée des Essais."},
        "mesure_educative": {"valeur": "Aucune connue."},
        "elements_situation": {"valeur": "Situation à risque, signalée par l’équipe."},
        "contexte_revelation": {"valeur": "Entretien avec l’infirmière scolaire."},
    })
}

/// The same report with some members changed; `null` takes a member away.
pub(crate) fn rapport_with(changes: &Value) -> Value {
    let mut rapport = rapport();
    for (name, value) in changes.as_object().expect("objet") {
        if value.is_null() {
            rapport.as_object_mut().expect("objet").remove(name);
        } else {
            rapport[name] = value.clone();
        }
    }
    rapport
}

/// One signalement, as its author holds it.
#[derive(Debug, Clone)]
pub(crate) struct Depot {
    /// Its identifier.
    pub(crate) id: String,
    /// Our reference.
    pub(crate) reference: String,
    /// Its dossier.
    pub(crate) dossier: String,
    /// The ETag of the draft.
    pub(crate) etag: String,
}

impl Depot {
    /// Its path.
    pub(crate) fn path(&self) -> String {
        format!("/v1/signalements/{}", self.id)
    }
}

/// Opens a draft.
#[track_caller]
pub(crate) fn draft(client: &Client, body: &Value) -> Depot {
    let reply = client.post("/v1/signalements", body);
    let view = reply.expect(201);
    let text = |name: &str| view[name].as_str().unwrap_or_else(|| panic!("no `{name}`: {view}")).to_owned();
    assert_eq!(view["statut"], "brouillon", "{view}");
    Depot { id: text("id"), reference: text("reference"), dossier: text("dossier"), etag: reply.etag() }
}

/// Hands a draft over.
#[track_caller]
pub(crate) fn transmit(client: &Client, depot: &Depot) -> Value {
    let view = client.post(&format!("{}/transmission", depot.path()), &json!({})).expect(200);
    assert_eq!(view["statut"], "transmis", "{view}");
    view
}

/// Opens a whole draft and hands it over.
#[track_caller]
pub(crate) fn transmitted(client: &Client) -> Depot {
    let depot = draft(client, &rapport());
    transmit(client, &depot);
    depot
}

/// The acknowledgement of a signalement, as a Parquet's tool writes it.
pub(crate) fn accuse(depot: &Depot) -> Value {
    json!({"reference": depot.reference, "date": today(), "service": "Parquet des mineurs"})
}

/// The Paris day of the machine.
pub(crate) fn today() -> String {
    domain::calendrier::paris_date(api::horloge::Horloge::systeme().now()).to_string()
}

/// Every element of a list, page after page.
#[track_caller]
pub(crate) fn all(client: &Client, path: &str) -> Vec<Value> {
    let join = if path.contains('?') { '&' } else { '?' };
    let mut elements = Vec::new();
    let mut next = format!("{path}{join}limite=200");
    loop {
        let page = client.get(&next).expect(200);
        elements.extend(page["elements"].as_array().expect("elements").iter().cloned());
        let Some(cursor) = page["curseur_suivant"].as_str() else { return elements };
        next = format!("{path}{join}limite=200&curseur={cursor}");
    }
}

/// Whether a list holds this identifier.
#[track_caller]
pub(crate) fn lists(client: &Client, path: &str, id: &str) -> bool {
    all(client, path).iter().any(|element| element["id"] == id)
}
