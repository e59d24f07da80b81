//! The writer's hold on one journal: its own connection, the locked head, the commit, and the checkpoints.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::chaine::{Journal, Tete};
use crate::coffre::Coffre;
use crate::connexion::{self, Cible, Cnx, Mode};
use crate::dialect;
use crate::erreur::Erreur;

/// A checkpoint at least every so many lines, or as soon as a line is written this long after the last one.
const LIGNES_PAR_JALON: i64 = 100;
const DUREE_PAR_JALON: Duration = Duration::from_secs(60);

/// One journal, held by its writer thread alone.
pub(crate) struct Registre {
    journal: Journal,
    cible: Cible,
    coffre: Arc<Coffre>,
    cnx: Option<Cnx>,
    tete: Option<Tete>,
    jalon: Option<(i64, Instant)>,
}

impl Registre {
    pub(crate) fn new(journal: Journal, cible: Cible, coffre: Arc<Coffre>) -> Self {
        Self { journal, cible, coffre, cnx: None, tete: None, jalon: None }
    }

    /// Runs `f` with the head locked, stores the head that it leaves, and commits; returns whether the journal grew.
    /// Any failure leaves nothing behind: the connection is dropped, and what it had begun with it.
    pub(crate) fn transaction<R>(
        &mut self,
        f: impl FnOnce(&mut Cnx, &Coffre, &mut Tete) -> Result<R, Erreur>,
    ) -> Result<(R, bool), Erreur> {
        let mut cnx = self.begin()?;
        let avant = Tete::lock(&mut cnx, self.journal, &self.coffre)?;
        let mut tete = avant.clone();
        let resultat = f(&mut cnx, &self.coffre, &mut tete)?;
        let accrue = tete != avant;
        if accrue {
            tete.store(&mut cnx, self.journal, &self.coffre)?;
        }
        dialect::commit(&mut cnx)?;
        self.cnx = Some(cnx);
        self.tete = Some(tete);
        Ok((resultat, accrue))
    }

    /// Lays a checkpoint when one is due. Called after the callers were answered: the key store is another database.
    pub(crate) fn lay_due_jalon(&mut self) {
        let due = match (&self.tete, self.jalon) {
            (Some(tete), Some((seq, le))) => {
                tete.seq - seq >= LIGNES_PAR_JALON || (tete.seq > seq && le.elapsed() >= DUREE_PAR_JALON)
            }
            (Some(tete), None) => tete.seq > 0,
            (None, _) => false,
        };
        if due {
            self.lay_jalon();
        }
    }

    /// Lays a checkpoint where the journal stands, unless there is one.
    pub(crate) fn lay_jalon(&mut self) {
        let Some(tete) = self.tete.clone() else { return };
        if tete.seq == 0 || self.jalon.is_some_and(|(seq, _)| seq >= tete.seq) {
            return;
        }
        if self.jalon.is_none() {
            self.compare_with_last(&tete);
        }
        match self.coffre.lay_jalon(self.journal, &tete) {
            Ok(()) => self.jalon = Some((tete.seq, Instant::now())),
            Err(erreur) => log::warn!("{}: no checkpoint: {erreur}", self.journal.code()),
        }
    }

    /// A journal shorter than a checkpoint of its own was cut, or restored from an older copy: writing goes on, and
    /// `verify` will say so for ever.
    fn compare_with_last(&self, tete: &Tete) {
        match self.coffre.last_jalon(self.journal) {
            Ok(Some(seq)) if seq > tete.seq => {
                log::error!(
                    "{}: ends at {}, before its checkpoint {seq}: run verify",
                    self.journal.code(),
                    tete.seq
                );
            }
            Ok(_) => {}
            Err(erreur) => log::warn!("{}: checkpoints not read: {erreur}", self.journal.code()),
        }
    }

    /// Begins on the connection at hand; one that died since is replaced, since nothing was asked of it yet.
    fn begin(&mut self) -> Result<Cnx, Erreur> {
        if let Some(mut cnx) = self.cnx.take() {
            let debut = Instant::now();
            match dialect::begin_write(&mut cnx) {
                Ok(()) => return Ok(cnx),
                // A lock that another process kept for seconds would be waited for twice.
                Err(erreur) if debut.elapsed() > Duration::from_secs(1) => return Err(lost(erreur)),
                Err(_) => drop(cnx),
            }
        }
        let mut cnx = connexion::open(&self.cible, Mode::Ecriture)?;
        dialect::begin_write(&mut cnx).map_err(lost)?;
        Ok(cnx)
    }
}

/// Nothing but the state of the database can make our own fixed statements fail.
fn lost(erreur: Erreur) -> Erreur {
    Erreur::Indisponible(erreur.to_string())
}
