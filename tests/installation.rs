//! Where things may live: several databases, keys apart, roles that the administrator makes (ideas 8 and 9).

use std::time::Duration;

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;

use crate::appui::binaire::{self, Process, Settings, both};
use crate::appui::client::Client;
use crate::appui::fouille::Fouille;
use crate::appui::menage;
use crate::appui::postgres::{self, Database, Durability};
use crate::appui::scenario::{rapport, transmit};
use crate::appui::serveur::{Engine, Env, Options};
use crate::appui::sql::Sql;

const LIMIT: Duration = Duration::from_secs(60);

fn settings(folder: &std::path::Path) -> Settings {
    std::fs::create_dir_all(folder.join("data")).expect("dossier");
    vec![
        ("MAILLAGE_DATA", folder.join("data").display().to_string()),
        ("MAILLAGE_KEYS_DIR", folder.join("cles").display().to_string()),
    ]
}

fn client(settings: &Settings, base: &str, territoire: &str, role: &str) -> Client {
    let output = binaire::output(settings, &["token", "--territoire", territoire, "--role", role]);
    Client::anonymous(base).with_token(output.lines().last().expect("jeton"))
}

fn schemas(database: &Database) -> Vec<String> {
    let mut sql = Sql::Schema(database.admin());
    sql.texts("SELECT nspname::text AS v FROM pg_namespace WHERE nspname LIKE 'territoire%' ORDER BY nspname")
}

/// One URL per territoire in the TOML file: each on its own cluster.
#[test]
fn territoires_live_on_several_clusters() {
    let (first, second) =
        (postgres::cluster(Durability::Quick).create(None), postgres::cluster(Durability::Real).create(None));
    let folder = menage::folder();
    let toml = folder.path().join("maillage.toml");
    let text = format!(
        "[territoires.77]\ndatabase_url = \"{}\"\ndatabase_admin_url = \"{}\"\n\
         [territoires.69M]\ndatabase_url = \"{}\"\ndatabase_admin_url = \"{}\"\n",
        first.url(),
        first.admin_url(),
        second.url(),
        second.admin_url()
    );
    std::fs::write(&toml, text).expect("TOML");
    let mut settings = settings(folder.path());
    settings.push(("MAILLAGE_CONFIG", toml.display().to_string()));
    let process = Process::start(&settings, "demo", &folder.path().join("journal.txt"), LIMIT);
    for territoire in ["77", "69M"] {
        let moi = client(&settings, &process.base, territoire, "crip").get("/v1/moi").expect(200);
        assert_eq!(moi["territoire"], territoire);
    }
    assert_eq!(schemas(&first), ["territoire_77"]);
    assert_eq!(schemas(&second), ["territoire_69M"]);
    assert!(process.terminate());
    let output = binaire::run(&settings, &["verify"]);
    assert!(output.status.success(), "{}", both(&output));
    assert!(!folder.path().join("data/77.sqlite").exists());
}

/// The key store in another PostgreSQL: nothing of it in the data's, and nothing readable without it.
#[test]
fn sec_5_keys_live_in_another_database() {
    let cluster = postgres::cluster(Durability::Quick);
    let (data, keys) = (cluster.create(None), cluster.create(None));
    let folder = menage::folder();
    let mut settings = settings(folder.path());
    settings.push(("MAILLAGE_DATABASE_URL", data.url()));
    settings.push(("MAILLAGE_DATABASE_ADMIN_URL", data.admin_url()));
    settings.push(("MAILLAGE_KEYS_URL", keys.url()));
    let log = folder.path().join("journal.txt");
    let process = Process::start(&settings, "demo", &log, LIMIT);
    let association = client(&settings, &process.base, "77", "association");
    let depot = crate::appui::scenario::transmitted(&association);
    let shown = association.get(&depot.path()).expect(200);
    assert_eq!(shown["identite_mineur"]["valeur"]["nom"], "Lafontaine");
    assert!(process.terminate());
    assert!(!folder.path().join("cles/77.sqlite").exists(), "no embedded key store beside");
    let schemas_like = |database: &Database, like: &str| {
        let sql = format!("SELECT count(*) AS v FROM pg_namespace WHERE nspname LIKE '{like}'");
        Sql::Schema(database.admin()).number(&sql)
    };
    assert_eq!((schemas_like(&keys, "cles%"), schemas_like(&keys, "territoire%")), (2, 0));
    assert_eq!((schemas_like(&data, "cles%"), schemas_like(&data, "territoire%")), (0, 2));
    // The role of the data has no way into the keys.
    let url = keys.role_url("77");
    let reads =
        |mut cnx: diesel::pg::PgConnection| cnx.batch_execute("SELECT * FROM cles_77.cle_dossier").is_ok();
    let into = diesel::pg::PgConnection::establish(&url);
    assert!(!into.is_ok_and(reads), "the role of the data must not read the keys");
    // Without its keys the base says nothing, and the server says that it cannot.
    let names: Settings = settings.iter().filter(|(n, _)| *n != "MAILLAGE_KEYS_URL").cloned().collect();
    if let Ok(process) = Process::try_start(&names, "serve", &log, Duration::from_secs(10)) {
        let reply = Client::anonymous(&process.base).with_token(association.token()).get(&depot.path());
        assert!(reply.status >= 500, "no keys, no name: {reply}");
        assert!(!reply.text().contains("Lafontaine"));
    }
}

