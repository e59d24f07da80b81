//! The mentions of SIG-1 on the wire: `{"valeur": …}` or `{"inconnu": true, "motif": "…"}`.

use std::borrow::Cow;

use chrono::NaiveDate;
use domain::mention::{AuteurSignalement, IdentiteMineur, Mention, Sexe};
use domain::refus::Erreur;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use validator::Validate;

use crate::champ::Champ;
use crate::texte;

/// Longest free text of a mention, in characters.
pub const MENTION_MAX: usize = 4000;
/// Longest name.
pub const NOM_MAX: usize = 200;

/// Sexe du mineur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SexeVue {
    /// Féminin.
    Feminin,
    /// Masculin.
    Masculin,
    /// Ni connu ni dit.
    Indetermine,
}

/// Identité du mineur ; chaque élément peut manquer, mais pas à la fois le nom et les prénoms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(title = "Identité du mineur")]
pub struct IdentiteMineurVue {
    /// Nom de famille.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub nom: Option<String>,
    /// Prénoms, séparés par des espaces.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub prenoms: Option<String>,
    /// Date de naissance, ou date que donne l’âge estimé.
    #[serde(default)]
    pub date_naissance: Option<NaiveDate>,
    /// Sexe.
    #[serde(default)]
    pub sexe: Option<SexeVue>,
}

/// Mention déclarée inconnue, avec son motif : rien n’est vide en silence (SIG-1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionInconnue {
    /// Toujours vrai.
    #[schema(value_type = VraiSeul)]
    pub inconnu: bool,
    /// Pourquoi le fait n’est pas connu.
    #[schema(
        min_length = 1,
        max_length = 4000,
        pattern = "^[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]*[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]*$"
    )]
    pub motif: String,
}

/// La seule valeur admise est `true`.
#[derive(Debug, Clone, Copy)]
pub struct VraiSeul;

impl PartialSchema for VraiSeul {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .enum_values(Some([true]))
            .description(Some("Toujours vrai."))
            .into()
    }
}

impl ToSchema for VraiSeul {}

/// Mention renseignée par un texte sobre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionTexteRenseignee {
    /// Le fait lui-même.
    #[schema(
        min_length = 1,
        max_length = 4000,
        pattern = "^[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]*[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]*$"
    )]
    pub valeur: String,
}

/// Identité renseignée.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MentionIdentiteRenseignee {
    /// L’identité elle-même.
    pub valeur: IdentiteMineurVue,
}

/// Une mention obligatoire : renseignée, ou déclarée inconnue avec un motif (SIG-1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MentionTexte {
    /// Le fait.
    Renseignee(MentionTexteRenseignee),
    /// Inconnu, avec un motif.
    Inconnue(MentionInconnue),
}

/// L’identité du mineur : renseignée, ou déclarée inconnue avec un motif (SIG-1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum MentionIdentite {
    /// L’identité.
    Renseignee(MentionIdentiteRenseignee),
    /// Inconnue, avec un motif.
    Inconnue(MentionInconnue),
}

/// A mention as it arrives: both forms in one, told apart when they are merged, every fault named.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Deserialize<'de>")]
pub struct MentionEntree<T> {
    #[serde(default)]
    valeur: Champ<T>,
    #[serde(default)]
    inconnu: Champ<bool>,
    #[serde(default)]
    motif: Champ<String>,
}

/// A text mention as it arrives.
pub type TexteEcrit = MentionEntree<String>;
/// The identity mention as it arrives.
pub type IdentiteEcrite = MentionEntree<IdentiteEntree>;

/// An identity as it arrives, also in a patch: what is absent stays.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentiteEntree {
    nom: Champ<String>,
    prenoms: Champ<String>,
    date_naissance: Champ<NaiveDate>,
    sexe: Champ<SexeVue>,
}

