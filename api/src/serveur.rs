//! The HTTP server: started in this process, by the binary or by a test, with every limit written down.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::KeepAlive;
use actix_web::middleware::from_fn;
use actix_web::rt::System;
use actix_web::rt::signal::unix::{SignalKind, signal};
use actix_web::{App, HttpServer, web};

use crate::contrat;
use crate::etat::Etat;
use crate::http::documentation::Contrat;
use crate::http::intergiciels::{envelope, throttle};
use crate::http::ressource::unknown_path;
use crate::http::sante::Sonde;
use crate::jobs::Outils;
use crate::routes;

mod travaux;

use travaux::Travaux;

/// Simultaneous connections of one worker.
const CONNEXIONS_PAR_TRAVAILLEUR: usize = 5_000;
/// Blocking threads of one worker: reads wait for a connection of the pool, writes for the commit that they share.
const FILS_PAR_TRAVAILLEUR: usize = 32;
/// A client that has not sent its headers after this is cut off (R27).
const DELAI_ENTETES: Duration = Duration::from_secs(5);
/// An idle connection is closed after this.
const MAINTIEN: Duration = Duration::from_secs(15);
/// Seconds left to the requests under way when the server stops.
const DELAI_ARRET_S: u64 = 30;

/// A server that listens. Dropped, it stops without waiting for anybody.
pub struct Serveur {
    adresse: SocketAddr,
    etat: Etat,
    poignee: ServerHandle,
    fil: Option<JoinHandle<io::Result<()>>>,
    travaux: Option<Travaux>,
}

/// Who stops the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arret {
    /// SIGTERM or SIGINT, for a process that does nothing else.
    Signaux,
    /// The caller alone, for tests.
    Appelant,
}

/// Why the server does not listen; French sentences for whoever starts it.
#[derive(Debug, thiserror::Error)]
pub enum ErreurDemarrage {
    /// The address of the settings.
    #[error("réglage MAILLAGE_LISTEN : impossible d’écouter sur {adresse} ({cause})")]
    Ecoute {
        /// As the settings give it.
        adresse: String,
        /// Why.
        cause: &'static str,
    },
    /// The contract document, or a thread, cannot be made.
    #[error("le serveur n’a pas pu démarrer : {0}")]
    Interne(String),
}

impl Serveur {
    /// Listens on the address of the settings; `/sante/pret` says no until [`Serveur::open_doors`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn start(etat: Etat, arret: Arret) -> Result<Self, ErreurDemarrage> {
        let contrat = contrat::text().map_err(|e| ErreurDemarrage::Interne(e.to_string()))?;
        let (depart, retour) = mpsc::channel();
        let copie = etat.clone();
        let fil = std::thread::Builder::new()
            .name("http".to_owned())
            .spawn(move || System::new().block_on(run(copie, contrat, arret, depart)))
            .map_err(|e| ErreurDemarrage::Interne(e.to_string()))?;
        let (adresse, poignee) =
            retour.recv().map_err(|_| ErreurDemarrage::Interne("fil interrompu".to_owned()))??;
        Ok(Self { adresse, etat, poignee, fil: Some(fil), travaux: None })
    }

    /// Says that the data are complete, and starts the jobs of every territoire.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn open_doors(&mut self, outils: Outils) -> io::Result<()> {
        self.travaux = Some(Travaux::start(self.etat.clone(), outils)?);
        self.etat.set_ready(true);
        Ok(())
    }

    /// Where it listens: the real port when the settings say 0.
    pub fn adresse(&self) -> SocketAddr {
        self.adresse
    }

    /// The shared state.
    pub fn etat(&self) -> &Etat {
        &self.etat
    }

    /// Waits until a signal stops the server, the requests under way are answered and the jobs have ended.
    ///
    /// # Errors
    /// When the server failed.
    pub fn wait(mut self) -> io::Result<()> {
        self.join()
    }

    /// Stops: no new connection, the requests under way are answered, the jobs end.
    ///
    /// # Errors
    /// When the server had failed.
    pub fn stop(mut self) -> io::Result<()> {
        self.etat.set_ready(false);
        // The command leaves at once; its outcome is the end of the thread.
        drop(self.poignee.stop(true));
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        let fin = self.fil.take().map_or(Ok(Ok(())), JoinHandle::join);
        if let Some(travaux) = self.travaux.take() {
            travaux.stop();
        }
        fin.unwrap_or_else(|_| Err(io::Error::other("le fil du serveur a paniqué")))
    }
}

impl Drop for Serveur {
    fn drop(&mut self) {
        if self.fil.is_some() {
            drop(self.poignee.stop(false));
            drop(self.join());
        }
    }
}

type Depart = mpsc::Sender<Result<(SocketAddr, ServerHandle), ErreurDemarrage>>;

async fn run(etat: Etat, contrat: String, arret: Arret, depart: Depart) -> io::Result<()> {
    let listen = etat.settings().listen.clone();
    let donnees =
        (web::Data::new(etat.clone()), web::Data::new(Contrat(contrat)), web::Data::new(Sonde::default()));
    let serveur = HttpServer::new(move || {
        let (etat, contrat, sonde) = donnees.clone();
        App::new()
            .app_data(etat)
            .app_data(contrat)
            .app_data(sonde)
            .configure(routes::configure)
            .default_service(web::to(unknown_path))
            .wrap(from_fn(throttle))
            .wrap(from_fn(envelope))
    })
    .workers(workers())
    .worker_max_blocking_threads(FILS_PAR_TRAVAILLEUR)
    .max_connections(CONNEXIONS_PAR_TRAVAILLEUR)
    .client_request_timeout(DELAI_ENTETES)
    .client_disconnect_timeout(DELAI_ENTETES)
    .keep_alive(KeepAlive::Timeout(MAINTIEN))
    .shutdown_timeout(DELAI_ARRET_S);
    let serveur = match arret {
        Arret::Signaux => serveur.shutdown_signal(async move {
            wait_for_signal().await;
            log::info!(target: "maillage", "arrêt demandé : les requêtes en cours se terminent");
            etat.set_ready(false);
        }),
        Arret::Appelant => serveur.disable_signals(),
    };
    let lie = serveur.bind(&listen).and_then(|serveur| match serveur.addrs().first() {
        Some(adresse) => Ok((*adresse, serveur)),
        None => Err(io::ErrorKind::AddrNotAvailable.into()),
    });
    match lie {
        Ok((adresse, serveur)) => {
            let serveur = serveur.run();
            drop(depart.send(Ok((adresse, serveur.handle()))));
            serveur.await
        }
        Err(erreur) => {
            let erreur = ErreurDemarrage::Ecoute { adresse: listen, cause: cause(&erreur) };
            drop(depart.send(Err(erreur)));
            Ok(())
        }
    }
}

/// As many workers as processors, within reason: two at least, so that one that waits does not stop everything.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, |nombre| nombre.get().clamp(2, 16))
}

async fn wait_for_signal() {
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    poll_fn(|cx| {
        if term.poll_recv(cx).is_ready() || int.poll_recv(cx).is_ready() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

fn cause(erreur: &io::Error) -> &'static str {
    match erreur.kind() {
        io::ErrorKind::AddrInUse => "l’adresse est déjà utilisée",
        io::ErrorKind::PermissionDenied => "le système ne le permet pas",
        io::ErrorKind::AddrNotAvailable => "cette adresse n’est pas celle de cette machine",
        _ => "l’adresse est inconnue",
    }
}

#[cfg(test)]
mod tests;
