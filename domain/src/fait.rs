//! The facts: what happened, once and for all, in the words of the domain; everything outward derives from them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::acces::{Section, Voie};
use crate::acteur::{Auteur, Role};
use crate::dossier::Situation;
use crate::envoi::NatureEnvoi;
use crate::identifiant::{
    AccuseId, AgentId, DossierId, EcheanceId, EnvoiId, HabilitationId, IdentifiantExterne, OrganisationId,
    SignalementId,
};
use crate::mention::Rapport;
use crate::signalement::MotifCloture;

/// One fact. The serde names are the type codes of the journal: they are frozen, as are the fields of each
/// version; a new need is a new field with a default, or a new version read by `persistence::fait_versions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "charge")]
pub enum Fait {
    /// The database of a territoire was made.
    #[serde(rename = "territoire_installe")]
    TerritoireInstalle {
        /// Made by `demo`: invented people, tokens for everyone.
        fictif: bool,
    },
    /// A partner entered the directory (ANN-1).
    #[serde(rename = "organisation_creee")]
    OrganisationCreee {
        /// The organisation.
        organisation: OrganisationId,
        /// Its code.
        code: String,
    },
    /// An agent received a role (ANN-3).
    #[serde(rename = "habilitation_accordee")]
    HabilitationAccordee {
        /// The habilitation.
        habilitation: HabilitationId,
        /// Who holds it.
        agent: AgentId,
        /// For which organisation.
        organisation: OrganisationId,
        /// Which role.
        role: Role,
    },
    /// A habilitation was withdrawn: it acts on the next request (ANN-3).
    #[serde(rename = "habilitation_retiree")]
    HabilitationRetiree {
        /// The habilitation.
        habilitation: HabilitationId,
        /// Who held it.
        agent: AgentId,
    },
    /// A machine of a partner received credentials.
    #[serde(rename = "client_cree")]
    ClientCree {
        /// The agent that the machine acts as.
        agent: AgentId,
        /// Its organisation.
        organisation: OrganisationId,
    },
    /// A dossier was opened (DOS-1…3).
    #[serde(rename = "dossier_ouvert")]
    DossierOuvert {
        /// The dossier.
        dossier: DossierId,
        /// Its pseudonym code (DOS-2).
        code: String,
        /// How the situation is assessed (DOS-3).
        situation: Situation,
        /// Who opened it.
        organisation: OrganisationId,
    },
    /// An organisation entered the cercle de partage of a dossier (SEC-1).
    #[serde(rename = "cercle_entre")]
    CercleEntre {
        /// The dossier.
        dossier: DossierId,
        /// The organisation.
        organisation: OrganisationId,
        /// By which step of the workflow.
        voie: Voie,
        /// Which sections it may see.
        sections: Vec<Section>,
    },
    /// A draft was opened (SIG-1).
    #[serde(rename = "signalement_redige")]
    SignalementRedige {
        /// The signalement.
        signalement: SignalementId,
        /// Its dossier.
        dossier: DossierId,
        /// Our reference.
        reference: String,
        /// Who writes.
        organisation: OrganisationId,
        /// What it says.
        rapport: Rapport,
        /// The author's own numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        identifiants_externes: Vec<IdentifiantExterne>,
    },
    /// A draft was changed.
    #[serde(rename = "signalement_modifie")]
    SignalementModifie {
        /// The signalement.
        signalement: SignalementId,
        /// Its dossier.
        dossier: DossierId,
        /// The revision that this change made.
        revision: i64,
        /// What it says from then on.
        rapport: Rapport,
    },
    /// A report was handed over for sending (SIG-2).
    #[serde(rename = "signalement_transmis")]
    SignalementTransmis {
        /// The signalement.
        signalement: SignalementId,
        /// Its dossier.
        dossier: DossierId,
        /// The competent Parquet.
        parquet: OrganisationId,
        /// The CRIP, systematic copy.
        crip: OrganisationId,
        /// The extra copies that the territoire's settings named that day (TER-1).
        copies: Vec<OrganisationId>,
    },
    /// The mail server accepted the Parquet's copy (SIG-2: `effectue`).
    #[serde(rename = "signalement_effectue")]
    SignalementEffectue {
        /// The signalement.
        signalement: SignalementId,
        /// Its dossier.
        dossier: DossierId,
        /// The sending that was accepted.
        envoi: EnvoiId,
    },
    /// The Parquet acknowledged (SIG-5).
    #[serde(rename = "signalement_recu")]
    SignalementRecu {
        /// The signalement.
        signalement: SignalementId,
        /// Its dossier.
        dossier: DossierId,
        /// The acknowledgement.
        accuse: AccuseId,
        /// Who pushed it.
        parquet: OrganisationId,
        /// The date that the Parquet gives.
        date: NaiveDate,
        /// Whether the Parquet asks to suspend the evaluation (SIG-6).
        sursis: bool,
    },
    /// The CRIP closed it (SIG-4).
    #[serde(rename = "signalement_clos")]
    SignalementClos {
        /// The signalement.
        signalement: SignalementId,
        /// Its dossier.
        dossier: DossierId,
        /// Why.
        motif: MotifCloture,
    },
    /// The draft was given up (SIG-4).
    #[serde(rename = "signalement_abandonne")]
    SignalementAbandonne {
        /// The signalement.
        signalement: SignalementId,
        /// Its dossier.
        dossier: DossierId,
    },
    /// A mail server accepted a sending (SIG-2b).
    #[serde(rename = "envoi_remis")]
    EnvoiRemis {
        /// The sending.
        envoi: EnvoiId,
        /// The dossier it speaks of.
        dossier: DossierId,
        /// What it carried.
        nature: NatureEnvoi,
        /// To whom.
        destinataire: OrganisationId,
        /// RFC 5322 Message-ID.
        message_id: String,
        /// SHA-256 of the message as sent, in hexadecimal.
        empreinte: String,
    },
    /// A sending failed for the first time; the retries go on (SIG-2b).
    #[serde(rename = "envoi_echoue")]
    EnvoiEchoue {
        /// The sending.
        envoi: EnvoiId,
        /// The dossier it speaks of.
        dossier: DossierId,
        /// To whom.
        destinataire: OrganisationId,
        /// Code of the cause, without the server's text.
        cause: String,
    },
    /// A deadline began to run (§15).
    #[serde(rename = "echeance_ouverte")]
    EcheanceOuverte {
        /// The deadline.
        echeance: EcheanceId,
        /// The dossier.
        dossier: DossierId,
        /// What it bears on.
        sujet: Uuid,
        /// The rule's number.
        regle: String,
        /// The start, a Paris date.
        depart: NaiveDate,
        /// The last day, a Paris date.
        due_le: NaiveDate,
        /// The last instant, UTC, for the rules in hours.
        due_a: Option<DateTime<Utc>>,
        /// The version of the rule in force at the start.
        version_regle: String,
        /// Who must act.
        organisation: OrganisationId,
    },
    /// The deadline was met, in time or late.
    #[serde(rename = "echeance_tenue")]
    EcheanceTenue {
        /// The deadline.
        echeance: EcheanceId,
        /// The dossier.
        dossier: DossierId,
        /// What it bears on.
        sujet: Uuid,
    },
    /// Time alone brought this: the deadline passed (SIG-8 and others). Written once per (rule, subject, due
    /// date, kind).
    #[serde(rename = "echeance_depassee")]
    EcheanceDepassee {
        /// The deadline.
        echeance: EcheanceId,
        /// The dossier.
        dossier: DossierId,
        /// What it bears on.
        sujet: Uuid,
        /// The rule's number.
        regle: String,
        /// The last day, a Paris date.
        due_le: NaiveDate,
    },
}

