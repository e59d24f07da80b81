//! The folder of this run: everything that the tests write is in it, and it goes when the run ends, even killed.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Waits for the death of the test process, which closes its standard input, then removes the folder.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM PIPE
root=$(mktemp -d "${TMPDIR:-/tmp}/maillage-essais.XXXXXX") || exit 1
echo "$root"
exec 1>&-
cat >/dev/null
sleep 0.2
rm -rf "$root"
"#;

struct Root {
    path: PathBuf,
    _lifeline: ChildStdin,
    _watchdog: Child,
}

/// A new folder of this run; removed with the value, or at the end of the run when a static holds it.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in(root()).expect("dossier")
}

fn root() -> &'static Path {
    static ROOT: OnceLock<Root> = OnceLock::new();
    &ROOT.get_or_init(start).path
}

fn start() -> Root {
    let mut watchdog = Command::new("sh")
        .args(["-c", WATCHDOG, "maillage-essais"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("sh démarre");
    let lifeline = watchdog.stdin.take().expect("stdin");
    let mut line = String::new();
    BufReader::new(watchdog.stdout.take().expect("stdout"))
        .read_line(&mut line)
        .expect("le dossier des essais");
    let path = PathBuf::from(line.trim_end());
    assert!(path.is_dir(), "the folder of the tests could not be made");
    Root { path, _lifeline: lifeline, _watchdog: watchdog }
}
