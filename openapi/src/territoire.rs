//! The territoire and its settings on the wire (TER-1).

use domain::territoire::Territoire;
use serde::Serialize;
use utoipa::ToSchema;

use crate::organisation::{OrganisationRef, RoleVue};

/// Un parquet et son ressort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ParquetVue {
    /// Ressort, à donner dans un signalement.
    #[schema(max_length = 64)]
    pub ressort: String,
    /// Le parquet.
    pub organisation: OrganisationRef,
}

/// Le territoire du jeton : département ou métropole, et ses paramètres.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TerritoireVue {
    /// Code.
    #[schema(max_length = 8)]
    pub code: String,
    /// Nom.
    #[schema(max_length = 200)]
    pub nom: String,
    /// Vrai pour un territoire de démonstration : toutes ses données sont inventées.
    pub fictif: bool,
    /// Les parquets, par ressort.
    #[schema(max_items = 50)]
    pub parquets: Vec<ParquetVue>,
    /// La CRIP, copie systématique.
    pub crip: Option<OrganisationRef>,
    /// Rôles ouverts dans ce territoire.
    #[schema(max_items = 16)]
    pub roles: Vec<RoleVue>,
    /// Objet du courriel de signalement (SIG-2).
    #[schema(max_length = 200)]
    pub objet_courriel: String,
    /// Jours ouvrés sans accusé de réception avant l’alerte (SIG-8).
    #[schema(minimum = 1, maximum = 60)]
    pub sig_8_jours_ouvres: u32,
    /// Le Vendredi saint et le 26 décembre sont fériés.
    pub alsace_moselle: bool,
}

impl TerritoireVue {
    /// The view of a territoire with its Parquets and its CRIP.
    pub fn new(territoire: &Territoire, parquets: Vec<ParquetVue>, crip: Option<OrganisationRef>) -> Self {
        let parametres = &territoire.parametres;
        Self {
            code: territoire.code.to_string(),
            nom: territoire.nom.clone(),
            fictif: territoire.fictif,
            parquets,
            crip,
            roles: parametres.roles.iter().map(|role| RoleVue::from(*role)).collect(),
            objet_courriel: parametres.objet_courriel.clone(),
            sig_8_jours_ouvres: parametres.sig_8_jours_ouvres,
            alsace_moselle: parametres.alsace_moselle,
        }
    }
}
