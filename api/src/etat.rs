//! What every request shares: settings, clock, issuers, counters, and one base per territoire, opened on first use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::territoire::CodeTerritoire;
use persistence::{Base, Emplacement, Options};

use crate::error::ApiError;
use crate::hasard::Hasard;
use crate::horloge::Horloge;
use crate::http::debit::Debit;
use crate::jeton::emetteurs::EmetteursInvalides;
use crate::jeton::emission::ErreurCle;
use crate::jeton::{CleEmission, Emetteur, EmetteurExterne, Emetteurs};
use crate::settings::{EMETTEUR_PROPRE, Settings};

/// A base that did not open is not tried again before this: a territoire that is down costs the others nothing.
const PAUSE_APRES_ECHEC: Duration = Duration::from_secs(2);
/// Requests per minute and per caller, when nobody chose.
const DEBIT_PAR_DEFAUT: u32 = 120;

/// The shared state; clones are the same.
#[derive(Clone)]
pub struct Etat(Arc<Interieur>);

struct Interieur {
    settings: Settings,
    keys_dir: PathBuf,
    horloge: Horloge,
    hasard: Hasard,
    emetteurs: Emetteurs,
    debit: Debit,
    places: BTreeMap<CodeTerritoire, Place>,
    pret: AtomicBool,
}

/// Where a territoire is, and its base once it was opened.
struct Place {
    emplacement: Emplacement,
    ouverture: Mutex<Ouverture>,
}

enum Ouverture {
    Jamais,
    Ouverte(Base),
    Echec { quand: Instant, cause: String },
}

/// Why the server cannot start; French sentences for whoever starts it.
#[derive(Debug, thiserror::Error)]
pub enum ErreurEtat {
    /// The folder of the keys cannot be read.
    #[error("dossier des clés {}: {erreur}", dossier.display())]
    Cles {
        /// The folder.
        dossier: PathBuf,
        /// Why.
        erreur: std::io::Error,
    },
    /// The key that signs our tokens.
    #[error(transparent)]
    CleEmission(#[from] ErreurCle),
    /// The trusted issuers.
    #[error(transparent)]
    Emetteurs(#[from] EmetteursInvalides),
}

impl Etat {
    /// Prepares the state for the territoires whose keys are in `keys_dir`; opens no base, and is not ready.
    ///
    /// # Errors
    /// When the keys or the trusted issuers cannot be read.
    pub fn open(settings: Settings, keys_dir: PathBuf, horloge: Horloge) -> Result<Self, ErreurEtat> {
        let cles = |erreur| ErreurEtat::Cles { dossier: keys_dir.clone(), erreur };
        let codes = Emplacement::known_codes(&keys_dir).map_err(cles)?;
        let cle = if codes.is_empty() {
            // There is no token to accept, and perhaps no folder: `migrate` makes it, for its owner alone.
            CleEmission::ephemeral()?
        } else {
            CleEmission::open_or_create(&keys_dir)?
        };
        let places = codes.into_iter().map(|code| {
            let emplacement = settings.emplacement(&code, &keys_dir);
            (code, Place { emplacement, ouverture: Mutex::new(Ouverture::Jamais) })
        });
        Ok(Self(Arc::new(Interieur {
            places: places.collect(),
            emetteurs: issuers(cle, &settings, &horloge)?,
            debit: Debit::new(
                settings.debit_par_minute.unwrap_or(DEBIT_PAR_DEFAUT),
                settings.trusted_proxies.clone(),
            ),
            settings,
            keys_dir,
            horloge,
            hasard: Hasard::Systeme,
            pret: AtomicBool::new(false),
        })))
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The folder of the keys.
    pub fn keys_dir(&self) -> &Path {
        &self.0.keys_dir
    }

    /// The clock.
    pub fn horloge(&self) -> &Horloge {
        &self.0.horloge
    }

    /// Where identifiers and draws come from.
    pub fn hasard(&self) -> &Hasard {
        &self.0.hasard
    }

    /// The trusted issuers of tokens.
    pub fn emetteurs(&self) -> &Emetteurs {
        &self.0.emetteurs
    }

    /// The counters of requests.
    pub fn debit(&self) -> &Debit {
        &self.0.debit
    }

    /// The territoires that this server knows.
    pub fn codes(&self) -> impl Iterator<Item = &CodeTerritoire> {
        self.0.places.keys()
    }

    /// The base of a territoire; blocks while it opens, so it is called off the event loop.
    ///
    /// # Errors
    /// The 401 of a bad token for an unknown territoire; 503 for one that is down or not migrated, alone.
    pub fn base(&self, code: &CodeTerritoire) -> Result<Base, ApiError> {
        self.0.places.get(code).ok_or_else(ApiError::non_authentifie)?.open()
    }

    /// Says that requests may come, or not any more.
    pub fn set_ready(&self, pret: bool) {
        self.0.pret.store(pret, Ordering::SeqCst);
    }

    /// Whether requests may come; says nothing of the bases.
    pub fn is_ready(&self) -> bool {
        self.0.pret.load(Ordering::SeqCst)
    }
}

impl Place {
    fn open(&self) -> Result<Base, ApiError> {
        let mut ouverture = self.ouverture.lock().unwrap_or_else(PoisonError::into_inner);
        match &*ouverture {
            Ouverture::Ouverte(base) => return Ok(base.clone()),
            Ouverture::Echec { quand, cause } if quand.elapsed() < PAUSE_APRES_ECHEC => {
                return Err(ApiError::indisponible(cause.clone()));
            }
            Ouverture::Echec { .. } | Ouverture::Jamais => {}
        }
        match Base::open(&self.emplacement, &Options::default()) {
            Ok(base) => {
                *ouverture = Ouverture::Ouverte(base.clone());
                Ok(base)
            }
            Err(erreur) => {
                let cause = format!("territoire {} : {erreur}", self.emplacement.code);
                *ouverture = Ouverture::Echec { quand: Instant::now(), cause: cause.clone() };
                Err(ApiError::indisponible(cause))
            }
        }
    }
}

fn issuers(cle: CleEmission, settings: &Settings, horloge: &Horloge) -> Result<Emetteurs, ErreurEtat> {
    let propre = Emetteur::new(cle, EMETTEUR_PROPRE, EMETTEUR_PROPRE);
    let declare = settings.emetteur.as_ref();
    let externe = declare
        .map(|e| EmetteurExterne::open(e.jwks.clone(), e.issuer.clone(), e.audience.clone(), horloge.now()));
    Ok(Emetteurs::new(propre, externe.transpose()?)?)
}
