//! The binary's commands, as the outside world runs them.

use std::path::Path;
use std::time::{Duration, Instant};

use url::Url;

use crate::appui::binaire::{self, Process, Settings, both};
use crate::appui::client::Client;
use crate::appui::menage;
use crate::appui::postgres::{self, Durability};
use crate::appui::serveur::{Engine, Env, Options, claims, sur_les_deux_bases};
use crate::appui::sql::Sql;

fn bare(folder: &Path) -> Settings {
    vec![
        ("MAILLAGE_DATA", folder.join("data").display().to_string()),
        ("MAILLAGE_KEYS_DIR", folder.join("cles").display().to_string()),
    ]
}

#[track_caller]
fn assert_refused(settings: &Settings, arguments: &[&str]) -> String {
    let output = binaire::run(settings, arguments);
    let said = both(&output);
    assert!(!output.status.success(), "maillage {arguments:?} must refuse: {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(!said.trim().is_empty(), "a refusal says why");
    said
}

#[test]
fn help_is_french_and_names_every_command() {
    let help = binaire::output(&Vec::new(), &["--help"]);
    for command in ["serve", "migrate", "demo", "token", "client", "openapi", "verify"] {
        assert!(help.contains(command), "{command}: {help}");
        let arguments: &[&str] =
            if command == "client" { &["client", "create", "--help"] } else { &[command, "--help"] };
        let help = binaire::output(&Vec::new(), arguments);
        for english in ["Print help", "Usage:", "Options:", "Commands:", " the ", "Arguments:"] {
            assert!(!help.contains(english), "{command}: « {english} » in\n{help}");
        }
    }
    binaire::output(&Vec::new(), &["--version"]);
    assert_refused(&Vec::new(), &["inconnue"]);
    assert_refused(&Vec::new(), &["serve", "--inconnue"]);
}

#[test]
fn demo_is_ready_in_five_seconds_and_leaves_other_files_alone() {
    let folder = menage::folder();
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("sous-dossier")).expect("dossier");
    std::fs::write(data.join("notes.txt"), "à moi").expect("fichier");
    std::fs::write(data.join("autre.sqlite"), "pas une base").expect("fichier");
    std::fs::write(data.join("sous-dossier/x"), "x").expect("fichier");
    let settings = vec![("MAILLAGE_DATA", data.display().to_string())];
    let log = folder.path().join("journal.txt");
    let start = Instant::now();
    let process = Process::start(&settings, "demo", &log, Duration::from_secs(30));
    let took = start.elapsed();
    assert!(
        took < Duration::from_secs(15),
        "ready in {took:?} (5 s when built for release, on an idle machine)"
    );
    let text = std::fs::read_to_string(&log).expect("journal");
    assert!(text.contains("/docs/"), "the docs page: {text}");
    assert!(text.contains("maillage token --territoire 77 --role crip"), "the commands to paste: {text}");
    for role in domain::acteur::Role::ALL {
        assert!(text.contains(&format!("--role {}", role.code())), "{}: {text}", role.code());
    }
    assert!(text.contains("courriels"), "where the e-mails go: {text}");
    assert!(text.contains("cl"), "where the keys are: {text}");
    assert!(process.terminate());
    for (name, kept) in [("notes.txt", "à moi"), ("autre.sqlite", "pas une base"), ("sous-dossier/x", "x")] {
        assert_eq!(std::fs::read_to_string(data.join(name)).expect("fichier"), kept);
    }
    for file in ["77.sqlite", "77-acces.sqlite", "69M.sqlite", "69M-acces.sqlite"] {
        assert!(data.join(file).is_file(), "{file}");
    }
    // A second start serves the same data.
    let token = |settings: &Settings| {
        let output = binaire::output(settings, &["token", "--territoire", "77", "--role", "crip"]);
        claims(output.lines().last().expect("jeton"))["sub"].clone()
    };
    let first = token(&settings);
    let process = Process::start(&settings, "demo", &log, Duration::from_secs(30));
    assert_eq!(token(&settings), first);
    drop(process);
}

