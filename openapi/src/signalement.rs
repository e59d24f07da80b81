//! The signalement on the wire: drafting, changing, transmitting, closing, showing (SIG-1…4).

mod redaction;
mod vue;

use chrono::{DateTime, NaiveDate, Utc};
use domain::acces::Section;
use domain::accuse_reception::Accuse;
use domain::dossier::Situation;
use domain::signalement::{MotifCloture, Resume, Statut};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

pub use redaction::{SignalementCreation, SignalementModification};
pub use vue::{Annexes, SignalementVue};

use crate::dossier::SituationVue;
use crate::organisation::OrganisationRef;

/// États d’un signalement (SIG-4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatutVue {
    /// En cours de rédaction ; visible de la seule organisation qui l’écrit.
    Brouillon,
    /// Remis pour envoi au parquet.
    Transmis,
    /// Le parquet en a accusé réception.
    Recu,
    /// Clos par la CRIP.
    Clos,
    /// Brouillon abandonné : rien n’a été envoyé.
    Abandonne,
}

/// Motif de clôture par la CRIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MotifClotureVue {
    /// Les suites données par le parquet sont connues et traitées.
    SuitesConnues,
    /// Un autre signalement de la même situation le remplace.
    Doublon,
    /// La situation n’est pas confirmée.
    SituationInfirmee,
    /// Un autre territoire prend le relais.
    Reorientation,
}

/// Clôture d’un signalement reçu.
#[derive(Debug, Clone, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ClotureCreation {
    /// Pourquoi le signalement est clos.
    pub motif: MotifClotureVue,
}

/// Filtres de la liste des signalements.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct SignalementFiltre {
    /// Ne garder que cet état.
    #[param(inline)]
    pub statut: Option<StatutVue>,
    /// Ne garder que les signalements de ce dossier.
    pub dossier: Option<Uuid>,
    /// Nombre d’éléments par page, de 1 à 200 (50 par défaut).
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u16>)]
    #[validate(range(min = 1, max = 200))]
    pub limite: Option<u16>,
    /// Suite d’une liste, telle que `curseur_suivant` l’a donnée.
    #[param(min_length = 1, max_length = 512)]
    #[validate(length(min = 1, max = 512))]
    pub curseur: Option<String>,
}

/// Un signalement dans une liste : sans identité, sans actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignalementResume {
    /// Identifiant.
    pub id: Uuid,
    /// Référence à rappeler.
    #[schema(max_length = 40)]
    pub reference: String,
    /// État.
    pub statut: StatutVue,
    /// Dossier concerné.
    pub dossier: Uuid,
    /// Organisation qui signale.
    pub organisation: OrganisationRef,
    /// Parquet compétent, depuis la transmission.
    pub parquet: Option<OrganisationRef>,
    /// Ouverture du brouillon (UTC).
    pub cree_a: DateTime<Utc>,
    /// Transmission (UTC).
    pub transmis_a: Option<DateTime<Utc>>,
}

/// Accusé de réception du parquet, tel qu’il l’a déposé (SIG-5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccuseResume {
    /// Référence du parquet.
    #[schema(max_length = 128)]
    pub reference_parquet: String,
    /// Date que le parquet donne à la réception.
    pub date: NaiveDate,
    /// Service saisi.
    #[schema(max_length = 200)]
    pub service: String,
    /// Magistrat en charge.
    #[schema(max_length = 200)]
    pub magistrat: Option<String>,
    /// Le parquet demande de surseoir à l’évaluation (SIG-6).
    pub sursis: bool,
}

/// Section d’un dossier (SEC-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SectionVue {
    /// Identité, contact et lieux.
    Identite,
    /// Scolarité, famille, mesures éducatives.
    Social,
    /// Signalements, décisions, mesures judiciaires.
    Judiciaire,
    /// Santé.
    Sante,
    /// Commission.
    Commission,
}

impl SignalementResume {
    /// The line of a list.
    pub fn new(resume: &Resume, organisation: OrganisationRef, parquet: Option<OrganisationRef>) -> Self {
        Self {
            id: resume.id.0,
            reference: resume.reference.clone(),
            statut: resume.statut.into(),
            dossier: resume.dossier.0,
            organisation,
            parquet,
            cree_a: resume.cree_le,
            transmis_a: resume.transmis_le,
        }
    }
}

impl From<Accuse> for AccuseResume {
    fn from(accuse: Accuse) -> Self {
        Self {
            reference_parquet: accuse.reference_parquet,
            date: accuse.date,
            service: accuse.service,
            magistrat: accuse.magistrat,
            sursis: accuse.sursis,
        }
    }
}

/// Two enums of the same variants, one per layer: the wire may grow without the domain, and the reverse.
macro_rules! same_variants {
    ($vue:ident, $domaine:path { $($variante:ident),+ }) => {
        impl From<$domaine> for $vue {
            fn from(valeur: $domaine) -> Self {
                match valeur { $(<$domaine>::$variante => Self::$variante),+ }
            }
        }
        impl From<$vue> for $domaine {
            fn from(valeur: $vue) -> Self {
                match valeur { $($vue::$variante => Self::$variante),+ }
            }
        }
    };
}

pub(crate) use same_variants;

same_variants!(StatutVue, Statut { Brouillon, Transmis, Recu, Clos, Abandonne });
same_variants!(MotifClotureVue, MotifCloture { SuitesConnues, Doublon, SituationInfirmee, Reorientation });
same_variants!(SectionVue, Section { Identite, Social, Judiciaire, Sante, Commission });
same_variants!(SituationVue, Situation { Risque, Averee, Infirmee });
