//! Writing a draft on the wire, and merging a patch into it (SIG-1, RFC 7396).

use domain::mention::{AuteurSignalement, Mention, Rapport};
use domain::refus::{Erreur, Refus};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::champ::Champ;
use crate::dossier::SituationVue;
use crate::identifiant_externe::IdentifiantExterneVue;
use crate::mention::{
    AuteurVue, IdentiteEcrite, MentionEntree, NOM_MAX, TexteEcrit, read_identity, read_text,
};
use crate::texte;

/// Most authors of one report.
const AUTEURS_MAX: usize = 10;

/// Brouillon de signalement. Tout est facultatif à la création ; la transmission exige chaque mention, renseignée
/// ou déclarée inconnue avec un motif (SIG-1).
#[derive(Debug, Clone, Default, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(title = "Création d’un signalement")]
pub struct SignalementCreation {
    /// Dossier existant et visible de l’appelant ; sinon un dossier est ouvert.
    pub dossier: Option<Uuid>,
    /// Appréciation de la situation à l’ouverture du dossier : `risque` par défaut (DOS-3).
    pub situation: Option<SituationVue>,
    /// Numéros de ce signalement dans les logiciels de l’appelant.
    #[validate(nested, length(max = 10))]
    #[schema(max_items = 10)]
    #[serde(default)]
    pub identifiants_externes: Vec<IdentifiantExterneVue>,
    /// Ressort du lieu où le mineur réside ou a été trouvé : il désigne le parquet compétent (SIG-2).
    #[schema(max_length = 64, min_length = 1, pattern = "^[^\\x00]*$")]
    #[validate(length(min = 1, max = 64))]
    pub ressort: Option<String>,
    /// Auteurs du signalement.
    #[validate(nested, length(max = 10))]
    #[schema(max_items = 10, value_type = Option<Vec<AuteurVue>>)]
    pub auteurs: Option<Vec<AuteurVue>>,
    /// Identité du mineur.
    pub identite_mineur: Option<IdentiteEcrite>,
    /// Moyen de contacter le mineur.
    pub contact_mineur: Option<TexteEcrit>,
    /// Domicile des parents.
    pub domicile_parents: Option<TexteEcrit>,
    /// Lieu où le mineur se trouve effectivement.
    pub lieu_effectif: Option<TexteEcrit>,
    /// Situation scolaire, et lieu de scolarisation le cas échéant.
    pub situation_scolaire: Option<TexteEcrit>,
    /// Existence d’une mesure éducative administrative ou judiciaire.
    pub mesure_educative: Option<TexteEcrit>,
    /// Éléments relatifs à la situation supposée : sobres, sans récit.
    pub elements_situation: Option<TexteEcrit>,
    /// Contexte de la révélation.
    pub contexte_revelation: Option<TexteEcrit>,
}

/// Modification d’un brouillon, au sens de la RFC 7396 : un champ absent reste, `null` l’efface. Une mention
/// change de forme en bloc.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(title = "Modification d’un brouillon de signalement")]
pub struct SignalementModification {
    /// Ressort du lieu où le mineur réside ou a été trouvé.
    #[schema(value_type = Option<String>, max_length = 64, min_length = 1, pattern = "^[^\\x00]*$")]
    #[serde(default)]
    pub ressort: Champ<String>,
    /// Auteurs du signalement : la liste remplace la précédente.
    #[schema(value_type = Option<Vec<AuteurVue>>, max_items = 10)]
    #[serde(default)]
    pub auteurs: Champ<Vec<AuteurVue>>,
    /// Identité du mineur.
    #[schema(value_type = Option<IdentiteEcrite>)]
    #[serde(default)]
    pub identite_mineur: Champ<IdentiteEcrite>,
    /// Moyen de contacter le mineur.
    #[schema(value_type = Option<TexteEcrit>)]
    #[serde(default)]
    pub contact_mineur: Champ<TexteEcrit>,
    /// Domicile des parents.
    #[schema(value_type = Option<TexteEcrit>)]
    #[serde(default)]
    pub domicile_parents: Champ<TexteEcrit>,
    /// Lieu où le mineur se trouve effectivement.
    #[schema(value_type = Option<TexteEcrit>)]
    #[serde(default)]
    pub lieu_effectif: Champ<TexteEcrit>,
    /// Situation scolaire.
    #[schema(value_type = Option<TexteEcrit>)]
    #[serde(default)]
    pub situation_scolaire: Champ<TexteEcrit>,
    /// Mesure éducative.
    #[schema(value_type = Option<TexteEcrit>)]
    #[serde(default)]
    pub mesure_educative: Champ<TexteEcrit>,
    /// Éléments relatifs à la situation.
    #[schema(value_type = Option<TexteEcrit>)]
    #[serde(default)]
    pub elements_situation: Champ<TexteEcrit>,
    /// Contexte de la révélation.
    #[schema(value_type = Option<TexteEcrit>)]
    #[serde(default)]
    pub contexte_revelation: Champ<TexteEcrit>,
}

