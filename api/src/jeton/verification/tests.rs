//! The corpus of R1 against the reader, and the edges that a clock of test alone can reach.

use chrono::TimeDelta;

use super::super::corpus::{self, Objet};
use super::super::essais::Scene;
use super::super::verify;
use super::{Origine, TAILLE_MAX};

/// The verdict on a good token of the other issuer once its claims are changed.
fn verdict(scene: &Scene, change: impl FnOnce(Objet) -> Objet) -> Result<(), &'static str> {
    let s = scene.faux.ed();
    let jeton = s.sign(&s.header(), &change(s.claims(&scene.gabarit)));
    scene.verify(&jeton).map(drop).map_err(|refus| refus.motif())
}

#[test]
fn r01_hostile_tokens_are_refused_alike_and_for_their_own_reason() {
    let scene = Scene::new();
    let hostiles = corpus::hostiles(&scene.faux, scene.propre(), &scene.gabarit);
    assert!(hostiles.len() >= 50, "{} tokens", hostiles.len());
    let mut fautes = Vec::new();
    for cas in &hostiles {
        assert!(cas.jeton.bytes().all(|octet| octet.is_ascii_graphic()), "{}: not for HTTP", cas.nom);
        match scene.verify(&cas.jeton) {
            Ok(_) => fautes.push(format!("{}: ACCEPTED", cas.nom)),
            Err(refus) => {
                assert_eq!(refus.to_string(), "jeton refusé", "{}", cas.nom);
                assert_eq!(format!("{refus:?}"), "JetonRefuse", "{}", cas.nom);
                if refus.motif() != cas.motif {
                    fautes.push(format!("{}: {} instead of {}", cas.nom, refus.motif(), cas.motif));
                }
            }
        }
    }
    assert!(fautes.is_empty(), "{} of {}:\n{}", fautes.len(), hostiles.len(), fautes.join("\n"));
}

#[test]
fn r01_good_tokens_are_accepted() {
    let scene = Scene::new();
    let bons = corpus::bons(&scene.faux, scene.propre(), &scene.gabarit);
    assert!(bons.len() >= 4);
    for (nom, jeton) in bons {
        let lues = scene.verify(&jeton).unwrap_or_else(|refus| panic!("{nom}: {}", refus.motif()));
        assert_eq!(lues.sub, scene.gabarit.sub, "{nom}");
        assert_eq!(lues.territoire.as_str(), "77", "{nom}");
        let attendue = if nom.ends_with("own") { Origine::Propre } else { Origine::Externe };
        assert_eq!(lues.origine, attendue, "{nom}");
        assert!(lues.expire_le > scene.now, "{nom}");
    }
}

#[test]
fn r01_any_changed_character_is_refused() {
    let scene = Scene::new();
    let bon = scene.propre().token(&scene.gabarit);
    for place in 0..bon.len() {
        for autre in ["A", "z", "-", "."] {
            let mut jeton = bon.clone();
            jeton.replace_range(place..=place, autre);
            assert!(jeton == bon || scene.verify(&jeton).is_err(), "character {place} changed to {autre}");
        }
    }
}

#[test]
fn r01_what_http_would_not_carry_is_refused_too() {
    let scene = Scene::new();
    let bon = scene.propre().token(&scene.gabarit);
    for jeton in [
        String::new(),
        " ".to_owned(),
        format!(" {bon}"),
        format!("{bon} "),
        format!("{bon}\n"),
        bon.replace('.', ".\n"),
        format!("{bon}\0"),
        format!("Bearer {bon}"),
        format!("{bon}é"),
        "a".repeat(1 << 20),
    ] {
        assert!(scene.verify(&jeton).is_err());
    }
}

#[test]
fn r01_leeway_is_five_seconds_and_no_more() {
    let scene = Scene::new();
    let now = scene.gabarit.now;
    let date = |nom: &'static str, valeur: i64| {
        verdict(&scene, |charge| charge.with("iat", &(now - 60).to_string()).with(nom, &valeur.to_string()))
    };
    assert_eq!(date("exp", now - 4), Ok(()));
    assert_eq!(date("exp", now - 5), Err("exp"));
    assert_eq!(date("nbf", now + 5), Ok(()));
    assert_eq!(date("nbf", now + 6), Err("nbf"));
    assert_eq!(date("iat", now + 5), Ok(()));
    assert_eq!(date("iat", now + 6), Err("iat"));
}

#[test]
fn r01_leeway_counts_fractions_of_a_second() {
    let scene = Scene::new();
    let jeton = scene.propre().token(&scene.gabarit);
    let a = |secondes, micros| scene.now + TimeDelta::seconds(secondes) + TimeDelta::microseconds(micros);
    let verdict =
        |instant| verify(&jeton, &scene.emetteurs, instant).map(drop).map_err(|refus| refus.motif());
    assert_eq!(verdict(a(605, -1)), Ok(()));
    assert_eq!(verdict(a(605, 0)), Err("exp"));
    assert_eq!(verdict(a(-5, 0)), Ok(()));
    assert_eq!(verdict(a(-5, -1)), Err("nbf"));
}

#[test]
fn r01_life_is_one_to_900_seconds() {
    let scene = Scene::new();
    let now = scene.gabarit.now;
    let vie = |secondes: i64| verdict(&scene, |charge| charge.with("exp", &(now + secondes).to_string()));
    assert_eq!(vie(1), Ok(()));
    assert_eq!(vie(0), Err("duree"));
    assert_eq!(vie(900), Ok(()));
    assert_eq!(vie(901), Err("duree"));
    assert_eq!(vie(-1), Err("duree"));
}

#[test]
fn r01_jti_holds_128_characters() {
    let scene = Scene::new();
    let jti = |texte: String| verdict(&scene, |charge| charge.with("jti", &format!("\"{texte}\"")));
    assert_eq!(jti("é".repeat(128)), Ok(()));
    assert_eq!(jti("é".repeat(129)), Err("jti"));
}

#[test]
fn r01_8_kib_is_the_last_size_accepted() {
    let scene = Scene::new();
    let s = scene.faux.ed();
    let jeton = |x: usize| {
        s.sign(&s.header(), &s.claims(&scene.gabarit).plus("x", &format!("\"{}\"", "a".repeat(x))))
    };
    let tailles: Vec<_> = (5_000..6_200).map(jeton).filter(|j| j.len().abs_diff(TAILLE_MAX) <= 1).collect();
    assert!(tailles.iter().any(|jeton| jeton.len() <= TAILLE_MAX));
    for jeton in tailles {
        assert_eq!(scene.verify(&jeton).is_ok(), jeton.len() <= TAILLE_MAX, "{}", jeton.len());
    }
}

#[test]
fn claims_are_not_printed() {
    let scene = Scene::new();
    let lues = scene.verify(&scene.propre().token(&scene.gabarit)).expect("a good token");
    assert_eq!(format!("{lues:?}"), r#"Revendications { territoire: "77", origine: Propre, .. }"#);
}
