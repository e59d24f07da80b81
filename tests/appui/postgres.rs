//! One private PostgreSQL cluster per run of the tests, gone when the run ends, however it ends.
//!
//! The test harness has no global teardown and a killed process runs none, so the cluster does not belong to
//! the test process: a small `sh` starts it, then waits for the end of its standard input. That pipe closes when
//! the test process dies (return, panic, `kill -9`), and the `sh` then stops the cluster and removes its folder.
//! It stands in its own process group, so that Ctrl-C or a kill of the group does not take it first, and it
//! ignores SIGPIPE: the test process may die while the cluster is still starting.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use diesel::pg::PgConnection;
use diesel::{Connection, RunQueryDsl};

/// Oldest version that the project supports.
const VERSION_MIN: u32 = 15;

/// Superuser of the cluster; the server never logs in as it.
const ADMIN: &str = "postgres";

/// User of `MAILLAGE_DATABASE_URL`; the server adds `_77` to it (one role per territoire).
const USER: &str = "maillage";

/// The watchdog; `$1` programs, `$2` account to become (may be empty), `$3` port, `$4` `fsync`. The superuser's
/// password is the first line of its standard input, never an argument that `ps` would show.
const WATCHDOG: &str = r#"
set -u
bin=$1 account=$2 port=$3 fsync=$4
trap '' HUP INT TERM PIPE
IFS= read -r secret || exit 1
root=$(mktemp -d "${TMPDIR:-/tmp}/maillage-pg.XXXXXX") || exit 1
as() {
    if [ -n "$account" ]; then
        setpriv --reuid="$account" --regid="$account" --clear-groups --reset-env "$@"
    else
        "$@"
    fi
}
finish() {
    as "$bin/pg_ctl" -D "$root/data" -m immediate -w -t 30 stop </dev/null >/dev/null 2>&1
    cd / && rm -rf "$root"
}
trap finish EXIT
cd "$root" || exit 1
(umask 077 && printf '%s\n' "$secret" >secret)
[ -z "$account" ] || chown -R "$account" "$root"
if as "$bin/initdb" -D "$root/data" -U postgres -A scram-sha-256 --pwfile="$root/secret" --no-sync \
        --locale=C.UTF-8 -E UTF8 </dev/null >initdb.log 2>&1 &&
    as "$bin/pg_ctl" -D "$root/data" -w -t 60 -l "$root/data/server.log" start -o "-p $port -k $root \
        -c listen_addresses=127.0.0.1 -c fsync=$fsync -c full_page_writes=$fsync -c max_connections=300" </dev/null >start.log 2>&1
then
    rm -f secret
    echo "ready $root"
    exec 1>&-
    cat >/dev/null
else
    cat initdb.log start.log data/server.log 2>/dev/null | tail -n 30
fi
"#;

/// Whether the cluster flushes to disk at each commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// `fsync=off`: quick, for everything that does not speak of power cuts.
    Quick,
    /// `fsync=on`: for what is acknowledged.
    Real,
}

/// A running cluster; it stops when this process dies.
pub(crate) struct Cluster {
    port: u16,
    secret: String,
    /// The folder of the cluster: the leak scan reads it.
    root: PathBuf,
    next: AtomicU32,
    creation: Mutex<()>,
    /// Held open: its closing, by the kernel if need be, is what stops the cluster.
    _lifeline: ChildStdin,
    _watchdog: Child,
}

/// A database of its own for one test, dropped with it.
pub(crate) struct Database {
    cluster: &'static Cluster,
    /// Its name in the cluster.
    pub(crate) name: String,
}

/// The cluster of this run, started by the first test that asks for it.
pub(crate) fn cluster(durability: Durability) -> &'static Cluster {
    static QUICK: OnceLock<Cluster> = OnceLock::new();
    static REAL: OnceLock<Cluster> = OnceLock::new();
    match durability {
        Durability::Quick => QUICK.get_or_init(|| Cluster::start("off")),
        Durability::Real => REAL.get_or_init(|| Cluster::start("on")),
    }
}

impl Cluster {
    fn start(fsync: &str) -> Self {
        let bin = programs();
        let mut last = String::new();
        // The free port may be taken by someone else before PostgreSQL binds it: a few tries.
        for _ in 0..5 {
            match Self::try_start(&bin, fsync) {
                Ok(cluster) => return cluster,
                Err(log) => last = log,
            }
        }
        panic!("le groupe PostgreSQL privé ne démarre pas :\n{last}");
    }

    fn try_start(bin: &std::path::Path, fsync: &str) -> Result<Self, String> {
        let port = free_port();
        // Signs that a URL must encode: the server must decode them, and give them to each role.
        let secret = format!("{}@:/%é", random_hex());
        let account = if is_root() { ADMIN } else { "" };
        let mut watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "maillage-pg"])
            .arg(bin)
            .args([account, &port.to_string(), fsync])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh démarre");
        let mut lifeline = watchdog.stdin.take().expect("stdin");
        writeln!(lifeline, "{secret}").expect("le mot de passe");
        let mut output = BufReader::new(watchdog.stdout.take().expect("stdout"));
        let mut line = String::new();
        output.read_line(&mut line).expect("l’état du groupe");
        let Some(root) = line.trim_end().strip_prefix("ready ") else {
            let _ = output.read_to_string(&mut line);
            let _ = watchdog.wait();
            return Err(line);
        };
        Ok(Self {
            port,
            secret,
            root: PathBuf::from(root),
            next: AtomicU32::new(1),
            creation: Mutex::new(()),
            _lifeline: lifeline,
            _watchdog: watchdog,
        })
    }

    /// A copy of `template` (or an empty database) for one test.
    pub(crate) fn create(&'static self, template: Option<&str>) -> Database {
        let name = format!("essai_{}", self.next.fetch_add(1, Ordering::Relaxed));
        let template = template.unwrap_or("template0");
        self.admin_sql(&format!(r#"CREATE DATABASE "{name}" TEMPLATE "{template}""#));
        Database { cluster: self, name }
    }

    /// The folder where this cluster keeps its data, its WAL and its log.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.root.join("data")
    }

    /// A superuser's connection to the database where nobody works.
    pub(crate) fn admin(&self) -> PgConnection {
        PgConnection::establish(&self.url(ADMIN, "postgres")).expect("connexion administrateur")
    }

    /// The password of every role of the cluster that the tests use.
    pub(crate) fn secret(&self) -> &str {
        &self.secret
    }

    fn url(&self, user: &str, database: &str) -> String {
        format!("postgres://{user}:{}@127.0.0.1:{}/{database}", encode(&self.secret), self.port)
    }

    fn admin_sql(&self, sql: &str) {
        // One at a time: a template may not be in use while it is copied.
        let _guard = self.creation.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut cnx =
            PgConnection::establish(&self.url(ADMIN, "postgres")).expect("connexion administrateur");
        diesel::sql_query(sql).execute(&mut cnx).unwrap_or_else(|e| panic!("{sql} : {e}"));
    }
}

