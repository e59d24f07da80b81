//! How messages leave: real TLS, real refusals, and what each is called.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::exemples::{Exemple, MESSAGE_ID, expediteur};
use super::smtp::{Identite, Mode, ServeurSmtp};
use crate::courrier::{Cause, Delais, Echec, Pli, Remise, Smtp, Transport};

const COURTS: Delais = Delais { commande: Duration::from_secs(2), remise: Duration::from_secs(2) };

fn transport(serveur: &ServeurSmtp) -> Transport {
    to(&serveur.url(), serveur.ca_pem())
}

fn to(url: &str, ca: &str) -> Transport {
    Transport::smtp(Smtp::new(url, Some(ca.as_bytes())).unwrap().with_delays(COURTS))
}

fn send_to(transport: &Transport, adresses: &[&str]) -> Remise {
    let message = Exemple::new().compose().unwrap();
    let adresses: Vec<String> = adresses.iter().map(|a| (*a).to_owned()).collect();
    transport.send(&Pli {
        message_id: MESSAGE_ID,
        expediteur: &expediteur(),
        adresses: &adresses,
        octets: &message.octets,
    })
}

fn send(transport: &Transport) -> Remise {
    send_to(transport, &["parquet-meaux@example.org"])
}

fn failure(remise: Remise) -> Echec {
    match remise {
        Remise::Echec(echec) => echec,
        Remise::Accepte { .. } => panic!("accepted"),
    }
}

fn accepted() -> Remise {
    Remise::Accepte { refusees: Vec::new() }
}

#[test]
fn sig_2_report_leaves_over_tls_byte_for_byte() {
    for mode in [Mode::Starttls, Mode::Implicite] {
        let serveur = ServeurSmtp::start(mode);
        assert_eq!(send(&transport(&serveur)), accepted(), "{mode:?}");
        let recus = serveur.recus();
        let [recu] = recus.as_slice() else { panic!("{mode:?}: one message") };
        assert!(recu.chiffre, "{mode:?}");
        assert_eq!(recu.de, "maillage@maillage.example.org");
        assert_eq!(recu.a, ["parquet-meaux@example.org"]);
        assert_eq!(recu.octets, Exemple::new().compose().unwrap().octets, "sent as stored");
        assert_eq!(recu.objet(), "signalement mineur en situation de prostitution");
        assert!(recu.texte().contains("SIG-77-2026-000042"));
        assert_eq!(recu.document().unwrap().0, "signalement-SIG-77-2026-000042.html");
    }
}

#[test]
fn lines_that_begin_with_a_dot_arrive_whole() {
    let serveur = ServeurSmtp::start(Mode::Implicite);
    let octets = b"Subject: x\r\n\r\n.\r\n..\r\n.fin\r\n";
    let adresses = ["parquet-meaux@example.org".to_owned()];
    let pli = Pli { message_id: MESSAGE_ID, expediteur: &expediteur(), adresses: &adresses, octets };
    assert_eq!(transport(&serveur).send(&pli), accepted());
    assert_eq!(serveur.recus()[0].octets, octets);
}

#[test]
fn server_named_by_its_name_is_verified_by_its_name() {
    let serveur = ServeurSmtp::start(Mode::Starttls);
    let url = serveur.url().replace("127.0.0.1", "localhost");
    assert_eq!(send(&to(&url, serveur.ca_pem())), accepted());
}

#[test]
fn server_without_starttls_gets_nothing() {
    let serveur = ServeurSmtp::start(Mode::Clair);
    let echec = failure(send(&transport(&serveur)));
    assert_eq!((echec.cause, echec.definitif), (Cause::Tls, false));
    assert!(serveur.recus().is_empty());
    assert!(!serveur.commandes().iter().any(|c| c == "MAIL" || c == "AUTH"), "{:?}", serveur.commandes());
}

#[test]
fn server_that_refuses_starttls_gets_nothing() {
    let serveur = ServeurSmtp::start(Mode::Starttls);
    serveur.fail("STARTTLS", 454);
    let echec = failure(send(&transport(&serveur)));
    assert_eq!((echec.cause, echec.reponse), (Cause::Tls, Some(454)));
    assert!(!serveur.commandes().contains(&"MAIL".to_owned()));
}

#[test]
fn wrong_authority_is_refused() {
    for mode in [Mode::Starttls, Mode::Implicite] {
        let (serveur, autre) = (ServeurSmtp::start(mode), ServeurSmtp::start(mode));
        assert_eq!(failure(send(&to(&serveur.url(), autre.ca_pem()))).cause, Cause::Tls, "{mode:?}");
        let sans = Transport::smtp(Smtp::new(&serveur.url(), None).unwrap().with_delays(COURTS));
        assert_eq!(failure(send(&sans)).cause, Cause::Tls, "{mode:?}, the system's roots alone");
        assert!(!serveur.commandes().contains(&"MAIL".to_owned()), "{mode:?}");
    }
}

