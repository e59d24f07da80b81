//! A deadline asked for without a dossier, such as “an OPP on 24 December 2026: due when?” (§15).

use chrono::{DateTime, NaiveDate, Utc};

use super::calcul::{Calcul, eva_3, sig_8, sou_2};
use super::regle::{Regle, VoieEvaluation};
use crate::calendrier::{Calendrier, paris_date};
use crate::refus::{Erreur, Refus};
use crate::territoire::Parametres;

/// The start event, as precise as the asker gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depart {
    /// A Paris day: enough for the rules in days and months.
    Jour(NaiveDate),
    /// An instant, UTC: needed by the rules in hours.
    Instant(DateTime<Utc>),
}

/// What is asked; [`Question::answer`] refuses what the rule has no use for, rather than ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// The rule.
    pub regle: Regle,
    /// The start event.
    pub depart: Depart,
    /// The way of the evaluation: EVA-3 only, and required there.
    pub voie: Option<VoieEvaluation>,
    /// Days of sursis: EVA-3 `hors_opp` only.
    pub sursis_jours: Option<u32>,
}

impl Question {
    /// Computes the deadline with the settings of the territoire.
    ///
    /// # Errors
    /// One pointer (`/voie`, `/sursis_jours`, `/depart`) per parameter that the rule lacks or has no use for; see also
    /// each rule's own refusals.
    pub fn answer(&self, parametres: &Parametres) -> Result<Calcul, Refus> {
        let calendrier = Calendrier { alsace_moselle: parametres.alsace_moselle };
        match (self.regle, self.voie, self.depart) {
            (Regle::Sig8, None, depart) if self.sursis_jours.is_none() => {
                sig_8(depart.jour(), parametres.sig_8_jours_ouvres, calendrier)
            }
            (Regle::Eva3, Some(voie), depart) => eva_3(voie, depart.jour(), self.sursis_jours, calendrier),
            (Regle::Sou2, None, Depart::Instant(depart)) if self.sursis_jours.is_none() => sou_2(depart),
            _ => Err(self.refusal()),
        }
    }

    fn refusal(&self) -> Refus {
        let evaluation = self.regle == Regle::Eva3;
        let mut erreurs = Vec::new();
        if evaluation && self.voie.is_none() {
            erreurs.push(Erreur::new("/voie", "parametre_requis", "Indiquez la voie : opp ou hors_opp."));
        }
        if !evaluation && self.voie.is_some() {
            erreurs.push(Erreur::new("/voie", "parametre_sans_objet", "Cette règle n’a pas de voie."));
        }
        if !evaluation && self.sursis_jours.is_some() {
            let message = "Les jours de sursis ne valent que pour une évaluation hors OPP.";
            erreurs.push(Erreur::new("/sursis_jours", "parametre_sans_objet", message));
        }
        if self.regle == Regle::Sou2 && matches!(self.depart, Depart::Jour(_)) {
            let message = "Cette règle se compte en heures : indiquez la date et l’heure du départ.";
            erreurs.push(Erreur::new("/depart", "heure_requise", message));
        }
        let message = "Ces paramètres ne conviennent pas à la règle demandée.";
        Refus::invalide("parametres_invalides", Some(self.regle.code()), message, erreurs)
    }
}

impl Depart {
    fn jour(self) -> NaiveDate {
        match self {
            Self::Jour(jour) => jour,
            Self::Instant(instant) => paris_date(instant),
        }
    }
}
