//! Hostile by their header: another algorithm, another type, another name of key, anything more than the three
//! members; all signed with the good key, unless the point is another signature.

use aws_lc_rs::hmac;
use base64::Engine;

use super::super::BASE64;
use super::{Cas, CleDEssai, FauxEmetteur, Gabarit, Objet, Signeur, case, text};

pub(super) fn cases(s: Signeur<'_>, gabarit: &Gabarit) -> Vec<Cas> {
    let charge = s.claims(gabarit);
    let attaquant = CleDEssai::new_ed(&s.cle.kid);
    let jwk = attaquant.jwk().to_string();
    let mut cas = Vec::new();

    for alg in ["none", "None", "NoNe", "NONE", ""] {
        let entete = s.header().with("alg", &text(alg));
        cas.push(case(format!("alg {alg:?}, signed"), "alg", s.sign(&entete, &charge)));
        let message = format!("{}.{}", BASE64.encode(entete.json()), BASE64.encode(charge.json()));
        cas.push(case(format!("alg {alg:?}, no signature"), "alg", format!("{message}.")));
    }
    for (alg, hachage) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        let entete = s.header().with("alg", &text(alg));
        let message = format!("{}.{}", BASE64.encode(entete.json()), BASE64.encode(charge.json()));
        for (forme, secret) in [
            ("bytes", s.cle.public_bytes()),
            ("base64", BASE64.encode(s.cle.public_bytes()).into_bytes()),
            ("JWK", s.cle.jwk().to_string().into_bytes()),
            ("empty", Vec::new()),
        ] {
            let mac = hmac::sign(&hmac::Key::new(hachage, &secret), message.as_bytes());
            let jeton = format!("{message}.{}", BASE64.encode(mac));
            cas.push(case(format!("{alg} with the public key as secret ({forme})"), "alg", jeton));
        }
    }
    for alg in
        ["eddsa", "EDDSA", "Ed25519", "EdDSA ", "ES256", "ES256K", "ES384", "RS256", "PS256", "RSA-OAEP"]
    {
        cas.push(case(format!("alg {alg:?}"), "alg", s.sign(&s.header().with("alg", &text(alg)), &charge)));
    }
    for typ in ["JWT", "jwt", "AT+JWT", "application/at+jwt", "id_token", "at+jwt ", "dpop+jwt", ""] {
        cas.push(case(format!("typ {typ:?}"), "typ", s.sign(&s.header().with("typ", &text(typ)), &charge)));
    }
    for kid in [
        "",
        "inconnu",
        "../../../../dev/null",
        "/dev/null",
        "emetteur.pk8",
        "file:///etc/passwd",
        "https://example.org/jwks.json",
        "' OR '1'='1",
        "|cat /etc/passwd",
        "\0",
    ] {
        cas.push(case(format!("kid {kid:?}"), "kid", s.sign(&s.header().with("kid", &text(kid)), &charge)));
    }
    let autre_casse = s.cle.kid.chars().map(flip_case).collect::<String>();
    cas.push(case(
        "kid in another case",
        "kid",
        s.sign(&s.header().with("kid", &text(&autre_casse)), &charge),
    ));

    let mauvais: Vec<(String, Objet)> = shapes(s, &jwk);
    cas.extend(mauvais.into_iter().map(|(nom, entete)| case(nom, "entete", s.sign(&entete, &charge))));
    let porteur = Signeur { cle: &attaquant, ..s };
    let entete = porteur.header().plus("jwk", &jwk);
    cas.push(case("jwk in header, signed with it", "entete", porteur.sign(&entete, &charge)));
    cas
}