impl SignalementCreation {
    /// The report that this body says, or every fault with its pointer.
    ///
    /// # Errors
    /// `SIG-1`, one pointer per ill-formed mention.
    pub fn rapport(self) -> Result<Rapport, Refus> {
        SignalementModification {
            ressort: self.ressort.into(),
            auteurs: self.auteurs.into(),
            identite_mineur: self.identite_mineur.into(),
            contact_mineur: self.contact_mineur.into(),
            domicile_parents: self.domicile_parents.into(),
            lieu_effectif: self.lieu_effectif.into(),
            situation_scolaire: self.situation_scolaire.into(),
            mesure_educative: self.mesure_educative.into(),
            elements_situation: self.elements_situation.into(),
            contexte_revelation: self.contexte_revelation.into(),
        }
        .apply(Rapport::default())
    }
}

impl SignalementModification {
    /// The report once this patch is merged into it, or every fault with its pointer.
    ///
    /// # Errors
    /// `SIG-1`, one pointer per ill-formed mention.
    pub fn apply(self, ancien: Rapport) -> Result<Rapport, Refus> {
        let mut erreurs = Vec::new();
        let e = &mut erreurs;
        let rapport = Rapport {
            ressort: match self.ressort {
                Champ::Absent => ancien.ressort,
                Champ::Vide => None,
                Champ::Valeur(ressort) => texte::required(&ressort, 64, "/ressort", e),
            },
            auteurs: match self.auteurs {
                Champ::Absent => ancien.auteurs,
                Champ::Vide => Vec::new(),
                Champ::Valeur(auteurs) => read_authors(auteurs, e),
            },
            identite_mineur: merge(
                "/identite_mineur",
                self.identite_mineur,
                ancien.identite_mineur,
                e,
                read_identity,
            ),
            contact_mineur: merge(
                "/contact_mineur",
                self.contact_mineur,
                ancien.contact_mineur,
                e,
                read_text,
            ),
            domicile_parents: merge(
                "/domicile_parents",
                self.domicile_parents,
                ancien.domicile_parents,
                e,
                read_text,
            ),
            lieu_effectif: merge("/lieu_effectif", self.lieu_effectif, ancien.lieu_effectif, e, read_text),
            situation_scolaire: merge(
                "/situation_scolaire",
                self.situation_scolaire,
                ancien.situation_scolaire,
                e,
                read_text,
            ),
            mesure_educative: merge(
                "/mesure_educative",
                self.mesure_educative,
                ancien.mesure_educative,
                e,
                read_text,
            ),
            elements_situation: merge(
                "/elements_situation",
                self.elements_situation,
                ancien.elements_situation,
                e,
                read_text,
            ),
            contexte_revelation: merge(
                "/contexte_revelation",
                self.contexte_revelation,
                ancien.contexte_revelation,
                e,
                read_text,
            ),
        };
        if erreurs.is_empty() {
            return Ok(rapport);
        }
        Err(Refus::invalide(
            "mentions_invalides",
            Some("SIG-1"),
            "Certains champs ne sont pas valides.",
            erreurs,
        ))
    }
}

fn merge<T, D: Clone>(
    pointeur: &str,
    champ: Champ<MentionEntree<T>>,
    ancienne: Option<Mention<D>>,
    erreurs: &mut Vec<Erreur>,
    lire: impl FnOnce(T, Option<&D>, &str, &mut Vec<Erreur>) -> Option<D>,
) -> Option<Mention<D>> {
    match champ {
        Champ::Absent => ancienne,
        Champ::Vide => None,
        Champ::Valeur(entree) => entree.merge(pointeur, ancienne.as_ref(), erreurs, lire),
    }
}

fn read_authors(auteurs: Vec<AuteurVue>, erreurs: &mut Vec<Erreur>) -> Vec<AuteurSignalement> {
    if auteurs.len() > AUTEURS_MAX {
        erreurs.push(Erreur::new("/auteurs", "trop_d_elements", "Dix auteurs au plus."));
        return Vec::new();
    }
    let mut lus = Vec::with_capacity(auteurs.len());
    for (rang, auteur) in auteurs.into_iter().enumerate() {
        let pointeur = |cle: &str| format!("/auteurs/{rang}/{cle}");
        if auteur.validate().is_err_and(|fautes| fautes.field_errors().contains_key("courriel")) {
            erreurs.push(Erreur::new(
                pointeur("courriel"),
                "courriel_invalide",
                "Ce courriel n’est pas valide.",
            ));
        }
        if !texte::is_phone(&auteur.telephone) {
            erreurs.push(Erreur::new(
                pointeur("telephone"),
                "telephone_invalide",
                "Indiquez un numéro de téléphone : chiffres, espaces, points, tirets, « + » en tête.",
            ));
        }
        let nom = texte::required(&auteur.nom, NOM_MAX, &pointeur("nom"), erreurs).unwrap_or_default();
        lus.push(AuteurSignalement { nom, telephone: auteur.telephone, courriel: auteur.courriel });
    }
    lus
}
