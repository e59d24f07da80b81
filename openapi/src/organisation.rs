//! The directory on the wire (ANN-1).

use domain::acteur::Role;
use domain::organisation::{Categorie, Organisation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::signalement::same_variants;

/// Une organisation citée par une autre ressource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationRef {
    /// Identifiant.
    pub id: Uuid,
    /// Code dans le territoire, par exemple `crip-77`.
    #[schema(max_length = 64)]
    pub code: String,
    /// Nom.
    #[schema(max_length = 200)]
    pub nom: String,
}

/// Catégorie de l’annuaire (ANN-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the very words of ANN-1")]
pub enum CategorieVue {
    Justice,
    PoliceGendarmerie,
    Departement,
    HebergementProtectionEnfance,
    Sante,
    InsertionHebergement,
    AssociationSpecialisee,
    EducationNationale,
    Pjj,
    ServiceAemo,
    PreventionSpecialisee,
    Cpef,
    AssistantFamilial,
    Etat,
    Autre,
}

/// Rôle du dispositif (§14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the very words of §14")]
pub enum RoleVue {
    Crip,
    Rtpe,
    ReferentAse,
    EvaluateurMds,
    Parquet,
    JugeEnfants,
    Association,
    Coordinateur,
    ServiceAemo,
    PoliceGendarmerie,
    Etablissement,
    MembreCommission,
    Observatoire,
    Copil,
    Dpo,
    Administrateur,
}

/// Un partenaire du dispositif.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrganisationVue {
    /// Identifiant.
    pub id: Uuid,
    /// Code dans le territoire.
    #[schema(max_length = 64)]
    pub code: String,
    /// Nom.
    #[schema(max_length = 200)]
    pub nom: String,
    /// Catégorie de l’annuaire.
    pub categorie: CategorieVue,
    /// Rôle dans lequel agissent ses outils.
    pub role: RoleVue,
    /// Ressort, pour un parquet.
    #[schema(max_length = 64)]
    pub ressort: Option<String>,
}

/// Filtres de l’annuaire.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OrganisationFiltre {
    /// Ne garder que cette catégorie.
    #[param(inline)]
    pub categorie: Option<CategorieVue>,
    /// Nombre d’éléments par page, de 1 à 200 (50 par défaut).
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u16>)]
    #[validate(range(min = 1, max = 200))]
    pub limite: Option<u16>,
    /// Suite d’une liste, telle que `curseur_suivant` l’a donnée.
    #[param(min_length = 1, max_length = 512)]
    #[validate(length(min = 1, max = 512))]
    pub curseur: Option<String>,
}

impl From<&Organisation> for OrganisationRef {
    fn from(o: &Organisation) -> Self {
        Self { id: o.id.0, code: o.code.clone(), nom: o.nom.clone() }
    }
}

impl From<&Organisation> for OrganisationVue {
    fn from(o: &Organisation) -> Self {
        Self {
            id: o.id.0,
            code: o.code.clone(),
            nom: o.nom.clone(),
            categorie: o.categorie.into(),
            role: o.role.into(),
            ressort: o.ressort.clone(),
        }
    }
}

same_variants!(
    CategorieVue,
    Categorie {
        Justice,
        PoliceGendarmerie,
        Departement,
        HebergementProtectionEnfance,
        Sante,
        InsertionHebergement,
        AssociationSpecialisee,
        EducationNationale,
        Pjj,
        ServiceAemo,
        PreventionSpecialisee,
        Cpef,
        AssistantFamilial,
        Etat,
        Autre
    }
);
same_variants!(
    RoleVue,
    Role {
        Crip,
        Rtpe,
        ReferentAse,
        EvaluateurMds,
        Parquet,
        JugeEnfants,
        Association,
        Coordinateur,
        ServiceAemo,
        PoliceGendarmerie,
        Etablissement,
        MembreCommission,
        Observatoire,
        Copil,
        Dpo,
        Administrateur
    }
);