impl Fait {
    /// The version in which facts are written today; older ones are upgraded on reading.
    pub const VERSION: i32 = 1;

    /// The type code of the journal, as the contract shows it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TerritoireInstalle { .. } => "territoire_installe",
            Self::OrganisationCreee { .. } => "organisation_creee",
            Self::HabilitationAccordee { .. } => "habilitation_accordee",
            Self::HabilitationRetiree { .. } => "habilitation_retiree",
            Self::ClientCree { .. } => "client_cree",
            Self::DossierOuvert { .. } => "dossier_ouvert",
            Self::CercleEntre { .. } => "cercle_entre",
            Self::SignalementRedige { .. } => "signalement_redige",
            Self::SignalementModifie { .. } => "signalement_modifie",
            Self::SignalementTransmis { .. } => "signalement_transmis",
            Self::SignalementEffectue { .. } => "signalement_effectue",
            Self::SignalementRecu { .. } => "signalement_recu",
            Self::SignalementClos { .. } => "signalement_clos",
            Self::SignalementAbandonne { .. } => "signalement_abandonne",
            Self::EnvoiRemis { .. } => "envoi_remis",
            Self::EnvoiEchoue { .. } => "envoi_echoue",
            Self::EcheanceOuverte { .. } => "echeance_ouverte",
            Self::EcheanceTenue { .. } => "echeance_tenue",
            Self::EcheanceDepassee { .. } => "echeance_depassee",
        }
    }

    /// What the fact is about.
    pub fn sujet(&self) -> Option<Uuid> {
        match self {
            Self::TerritoireInstalle { .. } => None,
            Self::OrganisationCreee { organisation, .. } => Some(organisation.0),
            Self::HabilitationAccordee { habilitation, .. }
            | Self::HabilitationRetiree { habilitation, .. } => Some(habilitation.0),
            Self::ClientCree { agent, .. } => Some(agent.0),
            Self::DossierOuvert { dossier, .. } | Self::CercleEntre { dossier, .. } => Some(dossier.0),
            Self::SignalementRedige { signalement, .. }
            | Self::SignalementModifie { signalement, .. }
            | Self::SignalementTransmis { signalement, .. }
            | Self::SignalementEffectue { signalement, .. }
            | Self::SignalementRecu { signalement, .. }
            | Self::SignalementClos { signalement, .. }
            | Self::SignalementAbandonne { signalement, .. } => Some(signalement.0),
            Self::EnvoiRemis { envoi, .. } | Self::EnvoiEchoue { envoi, .. } => Some(envoi.0),
            Self::EcheanceOuverte { sujet, .. }
            | Self::EcheanceTenue { sujet, .. }
            | Self::EcheanceDepassee { sujet, .. } => Some(*sujet),
        }
    }

    /// The dossier whose key seals the fact; `None` for what concerns no minor.
    pub fn dossier(&self) -> Option<DossierId> {
        match self {
            Self::TerritoireInstalle { .. }
            | Self::OrganisationCreee { .. }
            | Self::HabilitationAccordee { .. }
            | Self::HabilitationRetiree { .. }
            | Self::ClientCree { .. } => None,
            Self::DossierOuvert { dossier, .. }
            | Self::CercleEntre { dossier, .. }
            | Self::SignalementRedige { dossier, .. }
            | Self::SignalementModifie { dossier, .. }
            | Self::SignalementTransmis { dossier, .. }
            | Self::SignalementEffectue { dossier, .. }
            | Self::SignalementRecu { dossier, .. }
            | Self::SignalementClos { dossier, .. }
            | Self::SignalementAbandonne { dossier, .. }
            | Self::EnvoiRemis { dossier, .. }
            | Self::EnvoiEchoue { dossier, .. }
            | Self::EcheanceOuverte { dossier, .. }
            | Self::EcheanceTenue { dossier, .. }
            | Self::EcheanceDepassee { dossier, .. } => Some(*dossier),
        }
    }
}

/// A fact as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaitInscrit {
    /// Its place in the one ordered journal of the territoire, from 1, without gap.
    pub seq: i64,
    /// The fact.
    pub fait: Fait,
    /// Who did it.
    pub auteur: Auteur,
    /// When it happened, UTC.
    pub survenu_le: DateTime<Utc>,
    /// When it was written, UTC.
    pub enregistre_le: DateTime<Utc>,
    /// The fact that it corrects, if any.
    pub corrige_seq: Option<i64>,
}

#[cfg(test)]
mod tests;