/// Whoever pastes what the demo prints, in a shell that has only what they exported, gets a token.
#[test]
fn demo_prints_commands_that_work_when_pasted() {
    let database = postgres::cluster(Durability::Quick).create(None);
    let folder = menage::folder();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("fichier");
        path.display().to_string()
    };
    let secret = file("l’url d'ici", &format!("{}\n", database.url()));
    let toml = file("maillage.toml", &format!("database_url_file = {secret:?}\n"));
    let mut base = bare(folder.path());
    base.push(("MAILLAGE_DATABASE_ADMIN_URL", database.admin_url()));
    let log = folder.path().join("journal.txt");
    let password = Url::parse(&database.url()).expect("URL").password().expect("mot de passe").to_owned();
    for (name, value, exported) in [
        ("MAILLAGE_DATABASE_URL_FILE", secret.clone(), false),
        ("MAILLAGE_CONFIG", toml, false),
        ("MAILLAGE_DATABASE_URL", database.url(), true),
    ] {
        let setting = (name, value);
        let mut settings = base.clone();
        settings.push(setting.clone());
        std::fs::write(&log, "").expect("journal");
        let process = Process::start(&settings, "demo", &log, Duration::from_secs(60));
        let text = || std::fs::read_to_string(&log).expect("journal");
        crate::appui::serveur::wait_until("the welcome", Duration::from_secs(10), || {
            text().contains("Ctrl-C")
        });
        assert!(!text().contains(&password), "{name}: a secret is printed");
        let line = text().lines().find(|line| line.ends_with(" --role crip")).expect("commande").to_owned();
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &line]).env_clear().current_dir("/");
        shell.envs(exported.then_some(setting));
        let output = shell.output().expect("sh");
        assert!(output.status.success(), "{name}: {line}\n{}", both(&output));
        let token = String::from_utf8(output.stdout).expect("UTF-8");
        let client = Client::anonymous(&process.base).with_token(token.lines().last().expect("jeton"));
        client.get("/v1/moi").expect(200);
    }
}

#[test]
fn demo_without_mail_server_writes_eml_files() {
    let folder = menage::folder();
    let mut settings = vec![("MAILLAGE_DATA", folder.path().join("data").display().to_string())];
    settings.push(("MAILLAGE_EXPEDITEUR", "protection@departement.example.org".to_owned()));
    let log = folder.path().join("journal.txt");
    let process = Process::start(&settings, "demo", &log, Duration::from_secs(30));
    let output = binaire::output(&settings, &["token", "--territoire", "77", "--role", "association"]);
    let client = Client::anonymous(&process.base).with_token(output.lines().last().expect("jeton"));
    let depot = crate::appui::scenario::transmitted(&client);
    let mails = folder.path().join("data/courriels");
    let found = || -> Vec<String> {
        let files = std::fs::read_dir(&mails).into_iter().flatten().flatten();
        files
            .filter(|file| file.path().extension().is_some_and(|e| e == "eml"))
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .filter(|text| text.contains(&depot.reference))
            .collect()
    };
    crate::appui::serveur::wait_until("two .eml files", Duration::from_secs(20), || found().len() == 2);
    for mail in found() {
        let from = mail.lines().find(|line| line.starts_with("From:")).expect("From");
        assert!(from.contains("<protection@departement.example.org>"), "{from}");
        let id = mail.lines().find(|line| line.starts_with("Message-ID:")).expect("Message-ID");
        assert!(id.ends_with("@departement.example.org>"), "{id}");
    }
}

#[test]
fn demo_refuses_a_base_that_it_did_not_make() {
    // A real base, made by `serve`, that holds no demo data.
    let folder = menage::folder();
    let settings = bare(folder.path());
    std::fs::create_dir(folder.path().join("data")).expect("dossier");
    std::fs::write(folder.path().join("data/77.sqlite"), "ceci n’est pas une base").expect("fichier");
    let said = assert_refused(&settings, &["demo"]);
    assert!(said.contains("77.sqlite") || said.contains("démonstration"), "{said}");
    let kept = std::fs::read_to_string(folder.path().join("data/77.sqlite")).expect("fichier");
    assert_eq!(kept, "ceci n’est pas une base", "left as it was");
}