#[test]
fn certificate_for_another_name_is_refused() {
    for mode in [Mode::Starttls, Mode::Implicite] {
        let serveur = ServeurSmtp::start_as(mode, Identite::AutreNom);
        assert_eq!(failure(send(&transport(&serveur))).cause, Cause::Tls, "{mode:?}");
        assert!(serveur.recus().is_empty());
    }
}

#[test]
fn self_signed_certificate_is_trusted_when_it_is_the_one_given() {
    for mode in [Mode::Starttls, Mode::Implicite] {
        let serveur = ServeurSmtp::start_as(mode, Identite::AutoSignee);
        assert_eq!(send(&transport(&serveur)), accepted(), "{mode:?}");
        let autre = ServeurSmtp::start_as(mode, Identite::AutoSignee);
        let echec = failure(send(&to(&serveur.url(), autre.ca_pem())));
        assert_eq!(echec.cause, Cause::Tls, "{mode:?}: another one is not");
        assert_eq!(serveur.recus().len(), 1);
    }
}

/// A server whose certificate is renewed, from self-signed to signed and back, is recognised each time; at worst
/// one attempt fails.
#[test]
fn certificate_may_change_its_kind() {
    let (mut signe, auto) =
        (ServeurSmtp::start(Mode::Starttls), ServeurSmtp::start_as(Mode::Starttls, Identite::AutoSignee));
    let transport = to(&signe.url(), &format!("{}{}", signe.ca_pem(), auto.ca_pem()));
    assert_eq!(send(&transport), accepted());
    let avant = signe.commandes().len();
    assert_eq!(send(&transport), accepted());
    let ehlo = signe.commandes().iter().skip(avant).filter(|c| *c == "EHLO").count();
    assert_eq!(ehlo, 2, "one connection from the second message on: before and after STARTTLS");
    signe.take_identity_of(&auto);
    assert_eq!(failure(send(&transport)).cause, Cause::Tls);
    assert_eq!(send(&transport), accepted());
}

#[test]
fn clear_server_behind_smtps_is_refused() {
    let serveur = ServeurSmtp::start(Mode::Clair);
    let echec = failure(send(&to(&serveur.url().replace("smtp:", "smtps:"), serveur.ca_pem())));
    assert_eq!(echec.cause, Cause::Tls);
}

/// Somebody on the way answers in clear, in the server's place, the questions that will come after TLS. A server
/// that answers at once and one that is far are told apart by different checks.
#[test]
fn answers_written_before_tls_are_not_believed() {
    let suite = ["250 hello", "250 sender ok", "250 recipient ok", "354 go", "250 queued", "221 bye"];
    for (nombre, lenteur) in (1..=suite.len()).flat_map(|nombre| [(nombre, 0), (nombre, 30)]) {
        let serveur = ServeurSmtp::start(Mode::Starttls);
        serveur.slow(Duration::from_millis(lenteur));
        serveur
            .inject_after_starttls(&suite[..nombre].iter().map(|l| format!("{l}\r\n")).collect::<String>());
        let echec = failure(send(&transport(&serveur)));
        assert_eq!(echec.cause, Cause::Protocole, "{nombre} answers in advance, {lenteur} ms");
        assert!(serveur.recus().is_empty(), "{nombre} answers in advance, {lenteur} ms");
    }
}

#[test]
fn credentials_go_over_tls_alone() {
    for mode in [Mode::Starttls, Mode::Implicite] {
        let serveur = ServeurSmtp::start(mode);
        serveur.require_login("maillage", "motdepasse");
        let avec = transport(&serveur);
        assert_eq!(send(&avec), accepted(), "{mode:?}");
        assert_eq!(serveur.recus()[0].utilisateur.as_deref(), Some("maillage"));
        let faux = serveur.url().replace("motdepasse", "autre");
        let echec = failure(send(&to(&faux, serveur.ca_pem())));
        assert_eq!(
            (echec.cause, echec.definitif, echec.reponse),
            (Cause::Authentification, false, Some(535))
        );
        let sans = serveur.url().replace("maillage:motdepasse@", "");
        assert_eq!(failure(send(&to(&sans, serveur.ca_pem()))).cause, Cause::Authentification);
        serveur.behave();
        assert_eq!(failure(send(&avec)).cause, Cause::Authentification, "no mechanism offered");
    }
}

