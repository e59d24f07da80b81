//! The signalement: from the draft to the Parquet's acknowledgement and the closing (SIG-1…8).

mod codes;

use chrono::{DateTime, Utc};

pub use codes::{Action, MotifCloture, Statut};

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

/// What a list shows of a signalement: nothing that is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// Its identifier.
    pub id: SignalementId,
    /// Our reference.
    pub reference: String,
    /// Where it stands.
    pub statut: Statut,
    /// The dossier it concerns.
    pub dossier: DossierId,
    /// The organisation that reports.
    pub organisation: OrganisationId,
    /// The competent Parquet, once transmitted.
    pub parquet: Option<OrganisationId>,
    /// When the draft was opened, UTC.
    pub cree_le: DateTime<Utc>,
    /// When it was handed over, UTC.
    pub transmis_le: Option<DateTime<Utc>>,
}

/// To whom a report may go, as the directory of the territoire says today (SIG-2).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destinataires {
    /// Each ressort and its Parquet.
    pub parquets: Vec<(String, OrganisationId)>,
    /// The CRIP, without which no report leaves: the copy is systematic.
    pub crip: Option<OrganisationId>,
}

impl Destinataires {
    /// The competent Parquet of a ressort.
    pub fn parquet(&self, ressort: &str) -> Option<OrganisationId> {
        self.parquets.iter().find(|(sien, _)| sien == ressort).map(|(_, parquet)| *parquet)
    }
}

/// What a transition needs to know besides the signalement: loaded once per request.
#[derive(Debug, Clone)]
pub struct Contexte<'a> {
    /// Who asks.
    pub acteur: &'a Acteur,
    /// At which instant.
    pub now: DateTime<Utc>,
    /// To whom a report may go.
    pub destinataires: &'a Destinataires,
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
            Action::Transmettre => self.require_transmissible(ctx).map(drop),
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

    /// Hands the report over for sending, to the Parquet of its ressort and to the CRIP (SIG-2, SIG-4).
    ///
    /// # Errors
    /// `SIG-1` with one pointer per missing mention; `SIG-2` when the directory has no CRIP; `SIG-4` when it is no
    /// longer a draft.
    pub fn transmettre(self, ctx: &Contexte<'_>) -> Result<Self, Refus> {
        let (parquet, crip) = self.require_transmissible(ctx)?;
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

    /// The competent Parquet and the CRIP, when nothing stands in the way of the transmission.
    fn require_transmissible(&self, ctx: &Contexte<'_>) -> Result<(OrganisationId, OrganisationId), Refus> {
        self.require_own_draft(ctx)?;
        let manques = self.rapport.manques(ctx.destinataires);
        let parquet = self.rapport.ressort.as_deref().and_then(|ressort| ctx.destinataires.parquet(ressort));
        match (parquet, ctx.destinataires.crip) {
            (Some(parquet), Some(crip)) if manques.is_empty() => Ok((parquet, crip)),
            (Some(_), None) if manques.is_empty() => Err(Refus::conflit(
                "crip_absente",
                "SIG-2",
                "Ce territoire n’a pas de CRIP : la copie systématique est impossible.",
            )),
            _ => Err(Refus::invalide(
                "mentions_manquantes",
                Some("SIG-1"),
                "Le signalement est incomplet : chaque mention obligatoire doit être renseignée, ou déclarée \
                 inconnue avec un motif.",
                manques,
            )),
        }
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
    pub fn manques(&self, destinataires: &Destinataires) -> Vec<Erreur> {
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
            Some(ressort) if destinataires.parquet(ressort).is_none() => manques.push(Erreur::new(
                "/ressort",
                "ressort_inconnu",
                "Aucun parquet de ce territoire n’a ce ressort.",
            )),
            Some(_) => {}
        }
        manques
    }
}
