//! The only place with status codes: what refused the request, and the problem that says so (RFC 9457).

pub mod catalogue;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, ResponseError};
use domain::refus::{Nature, Refus};
use openapi::probleme::{ErreurChamp, Problem, TYPE_DE_CONTENU};

/// Seconds before a client should try again when the server, or one territoire, is down.
const ATTENTE_INDISPONIBLE_S: u64 = 5;

/// Why a request is refused. Public and internal texts are different fields, so that neither becomes the other.
#[derive(Debug)]
pub struct ApiError(Box<Contenu>);

#[derive(Debug)]
struct Contenu {
    nature: Erreur,
    entete: Option<(&'static str, String)>,
    dans_la_requete: bool,
}

#[derive(Debug)]
enum Erreur {
    /// A rule of the domain said no.
    Refus(Refus),
    /// The request itself is not acceptable; the code names a page of the catalogue.
    Requete { code: &'static str, detail: Cow<'static, str>, erreurs: Vec<ErreurChamp> },
    /// Something that we need is down.
    Indisponible { cause: String },
    /// A fault of ours.
    Interne { cause: String },
}

impl ApiError {
    /// Absent, or invisible: the same bytes (SEC-1).
    pub fn introuvable() -> Self {
        Refus::introuvable().into()
    }

    /// The request is not acceptable, whatever the state of the resource; `code` stands in the catalogue.
    pub fn requete(
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
        erreurs: Vec<ErreurChamp>,
    ) -> Self {
        Erreur::Requete { code, detail: detail.into(), erreurs }.into()
    }

    /// The body is not what the contract describes: one line per fault.
    pub fn corps_malforme(erreurs: Vec<ErreurChamp>) -> Self {
        Self::requete("corps_malforme", "Le corps de la requête n’a pas la forme attendue.", erreurs)
    }

    /// The body has the right shape, but some values are not acceptable.
    pub fn corps_invalide(erreurs: Vec<ErreurChamp>) -> Self {
        Self::requete("corps_invalide", "Des valeurs du corps de la requête ne sont pas admises.", erreurs)
    }

    /// A parameter of the query is unknown, repeated or not acceptable.
    pub fn parametre_invalide(erreurs: Vec<ErreurChamp>) -> Self {
        Self::requete("parametre_invalide", "Des paramètres de la requête ne sont pas admis.", erreurs)
    }

    /// No token, or one that is not accepted, whatever the reason: the reason is for the log alone.
    pub fn non_authentifie() -> Self {
        Self::requete("non_authentifie", "Jeton absent ou refusé.", Vec::new())
            .with_header("WWW-Authenticate", "Bearer".to_owned())
    }

    /// The revision that the caller saw is no longer the current one (412).
    pub fn revision_perimee() -> Self {
        Self::requete(
            "revision_perimee",
            "Cette ressource a changé depuis que vous l’avez lue : relisez-la, puis recommencez.",
            Vec::new(),
        )
    }

    /// The same Idempotency-Key came with another body.
    pub fn cle_idempotence_reutilisee() -> Self {
        Self::requete(
            "cle_idempotence_reutilisee",
            "Cette clé d’idempotence a déjà servi pour un autre contenu.",
            vec![ErreurChamp::parametre(
                "Idempotency-Key",
                "cle_idempotence_reutilisee",
                "Prenez une nouvelle clé pour chaque nouvelle demande.",
            )],
        )
    }

    /// A cursor that we did not make, or that was made for other filters or another caller.
    pub fn curseur_invalide() -> Self {
        Self::parametre_invalide(vec![ErreurChamp::parametre(
            "curseur",
            "curseur_invalide",
            "Ce curseur n’est pas valable pour cette liste et ces filtres : reprenez depuis la première page.",
        )])
    }

    /// The method does not exist on this path (405).
    pub fn methode_non_admise(admises: String) -> Self {
        Self::requete("methode_non_admise", "Cette méthode n’est pas admise sur cette ressource.", Vec::new())
            .with_header("Allow", admises)
    }

    /// Too many requests from this caller (429).
    pub fn trop_de_requetes(attente_s: u64) -> Self {
        Self::requete(
            "trop_de_requetes",
            "Vous avez dépassé le nombre de requêtes admises : attendez avant de recommencer.",
            Vec::new(),
        )
        .with_header("Retry-After", attente_s.max(1).to_string())
    }

    /// Something that we need is down; `cause` is for the log, without any value.
    pub fn indisponible(cause: impl Into<String>) -> Self {
        Self::from(Erreur::Indisponible { cause: cause.into() })
            .with_header("Retry-After", ATTENTE_INDISPONIBLE_S.to_string())
    }

    /// A fault of ours; `cause` is for the log, without any value.
    pub fn interne(cause: impl Into<String>) -> Self {
        Erreur::Interne { cause: cause.into() }.into()
    }

    /// The problem of a status that something else than our code chose.
    pub fn from_status(statut: u16) -> Self {
        match statut {
            404 => Self::introuvable(),
            500.. => Self::interne("erreur sans problème"),
            _ => Self::requete("requete_malformee", "La requête n’est pas admise.", Vec::new()),
        }
    }

    /// The same error, with one header more.
    #[must_use]
    pub fn with_header(mut self, nom: &'static str, valeur: String) -> Self {
        self.0.entete = Some((nom, valeur));
        self
    }

