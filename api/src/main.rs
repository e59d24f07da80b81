//! The binary `maillage`: see `api::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::journalisation::silence_panics();
    api::cli::run(std::env::args_os())
}
