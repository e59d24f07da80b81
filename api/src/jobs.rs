//! What the server does by itself, per territoire: time facts, fan-out of e-mails, deliveries.

pub mod diffusion;
pub mod echeances;
pub mod livraison;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use persistence::{Base, idempotence};
use url::Url;

use crate::app::Resultat;
use crate::courrier::{Expediteur, Transport};
use crate::hasard::Hasard;
use crate::horloge::Horloge;

/// How often a territoire looks around when nothing wakes it: other processes write too, and time passes.
const PAS: Duration = Duration::from_secs(1);

/// Hours during which an answer is kept for its Idempotency-Key.
const IDEMPOTENCE_H: i64 = 72;

/// Sendings of one round, before looking at the rest again.
const LIVRAISONS_PAR_TOUR: usize = 50;

/// What the jobs of every territoire share.
pub struct Outils {
    /// The clock.
    pub horloge: Horloge,
    /// Chance.
    pub hasard: Hasard,
    /// The way by which e-mails leave.
    pub transport: Transport,
    /// Who sends.
    pub expediteur: Expediteur,
    /// Where the API is reached from outside.
    pub url_publique: Url,
}

/// The thread that works for one territoire; it ends after its current step once [`Travailleur::stop`] is called.
pub struct Travailleur {
    arret: Arc<AtomicBool>,
    fil: Option<JoinHandle<()>>,
}

impl Travailleur {
    /// Starts to work for a territoire.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(base: Base, outils: Arc<Outils>) -> std::io::Result<Self> {
        let arret = Arc::new(AtomicBool::new(false));
        let fil = {
            let arret = Arc::clone(&arret);
            let nom = format!("jobs-{}", base.code());
            std::thread::Builder::new().name(nom).spawn(move || work(&base, &outils, &arret))?
        };
        Ok(Self { arret, fil: Some(fil) })
    }

    /// Asks the thread to end and waits for it: an attempt under way finishes and is recorded.
    pub fn stop(mut self) {
        self.arret.store(true, Ordering::SeqCst);
        if let Some(fil) = self.fil.take()
            && fil.join().is_err()
        {
            log::error!("a job thread panicked");
        }
    }
}

fn work(base: &Base, outils: &Outils, arret: &AtomicBool) {
    let reveil = base.subscribe();
    while !arret.load(Ordering::SeqCst) {
        if let Err(erreur) = round(base, outils, arret) {
            log::warn!("jobs of {}: {erreur}", base.code());
        }
        if !wait(&reveil, arret) {
            return;
        }
    }
}

/// Waits for a commit or for the next look; `false` when the base is gone.
fn wait(reveil: &Receiver<()>, arret: &AtomicBool) -> bool {
    let tranche = PAS / 5;
    for _ in 0..5 {
        match reveil.recv_timeout(tranche) {
            Ok(()) => return true,
            Err(RecvTimeoutError::Timeout) if arret.load(Ordering::SeqCst) => return true,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}

/// One look at everything that waits.
///
/// # Errors
/// The base fails: the next round tries again.
pub fn round(base: &Base, outils: &Outils, arret: &AtomicBool) -> Resultat<()> {
    let now = outils.horloge.now();
    echeances::write_passed(base, now)?;
    diffusion::fan_out(base, outils, now)?;
    for _ in 0..LIVRAISONS_PAR_TOUR {
        if arret.load(Ordering::SeqCst) || !livraison::deliver_next(base, outils)? {
            break;
        }
    }
    forget_old_answers(base, outils)
}

fn forget_old_answers(base: &Base, outils: &Outils) -> Resultat<()> {
    let limite = outils.horloge.now() - chrono::TimeDelta::hours(IDEMPOTENCE_H);
    if base.read(|s| idempotence::has_before(s, limite))? {
        base.write(move |tx| idempotence::forget_before(tx, limite))?;
    }
    Ok(())
}
