//! The server over a real socket: limits, delays, the end.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::horloge::Horloge;
use crate::settings::Settings;

use super::*;

struct Essai {
    serveur: Option<Serveur>,
    _dossier: tempfile::TempDir,
}

impl Essai {
    fn start() -> Self {
        let dossier = tempfile::tempdir().expect("dossier");
        let settings = Settings::in_folder(dossier.path().join("donnees"));
        let etat = Etat::open(settings, dossier.path().join("cles"), Horloge::systeme()).expect("état");
        let serveur = Serveur::start(etat, Arret::Appelant).expect("démarre");
        Self { serveur: Some(serveur), _dossier: dossier }
    }

    fn connect(&self) -> TcpStream {
        let adresse = self.serveur.as_ref().expect("serveur").adresse();
        let connexion = TcpStream::connect(adresse).expect("connexion");
        connexion.set_read_timeout(Some(Duration::from_secs(20))).expect("délai");
        connexion
    }

    /// Sends raw bytes and reads to the end; the answer must close the connection.
    fn send(&self, octets: &[u8]) -> String {
        let mut connexion = self.connect();
        connexion.write_all(octets).expect("écrit");
        let mut reponse = Vec::new();
        drop(connexion.read_to_end(&mut reponse));
        String::from_utf8_lossy(&reponse).into_owned()
    }
}

#[test]
fn r53_ready_follows_the_flag_and_alive_does_not() {
    let essai = Essai::start();
    let get = |chemin: &str| {
        essai.send(format!("GET {chemin} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
    };
    assert!(get("/sante/vivant").starts_with("HTTP/1.1 200"));
    let pas_pret = get("/sante/pret");
    assert!(
        pas_pret.starts_with("HTTP/1.1 503") && pas_pret.to_lowercase().contains("retry-after: 5"),
        "{pas_pret}"
    );
    essai.serveur.as_ref().expect("serveur").etat().set_ready(true);
    let pret = get("/sante/pret");
    assert!(pret.starts_with("HTTP/1.1 200") && pret.ends_with("{\"statut\":\"pret\"}"), "{pret}");
}

#[test]
fn r27_a_slow_client_is_cut_within_the_delay() {
    let essai = Essai::start();
    for debut in [
        "GET /v1/moi HTTP/1.1\r\nHost: x\r\n",
        "POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na",
    ] {
        let depart = Instant::now();
        let reponse = essai.send(debut.as_bytes());
        assert!(reponse.is_empty() || reponse.starts_with("HTTP/1.1 408"), "{reponse}");
        let duree = depart.elapsed();
        assert!(duree > Duration::from_secs(3) && duree < Duration::from_secs(12), "{duree:?}");
    }
}

#[test]
fn r27_a_body_too_large_is_answered_before_it_is_sent() {
    let essai = Essai::start();
    let reponse =
        essai.send(b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\nabc");
    assert!(reponse.starts_with("HTTP/1.1 413") && reponse.contains("corps_trop_volumineux"), "{reponse}");
}

#[test]
fn r30_the_server_does_not_say_what_it_is() {
    let essai = Essai::start();
    let reponse = essai.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").to_lowercase();
    assert!(reponse.starts_with("http/1.1 308") && reponse.contains("location: /docs/"), "{reponse}");
    assert!(!reponse.contains("\r\nserver:") && !reponse.contains("actix"));
}

#[test]
fn stop_ends_the_server_and_frees_its_address() {
    let mut essai = Essai::start();
    let _inactive = essai.connect();
    let serveur = essai.serveur.take().expect("serveur");
    let adresse = serveur.adresse();
    let depart = Instant::now();
    serveur.stop().expect("arrêt");
    assert!(depart.elapsed() < Duration::from_secs(10));
    assert!(TcpStream::connect(adresse).is_err());
}

#[test]
fn an_address_in_use_is_told_by_the_name_of_its_setting() {
    let essai = Essai::start();
    let dossier = tempfile::tempdir().expect("dossier");
    let listen = essai.serveur.as_ref().expect("serveur").adresse().to_string();
    let settings = Settings { listen, ..Settings::in_folder(dossier.path().join("donnees")) };
    let etat = Etat::open(settings, dossier.path().join("cles"), Horloge::systeme()).expect("état");
    let erreur = Serveur::start(etat, Arret::Appelant).err().expect("occupée").to_string();
    assert!(erreur.contains("MAILLAGE_LISTEN") && erreur.contains("déjà utilisée"), "{erreur}");
}