/// Un auteur du signalement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AuteurVue {
    /// Nom et prénom.
    #[validate(length(min = 1, max = 200))]
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = "^[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]*[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F\\s][^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F]*$"
    )]
    pub nom: String,
    /// Téléphone où le parquet peut rappeler.
    #[schema(min_length = 6, max_length = 20, pattern = "^\\+?[0-9][0-9 .()-]{4,18}$")]
    pub telephone: String,
    /// Courriel professionnel.
    #[validate(email, length(max = 254))]
    #[schema(format = Email, max_length = 254)]
    pub courriel: String,
}

impl<T> MentionEntree<T> {
    /// What the field says once this input is merged into what the draft said. A mention is given in one whole form,
    /// `{"valeur": …}` or `{"inconnu": true, "motif": …}`; a `null` clears the members of the other form, as a client
    /// that computes its patches sends it (RFC 7396).
    pub(crate) fn merge<D: Clone>(
        self,
        pointeur: &str,
        ancienne: Option<&Mention<D>>,
        erreurs: &mut Vec<Erreur>,
        lire: impl FnOnce(T, Option<&D>, &str, &mut Vec<Erreur>) -> Option<D>,
    ) -> Option<Mention<D>> {
        let sans_motif = !matches!(self.motif, Champ::Valeur(_));
        match (self.valeur, self.inconnu, self.motif) {
            (Champ::Valeur(valeur), Champ::Absent | Champ::Vide, _) if sans_motif => {
                let connue = ancienne.and_then(Mention::valeur);
                lire(valeur, connue, &format!("{pointeur}/valeur"), erreurs).map(Mention::Valeur)
            }
            (Champ::Absent | Champ::Vide, Champ::Valeur(true), Champ::Valeur(motif)) => {
                let motif = texte::required(&motif, MENTION_MAX, &format!("{pointeur}/motif"), erreurs)?;
                Some(Mention::Inconnu { motif })
            }
            (Champ::Absent | Champ::Vide, Champ::Valeur(true), _) => {
                let message = "Dites pourquoi cette mention n’est pas connue.";
                erreurs.push(Erreur::new(format!("{pointeur}/motif"), "motif_manquant", message));
                None
            }
            _ => {
                let message = "Donnez soit « valeur », soit « inconnu » à vrai avec « motif ».";
                erreurs.push(Erreur::new(pointeur, "mention_malformee", message));
                None
            }
        }
    }
}

impl PartialSchema for MentionEntree<String> {
    fn schema() -> RefOr<Schema> {
        forms(filled_text())
    }
}

impl ToSchema for MentionEntree<String> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("MentionTexteEcrite")
    }
}

impl PartialSchema for MentionEntree<IdentiteEntree> {
    fn schema() -> RefOr<Schema> {
        forms(IdentiteMineurVue::schema())
    }
}

impl ToSchema for MentionEntree<IdentiteEntree> {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("MentionIdentiteEcrite")
    }
}

/// The two forms of a mention as they may be sent; `null` stands for absent.
fn forms(valeur: RefOr<Schema>) -> RefOr<Schema> {
    let nul = || ObjectBuilder::new().schema_type(Type::Null);
    let vrai = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
    let renseignee = ObjectBuilder::new()
        .title(Some("Mention renseignée"))
        .property("valeur", valeur)
        .required("valeur")
        .property("inconnu", nul())
        .property("motif", nul())
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    let inconnue = ObjectBuilder::new()
        .title(Some("Mention inconnue"))
        .property("valeur", nul())
        .property("inconnu", vrai)
        .required("inconnu")
        .property("motif", filled_text())
        .required("motif")
        .additional_properties(Some(AdditionalProperties::FreeForm(false)));
    OneOfBuilder::new()
        .item(renseignee)
        .item(inconnue)
        .description(Some("Renseignée, ou déclarée inconnue avec un motif (SIG-1)."))
        .into()
}

fn filled_text() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(MENTION_MAX))
        .pattern(Some(texte::PATTERN))
        .into()
}

/// Reads the text of a mention.
pub(crate) fn read_text(
    valeur: String,
    _ancienne: Option<&String>,
    pointeur: &str,
    erreurs: &mut Vec<Erreur>,
) -> Option<String> {
    texte::required(&valeur, MENTION_MAX, pointeur, erreurs)
}

