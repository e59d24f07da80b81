//! The signalement on the wire: drafting, changing, transmitting, closing, showing (SIG-1…4).

use chrono::{DateTime, NaiveDate, Utc};
use domain::acces::Section;
use domain::accuse_reception::Accuse;
use domain::dossier::Situation;
use domain::mention::{AuteurSignalement, Mention, Rapport};
use domain::refus::{Erreur, Refus};
use domain::signalement::{Etat, MotifCloture, Signalement, Statut};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

use crate::action::ActionVue;
use crate::champ::Champ;
use crate::dossier::SituationVue;
use crate::identifiant_externe::IdentifiantExterneVue;
use crate::mention::{
    AuteurVue, IdentiteEntree, MentionEntree, MentionIdentite, MentionTexte, NOM_MAX, read_identity,
    read_text,
};
use crate::organisation::OrganisationRef;
use crate::texte;

/// Most authors of one report.
const AUTEURS_MAX: usize = 10;

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
    #[schema(max_length = 64, min_length = 1)]
    #[validate(length(min = 1, max = 64))]
    pub ressort: Option<String>,
    /// Auteurs du signalement.
    #[validate(nested, length(max = 10))]
    #[schema(max_items = 10, value_type = Option<Vec<AuteurVue>>)]
    pub auteurs: Option<Vec<AuteurVue>>,
    /// Identité du mineur.
    #[schema(value_type = Option<MentionIdentite>)]
    pub identite_mineur: Option<MentionEntree<IdentiteEntree>>,
    /// Moyen de contacter le mineur.
    #[schema(value_type = Option<MentionTexte>)]
    pub contact_mineur: Option<MentionEntree<String>>,
    /// Domicile des parents.
    #[schema(value_type = Option<MentionTexte>)]
    pub domicile_parents: Option<MentionEntree<String>>,
    /// Lieu où le mineur se trouve effectivement.
    #[schema(value_type = Option<MentionTexte>)]
    pub lieu_effectif: Option<MentionEntree<String>>,
    /// Situation scolaire, et lieu de scolarisation le cas échéant.
    #[schema(value_type = Option<MentionTexte>)]
    pub situation_scolaire: Option<MentionEntree<String>>,
    /// Existence d’une mesure éducative administrative ou judiciaire.
    #[schema(value_type = Option<MentionTexte>)]
    pub mesure_educative: Option<MentionEntree<String>>,
    /// Éléments relatifs à la situation supposée : sobres, sans récit.
    #[schema(value_type = Option<MentionTexte>)]
    pub elements_situation: Option<MentionEntree<String>>,
    /// Contexte de la révélation.
    #[schema(value_type = Option<MentionTexte>)]
    pub contexte_revelation: Option<MentionEntree<String>>,
}

