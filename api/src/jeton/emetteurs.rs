//! The trusted issuers of access tokens: this server, and at most one other whose keys come from a file.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

use super::emission::Emetteur;
use super::jwks::{self, JwksRefuse};
use super::verification::Origine;

/// Least time between two looks at the file of keys, in seconds: a key removed from it dies within that time.
const PAUSE: i64 = 5;

/// How long the last good keys outlive a file that cannot be used any more (R2); then nobody enters by them.
const SURVIE: TimeDelta = TimeDelta::hours(24);

/// Largest file of keys that is read, in bytes.
const JWKS_MAX: u64 = 256 * 1024;

/// One public key, with everything that it may verify: one algorithm, one issuer, one audience.
pub(super) struct CleDeConfiance {
    pub(super) cle: DecodingKey,
    /// The spelling of the algorithm in a header.
    pub(super) nom_alg: &'static str,
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) origine: Origine,
    /// Second lock around our own checks. Dates are ours alone: the crate would read the system's clock.
    pub(super) validation: Validation,
}

type Jeu = HashMap<String, Arc<CleDeConfiance>>;

/// Everyone whose tokens are read.
pub struct Emetteurs {
    propre: Emetteur,
    cle_propre: Arc<CleDeConfiance>,
    externe: Option<EmetteurExterne>,
}

/// The other issuer, with its keys as last read from `MAILLAGE_JWKS`.
pub struct EmetteurExterne {
    iss: String,
    aud: String,
    fichier: PathBuf,
    dernier_controle: AtomicI64,
    etat: RwLock<Etat>,
}

/// Why the issuers cannot be set up; French sentences for whoever starts the server.
#[derive(Debug, thiserror::Error)]
pub enum EmetteursInvalides {
    /// The issuer or its audience is empty.
    #[error(
        "l’émetteur externe et son audience ne peuvent pas être vides (MAILLAGE_ISSUER, MAILLAGE_AUDIENCE)"
    )]
    Vide,
    /// Both issuers would be told apart by nothing.
    #[error("l’émetteur externe (MAILLAGE_ISSUER) doit différer de l’émetteur de ce serveur")]
    MemeEmetteur,
    /// The keys of the other issuer.
    #[error("fichier de clés MAILLAGE_JWKS : {0}")]
    Jwks(#[from] JwksRefuse),
}

impl Emetteurs {
    /// Trusts our own issuer, and the other one when it is given; the two must have different names.
    pub fn new(propre: Emetteur, externe: Option<EmetteurExterne>) -> Result<Self, EmetteursInvalides> {
        if externe.as_ref().is_some_and(|externe| externe.iss == propre.iss()) {
            return Err(EmetteursInvalides::MemeEmetteur);
        }
        let cle_propre = Arc::new(CleDeConfiance::new(
            propre.public_key(),
            Algorithm::EdDSA,
            propre.iss(),
            propre.aud(),
            Origine::Propre,
        ));
        Ok(Self { propre, cle_propre, externe })
    }

    /// Our own issuer, to make tokens.
    pub fn propre(&self) -> &Emetteur {
        &self.propre
    }

