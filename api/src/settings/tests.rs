//! Settings from both sources, refused by name and never by value.

use super::*;

fn env(paires: &[(&str, &str)]) -> BTreeMap<String, String> {
    paires.iter().map(|(nom, valeur)| ((*nom).to_owned(), (*valeur).to_owned())).collect()
}

fn read(fichier: Option<&str>, paires: &[(&str, &str)]) -> Result<Settings, String> {
    source::merge(fichier, &env(paires)).and_then(Settings::from_sources).map_err(|erreur| erreur.to_string())
}

#[test]
fn no_file_and_no_variable_are_required() {
    let settings = read(None, &[]).expect("défauts");
    assert_eq!((settings.listen.as_str(), settings.data.as_path()), ("127.0.0.1:8080", Path::new("donnees")));
    assert_eq!(settings.keys_dir_for_serve(), Path::new("cles"));
    assert_eq!(settings.keys_dir_for_demo(), Path::new("donnees/cles"));
    assert!(settings.database_url.is_none() && settings.debit_par_minute.is_none());
}

#[test]
fn every_setting_reads_from_both_and_the_environment_wins() {
    let fichier = r#"
        listen = "0.0.0.0:9000"
        data = "/srv/maillage"
        keys_dir = "/srv/cles"
        smtp_url = "smtp://relais.example.org:587"
        smtp_ca = "/etc/ca.pem"
        expediteur = "protection@departement.example.org"
        jwks = "/etc/jwks.json"
        issuer = "https://idp.example.org"
        audience = "maillage"
        public_url = "https://maillage.example.org"
        trusted_proxies = ["10.0.0.0/8", "::1"]
        debit_par_minute = 60
        log_format = "texte"
        log_level = "warn"
        [territoires.69M]
        database_url = "postgres://m:s3cret@pg2/maillage"
    "#;
    let settings = read(
        Some(fichier),
        &[("MAILLAGE_LISTEN", "[::1]:8081"), ("MAILLAGE_TRUSTED_PROXIES", "127.0.0.1, 10.1.0.0/16")],
    )
    .expect("réglages");
    assert_eq!(settings.listen, "[::1]:8081");
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert!(settings.trusted_proxies[1].contains("10.1.2.3".parse().expect("ip")));
    assert_eq!(settings.debit_par_minute, Some(60));
    assert_eq!(settings.log_format, Some(FormatJournal::Texte));
    let url = settings.public_url.clone().expect("adresse publique");
    assert_eq!(settings.sender(&url).to_string(), "protection@departement.example.org");
    assert_eq!(Settings::default().sender(&url).to_string(), "maillage@maillage.example.org");
    assert_eq!(settings.emetteur.as_ref().map(|e| e.audience.as_str()), Some("maillage"));
    let (lyon, melun) =
        (CodeTerritoire::parse("69M").expect("code"), CodeTerritoire::parse("77").expect("code"));
    assert!(
        matches!(settings.emplacement(&lyon, Path::new("c")).base, Moteur::Postgres { url } if url.host_str() == Some("pg2"))
    );
    assert!(matches!(settings.emplacement(&melun, Path::new("c")).base, Moteur::Sqlite { .. }));
}

#[test]
fn unknown_names_are_refused_in_both_without_their_value() {
    for (fichier, variable) in [
        (Some("listen = \"s3cret\""), None),
        (Some("[territoires.77]\ndatabase = \"s3cret\""), None),
        (Some("[territoires.paris]\ndatabase_url = \"postgres://u:s3cret@h/b\""), None),
        (Some("[base]\nurl = \"s3cret\""), None),
        (Some("data_file = \"s3cret\""), None),
        (None, Some(("MAILLAGE_LISTN", "s3cret"))),
        (None, Some(("MAILLAGE_DATA_FILE", "s3cret"))),
    ] {
        let erreur = read(fichier, variable.as_slice()).expect_err("inconnu");
        assert!(
            erreur.contains("inconnu") || erreur.contains("attendu") || erreur.contains("territoire"),
            "{erreur}"
        );
        assert!(!erreur.contains("s3cret"), "{erreur}");
    }
}

