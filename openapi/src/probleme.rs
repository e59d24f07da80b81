//! The one shape of every error: a problem of RFC 9457, in French, that never quotes what was sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Media type of every error.
pub const TYPE_DE_CONTENU: &str = "application/problem+json";

/// Problème (RFC 9457). `code` est stable et documenté ; les textes peuvent changer. L’identifiant de la requête est
/// dans l’en-tête `X-Request-Id`, jamais dans le corps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(
    title = "Problème",
    as = Probleme,
    example = json!({
        "type": "/problemes/mentions_manquantes",
        "title": "Mentions obligatoires manquantes",
        "status": 422,
        "detail": "Le signalement est incomplet : chaque mention obligatoire doit être renseignée, ou déclarée inconnue avec un motif.",
        "code": "mentions_manquantes",
        "regle": "SIG-1",
        "erreurs": [{
            "pointeur": "/lieu_effectif",
            "code": "mention_manquante",
            "message": "Mention obligatoire : indiquez le lieu où le mineur se trouve effectivement, ou déclarez-la inconnue avec un motif."
        }]
    })
)]
pub struct Problem {
    /// Page qui explique ce problème, servie par ce serveur ; relative à la racine de l’API.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", max_length = 128, examples("/problemes/introuvable"))]
    pub type_: String,
    /// Intitulé du problème, le même à chaque fois.
    #[schema(max_length = 200, examples("Ressource introuvable"))]
    pub title: String,
    /// Statut HTTP de la réponse.
    #[schema(minimum = 400, maximum = 599, examples(404))]
    pub status: u16,
    /// Ce qui s’est passé cette fois, sans donnée personnelle.
    #[schema(max_length = 1000, examples("Cette ressource n’existe pas."))]
    pub detail: String,
    /// Code stable, à tester par les programmes.
    #[schema(max_length = 64, pattern = "^[a-z0-9_]+$", examples("introuvable"))]
    pub code: String,
    /// Numéro de la règle du domaine qui s’oppose à la demande, s’il y en a une.
    #[schema(required = true, max_length = 16, examples("SIG-1"))]
    pub regle: Option<String>,
    /// Champs ou paramètres en cause ; vide quand le problème ne tient à aucun d’eux.
    #[schema(max_items = 2000)]
    pub erreurs: Vec<ErreurChamp>,
}

/// Un champ du corps, ou un paramètre, en cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(title = "Champ en cause")]
pub struct ErreurChamp {
    /// Pointeur JSON (RFC 6901) dans le corps envoyé ; chaîne vide pour le corps entier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, examples("/lieu_effectif"))]
    pub pointeur: Option<String>,
    /// Nom du paramètre de requête ou de l’en-tête.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 64, examples("limite"))]
    pub parametre: Option<String>,
    /// Code stable de l’erreur.
    #[schema(max_length = 64, pattern = "^[a-z0-9_]+$", examples("champ_manquant"))]
    pub code: String,
    /// Texte à montrer près du champ.
    #[schema(max_length = 500, examples("Ce champ est obligatoire."))]
    pub message: String,
}

impl ErreurChamp {
    /// An error at a place of the body.
    pub fn at(pointeur: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointeur: Some(pointeur.into()), parametre: None, code: code.into(), message: message.into() }
    }

    /// An error in a parameter of the query or in a header.
    pub fn parametre(nom: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointeur: None, parametre: Some(nom.into()), code: code.into(), message: message.into() }
    }
}

impl From<domain::refus::Erreur> for ErreurChamp {
    fn from(erreur: domain::refus::Erreur) -> Self {
        Self::at(erreur.pointeur, erreur.code, erreur.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_is_constant_whatever_the_problem() {
        let probleme = Problem {
            type_: "/problemes/introuvable".to_owned(),
            title: "Ressource introuvable".to_owned(),
            status: 404,
            detail: "Cette ressource n’existe pas.".to_owned(),
            code: "introuvable".to_owned(),
            regle: None,
            erreurs: Vec::new(),
        };
        let json = serde_json::to_value(&probleme).expect("json");
        let cles: Vec<&str> = json.as_object().expect("objet").keys().map(String::as_str).collect();
        assert_eq!(cles.len(), 7, "{cles:?}");
        assert_eq!(json["regle"], serde_json::Value::Null);
        assert_eq!(json["erreurs"], serde_json::json!([]));
    }

    #[test]
    fn field_error_shows_one_place_only() {
        let json = serde_json::to_value(ErreurChamp::parametre("limite", "hors_limites", "…")).expect("json");
        assert!(json.get("pointeur").is_none() && json["parametre"] == "limite");
    }
}
