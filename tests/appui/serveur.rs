//! One server for one test, with its own database, its own keys and the demo data, on either engine.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use api::courrier::{Expediteur, Smtp, Transport};
use api::etat::Etat;
use api::horloge::{Aiguilles, Horloge};
use api::jeton::corpus::{CleDEssai, FauxEmetteur, Gabarit};
use api::jobs::Outils;
use api::serveur::{Arret, Serveur};
use api::settings::{EmetteurDeclare, SecretUrl};
use base64::Engine as _;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use tempfile::TempDir;
use url::Url;

use super::binaire::{self, Process, Settings};
use super::client::Client;
use super::postgres::{self, Database, Durability};
use super::smtp::{Mode, Recu, ServeurSmtp};
use super::sql::Sql;

/// The issuer that the tests add to the server's own (`MAILLAGE_ISSUER`).
const ISSUER: &str = "https://emetteur.example.org";

/// Its audience.
const AUDIENCE: &str = "maillage-essais";

/// The two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Engine {
    /// One file per territoire.
    Sqlite,
    /// One schema per territoire.
    Postgres,
}

/// How a test wants its server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Whether PostgreSQL flushes at each commit (SQLite always does).
    pub(crate) durability: Durability,
    /// The real binary, which can be killed and whose output is kept; else in this process.
    pub(crate) process: bool,
    /// A clock that stands still until the test moves it; in this process only.
    pub(crate) movable_clock: bool,
    /// Requests per minute and per caller, 0 for no limit; in this process only.
    pub(crate) rate: u32,
}

impl Options {
    /// In this process, with the clock of the machine.
    pub(crate) const INSIDE: Self =
        Self { durability: Durability::Quick, process: false, movable_clock: false, rate: 0 };
    /// The real binary.
    pub(crate) const PROCESS: Self = Self { process: true, ..Self::INSIDE };
    /// In this process, with a clock that the test moves.
    pub(crate) const CLOCK: Self = Self { movable_clock: true, ..Self::INSIDE };
}

/// The server of a test while it runs.
enum Running {
    Process(Process),
    Inside(Serveur),
}

/// What a test holds: the server and everything around it.
pub(crate) struct Env {
    engine: Engine,
    options: Options,
    // Before the folder and the database: fields are dropped in this order.
    server: Mutex<Option<Running>>,
    folder: TempDir,
    database: Option<Database>,
    clock: Horloge,
    hands: Option<Aiguilles>,
    base: Mutex<String>,
    issuer: &'static FauxEmetteur,
    smtp: Mutex<ServeurSmtp>,
    /// Another mail server than ours: its URL, and its authority when the server is told of it.
    other_smtp: Mutex<Option<(String, Option<PathBuf>)>>,
}