#[test]
fn demo_refuses_a_real_base() {
    let env = Env::start(Engine::Sqlite, Options::INSIDE);
    env.stop();
    env.sql("77").execute("UPDATE territoire SET fictif = 0");
    let before = std::fs::read(env.data().join("77.sqlite")).expect("base");
    assert_refused(&env.settings(), &["demo"]);
    assert_refused(&env.settings(), &["token", "--territoire", "77", "--role", "crip"]);
    assert_eq!(std::fs::read(env.data().join("77.sqlite")).expect("base").len(), before.len());
}

sur_les_deux_bases!(token_is_alone_on_the_last_line, |env| {
    for territoire in ["77", "69M"] {
        for role in domain::acteur::Role::ALL {
            let arguments = ["token", "--territoire", territoire, "--role", role.code()];
            let output = binaire::output(&env.settings(), &arguments);
            let token = output.lines().last().expect("jeton");
            assert_eq!(token.split('.').count(), 3, "{output}");
            assert_eq!(claims(token)["territoire"], territoire);
            let moi = env.anonymous().with_token(token).get("/v1/moi").expect(200);
            assert_eq!(moi["roles"], serde_json::json!([role.code()]), "{moi}");
        }
    }
    // Without an organisation: the first code alphabetically.
    let organisation = |arguments: &[&str]| {
        let mut all = vec!["token", "--territoire", "77", "--role", "parquet"];
        all.extend_from_slice(arguments);
        let output = binaire::output(&env.settings(), &all);
        let client = env.anonymous().with_token(output.lines().last().expect("jeton"));
        client.get("/v1/moi").expect(200)["organisation"]["code"].as_str().expect("code").to_owned()
    };
    assert_eq!(organisation(&[]), "parquet-fontainebleau");
    for code in ["parquet-meaux", "parquet-melun", "parquet-fontainebleau"] {
        assert_eq!(organisation(&["--organisation", code]), code);
    }
    for bad in [
        ["--territoire", "77", "--role", "inconnu"],
        ["--territoire", "99", "--role", "crip"],
        ["--territoire", "../77", "--role", "crip"],
    ] {
        let mut arguments = vec!["token"];
        arguments.extend(bad);
        assert_refused(&env.settings(), &arguments);
    }
    assert_refused(
        &env.settings(),
        &["token", "--territoire", "77", "--role", "crip", "--organisation", "parquet-meaux"],
    );
    assert_refused(
        &env.settings(),
        &["token", "--territoire", "77", "--role", "crip", "--organisation", "inconnue"],
    );
});

sur_les_deux_bases!(client_create_prints_its_secret_once, |env| {
    let (id, secret) = env.credentials("77", "parquet-meaux");
    let (id2, secret2) = env.credentials("77", "parquet-meaux");
    assert!(id != id2 && secret != secret2, "each machine has its own");
    assert!(secret.len() >= 32, "{secret}");
    let machine = env.machine("77", "parquet-meaux");
    assert_eq!(machine.get("/v1/moi").expect(200)["machine"], true);
    assert_refused(
        &env.settings(),
        &["client", "create", "--territoire", "77", "--organisation", "inconnue"],
    );
    assert_refused(
        &env.settings(),
        &["client", "create", "--territoire", "99", "--organisation", "parquet-meaux"],
    );
    env.stop();
    let search = crate::appui::fouille::Fouille::new(&[&secret, &secret2]);
    let (found, _) = search.scan_folder(env.data().parent().expect("dossier"));
    assert!(found.is_empty(), "a secret is kept in clear: {found:?}");
});

sur_les_deux_bases!(verify_says_what_it_checked, |env| {
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
    assert!(said.contains("77") && said.contains("69M"), "{said}");
    env.sql("77").tamper("UPDATE fait SET version = version + 1 WHERE seq = 3");
    let (passes, said) = env.verify();
    assert!(!passes && said.contains("77"), "{said}");
});

