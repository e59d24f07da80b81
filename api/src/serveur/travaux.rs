//! The jobs of every territoire: each starts when its base opens; one that is down does not hold up the others.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::etat::Etat;
use crate::jobs::{Outils, Travailleur};

/// How long before a territoire that is down is tried again.
const PAUSE: Duration = Duration::from_secs(3);

/// The thread that starts the jobs, and stops them.
pub(super) struct Travaux {
    fin: Sender<()>,
    fil: JoinHandle<()>,
}

impl Travaux {
    /// Starts; the jobs of a territoire begin as soon as its base opens.
    pub(super) fn start(etat: Etat, outils: Outils) -> io::Result<Self> {
        let (fin, arret) = mpsc::channel();
        let outils = Arc::new(outils);
        let fil = std::thread::Builder::new().name("travaux".to_owned()).spawn(move || {
            let mut actifs = BTreeMap::new();
            loop {
                for code in etat.codes() {
                    if !actifs.contains_key(code)
                        && let Some(travailleur) = begin(&etat, code, &outils)
                    {
                        actifs.insert(code.clone(), travailleur);
                    }
                }
                if arret.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            for travailleur in actifs.into_values() {
                travailleur.stop();
            }
        })?;
        Ok(Self { fin, fil })
    }

    /// Ends the jobs after their current step.
    pub(super) fn stop(self) {
        drop(self.fin);
        drop(self.fil.join());
    }
}

fn begin(
    etat: &Etat,
    code: &domain::territoire::CodeTerritoire,
    outils: &Arc<Outils>,
) -> Option<Travailleur> {
    let base = match etat.base(code) {
        Ok(base) => base,
        Err(erreur) => {
            log::warn!(target: "maillage", "travaux en attente, {}", erreur.cause().unwrap_or("base refusée"));
            return None;
        }
    };
    Travailleur::start(base, Arc::clone(outils))
        .map_err(|erreur| log::error!(target: "maillage", "travaux du territoire {code} : {erreur}"))
        .ok()
}