/// Runs one body against a server on SQLite, then as another test on PostgreSQL: `rule::sqlite`, `rule::postgres`.
macro_rules! sur_les_deux_bases {
    ($(#[$meta:meta])* $nom:ident, |$env:ident| $corps:block) => {
        sur_les_deux_bases!($(#[$meta])* $nom, $crate::appui::serveur::Options::INSIDE, |$env| $corps);
    };
    ($(#[$meta:meta])* $nom:ident, $options:expr, |$env:ident| $corps:block) => {
        $(#[$meta])*
        mod $nom {
            use super::*;

            fn corps($env: &Env) $corps

            #[test]
            fn sqlite() {
                corps(&Env::start($crate::appui::serveur::Engine::Sqlite, $options));
            }

            #[test]
            fn postgres() {
                corps(&Env::start($crate::appui::serveur::Engine::Postgres, $options));
            }
        }
    };
}
pub(crate) use sur_les_deux_bases;

impl Env {
    /// Starts a server on a copy of the demo data.
    pub(crate) fn start(engine: Engine, options: Options) -> Self {
        let model = Model::of(engine, options.durability);
        let folder = super::menage::folder();
        copy(&model.folder, folder.path());
        let database = model
            .database
            .as_ref()
            .map(|(template, durability)| postgres::cluster(*durability).create(Some(template)));
        let system = Horloge::systeme();
        let (clock, hands) = if options.movable_clock {
            let (clock, hands) = Horloge::mobile(system.now());
            (clock, Some(hands))
        } else {
            (system, None)
        };
        let env = Self {
            engine,
            options,
            server: Mutex::new(None),
            folder,
            database,
            clock,
            hands,
            base: Mutex::new(String::new()),
            issuer: issuer(),
            smtp: Mutex::new(ServeurSmtp::start(Mode::Starttls)),
            other_smtp: Mutex::default(),
        };
        env.smtp().write_ca(env.folder.path());
        std::fs::write(env.folder.path().join("jwks.json"), env.issuer.jwks()).expect("JWKS");
        env.restart();
        env
    }

    /// The engine.
    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    /// `MAILLAGE_DATA`.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// `MAILLAGE_KEYS_DIR`.
    pub(crate) fn keys(&self) -> PathBuf {
        self.folder.path().join("cles")
    }

    /// The server's output.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("journal.txt")
    }

    /// The PostgreSQL database.
    pub(crate) fn database(&self) -> Option<&Database> {
        self.database.as_ref()
    }

    /// The settings of the server, for its commands too.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = settings(self.folder.path(), self.database.as_ref());
        settings.push(("MAILLAGE_JWKS", self.folder.path().join("jwks.json").display().to_string()));
        settings.push(("MAILLAGE_ISSUER", ISSUER.to_owned()));
        settings.push(("MAILLAGE_AUDIENCE", AUDIENCE.to_owned()));
        // The lines of the log are read by a program.
        settings.push(("MAILLAGE_LOG_FORMAT", "json".to_owned()));
        let (url, ca) = self.smtp_settings();
        settings.push(("MAILLAGE_SMTP_URL", url));
        settings.extend(ca.map(|ca| ("MAILLAGE_SMTP_CA", ca.display().to_string())));
        settings
    }

    /// The URL of the mail server, and its authority when the server is told of it.
    fn smtp_settings(&self) -> (String, Option<PathBuf>) {
        let own = || (self.smtp().url(), Some(self.folder.path().join("smtp-ca.pem")));
        self.other_smtp.lock().expect("SMTP").clone().unwrap_or_else(own)
    }

    /// Starts the server again with another mail server; it trusts its authority only when told to.
    pub(crate) fn use_smtp(&self, other: &ServeurSmtp, trusted: bool) {
        let ca = trusted.then(|| {
            let ca = self.folder.path().join("autre-ca.pem");
            std::fs::write(&ca, other.ca_pem()).expect("CA");
            ca
        });
        *self.other_smtp.lock().expect("SMTP") = Some((other.url(), ca));
        self.stop();
        self.restart();
    }

    /// Moves the clock of the server.
    pub(crate) fn set_clock(&self, instant: DateTime<Utc>) {
        self.hands.as_ref().expect("a movable clock: Options::CLOCK").set(instant);
    }

    /// The mail server.
    pub(crate) fn smtp(&self) -> MutexGuard<'_, ServeurSmtp> {
        self.smtp.lock().expect("SMTP")
    }

    /// The e-mails that quote this reference, once there are at least `number` (0: after half a second).
    #[track_caller]
    pub(crate) fn mails(&self, reference: &str, number: usize) -> Vec<Recu> {
        let found = || -> Vec<Recu> {
            self.smtp().recus().into_iter().filter(|mail| mail.texte().contains(reference)).collect()
        };
        if number == 0 {
            std::thread::sleep(Duration::from_millis(500));
        }
        wait_until("the e-mails", Duration::from_secs(30), || found().len() >= number);
        found()
    }

    /// Stops the server with `kill -9`, if it runs.
    pub(crate) fn kill(&self) {
        match self.server.lock().expect("serveur").take() {
            Some(Running::Process(process)) => process.kill(),
            Some(Running::Inside(_)) => panic!("only a process can be killed: Options::PROCESS"),
            None => {}
        }
    }

    /// Stops the server as an operator does, if it runs.
    pub(crate) fn stop(&self) {
        match self.server.lock().expect("serveur").take() {
            Some(Running::Process(process)) => {
                assert!(process.terminate(), "the server must leave with success")
            }
            Some(Running::Inside(server)) => server.stop().expect("arrêt"),
            None => {}
        }
    }

    /// Starts the server again, on another port.
    pub(crate) fn restart(&self) {
        let running = if self.options.process {
            let limit = Duration::from_secs(60);
            Running::Process(Process::start(&self.settings(), "demo", &self.log(), limit))
        } else {
            Running::Inside(self.start_inside(true))
        };
        self.take(running);
    }

    /// Starts the server again in this process, although something is broken: it may never say that it is ready.
    pub(crate) fn restart_unready(&self) {
        self.take(Running::Inside(self.start_inside(false)));
    }

    fn take(&self, running: Running) {
        let base = match &running {
            Running::Process(process) => process.base.clone(),
            Running::Inside(server) => format!("http://{}", server.adresse()),
        };
        *self.base.lock().expect("adresse") = base;
        *self.server.lock().expect("serveur") = Some(running);
    }

    /// The library's server, wired as `maillage demo` wires it.
    fn start_inside(&self, ready: bool) -> Serveur {
        let mut settings = api::settings::Settings::in_folder(self.data());
        let url = |url: String| SecretUrl::new(Url::parse(&url).expect("URL"));
        settings.database_url = self.database.as_ref().map(|database| url(database.url()));
        settings.debit_par_minute = Some(self.options.rate);
        settings.emetteur = Some(EmetteurDeclare {
            jwks: self.folder.path().join("jwks.json"),
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
        });
        let (smtp, ca) = self.smtp_settings();
        let ca = ca.map(|ca| std::fs::read(ca).expect("CA"));
        let transport = Transport::smtp(Smtp::new(&smtp, ca.as_deref()).expect("SMTP"));
        let etat = Etat::open(settings, self.keys(), self.clock.clone()).expect("état");
        let mut server = Serveur::start(etat, Arret::Appelant).expect("le serveur démarre");
        let url_publique = Url::parse(&format!("http://{}", server.adresse())).expect("URL");
        let outils = Outils {
            horloge: self.clock.clone(),
            hasard: server.etat().hasard().clone(),
            transport,
            expediteur: Expediteur::from_public_url(&url_publique),
            url_publique,
        };
        server.open_doors(outils).expect("travaux");
        if ready {
            let client = Client::anonymous(&format!("http://{}", server.adresse()));
            wait_until("the server is ready", Duration::from_secs(30), || {
                client.get("/sante/pret").status == 200
            });
        }
        server
    }

    /// A caller without a token.
    pub(crate) fn anonymous(&self) -> Client {
        Client::anonymous(&self.base.lock().expect("adresse"))
    }

    /// A caller of territoire 77 in this role, for the first organisation that has it.
    pub(crate) fn client(&self, role: &str) -> Client {
        self.client_of("77", role, None)
    }

    /// A caller in a territoire, in a role, for an organisation.
    pub(crate) fn client_of(&self, territoire: &str, role: &str, organisation: Option<&str>) -> Client {
        let agent = self.agent(territoire, role, organisation);
        self.anonymous().with_token(&self.token(&agent, territoire))
    }

    /// The agent that `maillage token` names.
    pub(crate) fn agent(&self, territoire: &str, role: &str, organisation: Option<&str>) -> String {
        static AGENTS: OnceLock<Mutex<HashMap<String, String>>> = OnceLock::new();
        let known = AGENTS.get_or_init(Mutex::default);
        let key =
            format!("{:?} {:?} {territoire} {role} {organisation:?}", self.engine, self.options.durability);
        if let Some(agent) = known.lock().expect("agents").get(&key) {
            return agent.clone();
        }
        let mut arguments = vec!["token", "--territoire", territoire, "--role", role];
        arguments.extend(organisation.iter().flat_map(|code| ["--organisation", *code]));
        let output = binaire::output(&self.settings(), &arguments);
        let agent = claims(output.lines().last().expect("un jeton"))["sub"].as_str().expect("sub").to_owned();
        known.lock().expect("agents").insert(key, agent.clone());
        agent
    }

    /// A token of the tests' issuer for an agent, good now.
    pub(crate) fn token(&self, agent: &str, territoire: &str) -> String {
        let gabarit = Gabarit { sub: agent.to_owned(), territoire: territoire.to_owned(), now: self.now() };
        self.issuer.ed().token(&gabarit)
    }

    /// Changes the public keys of the tests' issuer, as the server reads them.
    pub(crate) fn write_jwks(&self, jwks: &str) {
        std::fs::write(self.jwks(), jwks).expect("JWKS");
    }

    /// The file of the public keys of the tests' issuer.
    pub(crate) fn jwks(&self) -> PathBuf {
        self.folder.path().join("jwks.json")
    }

    /// The tests' issuer.
    pub(crate) fn issuer(&self) -> &'static FauxEmetteur {
        self.issuer
    }

    /// The server's own key and names: its key is read from its file, its names from a token that it made.
    pub(crate) fn own_key(&self) -> (CleDEssai, String, String) {
        let pkcs8 =
            std::fs::read(self.keys().join(api::jeton::emission::FICHIER)).expect("clé de l’émetteur");
        let output = binaire::output(&self.settings(), &["token", "--territoire", "77", "--role", "crip"]);
        let claims = claims(output.lines().last().expect("un jeton"));
        let name = |claim: &str| claims[claim].as_str().expect("texte").to_owned();
        (CleDEssai::from_pkcs8(&pkcs8), name("iss"), name("aud"))
    }

    /// The instant of the server, in seconds.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().timestamp()
    }

    /// Credentials of a new machine of an organisation.
    pub(crate) fn credentials(&self, territoire: &str, organisation: &str) -> (String, String) {
        let arguments = ["client", "create", "--territoire", territoire, "--organisation", organisation];
        let output = binaire::output(&self.settings(), &arguments);
        let mut lines = output.lines().rev();
        let secret = lines.next().expect("le secret").to_owned();
        (lines.next().expect("client_id").to_owned(), secret)
    }

    /// A machine of an organisation, with its token.
    pub(crate) fn machine(&self, territoire: &str, organisation: &str) -> Client {
        let (id, secret) = self.credentials(territoire, organisation);
        let answer = token_request(&self.anonymous(), &id, &secret).expect(200);
        self.anonymous().with_token(answer["access_token"].as_str().expect("access_token"))
    }

    /// Withdraws every habilitation of an agent behind the server's back; gives how many.
    pub(crate) fn withdraw(&self, agent: &str) -> i64 {
        let (mut sql, agent) = (self.sql("77"), self.id_literal(agent));
        let held =
            format!("SELECT count(*) AS v FROM habilitation WHERE agent = {agent} AND retiree_le IS NULL");
        let number = sql.number(&held);
        let le = "'2020-01-01T00:00:00.000000Z'";
        sql.execute(&format!("UPDATE habilitation SET retiree_le = {le} WHERE agent = {agent}"));
        number
    }

    /// Changes the dates of every habilitation of an agent behind the server's back.
    pub(crate) fn date_habilitations(&self, agent: &str, du: NaiveDate, au: Option<NaiveDate>) {
        let au = au.map_or_else(|| "NULL".to_owned(), |au| format!("'{au}'"));
        let agent = self.id_literal(agent);
        let sql =
            format!("UPDATE habilitation SET valide_du = '{du}', valide_au = {au} WHERE agent = {agent}");
        self.sql("77").execute(&sql);
    }

    /// Makes every waiting sending due; the leases too, when the server that held them was killed.
    pub(crate) fn hurry_envois(&self) {
        let le = "'2020-01-01T00:00:00.000000Z'";
        let lease = if self.server.lock().expect("serveur").is_none() { ", bail_jusqu_a = NULL" } else { "" };
        self.sql("77").execute(&format!(
            "UPDATE envoi SET prochain_essai_le = {le}{lease} WHERE statut IN ('a_envoyer', 'echec')"
        ));
    }

    /// Changes the settings of a territoire behind the server's back.
    pub(crate) fn change_settings(&self, territoire: &str, change: impl Fn(&mut Value)) {
        let mut sql = self.sql(territoire);
        let column = match self.engine {
            Engine::Sqlite => "parametres",
            Engine::Postgres => "parametres::text",
        };
        let text = sql.texts(&format!("SELECT {column} AS v FROM territoire")).remove(0);
        let mut parametres: Value = serde_json::from_str(&text).expect("JSON");
        change(&mut parametres);
        let text = parametres.to_string().replace('\'', "''");
        sql.execute(&format!("UPDATE territoire SET parametres = '{text}'"));
    }

    /// An identifier as this engine writes it.
    pub(crate) fn id_literal(&self, id: &str) -> String {
        match self.engine {
            Engine::Sqlite => format!("x'{}'", id.replace('-', "")),
            Engine::Postgres => format!("'{id}'"),
        }
    }

    /// `maillage verify`: whether it passes, and what it says.
    pub(crate) fn verify(&self) -> (bool, String) {
        let output = binaire::run(&self.settings(), &["verify"]);
        (output.status.success(), binaire::both(&output))
    }

    /// The database of a territoire, with every right.
    pub(crate) fn sql(&self, territoire: &str) -> Sql {
        match &self.database {
            None => Sql::file(&self.data().join(format!("{territoire}.sqlite"))),
            Some(database) => Sql::schema(database, territoire),
        }
    }

    /// The journal of accesses of a territoire, with every right.
    pub(crate) fn sql_acces(&self, territoire: &str) -> Sql {
        match &self.database {
            None => Sql::file(&self.data().join(format!("{territoire}-acces.sqlite"))),
            Some(database) => Sql::schema(database, territoire),
        }
    }
}