/// Headers that are not three members of the right type.
fn shapes(s: Signeur<'_>, jwk: &str) -> Vec<(String, Objet)> {
    let bon = s.header();
    let (alg, kid) = (text(s.cle.alg), text(&s.cle.kid));
    let mut formes = Vec::new();
    for membre in ["alg", "typ", "kid"] {
        formes.push((format!("{membre} missing"), bon.clone().without(membre)));
        for valeur in ["null", "7", "true", "{}", "[]"] {
            formes.push((format!("{membre} is {valeur}"), bon.clone().with(membre, valeur)));
        }
    }
    formes.push(("alg is a list".to_owned(), bon.clone().with("alg", &format!("[{alg},\"HS256\"]"))));
    formes.push(("kid is a list".to_owned(), bon.clone().with("kid", &format!("[{kid}]"))));
    for (nom, valeur) in [
        ("crit", r#"["http://example.org/ext"]"#),
        ("crit", r#"["exp"]"#),
        ("crit", r#"["b64"]"#),
        ("crit", "[]"),
        ("crit", "null"),
        ("b64", "false"),
        ("b64", "true"),
        ("jku", r#""https://attaquant.example/jwks.json""#),
        ("x5u", r#""https://attaquant.example/cert.pem""#),
        ("x5c", r#"["MIIB"]"#),
        ("x5t", r#""AAAA""#),
        ("x5t#S256", r#""AAAA""#),
        ("jwk", jwk),
        ("jwk", "null"),
        ("cty", r#""JWT""#),
        ("zip", r#""DEF""#),
        ("enc", r#""A256GCM""#),
        ("epk", "{}"),
        ("nonce", r#""AAAA""#),
        ("url", r#""https://example.org/""#),
        ("iss", r#""https://example.org/""#),
        ("ALG", r#""none""#),
        ("", "0"),
        ("x", "1e999"),
        ("alg", r#""none""#),
        ("alg", alg.as_str()),
        ("typ", r#""at+jwt""#),
        ("kid", kid.as_str()),
        (r"\u0061lg", r#""none""#),
        (r"k\u0069d", r#""autre""#),
    ] {
        formes.push((format!("{nom:?} added, {valeur}"), bon.clone().plus(nom, valeur)));
    }
    let premier = Objet::default().plus("alg", r#""none""#).plus("alg", &alg);
    formes.push(("alg twice, good last".to_owned(), premier.plus("typ", r#""at+jwt""#).plus("kid", &kid)));
    formes.push(("b64:false, critical".to_owned(), bon.plus("b64", "false").plus("crit", r#"["b64"]"#)));
    formes
}

/// The name of one key with the signature, and the algorithm, of another.
pub(super) fn crossed_keys(faux: &FauxEmetteur, propre: Signeur<'_>, gabarit: &Gabarit) -> Vec<Cas> {
    let cles = [("own", propre), ("ed", faux.ed()), ("ec", faux.ec()), ("rsa", faux.rsa())];
    let mut cas = Vec::new();
    for (nom, signeur) in cles {
        for (nomme, cible) in cles.iter().filter(|(nomme, _)| *nomme != nom) {
            let charge = cible.claims(gabarit);
            let memes = signeur.cle.alg == cible.cle.alg;
            let motif = if memes { "signature" } else { "alg" };
            let entete = signeur.header().with("kid", &text(&cible.cle.kid));
            cas.push(case(format!("{nom} signs as {nomme}, its alg"), motif, signeur.sign(&entete, &charge)));
            let jeton = signeur.sign(&cible.header(), &charge);
            cas.push(case(format!("{nom} signs as {nomme}, named alg"), "signature", jeton));
        }
    }
    for alg in ["RS384", "RS512", "PS256", "PS384", "PS512"] {
        let entete = faux.rsa().header().with("alg", &text(alg));
        cas.push(case(
            format!("RSA key as {alg}"),
            "alg",
            faux.rsa().sign(&entete, &faux.rsa().claims(gabarit)),
        ));
    }
    let entete = faux.ec().header().with("alg", r#""ES384""#);
    cas.push(case("P-256 key as ES384", "alg", faux.ec().sign(&entete, &faux.ec().claims(gabarit))));
    cas
}

fn flip_case(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}
