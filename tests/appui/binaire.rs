//! The real binary: its commands, and the server as a process that can be killed.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// What a command needs to know, as environment variables.
pub(crate) type Settings = Vec<(&'static str, String)>;

/// The binary, built once per run if it is not fresh: `cargo test` alone does not build it.
///
/// `MAILLAGE_ESSAIS_BINAIRE` names another one: a release build, a package that was installed. Same packages as the
/// tests, so that the features are unified in the same way and nothing is built twice.
pub(crate) fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        if let Some(chosen) = std::env::var_os("MAILLAGE_ESSAIS_BINAIRE") {
            return PathBuf::from(chosen);
        }
        let test = std::env::current_exe().expect("le binaire d’essai");
        let folder = test.parent().and_then(Path::parent).expect("target/<profil>/deps");
        let mut build = Command::new(env!("CARGO"));
        build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).args(["build", "--offline", "--quiet"]);
        build.args(["--package", "api", "--package", "tests", "--bin", "maillage"]);
        if folder.file_name().is_some_and(|name| name == "release") {
            build.arg("--release");
        }
        let done = build.output().expect("cargo");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let binary = folder.join("maillage");
        assert!(binary.is_file(), "{} est introuvable : lancez `make test`", binary.display());
        binary
    })
}

/// A command of the binary, with these settings and nothing else of our environment.
pub(crate) fn command(settings: &Settings, arguments: &[&str]) -> Command {
    // Were the tests killed, the kernel kills what they started (`--pdeathsig` stays across the exec).
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(path()).args(arguments).env_clear().stdin(Stdio::null());
    command.envs(settings.iter().map(|(name, value)| (*name, value.as_str())));
    command
}

/// Runs a command to its end.
pub(crate) fn run(settings: &Settings, arguments: &[&str]) -> Output {
    command(settings, arguments).output().expect("maillage")
}

/// Runs a command that must succeed, and gives its standard output.
#[track_caller]
pub(crate) fn output(settings: &Settings, arguments: &[&str]) -> String {
    let output = run(settings, arguments);
    assert!(output.status.success(), "maillage {arguments:?} : {}", both(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Standard output and error, for messages.
pub(crate) fn both(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A server that runs as a process of its own; killed with this value.
pub(crate) struct Process {
    child: Child,
    /// `http://127.0.0.1:port`.
    pub(crate) base: String,
}

impl Process {
    /// Starts `maillage demo` or `maillage serve`, its output in `log`, and waits until `/sante/pret` says 200.
    #[track_caller]
    pub(crate) fn start(settings: &Settings, verb: &str, log: &Path, limit: Duration) -> Self {
        Self::try_start(settings, verb, log, limit).unwrap_or_else(|why| panic!("{why}"))
    }

    /// The same, when the server may refuse to start, or never be ready.
    pub(crate) fn try_start(
        settings: &Settings,
        verb: &str,
        log: &Path,
        limit: Duration,
    ) -> Result<Self, String> {
        let file = File::options().create(true).append(true).open(log).expect("journal");
        let offset = file.metadata().expect("journal").len();
        let mut settings = settings.clone();
        settings.push(("MAILLAGE_LISTEN", "127.0.0.1:0".to_owned()));
        let child = command(&settings, &[verb])
            .stdout(file.try_clone().expect("journal"))
            .stderr(file)
            .spawn()
            .expect("maillage démarre");
        let mut process = Self { child, base: String::new() };
        process.wait_ready(log, usize::try_from(offset).expect("taille"), limit)?;
        Ok(process)
    }

    fn wait_ready(&mut self, log: &Path, offset: usize, limit: Duration) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let bytes = std::fs::read(log).unwrap_or_default();
            let said = String::from_utf8_lossy(bytes.get(offset..).unwrap_or_default()).into_owned();
            if let Some(address) = listening(&said) {
                self.base = format!("http://{address}");
                let client = super::client::Client::anonymous(&self.base);
                if client.try_send("GET", "/sante/pret", &[], None).is_ok_and(|reply| reply.status == 200) {
                    return Ok(());
                }
            }
            let ended = self.child.try_wait().expect("état");
            if let Some(status) = ended {
                return Err(format!("maillage s’est arrêté ({status}) :\n{said}"));
            }
            if start.elapsed() > limit {
                return Err(format!("pas prêt après {limit:?} :\n{said}"));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `kill -9`: nothing is flushed, nothing is closed.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kill -9");
        self.child.wait().expect("fin");
    }

    /// SIGTERM: the server finishes what it began; gives whether it left with success, within a minute.
    pub(crate) fn terminate(mut self) -> bool {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            if let Some(status) = self.child.try_wait().expect("état") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("maillage ne s’arrête pas");
    }
}

/// The address that the server says it listens on, at a port that the system chose.
fn listening(said: &str) -> Option<&str> {
    let after = ["http://", "écoute sur "].iter().find_map(|word| {
        said.match_indices(word)
            .map(|(place, _)| &said[place + word.len()..])
            .find(|rest| rest.starts_with("127.0.0.1:"))
    })?;
    let end = after.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':')?;
    Some(&after[..end])
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
