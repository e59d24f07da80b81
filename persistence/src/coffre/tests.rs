//! R15, R16: what is sealed opens in its place, under its key, unchanged, or not at all.

use std::collections::HashSet;

use diesel::connection::SimpleConnection;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::essai::*;

const LIEU: Etiquette = Etiquette { table: "dossier", colonne: "identite", ligne: Uuid::from_u128(5) };

fn opened(essai: &Essai) -> Coffre {
    Coffre::open(&essai.place, Duration::from_secs(60), Duration::from_secs(3)).unwrap()
}

fn refusal<T: std::fmt::Debug>(resultat: Result<T, Erreur>) -> Scellement {
    match resultat.unwrap_err() {
        Erreur::Scellement(cause) => cause,
        autre => panic!("{autre:?}"),
    }
}

#[test]
fn a_sealed_value_opens_after_a_restart_and_hides_its_content() {
    let essai = Essai::install();
    let coffre = opened(&essai);
    coffre.create_key(dossier(1)).unwrap();
    for clair in [&b""[..], b"Durand", &[0; 10_000]] {
        let scelle = coffre.seal(dossier(1), &LIEU, clair).unwrap();
        assert_eq!(scelle.len(), clair.len() + 33);
        assert!(clair.is_empty() || !scelle.windows(clair.len()).any(|fenetre| fenetre == clair));
        assert_eq!(*opened(&essai).unseal(dossier(1), &LIEU, &scelle).unwrap(), clair);
    }
}

#[test]
fn r15_a_value_moved_elsewhere_does_not_open() {
    let (essai, autre_territoire) = (Essai::install(), Essai::install());
    let coffre = opened(&essai);
    coffre.create_key(dossier(1)).unwrap();
    coffre.create_key(dossier(2)).unwrap();
    let scelle = coffre.seal(dossier(1), &LIEU, b"Durand").unwrap();
    for lieu in [
        Etiquette { table: "signalement", ..LIEU },
        Etiquette { colonne: "rapport", ..LIEU },
        Etiquette { ligne: Uuid::from_u128(6), ..LIEU },
        // Lengths keep the parts apart.
        Etiquette { table: "dossieri", colonne: "dentite", ..LIEU },
    ] {
        assert_eq!(refusal(coffre.unseal(dossier(1), &lieu, &scelle)), Scellement::Refuse);
    }
    assert_eq!(refusal(coffre.unseal(dossier(2), &LIEU, &scelle)), Scellement::Refuse);
    assert_eq!(refusal(coffre.unseal(dossier(3), &LIEU, &scelle)), Scellement::CleAbsente);
    let ailleurs = opened(&autre_territoire);
    ailleurs.create_key(dossier(1)).unwrap();
    assert_eq!(refusal(ailleurs.unseal(dossier(1), &LIEU, &scelle)), Scellement::Refuse);
}

#[test]
fn r15_a_value_changed_or_cut_does_not_open() {
    let essai = Essai::install();
    let coffre = opened(&essai);
    coffre.create_key(dossier(1)).unwrap();
    let scelle = coffre.seal(dossier(1), &LIEU, b"Durand").unwrap();
    for place in 0..scelle.len() {
        for bit in 0..8 {
            let mut change = scelle.clone();
            change[place] ^= 1 << bit;
            assert!(coffre.unseal(dossier(1), &LIEU, &change).is_err(), "bit {bit} of byte {place}");
        }
        assert!(coffre.unseal(dossier(1), &LIEU, &scelle[..place]).is_err());
    }
    let mut allonge = scelle;
    allonge.push(0);
    assert_eq!(refusal(coffre.unseal(dossier(1), &LIEU, &allonge)), Scellement::Refuse);
}

#[test]
fn r15_a_key_moved_to_another_dossier_does_not_unwrap() {
    let essai = Essai::install();
    let coffre = opened(&essai);
    coffre.create_key(dossier(1)).unwrap();
    coffre.create_key(dossier(2)).unwrap();
    let mut magasin = essai.raw(essai.place.magasin_file());
    magasin
        .batch_execute("UPDATE cle_dossier SET cle = (SELECT max(cle) FROM cle_dossier) WHERE cle = (SELECT min(cle) FROM cle_dossier)")
        .unwrap();
    let coffre = opened(&essai);
    let lues = [dossier(1), dossier(2)].map(|dossier| coffre.prepare(dossier).is_ok());
    assert_eq!(lues.iter().filter(|lue| **lue).count(), 1);
}

