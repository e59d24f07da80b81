//! The file of keys: what it may hold, and what becomes of the keys when it changes (R2).

use std::fs;

use base64::Engine;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::corpus::{CleDEssai, FauxEmetteur, Signeur};
use super::super::essais::{AUD, ISS, Scene};
use super::super::{CleEmission, Emetteur, jwks};
use super::*;

const DELAI: TimeDelta = TimeDelta::seconds(PAUSE);

/// A JWKS of one key, changed.
fn changed(cle: &CleDEssai, membre: &str, valeur: Value) -> String {
    let mut jwk = cle.jwk();
    match valeur {
        Value::Null => {
            jwk.as_object_mut().expect("an object").remove(membre);
        }
        valeur => jwk[membre] = valeur,
    }
    json!({ "keys": [jwk] }).to_string()
}

fn error(texte: &str) -> String {
    jwks::parse(texte).map(|_| ()).expect_err(texte).to_string()
}

#[test]
fn r02_keys_are_read_with_or_without_alg_and_use() {
    let faux = FauxEmetteur::new("https://idp.example.org", "api");
    assert_eq!(jwks::parse(&faux.jwks()).expect("three keys").len(), 3);
    for cle in [&faux.ed, &faux.ec, &faux.rsa] {
        for membre in ["alg", "use"] {
            let lues = jwks::parse(&changed(cle, membre, Value::Null)).expect("a key");
            assert!(lues.iter().all(|lue| lue.kid == cle.kid && jwks::name(lue.alg) == cle.alg));
        }
        jwks::parse(&changed(cle, "key_ops", json!(["verify"]))).expect("a key to verify with");
        jwks::parse(&changed(cle, "x5t", json!("AAAA"))).expect("a public member that we do not know");
    }
    assert!(jwks::parse(r#"{"keys":[]}"#).expect("an issuer cut off").is_empty());
}

#[test]
fn r02_bad_keys_are_refused_with_a_french_reason_and_no_content() {
    let faux = FauxEmetteur::new("https://idp.example.org", "api");
    let (ed, ec, rsa) = (&faux.ed, &faux.ec, &faux.rsa);
    let b64 = |octets: &[u8]| json!(super::super::BASE64.encode(octets));
    let x_ed = ed.jwk()["x"].as_str().expect("a text").to_owned();
    let n = rsa.jwk()["n"].as_str().expect("a text").to_owned();
    let mut point_faux = [1; 32];
    point_faux[0] = 2;
    for (texte, attendu) in [
        (changed(ed, "kid", Value::Null), "« kid » manquant"),
        (changed(ed, "kid", json!("")), "« kid » manquant"),
        (changed(ed, "kid", json!("k".repeat(257))), "« kid » manquant"),
        (changed(ed, "kid", json!(7)), "lisible"),
        (changed(ed, "alg", json!("ES256")), "« alg »"),
        (changed(ed, "alg", json!("Ed25519")), "« alg »"),
        (changed(ed, "alg", json!("none")), "« alg »"),
        (changed(ec, "alg", json!("ES384")), "« alg »"),
        (changed(rsa, "alg", json!("PS256")), "« alg »"),
        (changed(rsa, "alg", json!("HS256")), "« alg »"),
        (changed(ed, "use", json!("enc")), "« use »"),
        (changed(ed, "key_ops", json!(["sign", "verify"])), "« key_ops »"),
        (changed(ed, "key_ops", json!([])), "« key_ops »"),
        (changed(ed, "d", json!("SECRET")), "privée"),
        (changed(ed, "k", json!("SECRET")), "privée"),
        (changed(rsa, "p", json!("SECRET")), "privée"),
        (changed(rsa, "oth", json!([])), "privée"),
        (json!({"keys": [{"kid": "a", "kty": "oct", "k": "SECRET"}]}).to_string(), "privée"),
        (json!({"keys": [{"kid": "a", "kty": "oct"}]}).to_string(), "type refusé"),
        (changed(ed, "kty", Value::Null), "type refusé"),
        (changed(ed, "kty", json!("EC")), "type refusé"),
        (changed(ed, "crv", json!("Ed448")), "type refusé"),
        (changed(ed, "crv", json!("X25519")), "type refusé"),
        (changed(ec, "crv", json!("P-384")), "type refusé"),
        (changed(ec, "crv", json!("secp256k1")), "type refusé"),
        (changed(ed, "x", Value::Null), "manque"),
        (changed(ed, "x", json!(format!("{x_ed}="))), "base64url"),
        (changed(ed, "x", b64(&[1; 31])), "32 octets"),
        (changed(ec, "y", b64(&[1; 33])), "32 octets"),
        (changed(ec, "y", b64(&point_faux)), "P-256"),
        (changed(rsa, "n", b64(&[0xff; 255])), "2048 à 8192"),
        (changed(rsa, "n", b64(&[[0x7f].as_slice(), &[0xff; 255]].concat())), "2048 à 8192"),
        (changed(rsa, "n", b64(&[0xff; 1025])), "2048 à 8192"),
        (changed(rsa, "n", b64(&[[0].as_slice(), &[0xff; 256]].concat())), "octet nul"),
        (changed(rsa, "e", json!("AQ")), "exposant"),
        (changed(rsa, "e", json!("Aw")), "exposant"),
        (changed(rsa, "e", json!("AQAA")), "exposant"),
        (changed(rsa, "e", json!("AQAAAAE")), "exposant"),
        (changed(rsa, "e", json!("")), "exposant"),
        (json!({"keys": [ed.jwk(), ed.jwk()]}).to_string(), "déjà porté"),
        (faux.jwks().replacen("\"kid\"", "\"kid\":\"a\",\"kid\"", 1), "lisible"),
        (json!({"cles": []}).to_string(), "lisible"),
        (json!([]).to_string(), "lisible"),
        (ed.jwk().to_string(), "lisible"),
        ("-----BEGIN PUBLIC KEY-----".to_owned(), "lisible"),
        (String::new(), "lisible"),
    ] {
        let erreur = error(&texte);
        assert!(erreur.contains(attendu), "{erreur}\n{texte}");
        for contenu in [&x_ed, &n, "SECRET", "essai-"] {
            assert!(!erreur.contains(contenu), "{erreur}");
        }
    }
    let second = json!({"keys": [ed.jwk(), {"kid": "b", "kty": "oct"}]}).to_string();
    assert!(error(&second).starts_with("clé n° 2 : "));
}

#[test]
fn r02_rotation_acts_within_five_seconds_without_restart() {
    let scene = Scene::new();
    let nouvelle = CleDEssai::new_ed("essai-2");
    let neuf = Signeur { cle: &nouvelle, ..scene.faux.ed() };
    fs::write(scene.jwks(), json!({ "keys": [nouvelle.jwk()] }).to_string()).expect("a file");
    let presque = DELAI - TimeDelta::seconds(1);
    assert!(scene.verify_later(scene.faux.ed(), presque).is_ok(), "one look in five seconds");
    assert!(scene.verify_later(neuf, presque).is_err());
    assert!(scene.verify_later(neuf, DELAI).is_ok());
    assert!(scene.verify_later(scene.faux.ed(), DELAI).is_err(), "a removed key is dead");
    assert!(scene.verify_later(scene.propre(), DELAI).is_ok());
}

#[test]
fn r02_a_replaced_file_of_the_same_size_and_date_is_seen() {
    let scene = Scene::new();
    let nouvelle = CleDEssai::new_ed("essai-ed");
    let texte = scene.faux.jwks().replace(
        scene.faux.ed.jwk()["x"].as_str().expect("a text"),
        nouvelle.jwk()["x"].as_str().expect("a text"),
    );
    let date = fs::metadata(scene.jwks()).and_then(|infos| infos.modified()).expect("a date");
    let autre = scene.dossier.path().join("autre.json");
    fs::write(&autre, texte).expect("a file");
    fs::File::options().write(true).open(&autre).and_then(|f| f.set_modified(date)).expect("a date");
    fs::rename(&autre, scene.jwks()).expect("a replaced file");
    assert!(scene.verify_later(Signeur { cle: &nouvelle, ..scene.faux.ed() }, DELAI).is_ok());
}

#[test]
fn r02_a_bad_file_keeps_the_last_good_keys_then_a_good_one_replaces_them() {
    let scene = Scene::new();
    for (tour, contenu) in [Some("{"), Some(r#"{"keys":[{"kty":"oct"}]}"#), None].into_iter().enumerate() {
        match contenu {
            Some(texte) => fs::write(scene.jwks(), texte).expect("a file"),
            None => fs::remove_file(scene.jwks()).expect("a removed file"),
        }
        let delai = DELAI * (tour as i32 + 1);
        assert!(scene.verify_later(scene.faux.ed(), delai).is_ok(), "turn {tour}");
    }
    fs::write(scene.jwks(), r#"{"keys":[]}"#).expect("a file");
    assert!(scene.verify_later(scene.faux.ed(), DELAI * 4).is_err(), "an empty set cuts the issuer off");
    fs::write(scene.jwks(), scene.faux.jwks()).expect("a file");
    assert!(scene.verify_later(scene.faux.rsa(), DELAI * 5).is_ok());
}

#[test]
fn r02_keys_outlive_a_bad_file_for_24_hours_then_nobody_enters() {
    let scene = Scene::new();
    fs::remove_file(scene.jwks()).expect("a removed file");
    assert!(scene.verify_later(scene.faux.ed(), DELAI).is_ok());
    assert!(scene.verify_later(scene.faux.ed(), DELAI + SURVIE).is_ok());
    assert!(scene.verify_later(scene.faux.ed(), DELAI * 2 + SURVIE).is_err());
    assert!(scene.verify_later(scene.propre(), DELAI * 2 + SURVIE).is_ok(), "our own tokens still pass");
    fs::write(scene.jwks(), scene.faux.jwks()).expect("a file");
    assert!(scene.verify_later(scene.faux.ed(), DELAI * 3 + SURVIE).is_ok());
}

#[test]
fn r02_a_file_moved_away_and_back_is_no_longer_in_trouble() {
    let scene = Scene::new();
    let ailleurs = scene.dossier.path().join("ailleurs.json");
    fs::rename(scene.jwks(), &ailleurs).expect("a moved file");
    assert!(scene.verify_later(scene.faux.ed(), DELAI).is_ok());
    fs::rename(&ailleurs, scene.jwks()).expect("the same file again");
    assert!(scene.verify_later(scene.faux.ed(), DELAI * 2).is_ok());
    fs::rename(scene.jwks(), &ailleurs).expect("a moved file");
    assert!(scene.verify_later(scene.faux.ed(), DELAI * 3 + SURVIE).is_ok(), "a new trouble, new 24 hours");
}

#[test]
fn r02_a_clock_set_back_does_not_freeze_the_keys() {
    let scene = Scene::new();
    fs::write(scene.jwks(), r#"{"keys":[]}"#).expect("a file");
    assert!(scene.verify_later(scene.faux.ed(), -TimeDelta::hours(1)).is_err());
}

#[test]
fn r02_our_key_cannot_be_replaced_by_the_file() {
    let scene = Scene::new();
    let usurpateur = CleDEssai::new_ed(&scene.cle_propre.kid);
    fs::write(scene.jwks(), json!({ "keys": [usurpateur.jwk()] }).to_string()).expect("a file");
    for s in [scene.propre(), scene.faux.ed()] {
        assert!(scene.verify_later(Signeur { cle: &usurpateur, ..s }, DELAI).is_err());
    }
    assert!(scene.verify_later(scene.propre(), DELAI).is_ok());
}

#[test]
fn r02_set_up_refuses_what_cannot_be_trusted() {
    let scene = Scene::new();
    let open = |iss: &str, aud: &str| EmetteurExterne::open(scene.jwks(), iss, aud, scene.now);
    assert!(matches!(open("", "api").map(drop), Err(EmetteursInvalides::Vide)));
    assert!(matches!(open("https://idp.example.org", "").map(drop), Err(EmetteursInvalides::Vide)));
    let cle = CleEmission::open(scene.dossier.path()).expect("our key");
    let meme = Emetteurs::new(Emetteur::new(cle, ISS, AUD), open(ISS, "api").ok());
    assert!(matches!(meme.map(drop), Err(EmetteursInvalides::MemeEmetteur)));
    fs::write(scene.jwks(), " ".repeat(JWKS_MAX as usize + 1)).expect("a file");
    assert!(matches!(open("a", "b").map(drop), Err(EmetteursInvalides::Jwks(JwksRefuse::TropGrand))));
    fs::remove_file(scene.jwks()).expect("a removed file");
    assert!(matches!(open("a", "b").map(drop), Err(EmetteursInvalides::Jwks(JwksRefuse::Lecture(_)))));
}