impl Env {
    /// The embedded key store of a territoire.
    pub(crate) fn sql_keys(&self, territoire: &str) -> Sql {
        Sql::file(&self.keys().join(format!("{territoire}.sqlite")))
    }

    /// The cluster's own database, where one may speak of the others.
    pub(crate) fn admin_sql(&self) -> Sql {
        let database = self.database.as_ref().expect("PostgreSQL");
        Sql::Schema(database.cluster().admin())
    }
}

/// `POST /oauth2/token` with HTTP Basic.
pub(crate) fn token_request(client: &Client, id: &str, secret: &str) -> super::client::Reply {
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    let headers = [
        ("Authorization", &*format!("Basic {basic}")),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    client.send("POST", "/oauth2/token", &headers, Some(b"grant_type=client_credentials"))
}

/// The claims of a token, unchecked.
pub(crate) fn claims(jeton: &str) -> Value {
    let payload = jeton.split('.').nth(1).unwrap_or_else(|| panic!("not a token: {jeton}"));
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Waits for something that the server does by itself.
#[track_caller]
pub(crate) fn wait_until(what: &str, limit: Duration, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < limit, "{what}: still not after {limit:?}");
        std::thread::sleep(Duration::from_millis(25));
    }
}

/// The keys of the tests' issuer: an RSA key is long to make, so one set serves all.
fn issuer() -> &'static FauxEmetteur {
    static ISSUER_KEYS: OnceLock<FauxEmetteur> = OnceLock::new();
    ISSUER_KEYS.get_or_init(|| FauxEmetteur::new(ISSUER, AUDIENCE))
}

