//! Hostile by their signature: altered, borrowed, forged or in another encoding.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use base64::Engine;

use super::super::BASE64;
use super::{Cas, CleDEssai, FauxEmetteur, Gabarit, Privee, Signeur, case, text};

/// The order of the group of Ed25519, little-endian: adding it to `S` gives a second signature that lax
/// verifiers accept.
const ORDRE: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub(super) fn cases(faux: &FauxEmetteur, propre: Signeur<'_>, gabarit: &Gabarit) -> Vec<Cas> {
    let mut cas = Vec::new();
    for (nom, s) in [("own", propre), ("ed", faux.ed()), ("ec", faux.ec()), ("rsa", faux.rsa())] {
        let message = message(s, gabarit);
        let mut push = |quoi: &str, octets: &[u8]| {
            let jeton = format!("{message}.{}", BASE64.encode(octets));
            cas.push(case(format!("{nom}: {quoi}"), "signature", jeton));
        };
        let bonne = s.cle.sign(&message);
        push("first bit flipped", &flip(&bonne, 0));
        push("last bit flipped", &flip(&bonne, bonne.len().saturating_sub(1)));
        push("cut", bonne.split_last().map(|(_, debut)| debut).unwrap_or_default());
        push("one byte more", &[bonne.as_slice(), &[0]].concat());
        push("twice", &bonne.repeat(2));
        push("zeros", &vec![0; bonne.len()]);
        push("ones", &vec![0xff; bonne.len()]);
        push("of another token", &s.cle.sign(&s.token(gabarit)));
        push("of the claims alone", &s.cle.sign(message.rsplit('.').next().unwrap_or_default()));

        let autre = s.claims(gabarit).with("sub", &text("00000000-0000-7000-8000-000000000000"));
        let (entete, _) = message.split_once('.').unwrap_or_default();
        let altere =
            format!("{entete}.{}.{}", BASE64.encode(autre.json()), BASE64.encode(s.cle.sign(&message)));
        cas.push(case(format!("{nom}: claims altered"), "signature", altere));
        let espace = BASE64.encode(format!("{} ", s.header().json()));
        let (_, suite) = message.split_once('.').unwrap_or_default();
        let altere = format!("{espace}.{suite}.{}", BASE64.encode(s.cle.sign(&message)));
        cas.push(case(format!("{nom}: header altered"), "signature", altere));
    }
    for (nom, s, inconnue) in [
        ("ed", faux.ed(), CleDEssai::new_ed(&faux.ed.kid)),
        ("own", propre, CleDEssai::new_ed(&propre.cle.kid)),
        ("ec", faux.ec(), CleDEssai::new_ec(&faux.ec.kid)),
        ("rsa", faux.rsa(), CleDEssai::new_rsa(&faux.rsa.kid)),
    ] {
        let jeton = Signeur { cle: &inconnue, ..s }.token(gabarit);
        cas.push(case(format!("{nom}: an unknown key under a known name"), "signature", jeton));
    }
    cas.extend(encodings(faux, gabarit));
    cas
}

/// Signatures made with the good key, in an encoding that the algorithm does not have.
fn encodings(faux: &FauxEmetteur, gabarit: &Gabarit) -> Vec<Cas> {
    let (ed, ec, rsa) = (faux.ed(), faux.ec(), faux.rsa());
    let mut cas = Vec::new();
    let message_ed = message(ed, gabarit);
    let octets = add_order(&ed.cle.sign(&message_ed));
    cas.push(case("ed: S above the order", "signature", format!("{message_ed}.{}", BASE64.encode(octets))));
    if let Privee::Ec(paire) = &ec.cle.privee {
        let message = message(ec, gabarit);
        let der = paire
            .to_pkcs8v1()
            .ok()
            .and_then(|pkcs8| EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).ok())
            .and_then(|paire| paire.sign(&SystemRandom::new(), message.as_bytes()).ok())
            .expect("a DER signature");
        cas.push(case(
            "ec: DER signature",
            "signature",
            format!("{message}.{}", BASE64.encode(der.as_ref())),
        ));
    }
    let message = message(rsa, gabarit);
    for (nom, octets) in [
        ("rsa: SHA-512 under RS256", rsa.cle.sign_rsa(&RSA_PKCS1_SHA512, &message)),
        ("rsa: PSS under RS256", rsa.cle.sign_rsa(&RSA_PSS_SHA256, &message)),
        ("rsa: a zero before", [&[0], rsa.cle.sign(&message).as_slice()].concat()),
    ] {
        cas.push(case(nom, "signature", format!("{message}.{}", BASE64.encode(octets))));
    }
    cas
}

fn message(s: Signeur<'_>, gabarit: &Gabarit) -> String {
    let jeton = s.token(gabarit);
    jeton.rsplit_once('.').unwrap_or_default().0.to_owned()
}

fn flip(octets: &[u8], place: usize) -> Vec<u8> {
    let mut octets = octets.to_vec();
    if let Some(octet) = octets.get_mut(place) {
        *octet ^= 1;
    }
    octets
}

/// Adds the order of the group to the second half of a signature.
fn add_order(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let mut retenue = 0;
    let somme = s.iter().zip(ORDRE).map(|(a, b)| {
        let total = u16::from(*a) + u16::from(b) + retenue;
        retenue = total >> 8;
        (total & 0xff) as u8
    });
    r.iter().copied().chain(somme).collect()
}
