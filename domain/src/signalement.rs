//! The signalement: from the draft to the Parquet's acknowledgement and the closing (SIG-1…8).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::acteur::{Acteur, Role};
use crate::identifiant::{AccuseId, AgentId, DossierId, OrganisationId, SignalementId};
use crate::mention::Rapport;
use crate::refus::{Erreur, Refus};

/// One report of a situation to the Parquet, with systematic copy to the CRIP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signalement {
    /// Its identifier.
    pub id: SignalementId,
    /// Our reference, quoted by the Parquet's tools; carries no personal datum.
    pub reference: String,
    /// The dossier it concerns.
    pub dossier: DossierId,
    /// The organisation that reports: alone to see the draft.
    pub organisation: OrganisationId,
    /// The agent who opened the draft.
    pub agent: AgentId,
    /// When the draft was opened.
    pub cree_le: DateTime<Utc>,
    /// What it says.
    pub rapport: Rapport,
    /// Where it stands.
    pub etat: Etat,
}

/// The states of SIG-4; each carries only what exists in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Etat {
    /// Being written; may be incomplete.
    Brouillon {
        /// Rises by one at each change; the strong ETag of the draft.
        revision: i64,
    },
    /// Handed over for sending to the Parquet.
    Transmis(Transmission),
    /// Acknowledged by the Parquet.
    Recu(Transmission, Reception),
    /// Closed by the CRIP.
    Clos(Transmission, Reception, Cloture),
    /// The draft was given up; nothing was sent.
    Abandonne(Abandon),
}

/// The handing over, and what was decided then (SIG-2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmission {
    /// The instant of transmission.
    pub le: DateTime<Utc>,
    /// Who transmitted.
    pub par: AgentId,
    /// The competent Parquet, from the ressort.
    pub parquet: OrganisationId,
    /// The CRIP, systematic copy.
    pub crip: OrganisationId,
    /// When the mail server accepted the Parquet's copy (`effectue`, SIG-2); `None` until then.
    pub effectue_le: Option<DateTime<Utc>>,
}

/// The acknowledgement that made it `recu` (SIG-5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    /// The instant at which the acknowledgement reached us.
    pub le: DateTime<Utc>,
    /// The acknowledgement.
    pub accuse: AccuseId,
}

/// The closing by the CRIP (SIG-4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloture {
    /// The instant of closing.
    pub le: DateTime<Utc>,
    /// Who closed.
    pub par: AgentId,
    /// Why.
    pub motif: MotifCloture,
}

/// The giving up of a draft (SIG-4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abandon {
    /// The instant.
    pub le: DateTime<Utc>,
    /// Who gave it up.
    pub par: AgentId,
}

/// Why the CRIP closes a signalement *(choice)*: a code, never a narrative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MotifCloture {
    /// The Parquet's follow-up is known and acted upon.
    SuitesConnues,
    /// Another signalement of the same situation replaces it.
    Doublon,
    /// The situation is not confirmed.
    SituationInfirmee,
    /// Another territoire takes over.
    Reorientation,
}

impl MotifCloture {
    /// Every reason.
    pub const ALL: [Self; 4] =
        [Self::SuitesConnues, Self::Doublon, Self::SituationInfirmee, Self::Reorientation];

    /// The code stored and shown.
    pub fn code(self) -> &'static str {
        match self {
            Self::SuitesConnues => "suites_connues",
            Self::Doublon => "doublon",
            Self::SituationInfirmee => "situation_infirmee",
            Self::Reorientation => "reorientation",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|motif| motif.code() == code)
    }
}

/// The code of each state, without its data: for filters, columns and views.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statut {
    /// Draft.
    Brouillon,
    /// Handed over for sending.
    Transmis,
    /// Acknowledged by the Parquet.
    Recu,
    /// Closed by the CRIP.
    Clos,
    /// Draft given up.
    Abandonne,
}