fn settings(folder: &Path, database: Option<&Database>) -> Settings {
    let mut settings: Settings = vec![
        ("MAILLAGE_DATA", folder.join("data").display().to_string()),
        ("MAILLAGE_KEYS_DIR", folder.join("cles").display().to_string()),
        ("RUST_BACKTRACE", "1".to_owned()),
    ];
    if let Some(database) = database {
        settings.push(("MAILLAGE_DATABASE_URL", database.url()));
        settings.push(("MAILLAGE_DATABASE_ADMIN_URL", database.admin_url()));
    }
    settings
}

/// The demo data, made once per run and engine by the real `maillage demo`, then copied for each test.
struct Model {
    folder: PathBuf,
    /// The template database, and its cluster.
    database: Option<(String, Durability)>,
    _folder: TempDir,
}

impl Model {
    fn of(engine: Engine, durability: Durability) -> &'static Self {
        static SQLITE: OnceLock<Model> = OnceLock::new();
        static QUICK: OnceLock<Model> = OnceLock::new();
        static REAL: OnceLock<Model> = OnceLock::new();
        match (engine, durability) {
            (Engine::Sqlite, _) => SQLITE.get_or_init(|| Self::make(None)),
            (Engine::Postgres, Durability::Quick) => QUICK.get_or_init(|| Self::make(Some(durability))),
            (Engine::Postgres, Durability::Real) => REAL.get_or_init(|| Self::make(Some(durability))),
        }
    }

    fn make(durability: Option<Durability>) -> Self {
        let folder = super::menage::folder();
        std::fs::create_dir(folder.path().join("data")).expect("data");
        let database = durability.map(|durability| postgres::cluster(durability).create(None));
        let settings = settings(folder.path(), database.as_ref());
        let log = folder.path().join("journal.txt");
        let process = Process::start(&settings, "demo", &log, Duration::from_secs(60));
        assert!(process.terminate(), "the demo must leave with success");
        std::fs::remove_file(log).expect("journal");
        let database = database.map(|database| (database.keep(), durability.expect("un groupe")));
        Self { folder: folder.path().to_path_buf(), database, _folder: folder }
    }
}

/// Copies a folder, its files with their permissions.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("dossier") {
        let entry = entry.expect("entrée");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).expect("dossier");
            std::fs::set_permissions(&target, entry.metadata().expect("droits").permissions())
                .expect("droits");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copie");
        }
    }
}