    /// Finds a key by its name, in memory only: a `kid` is never a path, an address or a query. Our own key comes
    /// first, so that no file can take its place.
    pub(super) fn find(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<CleDeConfiance>> {
        if kid == self.propre.kid() {
            return Some(Arc::clone(&self.cle_propre));
        }
        self.externe.as_ref()?.find(kid, now)
    }
}

impl EmetteurExterne {
    /// Reads the keys of the other issuer; at start, a file that cannot be used is an error.
    pub fn open(
        fichier: impl Into<PathBuf>,
        iss: impl Into<String>,
        aud: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Result<Self, EmetteursInvalides> {
        let (fichier, iss, aud) = (fichier.into(), iss.into(), aud.into());
        if iss.is_empty() || aud.is_empty() {
            return Err(EmetteursInvalides::Vide);
        }
        let (trace, texte) = read(&fichier)?;
        let cles = Arc::new(build(&texte, &iss, &aud)?);
        let etat = RwLock::new(Etat { cles, trace: Some(trace), en_panne_depuis: None });
        Ok(Self { iss, aud, fichier, dernier_controle: AtomicI64::new(now.timestamp()), etat })
    }

    fn find(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<CleDeConfiance>> {
        self.refresh(now);
        let etat = self.etat.read().unwrap_or_else(PoisonError::into_inner);
        etat.cles.get(kid).cloned()
    }

    /// Looks at the file at most every five seconds, whatever the number of callers and of unknown `kid` (R2).
    fn refresh(&self, now: DateTime<Utc>) {
        let secondes = now.timestamp();
        let dernier = self.dernier_controle.load(Ordering::Acquire);
        // A clock that was set back looks too: better once too often than never again.
        let trop_tot = secondes.abs_diff(dernier) < PAUSE.unsigned_abs();
        if trop_tot
            || self
                .dernier_controle
                .compare_exchange(dernier, secondes, Ordering::AcqRel, Ordering::Acquire)
                .is_err()
        {
            return;
        }
        let connue = self.etat.read().unwrap_or_else(PoisonError::into_inner).trace;
        let lecture = Trace::of(&self.fichier).and_then(|trace| {
            if Some(trace) == connue {
                return Ok(None);
            }
            let (trace, texte) = read(&self.fichier)?;
            Ok(Some((trace, build(&texte, &self.iss, &self.aud)?)))
        });
        let mut etat = self.etat.write().unwrap_or_else(PoisonError::into_inner);
        match lecture {
            Ok(None) => {}
            Ok(Some((trace, cles))) => etat.replace(trace, cles),
            Err(erreur) => etat.fail(&erreur, now),
        }
    }
}

struct Etat {
    cles: Arc<Jeu>,
    /// What the good file looked like; none after a failure, so that the file is read again at each look.
    trace: Option<Trace>,
    en_panne_depuis: Option<DateTime<Utc>>,
}

impl Etat {
    fn replace(&mut self, trace: Trace, cles: Jeu) {
        log::info!("clés de l’émetteur externe relues : {} clé(s) en service", cles.len());
        *self = Self { cles: Arc::new(cles), trace: Some(trace), en_panne_depuis: None };
    }

    fn fail(&mut self, erreur: &JwksRefuse, now: DateTime<Utc>) {
        self.trace = None;
        match self.en_panne_depuis {
            None => {
                self.en_panne_depuis = Some(now);
                log::error!(
                    "fichier MAILLAGE_JWKS inutilisable, les clés déjà lues restent en service : {erreur}"
                );
            }
            Some(depuis) if now - depuis > SURVIE && !self.cles.is_empty() => {
                self.cles = Arc::new(Jeu::new());
                log::error!(
                    "fichier MAILLAGE_JWKS inutilisable depuis 24 heures : les clés déjà lues sont retirées"
                );
            }
            Some(_) => {}
        }
    }
}

/// What tells that a file has changed, without reading it; a replaced file has another inode.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Trace {
    inode: u64,
    taille: u64,
    modifie: (i64, i64),
}

impl Trace {
    fn of(fichier: &Path) -> Result<Self, JwksRefuse> {
        Ok(Self::from(&fichier.metadata().map_err(JwksRefuse::Lecture)?))
    }
}

impl From<&std::fs::Metadata> for Trace {
    fn from(infos: &std::fs::Metadata) -> Self {
        Self { inode: infos.ino(), taille: infos.len(), modifie: (infos.mtime(), infos.mtime_nsec()) }
    }
}

/// Reads the file; its trace is taken first, so that a change during the reading is seen at the next look.
fn read(fichier: &Path) -> Result<(Trace, String), JwksRefuse> {
    let ouvert = File::open(fichier).map_err(JwksRefuse::Lecture)?;
    let trace = Trace::from(&ouvert.metadata().map_err(JwksRefuse::Lecture)?);
    let mut texte = String::new();
    ouvert.take(JWKS_MAX + 1).read_to_string(&mut texte).map_err(JwksRefuse::Lecture)?;
    if texte.len() as u64 > JWKS_MAX {
        return Err(JwksRefuse::TropGrand);
    }
    Ok((trace, texte))
}

fn build(texte: &str, iss: &str, aud: &str) -> Result<Jeu, JwksRefuse> {
    let cles = jwks::parse(texte)?.into_iter();
    Ok(cles
        .map(|lue| {
            let cle = CleDeConfiance::new(lue.cle, lue.alg, iss, aud, Origine::Externe);
            (lue.kid, Arc::new(cle))
        })
        .collect())
}

impl CleDeConfiance {
    fn new(cle: DecodingKey, alg: Algorithm, iss: &str, aud: &str, origine: Origine) -> Self {
        let mut validation = Validation::new(alg);
        validation.set_issuer(&[iss]);
        validation.set_audience(&[aud]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.validate_exp = false;
        Self { cle, nom_alg: jwks::name(alg), iss: iss.to_owned(), aud: aud.to_owned(), origine, validation }
    }
}

#[cfg(test)]
mod tests;
