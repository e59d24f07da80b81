//! What each message says, and what none may say.

use domain::envoi::NatureEnvoi;
use domain::mention::{AuteurSignalement, IdentiteMineur, Mention};
use domain::organisation::Contenu;
use domain::signalement::Etat;
use mail_parser::{Message as Lu, MessageParser, MimeHeaders};

use super::exemples::{Exemple, adresse};
use crate::courrier::{Erreur, Message};

/// What names or places the minor in the example.
const INTERDITS: [&str; 5] = ["Zéphirin", "Églantine", "Inventée", "Foyer", "troisième"];

const OBJET: &str = "signalement mineur en situation de prostitution";

fn read(message: &Message) -> Lu<'_> {
    MessageParser::default().parse(&message.octets).unwrap()
}

fn header(message: &Message, nom: &str) -> Vec<String> {
    read(message).header_raw(nom).map(|brut| brut.trim().to_owned()).into_iter().collect()
}

fn text(message: &Message) -> String {
    read(message).body_text(0).unwrap().into_owned()
}

fn document(message: &Message) -> String {
    read(message).attachment(0).unwrap().text_contents().unwrap().to_owned()
}

/// The message as a reader sees it: decoded, parts named.
fn shown(message: &Message) -> String {
    let brut = String::from_utf8(message.octets.clone()).unwrap();
    let entetes = brut.split("\r\n\r\n").next().unwrap().replace("\r\n", "\n");
    let mut vu = format!("{entetes}\n\n[texte]\n{}", text(message));
    if read(message).attachment(0).is_some() {
        vu.push_str(&format!("\n[document]\n{}", document(message)));
    }
    vu.replace("\r\n", "\n")
}

#[test]
fn sig_2_report_to_the_parquet() {
    insta::assert_snapshot!(shown(&Exemple::new().compose().unwrap()));
}

#[test]
fn sig_2_copy_to_the_crip() {
    insta::assert_snapshot!(shown(&Exemple::copie_crip().compose().unwrap()));
}

#[test]
fn sig_2_link_alone() {
    insta::assert_snapshot!(shown(&Exemple::lien().compose().unwrap()));
}

#[test]
fn sig_8_alert() {
    insta::assert_snapshot!(shown(&Exemple::alerte().compose().unwrap()));
}

#[test]
fn sig_1_everything_unknown_in_a_demo_territoire() {
    let mut exemple = Exemple::new();
    exemple.territoire.fictif = true;
    let motif = "non connu de l’auteur";
    let inconnu = || Some(Mention::Inconnu { motif: motif.to_owned() });
    let rapport = exemple.rapport();
    rapport.identite_mineur = Some(Mention::Inconnu { motif: motif.to_owned() });
    rapport.contact_mineur = inconnu();
    rapport.domicile_parents = inconnu();
    rapport.lieu_effectif = inconnu();
    rapport.situation_scolaire = inconnu();
    rapport.mesure_educative = inconnu();
    rapport.elements_situation = inconnu();
    rapport.contexte_revelation = None;
    let message = exemple.compose().unwrap();
    insta::assert_snapshot!(shown(&message));
    let document = document(&message);
    assert_eq!(document.matches("inconnu (motif&nbsp;: non connu de l’auteur)").count(), 7);
    assert_eq!(document.matches("non renseigné").count(), 1, "nothing is silently empty");
}

#[test]
fn sig_2_subject_is_exact() {
    for exemple in [Exemple::new(), Exemple::copie_crip(), Exemple::lien()] {
        let message = exemple.compose().unwrap();
        let brut = String::from_utf8(message.octets.clone()).unwrap();
        assert!(brut.contains(&format!("\r\nSubject: {OBJET}\r\n")), "one line, not encoded");
        assert_eq!(read(&message).subject(), Some(OBJET));
    }
}

#[test]
fn sig_2_subject_of_the_territoire_is_kept_to_the_letter() {
    let long = "signalement d’un mineur en situation de prostitution ".repeat(4);
    for objet in ["Signalement – été", "objet: avec \"guillemets\" et <chevrons>", long.trim_end()] {
        let mut exemple = Exemple::new();
        objet.clone_into(&mut exemple.territoire.parametres.objet_courriel);
        let message = exemple.compose().unwrap();
        assert_eq!(read(&message).subject(), Some(objet));
    }
}

#[test]
fn demo_is_marked_in_text_and_document_never_in_the_subject() {
    let mut exemple = Exemple::new();
    assert!(!shown(&exemple.compose().unwrap()).contains("DONNÉES FICTIVES"));
    exemple.territoire.fictif = true;
    let message = exemple.compose().unwrap();
    assert!(text(&message).contains("DONNÉES FICTIVES"));
    assert!(document(&message).contains("DONNÉES FICTIVES"));
    assert_eq!(read(&message).subject(), Some(OBJET));
}