impl Statut {
    /// Every state of SIG-4.
    pub const ALL: [Self; 5] = [Self::Brouillon, Self::Transmis, Self::Recu, Self::Clos, Self::Abandonne];

    /// The code of SIG-4.
    pub fn code(self) -> &'static str {
        match self {
            Self::Brouillon => "brouillon",
            Self::Transmis => "transmis",
            Self::Recu => "recu",
            Self::Clos => "clos",
            Self::Abandonne => "abandonne",
        }
    }

    /// Reads a code; `None` for an unknown one.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|statut| statut.code() == code)
    }
}

/// What can be done to a signalement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Change the draft.
    Modifier,
    /// Hand it over to the Parquet.
    Transmettre,
    /// Give the draft up.
    Abandonner,
    /// Push the Parquet's acknowledgement.
    Accuser,
    /// Close it.
    Clore,
}

impl Action {
    /// Every action, in the order of the circuit.
    pub const ALL: [Self; 5] =
        [Self::Modifier, Self::Transmettre, Self::Abandonner, Self::Accuser, Self::Clore];

    /// The name shown in `actions`.
    pub fn nom(self) -> &'static str {
        match self {
            Self::Modifier => "modifier",
            Self::Transmettre => "transmettre",
            Self::Abandonner => "abandonner",
            Self::Accuser => "accuser_reception",
            Self::Clore => "clore",
        }
    }
}

/// What a transition needs to know besides the signalement: loaded once per request.
#[derive(Debug, Clone)]
pub struct Contexte<'a> {
    /// Who asks.
    pub acteur: &'a Acteur,
    /// At which instant.
    pub now: DateTime<Utc>,
    /// The ressorts that have a Parquet in this territoire.
    pub ressorts: &'a [String],
}

impl Signalement {
    /// The code of its state.
    pub fn statut(&self) -> Statut {
        match self.etat {
            Etat::Brouillon { .. } => Statut::Brouillon,
            Etat::Transmis(_) => Statut::Transmis,
            Etat::Recu(..) => Statut::Recu,
            Etat::Clos(..) => Statut::Clos,
            Etat::Abandonne(_) => Statut::Abandonne,
        }
    }

    /// The handing over, once it happened.
    pub fn transmission(&self) -> Option<&Transmission> {
        match &self.etat {
            Etat::Transmis(t) | Etat::Recu(t, _) | Etat::Clos(t, ..) => Some(t),
            Etat::Brouillon { .. } | Etat::Abandonne(_) => None,
        }
    }

    /// Whether an organisation that holds this dossier may see this signalement: a draft, or a draft given up,
    /// belongs to its author's organisation alone; Parquet and CRIP enter at transmission.
    pub fn is_visible_to(&self, organisation: OrganisationId) -> bool {
        self.transmission().is_some() || self.organisation == organisation
    }

    /// Every refusal that does not depend on the body: `actions` shows it, each transition begins with it.
    ///
    /// # Errors
    /// The rule that forbids the action to this actor, in this state, at this instant.
    pub fn garde(&self, action: Action, ctx: &Contexte<'_>) -> Result<(), Refus> {
        match action {
            Action::Modifier | Action::Abandonner => self.require_own_draft(ctx),
            Action::Transmettre => {
                self.require_own_draft(ctx)?;
                self.require_complete(ctx)
            }
            Action::Accuser => self.require_competent_parquet(ctx),
            Action::Clore => self.require_closable(ctx),
        }
    }

    /// Replaces what the draft says.
    ///
    /// # Errors
    /// `SIG-4` when it is no longer a draft.
    pub fn modifier(self, rapport: Rapport, ctx: &Contexte<'_>) -> Result<Self, Refus> {
        self.garde(Action::Modifier, ctx)?;
        let Etat::Brouillon { revision } = self.etat else { return Err(self.not_a_draft()) };
        Ok(Self { rapport, etat: Etat::Brouillon { revision: revision + 1 }, ..self })
    }

