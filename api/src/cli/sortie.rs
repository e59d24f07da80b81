//! What commands say: results on the standard output, the rest on the standard error.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr, stdout};

/// Prints a result; a reader that went away is nobody's problem.
pub(super) fn print(texte: &str) {
    let mut sortie = stdout().lock();
    drop(writeln!(sortie, "{}", texte.trim_end_matches('\n')));
}

/// Says something to a person, beside the results.
pub(super) fn warn(texte: &str) {
    drop(writeln!(stderr(), "{}", texte.trim_end_matches('\n')));
}

/// Says something to a person who reads the terminal; a program that reads the results does not get it.
pub(super) fn comment(texte: &str) {
    if stdout().is_terminal() {
        warn(texte);
    }
}

/// Says why the command failed.
pub(super) fn error(erreur: &impl Display) {
    warn(&format!("maillage : {erreur}"));
}