/// A superuser in the application's URL is warned about, never refused.
#[test]
fn superuser_is_warned_about_never_refused() {
    let database = postgres::cluster(Durability::Quick).create(None);
    let folder = menage::folder();
    let mut settings = settings(folder.path());
    settings.push(("MAILLAGE_DATABASE_URL", database.admin_url()));
    settings.push(("MAILLAGE_DATABASE_ADMIN_URL", database.admin_url()));
    let log = folder.path().join("journal.txt");
    let process = Process::start(&settings, "demo", &log, LIMIT);
    client(&settings, &process.base, "77", "crip").get("/v1/moi").expect(200);
    let said = std::fs::read_to_string(&log).expect("journal").to_lowercase();
    assert!(said.contains("superuser") || said.contains("superutilisateur"), "{said}");
}

/// Without the administrator's URL, `demo` and `serve` say what to do, and make nothing.
#[test]
fn unmigrated_postgresql_is_refused_with_a_way_out() {
    let database = postgres::cluster(Durability::Quick).create(None);
    let folder = menage::folder();
    let mut settings = settings(folder.path());
    settings.push(("MAILLAGE_DATABASE_URL", database.url()));
    for verb in ["demo", "serve"] {
        let output = binaire::run(&settings, &[verb]);
        let said = both(&output);
        assert!(!output.status.success() && !said.contains("panicked"), "{verb}: {said}");
        assert!(said.contains("MAILLAGE_DATABASE_ADMIN_URL") || said.contains("migrate"), "{verb}: {said}");
        assert!(!said.contains(database.url().split('@').next().expect("secret")), "{said}");
    }
    assert_eq!(schemas(&database), Vec::<String>::new());
}

/// What `--print-sql` prints is what a DBA runs in psql: then `migrate` needs no administrator, nor does the server.
#[test]
fn printed_sql_is_enough_for_a_dba() {
    let database = postgres::cluster(Durability::Real).create(None);
    let folder = menage::folder();
    let mut settings = settings(folder.path());
    settings.push(("MAILLAGE_DATABASE_URL", database.url()));
    let printed =
        binaire::output(&settings, &["migrate", "--territoire", "77", "--nom", "Essai", "--print-sql"]);
    assert_eq!(schemas(&database), Vec::<String>::new(), "printing changes nothing");
    let secret = database.cluster().secret();
    assert!(
        !printed.contains(secret) && !printed.contains(&postgres::encode(secret)),
        "no password in what is printed"
    );
    // Twice: a script that can be run again is a script that can be finished.
    for _ in 0..2 {
        let done = postgres::psql(&database, ("mot_de_passe", secret), &printed);
        assert!(done.status.success(), "{}", both(&done));
    }
    let said = binaire::output(&settings, &["migrate", "--territoire", "77", "--nom", "Essai"]);
    assert!(said.contains("77"), "{said}");
    assert_eq!(schemas(&database), ["territoire_77"]);
    let process = Process::start(&settings, "serve", &folder.path().join("journal.txt"), LIMIT);
    assert!(process.terminate());
    let output = binaire::run(&settings, &["verify"]);
    assert!(output.status.success(), "{}", both(&output));
}

/// Erasing a key erases what it sealed, everywhere at once (SEC-5).
#[test]
fn sec_5_a_destroyed_key_is_the_end_of_the_names() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let env = Env::start(engine, Options::INSIDE);
        let association = env.client("association");
        let depot = crate::appui::scenario::draft(&association, &rapport());
        transmit(&association, &depot);
        env.mails(&depot.reference, 2);
        env.stop();
        let mut store = env.sql_keys("77");
        let dossier = format!("x'{}'", depot.dossier.replace('-', ""));
        assert_eq!(
            store.number(&format!("SELECT count(*) AS v FROM cle_dossier WHERE dossier = {dossier}")),
            1
        );
        store.tamper(&format!("DELETE FROM cle_dossier WHERE dossier = {dossier}"));
        drop(store);
        env.restart();
        let client = env.anonymous().with_token(association.token());
        assert!(!client.get("/v1/signalements").expect(200).to_string().contains("Lafontaine"));
        client.get("/v1/dossiers").expect(200);
        transmit(&client, &crate::appui::scenario::draft(&client, &rapport()));
        let (passes, said) = env.verify();
        assert!(passes, "the chain hashes what is stored, sealed or not: {said}");
        let found = Fouille::new(&["Lafontaine"]).scan_folder(&env.data()).0;
        assert!(found.iter().all(|(path, _)| path.extension().is_some_and(|e| e == "eml")), "{found:?}");
    }
}
