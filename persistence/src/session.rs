//! What the nouns' functions work with: a connection inside a transaction, the keys, and the journal.

use std::ops::{Deref, DerefMut};

use chrono::{DateTime, Utc};
use domain::acteur::Auteur;
use domain::fait::Fait;
use domain::territoire::CodeTerritoire;

use crate::chaine::Tete;
use crate::coffre::Coffre;
use crate::connexion::Cnx;
use crate::erreur::Erreur;
use crate::faits;

/// A transaction on the territoire's database, for reading.
pub struct Session<'a> {
    /// The connection, inside its transaction.
    pub cnx: &'a mut Cnx,
    /// The keys.
    pub coffre: &'a Coffre,
    /// The territoire.
    pub code: &'a CodeTerritoire,
}

/// The writer's transaction: the head of the journal is locked, so that what is read here decides.
pub struct Ecriture<'a> {
    session: Session<'a>,
    tete: &'a mut Tete,
}

impl<'a> Ecriture<'a> {
    pub(crate) fn new(session: Session<'a>, tete: &'a mut Tete) -> Self {
        Self { session, tete }
    }

    /// Appends a fact to the journal of the territoire, in this transaction, and returns its number. `survenu_le`
    /// is when it happened, `now` when it is written, both UTC.
    ///
    /// # Errors
    /// When the key of the fact's dossier is missing (`Coffre::create_key` comes before `Base::write`), or the
    /// database refuses.
    pub fn record(
        &mut self,
        fait: &Fait,
        auteur: Auteur,
        survenu_le: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<i64, Erreur> {
        faits::append(&mut self.session, self.tete, fait, auteur, survenu_le, now)
    }
}

impl<'a> Deref for Ecriture<'a> {
    type Target = Session<'a>;

    fn deref(&self) -> &Session<'a> {
        &self.session
    }
}

impl<'a> DerefMut for Ecriture<'a> {
    fn deref_mut(&mut self) -> &mut Session<'a> {
        &mut self.session
    }
}