#[test]
fn settings_are_checked_before_anything_starts() {
    let folder = menage::folder();
    std::fs::create_dir_all(folder.path().join("data/cles")).expect("dossier");
    let base = bare(folder.path());
    for (name, value) in [
        ("MAILLAGE_LISTEN", "partout"),
        ("MAILLAGE_LISTEN", "127.0.0.1:99999"),
        ("MAILLAGE_SMTP_URL", "http://localhost"),
        ("MAILLAGE_SMTP_URL", "smtp://"),
        ("MAILLAGE_EXPEDITEUR", "pas une adresse"),
        ("MAILLAGE_DATABASE_URL", "mysql://x/y"),
        ("MAILLAGE_DATABASE_URL", "postgres://maillage:secret-planté@127.0.0.1:1/x?sslmode=require"),
        ("MAILLAGE_DATABASE_URL", "postgres://maillage:secret-planté@127.0.0.1:1/x?sslmode=verify-full"),
        ("MAILLAGE_JWKS", "/absent/jwks.json"),
        ("MAILLAGE_ISSUER", "https://sans-cles.example.org"),
        ("MAILLAGE_TRUSTED_PROXIES", "n’importe quoi"),
        ("MAILLAGE_PUBLIC_URL", "pas une URL"),
        ("MAILLAGE_INCONNU", "1"),
    ] {
        for verb in ["serve", "demo"] {
            let mut settings = base.clone();
            settings.push((name, value.to_owned()));
            if name != "MAILLAGE_LISTEN" {
                settings.push(("MAILLAGE_LISTEN", "127.0.0.1:0".to_owned()));
            }
            let said = assert_refused(&settings, &[verb]);
            assert!(said.contains(name) || said.contains("sslmode"), "{name} = {value}: {said}");
            assert!(!said.contains("secret-planté"), "{said}");
        }
    }
    // The URL of one territoire only, or of the keys only, is named too.
    let toml = folder.path().join("maillage.toml");
    for (line, name) in [
        ("[territoires.69M]\ndatabase_url", "territoires.69M.database_url"),
        ("[territoires.69M]\nkeys_url", "territoires.69M.keys_url"),
        ("keys_url", "MAILLAGE_KEYS_URL"),
    ] {
        let url = "postgres://maillage:secret-planté@127.0.0.1:1/x?sslmode=nimporte";
        std::fs::write(&toml, format!("{line} = {url:?}\n")).expect("fichier");
        let mut settings = base.clone();
        settings.push(("MAILLAGE_CONFIG", toml.display().to_string()));
        let said = assert_refused(&settings, &["serve"]);
        assert!(said.contains(name) && said.contains("sslmode"), "{name}: {said}");
        assert!(!said.contains("secret-planté"), "{said}");
    }
    // The keys do not live with what they protect.
    let mut settings = base.clone();
    settings[1].1 = folder.path().join("data/cles").display().to_string();
    let said = assert_refused(&settings, &["serve"]);
    assert!(said.contains("MAILLAGE_KEYS_DIR"), "{said}");
    assert!(!folder.path().join("data/77.sqlite").exists(), "nothing was made");
}

#[test]
fn serve_without_territoire_says_so_and_makes_nothing() {
    let folder = menage::folder();
    let said = assert_refused(&bare(folder.path()), &["serve"]);
    assert!(said.contains("aucun territoire") && said.contains("migrate"), "{said}");
    let made: Vec<_> = std::fs::read_dir(folder.path()).expect("dossier").collect();
    assert!(made.is_empty(), "{made:?}");
}