#[test]
fn refusals_are_named_by_stage_and_kind() {
    for (commande, code, cause, definitif) in [
        ("ACCUEIL", 421, Cause::RefusTemporaire, false),
        ("ACCUEIL", 554, Cause::Connexion, false),
        ("MAIL", 451, Cause::RefusTemporaire, false),
        ("MAIL", 553, Cause::Expediteur, true),
        ("MAIL", 530, Cause::Authentification, false),
        ("RCPT", 450, Cause::RefusTemporaire, false),
        ("RCPT", 550, Cause::Adresse, true),
        ("DATA", 451, Cause::RefusTemporaire, false),
        ("DATA", 554, Cause::RefusDefinitif, true),
        ("FIN", 452, Cause::RefusTemporaire, false),
        ("FIN", 554, Cause::RefusDefinitif, true),
        ("FIN", 354, Cause::Protocole, false),
    ] {
        let serveur = ServeurSmtp::start(Mode::Implicite);
        serveur.fail(commande, code);
        let echec = failure(send(&transport(&serveur)));
        let attendu = Echec { cause, definitif, reponse: Some(code) };
        assert_eq!(echec, attendu, "{commande} {code}");
        assert!(serveur.recus().is_empty(), "{commande} {code}");
    }
}

#[test]
fn one_refused_address_does_not_hold_back_the_others() {
    let serveur = ServeurSmtp::start(Mode::Implicite);
    serveur.refuse_recipient("partie@example.org", 550);
    let adresses = ["partie@example.org", "parquet-meaux@example.org"];
    let refusees = vec!["partie@example.org".to_owned()];
    assert_eq!(send_to(&transport(&serveur), &adresses), Remise::Accepte { refusees });
    assert_eq!(serveur.recus()[0].a, ["parquet-meaux@example.org"]);
}

#[test]
fn all_refused_is_a_failure_of_the_moment_if_one_refusal_is() {
    let serveur = ServeurSmtp::start(Mode::Implicite);
    serveur.refuse_recipient("partie@example.org", 550);
    serveur.refuse_recipient("occupee@example.org", 450);
    for adresses in
        [["partie@example.org", "occupee@example.org"], ["occupee@example.org", "partie@example.org"]]
    {
        let echec = failure(send_to(&transport(&serveur), &adresses));
        assert_eq!((echec.cause, echec.definitif), (Cause::RefusTemporaire, false), "{adresses:?}");
    }
    let echec = failure(send_to(&transport(&serveur), &["partie@example.org", "illisible"]));
    assert_eq!((echec.cause, echec.definitif), (Cause::Adresse, true));
    assert_eq!(failure(send_to(&transport(&serveur), &[])).cause, Cause::Adresse);
    assert!(serveur.recus().is_empty());
}

#[test]
fn server_that_is_down_then_up_gets_the_message() {
    let mut serveur = ServeurSmtp::start(Mode::Starttls);
    let transport = transport(&serveur);
    serveur.down();
    let echec = failure(send(&transport));
    assert_eq!((echec.cause, echec.definitif), (Cause::Connexion, false));
    serveur.up();
    assert_eq!(send(&transport), accepted());
    assert_eq!(serveur.recus().len(), 1);
}

#[test]
fn server_that_stays_silent_is_left() {
    let muet = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let delais = Delais { commande: Duration::from_millis(200), remise: Duration::from_millis(200) };
    let url = format!("smtp://{}", muet.local_addr().unwrap());
    let debut = Instant::now();
    let echec = failure(send(&Transport::smtp(Smtp::new(&url, None).unwrap().with_delays(delais))));
    assert_eq!(echec.cause, Cause::Delai);
    assert!(debut.elapsed() < Duration::from_secs(5));
}

#[test]
fn slow_server_is_waited_for() {
    let serveur = ServeurSmtp::start(Mode::Starttls);
    serveur.slow(Duration::from_millis(50));
    assert_eq!(send(&transport(&serveur)), accepted());
}

#[test]
fn failures_never_show_the_text_of_the_server() {
    let serveur = ServeurSmtp::start(Mode::Implicite);
    serveur.fail("MAIL", 553);
    let dit = format!("{:?}", send(&transport(&serveur)));
    assert!(!dit.contains("planted-address"), "{dit}");
}

#[test]
fn demo_without_a_mail_server_writes_files() {
    let dossier = tempfile::tempdir().unwrap();
    let transport = Transport::fichiers(dossier.path().join("courriels"));
    assert_eq!(send(&transport), accepted());
    let ecrit =
        std::fs::read(dossier.path().join("courriels/01936f1e-0000-7000-8000-0000000000e1.eml")).unwrap();
    assert_eq!(ecrit, Exemple::new().compose().unwrap().octets);
}

#[test]
fn folder_that_cannot_be_written_is_a_failure() {
    let dossier = tempfile::tempdir().unwrap();
    let obstacle = dossier.path().join("courriels");
    std::fs::write(&obstacle, b"un fichier").unwrap();
    assert_eq!(failure(send(&Transport::fichiers(obstacle))).cause, Cause::Fichier);
}

#[test]
fn serve_without_a_mail_server_sends_nothing() {
    let echec = failure(send(&Transport::aucun()));
    assert_eq!((echec.cause.code(), echec.definitif), ("transport_absent", false));
}
