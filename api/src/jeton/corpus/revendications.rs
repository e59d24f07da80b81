//! Hostile by their claims, with a good header and a good signature.

use super::{Cas, FauxEmetteur, Gabarit, Objet, Signeur, case, text};

const TOUTES: [&str; 8] = ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "territoire"];

pub(super) fn cases(s: Signeur<'_>, gabarit: &Gabarit) -> Vec<Cas> {
    let bonnes = s.claims(gabarit);
    let mut cas = Vec::new();
    let mut push = |nom: String, motif: &'static str, charge: &Objet| {
        cas.push(case(nom, motif, s.sign(&s.header(), charge)));
    };
    for nom in TOUTES {
        push(format!("{nom} missing"), "revendications", &bonnes.clone().without(nom));
        for valeur in ["null", "true", "{}", "1.5", "[[]]", "[7]"] {
            push(format!("{nom} is {valeur}"), "revendications", &bonnes.clone().with(nom, valeur));
        }
    }
    for nom in ["iss", "aud", "sub", "jti", "territoire"] {
        push(format!("{nom} is a number"), "revendications", &bonnes.clone().with(nom, "7"));
    }
    let now = gabarit.now;
    for nom in ["iat", "nbf", "exp"] {
        for valeur in [
            text(&now.to_string()),
            format!("[{now}]"),
            format!("{now}.0"),
            format!("{}e2", now / 100),
            "1e300".to_owned(),
            "9223372036854775808".to_owned(),
            "99999999999999999999999999".to_owned(),
        ] {
            push(format!("{nom} is {valeur}"), "revendications", &bonnes.clone().with(nom, &valeur));
        }
    }
    for (nom, motif, valeur) in wrong_values(s, now) {
        push(format!("{nom} is {valeur}"), motif, &bonnes.clone().with(nom, &valeur));
    }
    for (nom, valeur, echappe) in [
        ("iss", text(s.iss), r"\u0069ss"),
        ("aud", text(s.aud), r"a\u0075d"),
        ("sub", r#""admin""#.to_owned(), r"s\u0075b"),
        ("iat", now.to_string(), r"i\u0061t"),
        ("nbf", now.to_string(), r"nb\u0066"),
        ("exp", (now + 300).to_string(), r"\u0065xp"),
        ("jti", r#""essai-2""#.to_owned(), r"jt\u0069"),
        ("territoire", r#""69M""#.to_owned(), r"territoir\u0065"),
    ] {
        push(format!("{nom} twice"), "revendications", &bonnes.clone().plus(nom, &valeur));
        push(format!("{nom} twice, escaped"), "revendications", &bonnes.clone().plus(echappe, &valeur));
        let premier = Objet(vec![(nom.to_owned(), valeur)]);
        push(
            format!("{nom} twice, good last"),
            "revendications",
            &Objet([premier.0, bonnes.0.clone()].concat()),
        );
    }
    cas
}

/// Values of the right type that must not pass.
fn wrong_values(s: Signeur<'_>, now: i64) -> Vec<(&'static str, &'static str, String)> {
    let (iss, aud) = (text(s.iss), text(s.aud));
    let mut valeurs = vec![
        ("iss", "revendications", format!("[{iss}]")),
        ("iss", "revendications", format!("[\"https://attaquant.example\",{iss}]")),
        ("aud", "aud", "[]".to_owned()),
        ("aud", "aud", r#"["autre-api"]"#.to_owned()),
        ("aud", "revendications", format!("[{aud},7]")),
        ("aud", "revendications", format!("[[{aud}]]")),
        ("aud", "revendications", format!("{{\"a\":{aud}}}")),
        ("sub", "sub", text("")),
        ("sub", "sub", text("a\0b")),
        ("sub", "sub", text("a\r\nb")),
        ("jti", "jti", text("")),
        ("jti", "jti", text("\u{7f}")),
        ("jti", "jti", text(&"j".repeat(129))),
    ];
    for autre in
        ["".to_owned(), "https://attaquant.example".to_owned(), format!("{}/", s.iss), format!(" {}", s.iss)]
    {
        valeurs.push(("iss", "iss", text(&autre)));
    }
    for autre in
        ["".to_owned(), "autre-api".to_owned(), format!("{},autre", s.aud), s.aud.to_ascii_uppercase() + "!"]
    {
        valeurs.push(("aud", "aud", text(&autre)));
    }
    for code in ["", "7", "69m", "77 ", "../77", "77'", "ABCDEFGHI", "77-77", "*", "é7"] {
        valeurs.push(("territoire", "territoire", text(code)));
    }
    for (nom, motif, instant) in [
        ("exp", "exp", now - 6),
        ("exp", "exp", now - 3600),
        ("exp", "exp", 0),
        ("exp", "revendications", -1),
        ("exp", "revendications", i64::MIN),
        ("exp", "duree", now),
        ("exp", "duree", now + 901),
        ("exp", "duree", now + 86_400),
        ("exp", "duree", now + 315_360_000),
        ("exp", "duree", now * 1_000),
        ("exp", "duree", i64::MAX),
        ("nbf", "nbf", now + 3600),
        ("nbf", "nbf", i64::MAX),
        ("iat", "iat", now + 3600),
        ("iat", "iat", i64::MAX),
        ("iat", "duree", now - 301),
        ("iat", "duree", 0),
        ("iat", "duree", -1),
        ("iat", "duree", i64::MIN),
    ] {
        valeurs.push((nom, motif, instant.to_string()));
    }
    valeurs
}

/// One issuer signs, with its own key, a token in the name of the other or for the audience of the other.
pub(super) fn crossed_issuers(faux: &FauxEmetteur, propre: Signeur<'_>, gabarit: &Gabarit) -> Vec<Cas> {
    let mut cas = Vec::new();
    for (nom, s, autre) in [("external", faux.ed(), propre), ("own", propre, faux.ed())] {
        let (iss, aud) = (text(autre.iss), text(autre.aud));
        let en_son_nom = s.claims(gabarit).with("iss", &iss);
        cas.push(case(format!("{nom} in the other's name"), "iss", s.sign(&s.header(), &en_son_nom)));
        let pour_lui = en_son_nom.with("aud", &aud);
        cas.push(case(
            format!("{nom} in the other's name and audience"),
            "iss",
            s.sign(&s.header(), &pour_lui),
        ));
        if autre.aud != s.aud {
            let charge = s.claims(gabarit).with("aud", &aud);
            cas.push(case(format!("{nom} for the other's audience"), "aud", s.sign(&s.header(), &charge)));
        }
    }
    cas
}