/// Whoever can list the keys knows which territoires are served; whoever writes there makes one.
#[test]
fn keys_are_in_a_folder_of_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = menage::folder();
    let settings = bare(folder.path());
    binaire::output(&settings, &["migrate", "--territoire", "77", "--nom", "Seine-et-Marne"]);
    let process =
        Process::start(&settings, "serve", &folder.path().join("journal.txt"), Duration::from_secs(30));
    assert!(process.terminate());
    let mode = |path| std::fs::metadata(path).expect("droits").permissions().mode() & 0o777;
    assert_eq!(mode(folder.path().join("cles")), 0o700);
    assert_eq!(mode(folder.path().join("cles").join(api::jeton::emission::FICHIER)), 0o600);
}

#[test]
fn settings_come_from_a_file_and_secrets_from_files() {
    let folder = menage::folder();
    let toml = folder.path().join("maillage.toml");
    std::fs::write(&toml, "inconnu = 1\n").expect("fichier");
    let mut settings = bare(folder.path());
    settings.push(("MAILLAGE_CONFIG", toml.display().to_string()));
    let said = assert_refused(&settings, &["serve"]);
    assert!(said.contains("inconnu"), "{said}");
    let secret = folder.path().join("url");
    std::fs::write(&secret, "mysql://x/y\n").expect("fichier");
    let mut settings = bare(folder.path());
    settings.push(("MAILLAGE_DATABASE_URL_FILE", secret.display().to_string()));
    let said = assert_refused(&settings, &["serve"]);
    assert!(said.contains("MAILLAGE_DATABASE_URL"), "{said}");
    settings.push(("MAILLAGE_DATABASE_URL", "postgres://x/y".to_owned()));
    assert_refused(&settings, &["serve"]);
}

/// `migrate` makes roles and schemas; `serve` refuses what is not migrated, one territoire at a time.
#[test]
fn migrate_makes_what_serve_needs() {
    let database = postgres::cluster(Durability::Quick).create(None);
    let folder = menage::folder();
    let mut settings = bare(folder.path());
    settings.push(("MAILLAGE_DATABASE_URL", database.url()));
    let sql = binaire::run(&settings, &["migrate", "--print-sql"]);
    assert!(sql.status.success(), "{}", both(&sql));
    settings.push(("MAILLAGE_DATABASE_ADMIN_URL", database.admin_url()));
    let log = folder.path().join("journal.txt");
    let process = Process::start(&settings, "demo", &log, Duration::from_secs(60));
    assert!(process.terminate());
    let said = binaire::output(&settings, &["migrate"]);
    assert!(said.contains("77") && said.contains("69M"), "a table of the territoires: {said}");
    let printed = binaire::output(&settings, &["migrate", "--print-sql"]);
    assert!(printed.contains("territoire_77") && printed.contains("fait"), "{printed}");
    let password = database.url();
    let password = password.split(':').nth(2).and_then(|rest| rest.split('@').next()).expect("mot de passe");
    assert!(!said.contains(password), "no password in what is said");
    let (ok, said) = {
        let output = binaire::run(&settings, &["verify"]);
        (output.status.success(), both(&output))
    };
    assert!(ok, "{said}");
}