/// Reads an identity, merged into the one that the draft held.
pub(crate) fn read_identity(
    entree: IdentiteEntree,
    ancienne: Option<&IdentiteMineur>,
    pointeur: &str,
    erreurs: &mut Vec<Erreur>,
) -> Option<IdentiteMineur> {
    let vide = IdentiteMineur { nom: None, prenoms: None, date_naissance: None, sexe: None };
    let ancienne = ancienne.unwrap_or(&vide);
    let avant = erreurs.len();
    let mut nom = |champ, ancien: &Option<String>, cle: &str| match champ {
        Champ::Absent => ancien.clone(),
        Champ::Vide => None,
        Champ::Valeur(valeur) => {
            let valeur: String = valeur;
            texte::required(&valeur, NOM_MAX, &format!("{pointeur}/{cle}"), erreurs)
        }
    };
    let identite = IdentiteMineur {
        nom: nom(entree.nom, &ancienne.nom, "nom"),
        prenoms: nom(entree.prenoms, &ancienne.prenoms, "prenoms"),
        date_naissance: match entree.date_naissance {
            Champ::Absent => ancienne.date_naissance,
            Champ::Vide => None,
            Champ::Valeur(date) => Some(date),
        },
        sexe: match entree.sexe {
            Champ::Absent => ancienne.sexe,
            Champ::Vide => None,
            Champ::Valeur(sexe) => Some(sexe.into()),
        },
    };
    if erreurs.len() > avant {
        return None;
    }
    if identite.nom.is_none() && identite.prenoms.is_none() {
        erreurs.push(Erreur::new(
            pointeur,
            "identite_vide",
            "Indiquez au moins le nom ou les prénoms ; sinon déclarez l’identité inconnue avec un motif.",
        ));
        return None;
    }
    Some(identite)
}

impl From<SexeVue> for Sexe {
    fn from(sexe: SexeVue) -> Self {
        match sexe {
            SexeVue::Feminin => Self::Feminin,
            SexeVue::Masculin => Self::Masculin,
            SexeVue::Indetermine => Self::Indetermine,
        }
    }
}

impl From<Sexe> for SexeVue {
    fn from(sexe: Sexe) -> Self {
        match sexe {
            Sexe::Feminin => Self::Feminin,
            Sexe::Masculin => Self::Masculin,
            Sexe::Indetermine => Self::Indetermine,
        }
    }
}

impl From<&IdentiteMineur> for IdentiteMineurVue {
    fn from(identite: &IdentiteMineur) -> Self {
        Self {
            nom: identite.nom.clone(),
            prenoms: identite.prenoms.clone(),
            date_naissance: identite.date_naissance,
            sexe: identite.sexe.map(SexeVue::from),
        }
    }
}

impl From<&Mention<String>> for MentionTexte {
    fn from(mention: &Mention<String>) -> Self {
        match mention {
            Mention::Valeur(valeur) => Self::Renseignee(MentionTexteRenseignee { valeur: valeur.clone() }),
            Mention::Inconnu { motif } => Self::Inconnue(unknown(motif)),
        }
    }
}

impl From<&Mention<IdentiteMineur>> for MentionIdentite {
    fn from(mention: &Mention<IdentiteMineur>) -> Self {
        match mention {
            Mention::Valeur(valeur) => Self::Renseignee(MentionIdentiteRenseignee { valeur: valeur.into() }),
            Mention::Inconnu { motif } => Self::Inconnue(unknown(motif)),
        }
    }
}

impl From<&AuteurSignalement> for AuteurVue {
    fn from(auteur: &AuteurSignalement) -> Self {
        Self {
            nom: auteur.nom.clone(),
            telephone: auteur.telephone.clone(),
            courriel: auteur.courriel.clone(),
        }
    }
}

fn unknown(motif: &str) -> MentionInconnue {
    MentionInconnue { inconnu: true, motif: motif.to_owned() }
}