#[test]
fn unusable_values_are_named_and_never_shown() {
    for (nom, valeur) in [
        ("MAILLAGE_LISTEN", "s3cret"),
        ("MAILLAGE_LISTEN", ":80"),
        ("MAILLAGE_DATABASE_URL", "s3cret"),
        ("MAILLAGE_DATABASE_URL", "mysql://u:s3cret@h/b"),
        ("MAILLAGE_SMTP_URL", "http://u:s3cret@h"),
        ("MAILLAGE_EXPEDITEUR", "s3cret"),
        ("MAILLAGE_EXPEDITEUR", "Maillage <s3cret@example.org>"),
        ("MAILLAGE_EXPEDITEUR", "s3cret@example.org\r\nBcc: b@example.org"),
        ("MAILLAGE_PUBLIC_URL", "https://h/s3cret"),
        ("MAILLAGE_TRUSTED_PROXIES", "s3cret"),
        ("MAILLAGE_DEBIT_PAR_MINUTE", "s3cret"),
        ("MAILLAGE_LOG_FORMAT", "s3cret"),
        ("MAILLAGE_ISSUER", "s3cret"),
        ("MAILLAGE_DATA", ""),
        ("MAILLAGE_DATABASE_URL_FILE", "/s3cret/absent"),
    ] {
        let erreur = read(None, &[(nom, valeur)]).expect_err(nom);
        assert!(erreur.contains(nom), "{erreur}");
        assert!(!erreur.contains("s3cret"), "{erreur}");
    }
}

#[test]
fn a_broken_file_tells_its_line_and_not_its_text() {
    let erreur = read(Some("data = \"a\"\nkeys_dir = s3cret\n"), &[]).expect_err("TOML");
    assert!(erreur.contains("ligne 2") && !erreur.contains("s3cret"), "{erreur}");
    assert!(read(Some("listen = true"), &[]).expect_err("type").contains("listen"));
}

#[test]
fn secrets_come_from_files_and_are_given_once() {
    let dossier = tempfile::tempdir().expect("dossier");
    let fichier = dossier.path().join("url");
    std::fs::write(&fichier, "postgres://u:s3cret@h/b\n").expect("écrit");
    let chemin = fichier.to_str().expect("UTF-8");
    let settings = read(None, &[("MAILLAGE_DATABASE_URL_FILE", chemin)]).expect("réglages");
    assert_eq!(settings.database_url.as_ref().and_then(|u| u.expose().password()), Some("s3cret"));
    let place = |settings: &Settings| settings.database_url.as_ref().map(|url| url.origine().clone());
    assert_eq!(place(&settings), Some(Origine::Fichier(fichier.clone())));
    assert!(!format!("{settings:?}").contains("s3cret"));
    let toml = "database_url = \"postgres://a:b@h/c\"";
    assert_eq!(place(&read(Some(toml), &[]).expect("réglages")), Some(Origine::Configuration));
    let variable = [("MAILLAGE_DATABASE_URL", "postgres://a:b@h/c")];
    assert_eq!(place(&read(Some(toml), &variable).expect("réglages")), Some(Origine::Environnement));

    let deux = [("MAILLAGE_DATABASE_URL", "postgres://a:b@h/c"), ("MAILLAGE_DATABASE_URL_FILE", chemin)];
    assert!(read(None, &deux).expect_err("deux fois").contains("deux fois"));
    let toml = format!("keys_url_file = {chemin:?}");
    assert!(read(Some(&toml), &[]).expect("réglages").keys_url.is_some());
}

#[test]
fn keys_inside_the_data_are_refused_whatever_the_spelling() {
    let dossier = tempfile::tempdir().expect("dossier");
    let data = dossier.path().join("donnees");
    std::fs::create_dir(&data).expect("créé");
    std::os::unix::fs::symlink(&data, dossier.path().join("lien")).expect("lien");
    let settings = Settings { data: data.clone(), ..Settings::default() };
    for dedans in ["donnees", "donnees/cles", "lien/cles", "autre/../donnees/cles", "donnees/a/b/c"] {
        assert!(settings.check_keys_apart(&dossier.path().join(dedans)).is_err(), "{dedans}");
    }
    for dehors in ["cles", "donnees-cles", "donnees/../cles"] {
        assert!(settings.check_keys_apart(&dossier.path().join(dehors)).is_ok(), "{dehors}");
    }
}

#[test]
fn commands_after_demo_find_its_keys() {
    let dossier = tempfile::tempdir().expect("dossier");
    let settings = Settings::in_folder(dossier.path().to_owned());
    assert_eq!(settings.keys_dir_in_use(), Path::new("cles"));
    std::fs::create_dir(dossier.path().join("cles")).expect("créé");
    std::fs::write(dossier.path().join("cles/77.kek"), "x").expect("écrit");
    assert_eq!(settings.keys_dir_in_use(), dossier.path().join("cles"));
}