    /// Hands the report over for sending (SIG-2, SIG-4).
    ///
    /// # Errors
    /// `SIG-1` with one pointer per missing mention; `SIG-4` when it is no longer a draft.
    pub fn transmettre(
        self,
        parquet: OrganisationId,
        crip: OrganisationId,
        ctx: &Contexte<'_>,
    ) -> Result<Self, Refus> {
        self.garde(Action::Transmettre, ctx)?;
        let transmission =
            Transmission { le: ctx.now, par: ctx.acteur.agent, parquet, crip, effectue_le: None };
        Ok(Self { etat: Etat::Transmis(transmission), ..self })
    }

    /// Gives the draft up (SIG-4).
    ///
    /// # Errors
    /// `SIG-4` when it is no longer a draft.
    pub fn abandonner(self, ctx: &Contexte<'_>) -> Result<Self, Refus> {
        self.garde(Action::Abandonner, ctx)?;
        Ok(Self { etat: Etat::Abandonne(Abandon { le: ctx.now, par: ctx.acteur.agent }), ..self })
    }

    /// Records that the mail server accepted the Parquet's copy: the report counts as made (SIG-2). Once only:
    /// the first acceptance stands.
    pub fn effectuer(mut self, le: DateTime<Utc>) -> Self {
        if let Etat::Transmis(t) | Etat::Recu(t, _) | Etat::Clos(t, ..) = &mut self.etat {
            t.effectue_le.get_or_insert(le);
        }
        self
    }

    /// Records the Parquet's acknowledgement (SIG-5).
    ///
    /// # Errors
    /// Not found for a draft or for another Parquet; a conflict when it is acknowledged or closed already.
    pub fn accuser(self, accuse: AccuseId, ctx: &Contexte<'_>) -> Result<Self, Refus> {
        self.garde(Action::Accuser, ctx)?;
        let Etat::Transmis(transmission) = self.etat else { return Err(Refus::introuvable()) };
        Ok(Self { etat: Etat::Recu(transmission, Reception { le: ctx.now, accuse }), ..self })
    }

    /// Closes it, by the CRIP, with a reason (SIG-4).
    ///
    /// # Errors
    /// When the actor is not the CRIP, or the report is not acknowledged yet.
    pub fn clore(self, motif: MotifCloture, ctx: &Contexte<'_>) -> Result<Self, Refus> {
        self.garde(Action::Clore, ctx)?;
        let Etat::Recu(transmission, reception) = self.etat else { return Err(not_acknowledged()) };
        let cloture = Cloture { le: ctx.now, par: ctx.acteur.agent, motif };
        Ok(Self { etat: Etat::Clos(transmission, reception, cloture), ..self })
    }

    fn require_own_draft(&self, ctx: &Contexte<'_>) -> Result<(), Refus> {
        if self.organisation != ctx.acteur.organisation {
            return Err(Refus::interdit(
                Some("SIG-4"),
                "Seule l’organisation qui a rédigé ce signalement peut agir sur son brouillon.",
            ));
        }
        match self.etat {
            Etat::Brouillon { .. } => Ok(()),
            _ => Err(self.not_a_draft()),
        }
    }

    fn require_complete(&self, ctx: &Contexte<'_>) -> Result<(), Refus> {
        let manques = self.rapport.manques(ctx.ressorts);
        if manques.is_empty() {
            return Ok(());
        }
        Err(Refus::invalide(
            "mentions_manquantes",
            Some("SIG-1"),
            "Le signalement est incomplet : chaque mention obligatoire doit être renseignée, ou déclarée \
             inconnue avec un motif.",
            manques,
        ))
    }