#[test]
fn no_name_outside_the_attached_document() {
    for exemple in [Exemple::new(), Exemple::copie_crip(), Exemple::lien(), Exemple::alerte()] {
        let message = exemple.compose().unwrap();
        let vu = format!("{:?} {}", read(&message).subject(), text(&message));
        for interdit in INTERDITS {
            assert!(!vu.contains(interdit), "{interdit}");
        }
        assert!(text(&message).contains("Référence à rappeler : SIG-77-2026-000042"));
    }
}

#[test]
fn link_and_alert_carry_nothing_of_the_report() {
    let mut alerte = Exemple::alerte();
    alerte.contenu = Contenu::Complet;
    for exemple in [Exemple::lien(), alerte] {
        let message = exemple.compose().unwrap();
        assert_eq!(read(&message).attachment_count(), 0);
        let lien = "https://maillage.example.org/v1/signalements/01936f1e-0000-7000-8000-0000000000a1";
        assert!(text(&message).contains(lien));
        let vu = shown(&message);
        for interdit in INTERDITS.iter().chain(&["Odile", "Entretien"]) {
            assert!(!vu.contains(interdit), "{interdit}");
        }
    }
}

#[test]
fn acknowledgement_is_asked_of_the_parquet_alone() {
    for contenu in [Contenu::Complet, Contenu::Lien] {
        let demande = |exemple: Exemple| {
            text(&Exemple { contenu, ..exemple }.compose().unwrap()).contains("merci d’accuser réception")
        };
        assert!(demande(Exemple::new()), "{contenu:?}");
        assert!(!demande(Exemple::copie_crip()), "{contenu:?}");
    }
}

#[test]
fn sig_8_alert_tells_whether_the_report_left() {
    let mut exemple = Exemple::alerte();
    assert!(text(&exemple.compose().unwrap()).contains("pas encore"));
    if let Etat::Transmis(transmission) = &mut exemple.signalement.etat {
        transmission.effectue_le = Some("2026-11-24T09:06:00Z".parse().unwrap());
    }
    assert!(text(&exemple.compose().unwrap()).contains("le : 24 novembre 2026 à 10 h 06 (heure de Paris)"));
    assert!(text(&exemple.compose().unwrap()).contains("au plus tard le : 26 novembre 2026"));
}

#[test]
fn same_values_make_the_same_bytes() {
    let (un, deux) = (Exemple::new().compose().unwrap(), Exemple::new().compose().unwrap());
    assert!(un == deux);
    assert_eq!(un.empreinte(), deux.empreinte());
    let mut autre = Exemple::new();
    autre.message_id = "<01936f1e-0000-7000-8000-0000000000e2@maillage.example.org>".to_owned();
    assert_ne!(un.empreinte(), autre.compose().unwrap().empreinte());
}

#[test]
fn message_is_seven_bit_with_short_lines() {
    for exemple in [Exemple::new(), Exemple::copie_crip(), Exemple::lien(), Exemple::alerte()] {
        let octets = exemple.compose().unwrap().octets;
        assert!(octets.is_ascii());
        let texte = String::from_utf8(octets).unwrap();
        assert!(texte.ends_with("\r\n"));
        for ligne in texte.split("\r\n") {
            assert!(ligne.len() <= 100 && !ligne.contains(['\r', '\n']), "{ligne:?}");
        }
    }
}

#[test]
fn attachment_is_an_html_document_in_utf_8() {
    let message = Exemple::new().compose().unwrap();
    let lu = read(&message);
    let piece = lu.attachment(0).unwrap();
    assert_eq!(piece.attachment_name(), Some("signalement-SIG-77-2026-000042.html"));
    let genre = piece.content_type().unwrap();
    assert_eq!((genre.ctype(), genre.subtype()), ("text", Some("html")));
    assert_eq!(genre.attribute("charset"), Some("utf-8"));
    let document = document(&message);
    assert!(document.starts_with("<!DOCTYPE html>\r\n<html lang=\"fr\">"));
    for (attendu, combien) in [("Zéphirin", 1), ("1er mars 2011", 1), ("féminin", 1), ("Odile Planté", 1)]
    {
        assert_eq!(document.matches(attendu).count(), combien, "{attendu}");
    }
    for exterieur in ["http://", "https://", "<script", "src=", "url("] {
        assert!(!document.contains(exterieur), "self-contained: {exterieur}");
    }
}

