//! Deadlines on the wire: those that are followed, and those that one only asks about (§15).

use chrono::{DateTime, NaiveDate, Utc};
use domain::echeance::{Calcul, Depart, Echeance, EtatEcheance, Question, Regle, VoieEvaluation};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::organisation::OrganisationRef;
use crate::probleme::ErreurChamp;
use crate::signalement::same_variants;

/// Règle dont une échéance découle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum RegleVue {
    /// Accusé de réception d’un signalement.
    #[serde(rename = "SIG-8")]
    Sig8,
    /// Évaluation conjointe.
    #[serde(rename = "EVA-3")]
    Eva3,
    /// Tutorat sous 48 heures.
    #[serde(rename = "SOU-2")]
    Sou2,
}

/// Voie d’une évaluation conjointe (EVA-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VoieVue {
    /// Le parquet a pris une ordonnance de placement provisoire.
    Opp,
    /// Évaluation sans OPP.
    HorsOpp,
}

/// Où en est une échéance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EtatEcheanceVue {
    /// Plus de deux jours restent.
    AVenir,
    /// Aujourd’hui ou dans les deux jours.
    Proche,
    /// Dépassée.
    Depassee,
    /// Tenue.
    Tenue,
    /// Tenue après le terme.
    TenueEnRetard,
}

/// Une échéance suivie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EcheanceVue {
    /// Identifiant.
    pub id: Uuid,
    /// Règle.
    pub regle: RegleVue,
    /// Version de la règle, en vigueur au départ.
    #[schema(max_length = 32)]
    pub version_regle: String,
    /// Ce sur quoi elle porte.
    pub sujet: Uuid,
    /// Dossier.
    pub dossier: Uuid,
    /// Qui doit agir.
    pub organisation: OrganisationRef,
    /// Jour de départ (Europe/Paris).
    pub depart: NaiveDate,
    /// Dernier jour (Europe/Paris), compris.
    pub echeance: NaiveDate,
    /// Dernier instant (UTC), pour les règles en heures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echeance_a: Option<DateTime<Utc>>,
    /// Jours restants : 0 le dernier jour, négatif ensuite.
    pub jours_restants: i64,
    /// Où elle en est.
    pub etat: EtatEcheanceVue,
    /// Quand elle a été tenue (UTC).
    pub tenue_a: Option<DateTime<Utc>>,
}

/// Filtres de la liste des échéances.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct EcheanceFiltre {
    /// Ne garder que cette règle.
    #[param(inline)]
    pub regle: Option<RegleVue>,
    /// Nombre d’éléments par page, de 1 à 200 (50 par défaut).
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u16>)]
    #[validate(range(min = 1, max = 200))]
    pub limite: Option<u16>,
    /// Suite d’une liste, telle que `curseur_suivant` l’a donnée.
    #[param(min_length = 1, max_length = 512)]
    #[validate(length(min = 1, max = 512))]
    pub curseur: Option<String>,
}

/// Une question sur une échéance, sans dossier.
#[derive(Debug, Clone, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SimulationDemande {
    /// Règle.
    #[param(inline)]
    pub regle: RegleVue,
    /// Jour de départ, `AAAA-MM-JJ` ; pour les règles en heures, instant RFC 3339.
    #[param(value_type = DepartVue, inline, example = "2026-12-24")]
    #[validate(length(max = 40))]
    pub depart: String,
    /// Voie de l’évaluation : pour EVA-3 seulement, obligatoire.
    #[serde(default)]
    #[param(inline)]
    pub voie: Option<VoieVue>,
    /// Jours de sursis : pour EVA-3 hors OPP seulement.
    #[serde(default)]
    #[param(minimum = 0, maximum = 3660)]
    #[validate(range(max = 3660))]
    pub sursis_jours: Option<u32>,
}

/// Un jour, ou un instant.
#[derive(Debug, Clone, Copy)]
pub struct DepartVue;

impl PartialSchema for DepartVue {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .max_length(Some(40))
                .format(Some(SchemaFormat::KnownFormat(format)))
        };
        OneOfBuilder::new().item(text(KnownFormat::Date)).item(text(KnownFormat::DateTime)).into()
    }
}

impl ToSchema for DepartVue {}

/// Une échéance calculée, qui s’explique.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SimulationVue {
    /// Règle.
    pub regle: RegleVue,
    /// Texte dont la règle est tirée.
    #[schema(max_length = 500)]
    pub source: String,
    /// Jour de départ (Europe/Paris).
    pub depart: NaiveDate,
    /// Dernier jour (Europe/Paris), compris.
    pub echeance: NaiveDate,
    /// Dernier instant (UTC), pour les règles en heures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub echeance_a: Option<DateTime<Utc>>,
    /// Étapes du calcul, en français.
    #[schema(max_items = 50)]
    pub etapes: Vec<String>,
    /// Version de la règle.
    #[schema(max_length = 32)]
    pub version_regle: String,
}

impl SimulationDemande {
    /// The question for the domain.
    ///
    /// # Errors
    /// When `depart` is neither a date nor an instant.
    pub fn question(&self) -> Result<Question, ErreurChamp> {
        Ok(Question {
            regle: self.regle.into(),
            depart: read_start(&self.depart)?,
            voie: self.voie.map(VoieEvaluation::from),
            sursis_jours: self.sursis_jours,
        })
    }
}

fn read_start(texte: &str) -> Result<Depart, ErreurChamp> {
    if let Ok(jour) = NaiveDate::parse_from_str(texte, "%Y-%m-%d")
        && jour.format("%Y-%m-%d").to_string() == texte
    {
        return Ok(Depart::Jour(jour));
    }
    let instant = DateTime::parse_from_rfc3339(texte).map(|instant| Depart::Instant(instant.to_utc()));
    instant.map_err(|_| {
        ErreurChamp::parametre(
            "depart",
            "format_invalide",
            "Donnez une date AAAA-MM-JJ, ou un instant RFC 3339.",
        )
    })
}

impl EcheanceVue {
    /// The view of a deadline at an instant.
    pub fn new(echeance: &Echeance, organisation: OrganisationRef, now: DateTime<Utc>) -> Self {
        Self {
            id: echeance.id.0,
            regle: echeance.regle.into(),
            version_regle: echeance.version_regle.clone(),
            sujet: echeance.sujet,
            dossier: echeance.dossier.0,
            organisation,
            depart: echeance.depart,
            echeance: echeance.due_le,
            echeance_a: echeance.due_a,
            jours_restants: echeance.jours_restants(now),
            etat: echeance.etat(now).into(),
            tenue_a: echeance.tenue_le,
        }
    }
}

impl From<Calcul> for SimulationVue {
    fn from(calcul: Calcul) -> Self {
        Self {
            regle: calcul.regle.into(),
            source: calcul.source.to_string(),
            depart: calcul.depart,
            echeance: calcul.echeance,
            echeance_a: calcul.echeance_a,
            etapes: calcul.etapes,
            version_regle: calcul.version_regle,
        }
    }
}

same_variants!(RegleVue, Regle { Sig8, Eva3, Sou2 });
same_variants!(VoieVue, VoieEvaluation { Opp, HorsOpp });
same_variants!(EtatEcheanceVue, EtatEcheance { AVenir, Proche, Depassee, Tenue, TenueEnRetard });