    fn require_competent_parquet(&self, ctx: &Contexte<'_>) -> Result<(), Refus> {
        if !ctx.acteur.has(Role::Parquet) {
            return Err(Refus::interdit(Some("SIG-5"), "Seul un parquet accuse réception d’un signalement."));
        }
        match &self.etat {
            Etat::Brouillon { .. } | Etat::Abandonne(_) => Err(Refus::introuvable()),
            Etat::Transmis(t) | Etat::Recu(t, _) | Etat::Clos(t, ..)
                if t.parquet != ctx.acteur.organisation =>
            {
                Err(Refus::introuvable())
            }
            Etat::Transmis(_) => Ok(()),
            Etat::Recu(..) | Etat::Clos(..) => Err(Refus::conflit(
                "signalement_deja_accuse",
                "SIG-5",
                "Ce signalement a déjà fait l’objet d’un accusé de réception, sous une autre référence.",
            )),
        }
    }

    fn require_closable(&self, ctx: &Contexte<'_>) -> Result<(), Refus> {
        if !ctx.acteur.has(Role::Crip) {
            return Err(Refus::interdit(Some("SIG-4"), "Seule la CRIP clôt un signalement."));
        }
        match self.etat {
            Etat::Recu(..) => Ok(()),
            Etat::Clos(..) => {
                Err(Refus::conflit("signalement_clos", "SIG-4", "Ce signalement est déjà clos."))
            }
            _ => Err(not_acknowledged()),
        }
    }

    fn not_a_draft(&self) -> Refus {
        let message = match self.etat {
            Etat::Abandonne(_) => "Ce brouillon a été abandonné : il ne peut plus être modifié ni transmis.",
            _ => "Ce signalement a été transmis : rien de ce qui est envoyé n’est modifié ni supprimé.",
        };
        Refus::conflit("brouillon_requis", "SIG-4", message)
    }
}

fn not_acknowledged() -> Refus {
    Refus::conflit(
        "accuse_attendu",
        "SIG-4",
        "Ce signalement ne peut être clos qu’après l’accusé de réception du parquet.",
    )
}

impl Rapport {
    /// The mandatory mentions that are neither filled nor declared unknown, each with its pointer (SIG-1), then
    /// what the sending needs: the authors (\[LY\]) and a ressort that has a Parquet here (SIG-2).
    pub fn manques(&self, ressorts: &[String]) -> Vec<Erreur> {
        let mentions = [
            ("/identite_mineur", self.identite_mineur.is_none(), "l’identité du mineur"),
            ("/contact_mineur", self.contact_mineur.is_none(), "le moyen de contacter le mineur"),
            ("/domicile_parents", self.domicile_parents.is_none(), "le domicile des parents"),
            ("/lieu_effectif", self.lieu_effectif.is_none(), "le lieu où le mineur se trouve effectivement"),
            ("/situation_scolaire", self.situation_scolaire.is_none(), "la situation scolaire"),
            ("/mesure_educative", self.mesure_educative.is_none(), "l’existence d’une mesure éducative"),
            (
                "/elements_situation",
                self.elements_situation.is_none(),
                "les éléments relatifs à la situation",
            ),
            ("/contexte_revelation", self.contexte_revelation.is_none(), "le contexte de la révélation"),
        ];
        let mut manques: Vec<Erreur> = mentions
            .into_iter()
            .filter(|(_, absente, _)| *absente)
            .map(|(pointeur, _, nom)| {
                let message =
                    format!("Mention obligatoire : indiquez {nom}, ou déclarez-la inconnue avec un motif.");
                Erreur::new(pointeur, "mention_manquante", message)
            })
            .collect();
        if self.auteurs.is_empty() {
            manques.push(Erreur::new(
                "/auteurs",
                "mention_manquante",
                "Indiquez au moins un auteur du signalement.",
            ));
        }
        match &self.ressort {
            None => manques.push(Erreur::new(
                "/ressort",
                "mention_manquante",
                "Indiquez le ressort du lieu où le mineur réside ou a été trouvé : il désigne le parquet compétent.",
            )),
            Some(ressort) if !ressorts.contains(ressort) => manques.push(Erreur::new(
                "/ressort",
                "ressort_inconnu",
                "Aucun parquet de ce territoire n’a ce ressort.",
            )),
            Some(_) => {}
        }
        manques
    }
}