#[test]
fn every_address_of_the_day_is_in_to() {
    let mut exemple = Exemple::new();
    let mut ancienne = adresse("ancienne@example.org");
    ancienne.valide_au = ancienne.valide_du.succ_opt();
    exemple.destinataire.adresses = vec![
        adresse("parquet-meaux@example.org"),
        ancienne,
        adresse("permanence@example.org"),
        adresse("Parquet-Meaux@example.org"),
        adresse("illisible"),
    ];
    let message = exemple.compose().unwrap();
    assert_eq!(message.adresses, ["parquet-meaux@example.org", "permanence@example.org"]);
    assert_eq!(message.ecartees, 1, "what is no address does not hold the others back");
    let lu = read(&message);
    let a: Vec<_> = lu.to().unwrap().iter().filter_map(|a| a.address()).collect();
    assert_eq!(a, message.adresses);
}

#[test]
fn no_usable_address_is_a_typed_error() {
    let mut exemple = Exemple::new();
    exemple.destinataire.adresses = Vec::new();
    assert_eq!(exemple.compose(), Err(Erreur::AucuneAdresse));
    exemple.destinataire.adresses =
        vec![adresse("x@example.org\r\nBcc: y@example.org"), adresse("x@example.org,y@example.org")];
    let erreur = exemple.compose().unwrap_err();
    assert_eq!((erreur.clone(), erreur.code()), (Erreur::AdresseInvalide, "adresse"));
    assert!(!erreur.to_string().contains("example.org"), "errors quote nothing");
}

#[test]
fn sig_4_draft_is_never_sent() {
    let mut exemple = Exemple::new();
    exemple.signalement.etat = Etat::Brouillon { revision: 1 };
    assert_eq!(exemple.compose(), Err(Erreur::NonTransmis));
}

#[test]
fn message_id_that_could_hold_a_header_is_refused() {
    let mut exemple = Exemple::new();
    exemple.message_id = "<a@b>\r\nBcc: <c@d>".to_owned();
    assert_eq!(exemple.compose(), Err(Erreur::MessageIdInvalide));
}

/// Everything that a partner or an author may have typed, with what would act on a header, a line or a page.
fn hostile() -> Exemple {
    let piege = "x\r\nBcc: pirate@example.org\r\n\r\n--=_maillage\n</dd><script>alert(1)</script>&amp;\u{202E}\u{0}\"'";
    let mut exemple = Exemple::new();
    exemple.territoire.nom = piege.to_owned();
    exemple.territoire.parametres.objet_courriel = "objet\r\nBcc: pirate@example.org".to_owned();
    for organisation in [&mut exemple.redacteur, &mut exemple.parquet, &mut exemple.destinataire] {
        organisation.nom = piege.to_owned();
    }
    exemple.signalement.reference = "SIG\r\nBcc: pirate@example.org/../x\"".to_owned();
    let rapport = exemple.rapport();
    rapport.ressort = Some(piege.to_owned());
    rapport.identite_mineur = Some(Mention::Valeur(IdentiteMineur {
        nom: Some(piege.to_owned()),
        prenoms: Some(piege.to_owned()),
        date_naissance: None,
        sexe: None,
    }));
    rapport.contact_mineur = Some(Mention::Inconnu { motif: piege.to_owned() });
    rapport.elements_situation = Some(Mention::Valeur(piege.to_owned()));
    rapport.auteurs = vec![AuteurSignalement {
        nom: piege.to_owned(),
        telephone: piege.to_owned(),
        courriel: piege.to_owned(),
    }];
    exemple
}

#[test]
fn hostile_text_stays_text() {
    let message = hostile().compose().unwrap();
    insta::assert_snapshot!(shown(&message));
    let document = document(&message);
    assert!(!document.contains("<script"));
    assert!(document.contains("&lt;script&gt;"));
    assert!(!document.contains(['\u{202E}', '\u{0}']));
}

#[test]
fn hostile_text_makes_no_header_and_no_part() {
    for (nature, contenu) in [
        (NatureEnvoi::Signalement, Contenu::Complet),
        (NatureEnvoi::Copie, Contenu::Lien),
        (NatureEnvoi::AlerteAccuse, Contenu::Lien),
    ] {
        let exemple = Exemple { nature, contenu, ..hostile() };
        let message = exemple.compose().unwrap();
        let lu = read(&message);
        assert!(lu.bcc().is_none(), "{nature:?}");
        assert_eq!(header(&message, "Bcc"), Vec::<String>::new());
        let attendues = if contenu == Contenu::Complet { 1 } else { 0 };
        assert_eq!(lu.attachment_count(), attendues, "{nature:?}");
        assert_eq!(lu.to().unwrap().iter().count(), 1);
        assert_eq!(message.adresses, ["parquet-meaux@example.org"]);
        assert!(!text(&message).lines().any(|ligne| ligne.starts_with("Bcc")), "{nature:?}");
    }
}
