//! The keys of a territoire: sealing under a key per dossier, keyed digests, and the store of wrapped keys.

mod cache;
mod cle;
mod enveloppe;
pub(crate) mod jalon;
pub(crate) mod kek;
pub(crate) mod magasin;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::{constant_time, hmac};
use domain::identifiant::DossierId;
use domain::territoire::CodeTerritoire;
use zeroize::Zeroizing;

use crate::connexion::{self, Cnx, Reserve};
use crate::emplacement::Emplacement;
use crate::erreur::{Erreur, Scellement};
use cache::Cache;
use cle::Cle;
use kek::Keks;

/// Where a sealed value lives. It is authenticated with the value, so that one row's ciphertext never opens in
/// another (R15); the words are frozen with the first row that bears them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etiquette {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub colonne: &'static str,
    /// The row.
    pub ligne: uuid::Uuid,
}

/// What a key of the territoire is for: one key each, so that a digest never stands for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Cursors of lists.
    Curseur,
    /// Bodies and keys of idempotent requests.
    Idempotence,
    /// Digests of contents that must be compared without being kept.
    Empreinte,
    /// Heads and checkpoints of the journals.
    Journal,
}

impl Usage {
    pub(crate) const ALL: [Self; 4] = [Self::Curseur, Self::Idempotence, Self::Empreinte, Self::Journal];

    /// The code stored beside the key.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Curseur => "curseur",
            Self::Idempotence => "idempotence",
            Self::Empreinte => "empreinte",
            Self::Journal => "journal",
        }
    }
}

/// The open keys of a territoire. Its own connection to the key store serves one caller at a time and never comes
/// from the pools of the data, so that sealing inside a transaction cannot wait for itself.
pub struct Coffre {
    code: CodeTerritoire,
    keks: Keks,
    magasin: Reserve,
    usages: [hmac::Key; 4],
    cache: Mutex<Cache>,
}

impl Coffre {
    /// Opens the keys of an installed territoire.
    ///
    /// # Errors
    /// When the wrapping keys are missing, when they are not those of the key store, or when it does not answer.
    pub(crate) fn open(place: &Emplacement, inactivite: Duration, attente: Duration) -> Result<Self, Erreur> {
        let code = place.code.clone();
        let keks = Keks::read(place)?;
        let magasin =
            connexion::pool(magasin::target(place)?, connexion::Mode::Ecriture, 1, inactivite, attente);
        let mut prise = connexion::take(&magasin)?;
        let [a, b, c, d] = Usage::ALL;
        let mut lire =
            |usage| magasin::read_usage_key(&mut prise.cnx, &code, &keks, usage).map(|cle| cle.hmac());
        let usages = [lire(a)?, lire(b)?, lire(c)?, lire(d)?];
        drop(prise);
        Ok(Self { code, keks, magasin, usages, cache: Mutex::new(Cache::default()) })
    }

    /// Makes the key of a new dossier, durable on return; called before the write that makes the dossier. A key
    /// whose dossier never came is harmless, and a dossier that has a key keeps it.
    ///
    /// # Errors
    /// When the key store does not answer.
    pub fn create_key(&self, dossier: DossierId) -> Result<(), Erreur> {
        let (version, cle) =
            self.with_magasin(|cnx| magasin::create_dossier_key(cnx, &self.code, &self.keks, dossier))?;
        self.cache().insert(dossier, version, cle);
        Ok(())
    }

    /// Brings the key of a dossier into memory, before a write that will need it: a closure of the writer must not
    /// wait for the key store.
    ///
    /// # Errors
    /// When the dossier has no key, or the key store does not answer.
    pub fn prepare(&self, dossier: DossierId) -> Result<(), Erreur> {
        self.current_key(dossier).map(drop)
    }

