//! What a caller sees of a signalement: its open sections, and what may be done next (SEC-1).

use chrono::{DateTime, Utc};
use domain::acces::Section;
use domain::accuse_reception::Accuse;
use domain::mention::Mention;
use domain::signalement::{Etat, MotifCloture, Signalement};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AccuseResume, MotifClotureVue, SectionVue, StatutVue};
use crate::action::ActionVue;
use crate::identifiant_externe::IdentifiantExterneVue;
use crate::mention::{AuteurVue, MentionIdentite, MentionTexte};
use crate::organisation::OrganisationRef;

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