    /// The same refusal, for what came in the query: its pointers (`/voie`) become names of parameters.
    #[must_use]
    pub fn in_query(mut self) -> Self {
        self.0.dans_la_requete = true;
        self
    }

    /// The status: of the answer, or of one line of a batch.
    pub fn statut(&self) -> u16 {
        match &self.0.nature {
            Erreur::Refus(refus) => match refus.nature {
                Nature::Introuvable => 404,
                Nature::Interdit => 403,
                Nature::Conflit => 409,
                Nature::Invalide => 422,
            },
            Erreur::Requete { code, .. } => catalogue::fiche(code).map_or(400, |fiche| fiche.statut),
            Erreur::Indisponible { .. } => 503,
            Erreur::Interne { .. } => 500,
        }
    }

    /// The refusal of a rule, when it is one.
    pub fn refus(&self) -> Option<&Refus> {
        match &self.0.nature {
            Erreur::Refus(refus) => Some(refus),
            _ => None,
        }
    }

    /// What the log must say and the caller must not read.
    pub fn cause(&self) -> Option<&str> {
        match &self.0.nature {
            Erreur::Indisponible { cause } | Erreur::Interne { cause } => Some(cause),
            Erreur::Refus(_) | Erreur::Requete { .. } => None,
        }
    }

    /// Its stable code.
    pub fn code(&self) -> &'static str {
        match &self.0.nature {
            Erreur::Refus(refus) => refus.code,
            Erreur::Requete { code, .. } => code,
            Erreur::Indisponible { .. } => "indisponible",
            Erreur::Interne { .. } => "erreur_interne",
        }
    }

    /// The body of the answer, or the `probleme` of one line of a batch.
    pub fn probleme(&self) -> Problem {
        let code = self.code();
        let (detail, regle, erreurs) = match &self.0.nature {
            Erreur::Refus(refus) => (
                refus.message.to_string(),
                refus.regle.map(str::to_owned),
                refus.erreurs.iter().map(|erreur| self.champ(erreur)).collect(),
            ),
            Erreur::Requete { detail, erreurs, .. } => (detail.to_string(), None, erreurs.clone()),
            Erreur::Indisponible { .. } => {
                ("Le service est momentanément indisponible : recommencez plus tard.".to_owned(), None, Vec::new())
            }
            Erreur::Interne { .. } => (
                "Une erreur inattendue est survenue. Signalez-la avec l’en-tête X-Request-Id de cette réponse."
                    .to_owned(),
                None,
                Vec::new(),
            ),
        };
        let statut = self.statut();
        let title =
            catalogue::fiche(code).map_or_else(|| catalogue::titre_du_statut(statut), |fiche| fiche.titre);
        Problem {
            type_: catalogue::adresse(code),
            title: title.to_owned(),
            status: statut,
            detail,
            code: code.to_owned(),
            regle,
            erreurs,
        }
    }

    fn champ(&self, erreur: &domain::refus::Erreur) -> ErreurChamp {
        if self.0.dans_la_requete {
            let nom = erreur.pointeur.trim_start_matches('/');
            return ErreurChamp::parametre(nom, erreur.code, erreur.message.as_str());
        }
        ErreurChamp::from(erreur.clone())
    }
}

impl From<Erreur> for ApiError {
    fn from(nature: Erreur) -> Self {
        Self(Box::new(Contenu { nature, entete: None, dans_la_requete: false }))
    }
}

impl From<Refus> for ApiError {
    fn from(refus: Refus) -> Self {
        Erreur::Refus(refus).into()
    }
}

impl From<persistence::Erreur> for ApiError {
    fn from(erreur: persistence::Erreur) -> Self {
        match erreur {
            persistence::Erreur::Indisponible(_) | persistence::Erreur::NonMigre(_) => {
                Self::indisponible(erreur.to_string())
            }
            autre => Self::interne(autre.to_string()),
        }
    }
}

impl From<crate::app::Erreur> for ApiError {
    fn from(erreur: crate::app::Erreur) -> Self {
        match erreur {
            crate::app::Erreur::Refus(refus) => refus.into(),
            crate::app::Erreur::Base(erreur) => erreur.into(),
            crate::app::Erreur::RevisionPerimee => Self::revision_perimee(),
            crate::app::Erreur::CleReutilisee => Self::cle_idempotence_reutilisee(),
        }
    }
}

impl From<actix_web::error::BlockingError> for ApiError {
    fn from(_: actix_web::error::BlockingError) -> Self {
        Self::interne("la tâche a été interrompue")
    }
}

/// Code and rule alone: what was sent never comes here.
impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0.nature {
            Erreur::Refus(refus) => refus.fmt(f),
            _ => f.write_str(self.code()),
        }
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.statut()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut reponse = HttpResponse::build(self.status_code());
        reponse.insert_header((CONTENT_TYPE, TYPE_DE_CONTENU));
        if let Some((nom, valeur)) = &self.0.entete {
            reponse.insert_header((*nom, valeur.as_str()));
        }
        match serde_json::to_vec(&self.probleme()) {
            Ok(corps) => reponse.body(corps),
            Err(_) => reponse.finish(),
        }
    }
}

#[cfg(test)]
mod tests;
