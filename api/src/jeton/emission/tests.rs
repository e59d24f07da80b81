//! The file of our key, and the tokens made with it.

use super::super::essais::Scene;
use super::super::{Origine, verify};
use super::*;

fn folder() -> tempfile::TempDir {
    tempfile::TempDir::new().expect("a folder")
}

fn write(dossier: &Path, octets: &[u8], mode: u32) {
    let place = dossier.join(FICHIER);
    fs::write(&place, octets).expect("a file");
    fs::set_permissions(&place, fs::Permissions::from_mode(mode)).expect("a mode");
}

#[test]
fn key_is_made_once_for_its_owner_alone() {
    let dossier = folder();
    assert!(matches!(CleEmission::open(dossier.path()), Err(ErreurCle::Fichier(_))), "open never makes one");
    let premiere = CleEmission::open_or_create(dossier.path()).expect("a key");
    let octets = fs::read(dossier.path().join(FICHIER)).expect("its file");
    let mode = fs::metadata(dossier.path().join(FICHIER)).expect("its file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let seconde = CleEmission::open_or_create(dossier.path()).expect("the same key");
    assert_eq!(premiere.kid, seconde.kid);
    assert_eq!(fs::read(dossier.path().join(FICHIER)).expect("its file"), octets);
    assert_eq!(fs::read_dir(dossier.path()).expect("a folder").count(), 1, "no draft is left");
}

#[test]
fn key_is_the_same_for_all_who_start_together() {
    let dossier = folder();
    let kids: std::collections::HashSet<_> = std::thread::scope(|portee| {
        let fils: Vec<_> = (0..8)
            .map(|_| portee.spawn(|| CleEmission::open_or_create(dossier.path()).expect("a key").kid))
            .collect();
        fils.into_iter().map(|fil| fil.join().expect("no panic")).collect()
    });
    assert_eq!(kids.len(), 1);
    assert_eq!(fs::read_dir(dossier.path()).expect("a folder").count(), 1);
}

#[test]
fn key_that_others_can_read_is_refused() {
    let dossier = folder();
    CleEmission::open_or_create(dossier.path()).expect("a key");
    let octets = fs::read(dossier.path().join(FICHIER)).expect("its file");
    for mode in [0o644, 0o640, 0o604, 0o620, 0o610] {
        write(dossier.path(), &octets, mode);
        assert!(
            matches!(CleEmission::open_or_create(dossier.path()), Err(ErreurCle::Permissions)),
            "{mode:o}"
        );
    }
    write(dossier.path(), &octets, 0o400);
    CleEmission::open_or_create(dossier.path()).expect("a read-only key");
}

#[test]
fn file_that_is_not_a_key_is_refused_and_left_alone() {
    let dossier = folder();
    let ec = aws_lc_rs::signature::EcdsaKeyPair::generate_pkcs8(
        &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING,
        &SystemRandom::new(),
    )
    .expect("a P-256 key");
    for octets in [b"".as_slice(), b"-----BEGIN PRIVATE KEY-----", ec.as_ref(), &[0; 2048]] {
        write(dossier.path(), octets, 0o600);
        let erreur = CleEmission::open_or_create(dossier.path()).map(drop).expect_err("not a key");
        assert!(matches!(erreur, ErreurCle::Invalide), "{erreur}");
        assert_eq!(fs::read(dossier.path().join(FICHIER)).expect("the file"), octets);
    }
    fs::remove_file(dossier.path().join(FICHIER)).expect("a removed file");
    fs::create_dir(dossier.path().join(FICHIER)).expect("a folder");
    fs::set_permissions(dossier.path().join(FICHIER), fs::Permissions::from_mode(0o700)).expect("a mode");
    assert!(matches!(CleEmission::open_or_create(dossier.path()), Err(ErreurCle::Invalide)));
    assert!(matches!(CleEmission::open_or_create(Path::new("/absent")), Err(ErreurCle::Fichier(_))));
}

#[test]
fn kid_is_the_thumbprint_of_rfc_8037_a_3() {
    let graine = BASE64.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").expect("the RFC's key");
    let paire = Ed25519KeyPair::from_seed_unchecked(&graine).expect("a seed");
    let cle = CleEmission::from_pkcs8(paire.to_pkcs8().expect("a document").as_ref()).expect("a key");
    assert_eq!(cle.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn issued_token_passes_our_own_reading() {
    let scene = Scene::new();
    let code = CodeTerritoire::parse("69M").expect("a code");
    let duree = TimeDelta::minutes(10);
    let now = scene.now + TimeDelta::milliseconds(999);
    let jeton = scene.emetteurs.propre().issue("agent-1", &code, now, duree, [1; 16]).expect("a token");
    let lues = verify(&jeton, &scene.emetteurs, now).expect("a good token");
    assert_eq!((lues.sub.as_str(), lues.territoire, lues.origine), ("agent-1", code, Origine::Propre));
    assert_eq!(lues.jti, BASE64.encode([1; 16]));
    assert_eq!(lues.expire_le, scene.now + duree);
    let entete = BASE64.decode(jeton.split('.').next().expect("a header")).expect("base64");
    let entete: serde_json::Value = serde_json::from_slice(&entete).expect("JSON");
    assert_eq!(entete, serde_json::json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": scene.cle_propre.kid }));
}

#[test]
fn token_lives_one_to_900_seconds() {
    let scene = Scene::new();
    let code = CodeTerritoire::parse("77").expect("a code");
    let issue = |duree| scene.emetteurs.propre().issue("agent-1", &code, scene.now, duree, [1; 16]);
    assert!(issue(TimeDelta::seconds(1)).is_ok());
    assert!(issue(TimeDelta::seconds(900)).is_ok());
    for duree in [TimeDelta::zero(), TimeDelta::seconds(-1), TimeDelta::seconds(901), TimeDelta::MAX] {
        assert!(matches!(issue(duree), Err(EmissionImpossible::Duree)), "{duree}");
    }
}