#[test]
fn a_dossier_without_key_is_not_sealed() {
    let essai = Essai::install();
    assert_eq!(refusal(opened(&essai).seal(dossier(9), &LIEU, b"x")), Scellement::CleAbsente);
}

#[test]
fn a_dossier_keeps_the_key_it_has() {
    let essai = Essai::install();
    let (coffre, autre) = (opened(&essai), opened(&essai));
    std::thread::scope(|portee| {
        for coffre in [&coffre, &autre] {
            for _ in 0..4 {
                portee.spawn(|| (0..20).for_each(|n| coffre.create_key(dossier(n)).unwrap()));
            }
        }
    });
    for n in 0..20 {
        let scelle = coffre.seal(dossier(n), &LIEU, b"x").unwrap();
        assert!(autre.unseal(dossier(n), &LIEU, &scelle).is_ok());
    }
}

#[test]
fn a_key_whose_dossier_never_came_is_harmless() {
    let essai = Essai::install();
    {
        // Killed between the key and the write: nothing is closed properly.
        let base = essai.open();
        base.coffre().create_key(dossier(1)).unwrap();
        std::mem::forget(base);
    }
    let base = essai.open();
    base.coffre().create_key(dossier(1)).unwrap();
    assert_eq!(write_fact(&base, sealed_fact(dossier(1))).unwrap(), 1);
    assert!(crate::verification::verify(&essai.place).unwrap().is_intact());
}

#[test]
fn a_fact_whose_dossier_has_no_key_is_refused_and_leaves_nothing() {
    let essai = Essai::install();
    let base = essai.open();
    assert_eq!(refusal(write_fact(&base, sealed_fact(dossier(1)))), Scellement::CleAbsente);
    assert_eq!(write_fact(&base, clear_fact()).unwrap(), 1);
}

#[test]
fn keys_of_another_installation_are_refused_at_open() {
    let (essai, autre) = (Essai::install(), Essai::install());
    std::fs::copy(autre.place.kek_file(), essai.place.kek_file()).unwrap();
    assert!(matches!(
        crate::Base::open(&essai.place, &crate::Options::default()),
        Err(Erreur::Configuration(_))
    ));
}

#[test]
fn digests_depend_on_the_usage_the_key_and_each_part() {
    let (essai, autre) = (Essai::install(), Essai::install());
    let (coffre, ailleurs) = (opened(&essai), opened(&autre));
    let vus: HashSet<[u8; 32]> = [
        coffre.mac(Usage::Curseur, &[b"a", b"bc"]),
        coffre.mac(Usage::Idempotence, &[b"a", b"bc"]),
        coffre.mac(Usage::Curseur, &[b"ab", b"c"]),
        coffre.mac(Usage::Curseur, &[b"abc"]),
        coffre.mac(Usage::Curseur, &[b"a", b"bc", b""]),
        ailleurs.mac(Usage::Curseur, &[b"a", b"bc"]),
    ]
    .into();
    assert_eq!(vus.len(), 6);
    let mac = opened(&essai).mac(Usage::Curseur, &[b"a", b"bc"]);
    assert!(coffre.is_mac(Usage::Curseur, &[b"a", b"bc"], &mac));
    assert!(!coffre.is_mac(Usage::Curseur, &[b"a", b"bc"], &mac[..31]));
}

#[test]
fn r16_nonces_do_not_repeat() {
    let cle = Cle::draw().unwrap();
    let nonces: HashSet<Vec<u8>> =
        (0..100_000).map(|_| enveloppe::seal(&cle, 1, b"", b"").unwrap()[5..17].to_vec()).collect();
    assert_eq!(nonces.len(), 100_000);
}

proptest! {
    #[test]
    fn r15_no_other_bytes_open(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let cle = Cle::draw().unwrap();
        prop_assert!(enveloppe::open(&cle, b"lieu", &octets).is_err());
    }

    #[test]
    fn labels_are_one_to_one(a in proptest::collection::vec(".{0,3}", 0..4), b in proptest::collection::vec(".{0,3}", 0..4)) {
        let octets = |parties: &[String]| enveloppe::label(&parties.iter().map(|p| p.as_bytes()).collect::<Vec<_>>());
        prop_assert_eq!(octets(&a) == octets(&b), a == b);
    }
}