impl Database {
    /// `MAILLAGE_DATABASE_URL`: the user to which the server adds `_77`.
    pub(crate) fn url(&self) -> String {
        self.cluster.url(USER, &self.name)
    }

    /// `MAILLAGE_DATABASE_ADMIN_URL`.
    pub(crate) fn admin_url(&self) -> String {
        self.cluster.url(ADMIN, &self.name)
    }

    /// The URL of one territoire's own role, as the server makes it.
    pub(crate) fn role_url(&self, territoire: &str) -> String {
        self.cluster.url(&format!("{USER}_{territoire}"), &self.name)
    }

    /// A connection that may do everything: for tests that tamper.
    pub(crate) fn admin(&self) -> PgConnection {
        PgConnection::establish(&self.admin_url()).expect("connexion administrateur")
    }

    /// The cluster where it stands.
    pub(crate) fn cluster(&self) -> &'static Cluster {
        self.cluster
    }

    /// Leaves the database in place when this value goes: it serves as a template.
    pub(crate) fn keep(self) -> String {
        let this = std::mem::ManuallyDrop::new(self);
        this.name.clone()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Ok(mut cnx) = PgConnection::establish(&self.cluster.url(ADMIN, "postgres")) {
            let sql = format!(r#"DROP DATABASE IF EXISTS "{}" WITH (FORCE)"#, self.name);
            let _ = diesel::sql_query(sql).execute(&mut cnx);
        }
    }
}

/// `psql` on a database, as a DBA runs it, with one variable; its input is the script.
pub(crate) fn psql(database: &Database, variable: (&str, &str), script: &str) -> std::process::Output {
    let mut psql = Command::new(programs().join("psql"))
        .args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"])
        .args(["--set", &format!("{}={}", variable.0, variable.1), "--dbname", &database.admin_url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("psql");
    psql.stdin.take().expect("stdin").write_all(script.as_bytes()).expect("psql lit");
    psql.wait_with_output().expect("psql")
}

/// The folder of PostgreSQL's programs: Debian's place first, newest version, then `PATH`.
fn programs() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates: Vec<(u32, PathBuf)> = debian
        .map(|entry| entry.path().join("bin"))
        .chain(std::env::split_paths(&path).filter(|dir| dir.join("initdb").is_file()))
        .filter_map(|dir| Some((version(&dir)?, dir)))
        .collect();
    candidates.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    match candidates.into_iter().next() {
        Some((version, dir)) if version >= VERSION_MIN => dir,
        Some((version, _)) => panic!(
            "PostgreSQL {version} est trop ancien pour ces essais ({VERSION_MIN} au moins) : lancez `make test`, \
             qui installe ce qu’il faut."
        ),
        None => panic!(
            "PostgreSQL est introuvable (ni /usr/lib/postgresql/*/bin, ni PATH) : lancez `make test`, qui \
             installe ce qu’il faut."
        ),
    }
}

fn version(bin: &std::path::Path) -> Option<u32> {
    let sortie = Command::new(bin.join("postgres")).arg("--version").output().ok()?;
    let texte = String::from_utf8_lossy(&sortie.stdout).into_owned();
    texte.split_whitespace().find_map(|mot| mot.split('.').next()?.parse().ok())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("un port libre");
    listener.local_addr().expect("adresse").port()
}

/// Thirty-two hexadecimal signs that nobody can guess.
pub(crate) fn random_hex() -> String {
    let mut octets = [0_u8; 16];
    std::fs::File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut octets)).expect("/dev/urandom");
    octets.iter().map(|o| format!("{o:02x}")).collect()
}

/// Percent-encoding of everything but letters and digits.
pub(crate) fn encode(texte: &str) -> String {
    texte
        .bytes()
        .map(|o| if o.is_ascii_alphanumeric() { char::from(o).to_string() } else { format!("%{o:02X}") })
        .collect()
}

#[test]
fn cluster_checks_passwords_and_copies_templates() {
    let modele = cluster(Durability::Quick).create(None);
    diesel::sql_query("CREATE TABLE temoin (n INT)").execute(&mut modele.admin()).expect("table");
    let copie = modele.cluster().create(Some(&modele.name));
    diesel::sql_query("INSERT INTO temoin VALUES (1)").execute(&mut copie.admin()).expect("copied table");
    let faux = format!("postgres://{ADMIN}:faux@127.0.0.1:{}/{}", copie.cluster().port, copie.name);
    assert!(PgConnection::establish(&faux).is_err(), "a wrong password must be refused");
}