/// Modification d’un brouillon, au sens de la RFC 7396 : un champ absent reste, `null` l’efface. Une mention
/// change de forme en bloc.
#[derive(Debug, Clone, Default, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
#[schema(title = "Modification d’un brouillon de signalement")]
pub struct SignalementModification {
    /// Ressort du lieu où le mineur réside ou a été trouvé.
    #[schema(value_type = Option<String>, max_length = 64, min_length = 1)]
    #[serde(default)]
    pub ressort: Champ<String>,
    /// Auteurs du signalement : la liste remplace la précédente.
    #[schema(value_type = Option<Vec<AuteurVue>>, max_items = 10)]
    #[serde(default)]
    pub auteurs: Champ<Vec<AuteurVue>>,
    /// Identité du mineur.
    #[schema(value_type = Option<MentionIdentite>)]
    #[serde(default)]
    pub identite_mineur: Champ<MentionEntree<IdentiteEntree>>,
    /// Moyen de contacter le mineur.
    #[schema(value_type = Option<MentionTexte>)]
    #[serde(default)]
    pub contact_mineur: Champ<MentionEntree<String>>,
    /// Domicile des parents.
    #[schema(value_type = Option<MentionTexte>)]
    #[serde(default)]
    pub domicile_parents: Champ<MentionEntree<String>>,
    /// Lieu où le mineur se trouve effectivement.
    #[schema(value_type = Option<MentionTexte>)]
    #[serde(default)]
    pub lieu_effectif: Champ<MentionEntree<String>>,
    /// Situation scolaire.
    #[schema(value_type = Option<MentionTexte>)]
    #[serde(default)]
    pub situation_scolaire: Champ<MentionEntree<String>>,
    /// Mesure éducative.
    #[schema(value_type = Option<MentionTexte>)]
    #[serde(default)]
    pub mesure_educative: Champ<MentionEntree<String>>,
    /// Éléments relatifs à la situation.
    #[schema(value_type = Option<MentionTexte>)]
    #[serde(default)]
    pub elements_situation: Champ<MentionEntree<String>>,
    /// Contexte de la révélation.
    #[schema(value_type = Option<MentionTexte>)]
    #[serde(default)]
    pub contexte_revelation: Champ<MentionEntree<String>>,
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

/// Un signalement. Les mentions des sections fermées à l’appelant sont à `null` ; `sections` dit celles qui lui
/// sont ouvertes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignalementVue {
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
    /// Acceptation par le serveur de messagerie de l’envoi au parquet (UTC) : le signalement est effectué (SIG-2).
    pub effectue_a: Option<DateTime<Utc>>,
    /// Dépôt de l’accusé de réception (UTC).
    pub recu_a: Option<DateTime<Utc>>,
    /// Clôture (UTC).
    pub clos_a: Option<DateTime<Utc>>,
    /// Motif de clôture.
    pub motif_cloture: Option<MotifClotureVue>,
    /// Abandon du brouillon (UTC).
    pub abandonne_a: Option<DateTime<Utc>>,
    /// La copie à la CRIP n’a pas encore pu être remise (SIG-2b).
    pub copie_manquante: bool,
    /// Accusé de réception du parquet.
    pub accuse_reception: Option<AccuseResume>,
    /// Numéros de ce signalement dans les logiciels de l’organisation de l’appelant.
    #[schema(max_items = 10)]
    pub identifiants_externes: Vec<IdentifiantExterneVue>,
    /// Sections ouvertes à l’appelant.
    #[schema(max_items = 5)]
    pub sections: Vec<SectionVue>,
    /// Ressort choisi par l’auteur.
    #[schema(max_length = 64)]
    pub ressort: Option<String>,
    /// Auteurs.
    #[schema(max_items = 10)]
    pub auteurs: Vec<AuteurVue>,
    /// Identité du mineur.
    pub identite_mineur: Option<MentionIdentite>,
    /// Moyen de contacter le mineur.
    pub contact_mineur: Option<MentionTexte>,
    /// Domicile des parents.
    pub domicile_parents: Option<MentionTexte>,
    /// Lieu où le mineur se trouve effectivement.
    pub lieu_effectif: Option<MentionTexte>,
    /// Situation scolaire.
    pub situation_scolaire: Option<MentionTexte>,
    /// Mesure éducative.
    pub mesure_educative: Option<MentionTexte>,
    /// Éléments relatifs à la situation.
    pub elements_situation: Option<MentionTexte>,
    /// Contexte de la révélation.
    pub contexte_revelation: Option<MentionTexte>,
    /// Ce qui peut être fait ensuite, et pourquoi pas.
    #[schema(max_items = 16)]
    pub actions: Vec<ActionVue>,
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

/// What a view needs besides the signalement itself.
#[derive(Debug, Clone)]
pub struct Annexes {
    /// Who reports.
    pub organisation: OrganisationRef,
    /// The competent Parquet.
    pub parquet: Option<OrganisationRef>,
    /// The CRIP's copy could not be handed over yet.
    pub copie_manquante: bool,
    /// The acknowledgement.
    pub accuse: Option<Accuse>,
    /// The caller's own numbers.
    pub identifiants_externes: Vec<IdentifiantExterneVue>,
    /// The sections open to the caller.
    pub sections: Vec<Section>,
    /// What may be done next.
    pub actions: Vec<ActionVue>,
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

impl SignalementVue {
    /// The view of a signalement for one caller: what its open sections show, no more (SEC-1).
    pub fn new(signalement: &Signalement, annexes: Annexes) -> Self {
        let opens = |section| annexes.sections.contains(&section);
        let (identite, social, judiciaire) =
            (opens(Section::Identite), opens(Section::Social), opens(Section::Judiciaire));
        let rapport = &signalement.rapport;
        let dates = Dates::of(&signalement.etat);
        let text = |ouverte: bool, mention: &Option<Mention<String>>| {
            mention.as_ref().filter(|_| ouverte).map(MentionTexte::from)
        };
        Self {
            id: signalement.id.0,
            reference: signalement.reference.clone(),
            statut: signalement.statut().into(),
            dossier: signalement.dossier.0,
            organisation: annexes.organisation,
            parquet: annexes.parquet,
            cree_a: signalement.cree_le,
            transmis_a: dates.transmis,
            effectue_a: dates.effectue,
            recu_a: dates.recu,
            clos_a: dates.clos,
            motif_cloture: dates.motif.map(MotifClotureVue::from),
            abandonne_a: dates.abandonne,
            copie_manquante: annexes.copie_manquante,
            accuse_reception: annexes.accuse.filter(|_| judiciaire).map(AccuseResume::from),
            identifiants_externes: annexes.identifiants_externes,
            sections: annexes.sections.iter().map(|s| SectionVue::from(*s)).collect(),
            ressort: rapport.ressort.clone(),
            auteurs: if judiciaire {
                rapport.auteurs.iter().map(AuteurVue::from).collect()
            } else {
                Vec::new()
            },
            identite_mineur: rapport.identite_mineur.as_ref().filter(|_| identite).map(MentionIdentite::from),
            contact_mineur: text(identite, &rapport.contact_mineur),
            domicile_parents: text(identite, &rapport.domicile_parents),
            lieu_effectif: text(identite, &rapport.lieu_effectif),
            situation_scolaire: text(social, &rapport.situation_scolaire),
            mesure_educative: text(social, &rapport.mesure_educative),
            elements_situation: text(judiciaire, &rapport.elements_situation),
            contexte_revelation: text(judiciaire, &rapport.contexte_revelation),
            actions: annexes.actions,
        }
    }
}

#[derive(Default)]
struct Dates {
    transmis: Option<DateTime<Utc>>,
    effectue: Option<DateTime<Utc>>,
    recu: Option<DateTime<Utc>>,
    clos: Option<DateTime<Utc>>,
    motif: Option<MotifCloture>,
    abandonne: Option<DateTime<Utc>>,
}

impl Dates {
    fn of(etat: &Etat) -> Self {
        let mut dates = Self::default();
        if let Etat::Transmis(t) | Etat::Recu(t, _) | Etat::Clos(t, ..) = etat {
            (dates.transmis, dates.effectue) = (Some(t.le), t.effectue_le);
        }
        if let Etat::Recu(_, r) | Etat::Clos(_, r, _) = etat {
            dates.recu = Some(r.le);
        }
        if let Etat::Clos(.., c) = etat {
            (dates.clos, dates.motif) = (Some(c.le), Some(c.motif));
        }
        if let Etat::Abandonne(a) = etat {
            dates.abandonne = Some(a.le);
        }
        dates
    }
}

impl SignalementResume {
    /// The line of a list.
    pub fn new(
        signalement: &Signalement,
        organisation: OrganisationRef,
        parquet: Option<OrganisationRef>,
    ) -> Self {
        Self {
            id: signalement.id.0,
            reference: signalement.reference.clone(),
            statut: signalement.statut().into(),
            dossier: signalement.dossier.0,
            organisation,
            parquet,
            cree_a: signalement.cree_le,
            transmis_a: signalement.transmission().map(|t| t.le),
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
