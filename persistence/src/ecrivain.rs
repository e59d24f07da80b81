//! The one writer of a territoire: waiting closures, a savepoint each, one durable commit, then every answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use domain::acces::Acces;
use domain::territoire::CodeTerritoire;

use crate::acces;
use crate::base::Occupation;
use crate::chaine::Tete;
use crate::coffre::Coffre;
use crate::connexion::Cnx;
use crate::erreur::Erreur;
use crate::file::Atelier;
use crate::registre::Registre;
use crate::session::{Ecriture, Session};

/// Closures per commit.
pub(crate) const LOT: usize = 64;

/// A closure that keeps the lock longer than this is logged.
const DUREE_NORMALE: Duration = Duration::from_millis(5);

/// A closure of `Base::write` with its types forgotten.
pub(crate) trait Tache: Send {
    /// Runs the closure and keeps its result; false when what it did must be undone.
    fn run(&mut self, ecriture: &mut Ecriture<'_>) -> bool;

    /// What it did cannot be kept, whatever it returned.
    fn fail(&mut self, erreur: Erreur);

    /// Answers the caller.
    fn answer(self: Box<Self>);
}

/// One closure, its result, and who waits for it.
pub(crate) struct Ordre<F, T, E> {
    fermeture: Option<F>,
    resultat: Option<Result<T, E>>,
    reponse: SyncSender<Result<T, E>>,
}

/// Those who want to know that facts were written.
#[derive(Default)]
pub(crate) struct Abonnes(Mutex<Vec<SyncSender<()>>>);

/// The writer of the territoire's database and of its journal of facts.
pub(crate) struct EcrivainFaits {
    pub(crate) code: CodeTerritoire,
    pub(crate) registre: Registre,
    pub(crate) abonnes: Arc<Abonnes>,
}

/// The writer of the journal of accesses.
pub(crate) struct EcrivainAcces {
    pub(crate) registre: Registre,
}

/// Lines for the journal of accesses, and who waits for them.
pub(crate) struct Lignes {
    lignes: Vec<Acces>,
    reponse: SyncSender<Result<(), Erreur>>,
}

impl<F, T, E> Ordre<F, T, E>
where
    F: FnOnce(&mut Ecriture<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Erreur> + Send + 'static,
{
    /// The closure as a task, and where its result will come.
    pub(crate) fn wrap(fermeture: F) -> (Box<dyn Tache>, Receiver<Result<T, E>>) {
        let (reponse, attente) = sync_channel(1);
        (Box::new(Self { fermeture: Some(fermeture), resultat: None, reponse }), attente)
    }
}

impl<F, T, E> Tache for Ordre<F, T, E>
where
    F: FnOnce(&mut Ecriture<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Erreur> + Send + 'static,
{
    fn run(&mut self, ecriture: &mut Ecriture<'_>) -> bool {
        let Some(fermeture) = self.fermeture.take() else { return false };
        let resultat = catch_unwind(AssertUnwindSafe(|| fermeture(ecriture)))
            .unwrap_or_else(|_| Err(E::from(Erreur::Interne("a write closure panicked".to_owned()))));
        let garder = resultat.is_ok();
        self.resultat = Some(resultat);
        garder
    }

    fn fail(&mut self, erreur: Erreur) {
        self.resultat = Some(Err(E::from(erreur)));
    }

    fn answer(self: Box<Self>) {
        if let Some(resultat) = self.resultat {
            // The caller may have gone away: the write stands all the same.
            drop(self.reponse.send(resultat));
        }
    }
}

impl Atelier for EcrivainFaits {
    type Tache = Box<dyn Tache>;

    fn process(&mut self, mut taches: Vec<Box<dyn Tache>>) {
        let code = &self.code;
        let _occupation = Occupation::take();
        let sort =
            self.registre.transaction(|cnx, coffre, tete| run_all(cnx, coffre, code, tete, &mut taches));
        if let Err(erreur) = &sort {
            log::error!("territoire {code}: {} writes not committed: {erreur}", taches.len());
            // Even a refusal is not told: it may rest on a write of the same group, which is undone.
            for tache in &mut taches {
                tache.fail(Erreur::Indisponible("the group was not committed".to_owned()));
            }
        }
        taches.into_iter().for_each(Tache::answer);
        if matches!(sort, Ok((_, true))) {
            self.abonnes.wake();
        }
        self.registre.lay_due_jalon();
    }

    fn retire(&mut self) {
        self.registre.lay_jalon();
    }
}

impl Lignes {
    /// The lines as a task, and where the answer will come.
    pub(crate) fn new(lignes: Vec<Acces>) -> (Self, Receiver<Result<(), Erreur>>) {
        let (reponse, attente) = sync_channel(1);
        (Self { lignes, reponse }, attente)
    }
}

impl Atelier for EcrivainAcces {
    type Tache = Lignes;

    fn process(&mut self, taches: Vec<Lignes>) {
        let lignes = taches.iter().flat_map(|tache| &tache.lignes);
        let sort = self.registre.transaction(|cnx, _, tete| acces::append(cnx, tete, lignes));
        if let Err(erreur) = &sort {
            log::error!("journal of accesses not written: {erreur}");
        }
        for tache in taches {
            let reponse = match &sort {
                Ok(_) => Ok(()),
                Err(erreur) => Err(Erreur::Indisponible(erreur.to_string())),
            };
            drop(tache.reponse.send(reponse));
        }
        self.registre.lay_due_jalon();
    }

    fn retire(&mut self) {
        self.registre.lay_jalon();
    }
}

impl Abonnes {
    /// A receiver that holds one message from the first commit after its last reading.
    pub(crate) fn subscribe(&self) -> Receiver<()> {
        let (envoi, reception) = sync_channel(1);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(envoi);
        reception
    }

    fn wake(&self) {
        let mut abonnes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        abonnes.retain(|abonne| !matches!(abonne.try_send(()), Err(TrySendError::Disconnected(()))));
    }
}

/// Runs the closures one after the other, a savepoint each. A `RELEASE` that fails (a closure swallowed an error of
/// PostgreSQL) undoes that closure alone; a `ROLLBACK TO` that fails undoes the whole group.
fn run_all(
    cnx: &mut Cnx,
    coffre: &Coffre,
    code: &CodeTerritoire,
    tete: &mut Tete,
    taches: &mut [Box<dyn Tache>],
) -> Result<(), Erreur> {
    cnx.batch_execute("SAVEPOINT tache")?;
    for tache in taches {
        let avant = tete.clone();
        let debut = Instant::now();
        let garder = tache.run(&mut Ecriture::new(Session { cnx: &mut *cnx, coffre, code }, tete));
        let duree = debut.elapsed();
        if duree > DUREE_NORMALE {
            log::warn!("territoire {code}: a write closure took {} ms", duree.as_millis());
        }
        if garder {
            match cnx.batch_execute("RELEASE SAVEPOINT tache; SAVEPOINT tache") {
                Ok(()) => continue,
                Err(erreur) => tache.fail(Erreur::from(erreur)),
            }
        }
        cnx.batch_execute("ROLLBACK TO SAVEPOINT tache")?;
        *tete = avant;
    }
    Ok(())
}
