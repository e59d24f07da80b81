//! A bounded queue and the thread that empties it: started on first use, retired when idle, never lost to a panic.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::erreur::Erreur;

/// Tasks that may wait; beyond, callers wait for room.
const CAPACITE: usize = 1024;

/// What the thread does with the tasks. It is made when the thread starts and dropped when it retires, its
/// connection with it.
pub(crate) trait Atelier: Send + 'static {
    /// One task, with the means to answer it.
    type Tache: Send + 'static;

    /// Does these tasks and answers each of them.
    fn process(&mut self, taches: Vec<Self::Tache>);

    /// The thread ends: nothing came for a while, or the base is closed.
    fn retire(&mut self);
}

/// The queue, from the callers' side.
pub(crate) struct File<A: Atelier> {
    partage: Arc<Partage<A::Tache>>,
    nom: String,
    lot: usize,
    inactivite: Duration,
    attente: Duration,
    atelier: Arc<dyn Fn() -> A + Send + Sync>,
}

struct Partage<T> {
    etat: Mutex<Etat<T>>,
    travail: Condvar,
    place: Condvar,
}

struct Etat<T> {
    attente: VecDeque<T>,
    vivant: bool,
    fermee: bool,
    fil: Option<JoinHandle<()>>,
}

impl<A: Atelier> File<A> {
    /// A queue whose thread takes up to `lot` tasks at once and retires after `inactivite`; a caller waits for room
    /// for `attente` at most.
    pub(crate) fn new(
        nom: String,
        lot: usize,
        inactivite: Duration,
        attente: Duration,
        atelier: impl Fn() -> A + Send + Sync + 'static,
    ) -> Self {
        let etat = Etat { attente: VecDeque::new(), vivant: false, fermee: false, fil: None };
        let partage =
            Arc::new(Partage { etat: Mutex::new(etat), travail: Condvar::new(), place: Condvar::new() });
        Self { partage, nom, lot, inactivite, attente, atelier: Arc::new(atelier) }
    }

    /// Hands a task over; its answer comes by the task's own means.
    pub(crate) fn submit(&self, tache: A::Tache) -> Result<(), Erreur> {
        let mut etat = self.partage.lock();
        let limite = Instant::now() + self.attente;
        while etat.attente.len() >= CAPACITE {
            let reste = limite.saturating_duration_since(Instant::now());
            if reste.is_zero() {
                return Err(Erreur::Indisponible("too many writes are waiting".to_owned()));
            }
            etat = self.partage.place.wait_timeout(etat, reste).unwrap_or_else(PoisonError::into_inner).0;
        }
        etat.attente.push_back(tache);
        if !etat.vivant {
            self.start(&mut etat)?;
        }
        self.partage.travail.notify_one();
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.partage.lock().attente.len()
    }

    #[cfg(test)]
    pub(crate) fn is_alive(&self) -> bool {
        self.partage.lock().vivant
    }

    fn start(&self, etat: &mut Etat<A::Tache>) -> Result<(), Erreur> {
        let (partage, atelier) = (Arc::clone(&self.partage), Arc::clone(&self.atelier));
        let (lot, inactivite) = (self.lot, self.inactivite);
        let fil = std::thread::Builder::new().name(self.nom.clone()).spawn(move || {
            let mut etabli = atelier();
            while let Some(taches) = partage.take(lot, inactivite) {
                if catch_unwind(AssertUnwindSafe(|| etabli.process(taches))).is_err() {
                    log::error!("a writer panicked and starts again");
                    etabli = atelier();
                }
            }
            etabli.retire();
        });
        match fil {
            Ok(fil) => {
                etat.vivant = true;
                etat.fil = Some(fil);
                Ok(())
            }
            Err(erreur) => {
                etat.attente.clear();
                Err(Erreur::Indisponible(format!("no thread for the writer: {erreur}")))
            }
        }
    }
}

impl<A: Atelier> Drop for File<A> {
    /// What was handed over is done first.
    fn drop(&mut self) {
        let fil = {
            let mut etat = self.partage.lock();
            etat.fermee = true;
            etat.fil.take()
        };
        self.partage.travail.notify_all();
        if let Some(fil) = fil
            && fil.thread().id() != std::thread::current().id()
        {
            // A panic of the thread was already reported where it happened.
            drop(fil.join());
        }
    }
}

impl<T> Partage<T> {
    fn lock(&self) -> MutexGuard<'_, Etat<T>> {
        self.etat.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for tasks; `None` when the thread must end.
    fn take(&self, lot: usize, inactivite: Duration) -> Option<Vec<T>> {
        let mut etat = self.lock();
        let limite = Instant::now() + inactivite;
        while etat.attente.is_empty() {
            let reste = limite.saturating_duration_since(Instant::now());
            if etat.fermee || reste.is_zero() {
                etat.vivant = false;
                return None;
            }
            etat = self.travail.wait_timeout(etat, reste).unwrap_or_else(PoisonError::into_inner).0;
        }
        let nombre = etat.attente.len().min(lot);
        let taches = etat.attente.drain(..nombre).collect();
        self.place.notify_all();
        Some(taches)
    }
}