    /// Seals a value under the key of its dossier.
    ///
    /// # Errors
    /// When the dossier has no key, or the key store does not answer.
    pub fn seal(&self, dossier: DossierId, lieu: &Etiquette, clair: &[u8]) -> Result<Vec<u8>, Erreur> {
        let (version, cle) = self.current_key(dossier)?;
        Ok(enveloppe::seal(&cle, version, &self.label(dossier, lieu, version), clair)?)
    }

    /// Opens a sealed value; the clear bytes are wiped from memory when dropped.
    ///
    /// # Errors
    /// When the value was changed or moved, when its key was destroyed, or when the key store does not answer.
    pub fn unseal(
        &self,
        dossier: DossierId,
        lieu: &Etiquette,
        scelle: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Erreur> {
        let version = enveloppe::version(scelle)?;
        let cle = self.key(dossier, version)?;
        Ok(enveloppe::open(&cle, &self.label(dossier, lieu, version), scelle)?)
    }

    /// A keyed digest of these parts, in this order; each is preceded by its length, so that no two lists of parts
    /// share a digest.
    pub fn mac(&self, usage: Usage, parties: &[&[u8]]) -> [u8; 32] {
        let [a, b, c, d] = &self.usages;
        let cle = match usage {
            Usage::Curseur => a,
            Usage::Idempotence => b,
            Usage::Empreinte => c,
            Usage::Journal => d,
        };
        let mut contexte = hmac::Context::with_key(cle);
        for partie in parties {
            contexte.update(&enveloppe::length(partie));
            contexte.update(partie);
        }
        let mut sortie = [0; 32];
        for (octet, lu) in sortie.iter_mut().zip(contexte.sign().as_ref()) {
            *octet = *lu;
        }
        sortie
    }

    /// Compares a digest that came from outside, in constant time.
    pub fn is_mac(&self, usage: Usage, parties: &[&[u8]], attendu: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.mac(usage, parties), attendu).is_ok()
    }

    /// Works with the key store; once more on a fresh connection when the one at hand turns out to be lost.
    pub(crate) fn with_magasin<T>(&self, f: impl Fn(&mut Cnx) -> Result<T, Erreur>) -> Result<T, Erreur> {
        match f(&mut connexion::take(&self.magasin)?.cnx) {
            Err(Erreur::Indisponible(_)) => f(&mut connexion::take(&self.magasin)?.cnx),
            resultat => resultat,
        }
    }

    /// The territoire.
    pub(crate) fn code(&self) -> &CodeTerritoire {
        &self.code
    }

    fn current_key(&self, dossier: DossierId) -> Result<(i32, Cle), Erreur> {
        if let Some(trouvee) = self.cache().current(dossier) {
            return Ok(trouvee);
        }
        let (version, cle) = self.read_key(dossier, None)?;
        self.cache().insert(dossier, version, cle.clone());
        Ok((version, cle))
    }

    fn key(&self, dossier: DossierId, version: i32) -> Result<Cle, Erreur> {
        if let Some(cle) = self.cache().get(dossier, version) {
            return Ok(cle);
        }
        let (_, cle) = self.read_key(dossier, Some(version))?;
        self.cache().insert_old(dossier, version, cle.clone());
        Ok(cle)
    }

    fn read_key(&self, dossier: DossierId, version: Option<i32>) -> Result<(i32, Cle), Erreur> {
        self.with_magasin(|cnx| magasin::read_dossier_key(cnx, &self.code, &self.keks, dossier, version))?
            .ok_or(Erreur::Scellement(Scellement::CleAbsente))
    }

    fn label(&self, dossier: DossierId, lieu: &Etiquette, version: i32) -> Vec<u8> {
        enveloppe::label(&[
            b"maillage/valeur/1",
            self.code.as_str().as_bytes(),
            lieu.table.as_bytes(),
            lieu.colonne.as_bytes(),
            lieu.ligne.as_bytes(),
            dossier.0.as_bytes(),
            &version.to_be_bytes(),
        ])
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