/// The file of settings may place a territoire in another database, or on another server.
#[test]
fn migrate_administers_the_database_of_each_territoire_and_no_other() {
    let quick = postgres::cluster(Durability::Quick);
    let (common, own) = (quick.create(None), quick.create(None));
    let elsewhere = postgres::cluster(Durability::Real).create(None);
    let folder = menage::folder();
    let toml = folder.path().join("maillage.toml");
    let places = format!(
        "[territoires.69M]\ndatabase_url = {:?}\n[territoires.75]\ndatabase_url = {:?}\n",
        own.url(),
        elsewhere.url()
    );
    std::fs::write(&toml, &places).expect("fichier");
    let mut settings = bare(folder.path());
    settings.push(("MAILLAGE_CONFIG", toml.display().to_string()));
    settings.push(("MAILLAGE_DATABASE_URL", common.url()));
    settings.push(("MAILLAGE_DATABASE_ADMIN_URL", common.admin_url()));
    let mut arguments = vec!["migrate"];
    for code in ["69M", "75", "77"] {
        arguments.extend(["--territoire", code, "--nom", "Territoire"]);
    }
    let said = assert_refused(&settings, &arguments);
    let line = |said: &str, code: &str| {
        said.lines()
            .find(|line| line.starts_with(code))
            .unwrap_or_else(|| panic!("{code}: {said}"))
            .to_owned()
    };
    for code in ["69M", "77"] {
        assert!(line(&said, code).ends_with("installé"), "{said}");
    }
    let refusal = line(&said, "75");
    assert!(refusal.contains("ÉCHEC") && refusal.contains("database_admin_url"), "{said}");
    assert!(!refusal.contains("erreur interne"), "{said}");
    let schemas = |database, code: &str| {
        let sql = format!("SELECT count(*) AS v FROM pg_namespace WHERE nspname = 'territoire_{code}'");
        Sql::schema(database, code).number(&sql)
    };
    for (code, expected) in [("69M", [0, 1, 0]), ("75", [0, 0, 0]), ("77", [1, 0, 0])] {
        assert_eq!([&common, &own, &elsewhere].map(|database| schemas(database, code)), expected, "{code}");
    }
    for database in [&common, &elsewhere] {
        let roles = "SELECT count(*) AS v FROM pg_roles WHERE rolname LIKE 'maillage_75%'";
        assert_eq!(Sql::schema(database, "75").number(roles), 0, "nothing is made for a refused territoire");
    }
    assert!(!folder.path().join("cles/75.kek").exists());
    // With an administrator of its own.
    std::fs::write(&toml, format!("{places}database_admin_url = {:?}\n", elsewhere.admin_url()))
        .expect("fichier");
    let said = binaire::output(&settings, &["migrate", "--territoire", "75", "--nom", "Paris"]);
    assert!(line(&said, "75").ends_with("installé"), "{said}");
    assert_eq!(schemas(&elsewhere, "75"), 1);
    // Up to date, it needs no administrator any more.
    std::fs::write(&toml, &places).expect("fichier");
    let said = binaire::output(&settings, &["migrate"]);
    assert!(["69M", "75", "77"].iter().all(|code| line(&said, code).ends_with("à jour")), "{said}");
}

#[test]
fn serve_needs_no_administrator_and_stops_on_sigterm() {
    let env = Env::start(Engine::Postgres, Options::INSIDE);
    env.stop();
    let mut settings = env.settings();
    settings.retain(|(name, _)| *name != "MAILLAGE_DATABASE_ADMIN_URL");
    let process = Process::start(&settings, "serve", &env.log(), Duration::from_secs(30));
    let agent = env.agent("77", "crip", None);
    let client = Client::anonymous(&process.base).with_token(&env.token(&agent, "77"));
    client.get("/v1/moi").expect(200);
    assert!(process.terminate());
    let text = std::fs::read_to_string(env.log()).expect("journal");
    assert!(!text.contains("superutilisateur") || text.contains("maillage"), "{text}");
}

sur_les_deux_bases!(a_territoire_that_is_down_answers_503_alone, |env| {
    let callers = ["77", "69M"].map(|code| (env.agent(code, "crip", None), code));
    env.stop();
    match env.engine() {
        Engine::Sqlite => {
            std::fs::rename(env.data().join("69M.sqlite"), env.data().join("ailleurs")).expect("déplacée");
        }
        Engine::Postgres => env.sql("69M").execute("ALTER SCHEMA \"territoire_69M\" RENAME TO ailleurs"),
    }
    // It becomes ready, or this fails.
    let process = Process::start(&env.settings(), "serve", &env.log(), Duration::from_secs(30));
    let anonymous = Client::anonymous(&process.base);
    for (agent, code) in &callers {
        let reply = anonymous.with_token(&env.token(agent, code)).get("/v1/moi");
        assert_eq!(reply.status, if *code == "77" { 200 } else { 503 }, "{code}: {reply}");
    }
    assert_eq!(anonymous.get("/sante/pret").status, 200);
    assert!(process.terminate());
    let log = std::fs::read_to_string(env.log()).expect("journal");
    assert!(log.lines().any(|line| line.contains("territoire 69M pas prêt")), "{log}");
});
