//! The database of one territoire: snapshots to read, one writer, and the journal of accesses.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use domain::acces::Acces;
use domain::territoire::CodeTerritoire;

use crate::chaine::Journal;
use crate::coffre::Coffre;
use crate::connexion::{self, Mode, Prise, Reserve};
use crate::dialect;
use crate::ecrivain::{Abonnes, EcrivainAcces, EcrivainFaits, LOT, Lignes, Ordre};
use crate::emplacement::Emplacement;
use crate::erreur::Erreur;
use crate::file::File;
use crate::migration;
use crate::registre::Registre;
use crate::session::{Ecriture, Session};

/// How much of the machine a territoire may take in this process.
#[derive(Debug, Clone)]
pub struct Options {
    /// Reading connections at most; the two writers and the key store add one each.
    pub lecteurs: u32,
    /// Connections and writer threads that nobody used for this long are given back.
    pub inactivite: Duration,
    /// How long a caller waits for a connection or for room in the writer's queue.
    pub attente: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { lecteurs: 8, inactivite: Duration::from_secs(60), attente: Duration::from_secs(3) }
    }
}

/// The database of one territoire. Cloning shares it; everything blocks, so the HTTP layer calls it off its event
/// loop. Dropping the last clone ends the writers, after what they were handed.
#[derive(Clone)]
pub struct Base(Arc<Interieur>);

struct Interieur {
    code: CodeTerritoire,
    options: Options,
    lecteurs: Reserve,
    faits: File<EcrivainFaits>,
    acces: File<EcrivainAcces>,
    abonnes: Arc<Abonnes>,
    coffre: Arc<Coffre>,
}

impl Base {
    /// Opens an installed territoire. Embedded files are migrated; PostgreSQL never is.
    ///
    /// # Errors
    /// `NonMigre` when the territoire is not installed here or its PostgreSQL lags behind this program;
    /// `Configuration` when the URL or the keys cannot serve; `Indisponible` when something does not answer.
    pub fn open(place: &Emplacement, options: &Options) -> Result<Self, Erreur> {
        migration::prepare_to_open(place)?;
        let coffre = Arc::new(Coffre::open(place, options.inactivite, options.attente)?);
        let (base, acces) = (migration::base_target(place)?, migration::acces_target(place)?);
        let code = place.code.clone();
        let abonnes = Arc::new(Abonnes::default());
        let (inactivite, attente) = (options.inactivite, options.attente);
        let lecteurs = connexion::pool(base.clone(), Mode::Lecture, options.lecteurs, inactivite, attente);
        let faits = {
            let (code, abonnes, coffre) = (code.clone(), Arc::clone(&abonnes), Arc::clone(&coffre));
            File::new(format!("ecrivain-{code}"), LOT, inactivite, attente, move || EcrivainFaits {
                code: code.clone(),
                registre: Registre::new(Journal::Faits, base.clone(), Arc::clone(&coffre)),
                abonnes: Arc::clone(&abonnes),
            })
        };
        let acces = {
            let coffre = Arc::clone(&coffre);
            File::new(format!("acces-{code}"), LOT, inactivite, attente, move || EcrivainAcces {
                registre: Registre::new(Journal::Acces, acces.clone(), Arc::clone(&coffre)),
            })
        };
        Ok(Self(Arc::new(Interieur {
            code,
            options: options.clone(),
            lecteurs,
            faits,
            acces,
            abonnes,
            coffre,
        })))
    }

    /// The territoire.
    pub fn code(&self) -> &CodeTerritoire {
        &self.0.code
    }

    /// The keys. `create_key` is called here, before the write that makes the dossier.
    pub fn coffre(&self) -> &Coffre {
        &self.0.coffre
    }

    /// Reads in one snapshot. The closure holds a connection: it calls neither `read`, `write` nor `append_acces`.
    ///
    /// # Errors
    /// Those of the closure, and `Indisponible` when no connection can be had.
    pub fn read<T, E: From<Erreur>>(&self, f: impl FnOnce(&mut Session<'_>) -> Result<T, E>) -> Result<T, E> {
        let _occupation = Occupation::try_take()?;
        let mut prise = self.begin_read()?;
        let resultat = f(&mut Session { cnx: &mut prise.cnx, coffre: &self.0.coffre, code: &self.0.code });
        prise.rompue = dialect::rollback(&mut prise.cnx).is_err();
        resultat
    }

    /// Hands the closure to the territoire's writer and waits for the durable commit. Nothing is read before the
    /// head of the journal is locked, so that what the closure reads stays true until it is committed. It is short:
    /// no mail, no document, no other connection. It runs once at most; an error undoes what it did, and it alone.
    ///
    /// # Errors
    /// Those of the closure; `Indisponible` when it was not committed, or when nobody knows because the connection
    /// was lost during the commit.
    pub fn write<T, E>(
        &self,
        f: impl FnOnce(&mut Ecriture<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Erreur> + Send + 'static,
    {
        let _occupation = Occupation::try_take()?;
        let (tache, attente) = Ordre::wrap(f);
        self.0.faits.submit(tache)?;
        attente.recv().unwrap_or_else(|_| Err(E::from(writer_lost())))
    }

    /// Appends lines to the journal of accesses and waits until they are durable (SEC-4); called after the
    /// transaction ended and before the first byte of the answer.
    ///
    /// # Errors
    /// `Indisponible` when they are not in the journal: nothing may be answered then.
    pub fn append_acces(&self, lignes: Vec<Acces>) -> Result<(), Erreur> {
        if lignes.is_empty() {
            return Ok(());
        }
        let _occupation = Occupation::try_take()?;
        let (tache, attente) = Lignes::new(lignes);
        self.0.acces.submit(tache)?;
        attente.recv().unwrap_or_else(|_| Err(writer_lost()))
    }

    /// A receiver that gets a message after each commit of this process that wrote facts. Several commits may make
    /// one message, and other processes make none: consumers also look from time to time.
    pub fn subscribe(&self) -> Receiver<()> {
        self.0.abonnes.subscribe()
    }

    /// Connections that died while idle are dropped and replaced: nothing was asked of them yet.
    fn begin_read(&self) -> Result<Prise, Erreur> {
        let mut derniere = None;
        for _ in 0..=self.0.options.lecteurs {
            let mut prise = connexion::take(&self.0.lecteurs)?;
            match dialect::begin_read(&mut prise.cnx) {
                Ok(()) => return Ok(prise),
                Err(erreur) => {
                    prise.rompue = true;
                    derniere = Some(erreur);
                }
            }
        }
        Err(Erreur::Indisponible(derniere.map(|erreur| erreur.to_string()).unwrap_or_default()))
    }
}

fn writer_lost() -> Erreur {
    Erreur::Indisponible("the writer was lost".to_owned())
}

thread_local! {
    static OCCUPE: Cell<bool> = const { Cell::new(false) };
}

/// A thread holds at most one connection: two would wait for each other as soon as the pool is small enough, and a
/// write asked by the writer's own thread would wait for ever.
pub(crate) struct Occupation(());

impl Occupation {
    /// For the writer's thread.
    pub(crate) fn take() -> Self {
        OCCUPE.set(true);
        Self(())
    }

    fn try_take() -> Result<Self, Erreur> {
        if OCCUPE.get() {
            return Err(Erreur::Interne("a transaction was asked for inside a transaction".to_owned()));
        }
        Ok(Self::take())
    }
}

impl Drop for Occupation {
    fn drop(&mut self) {
        OCCUPE.set(false);
    }
}

#[cfg(test)]
mod tests;
