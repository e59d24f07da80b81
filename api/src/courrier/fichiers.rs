//! E-mails as files: what `demo` does of them when no mail server is set.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::transport::Pli;

/// Writes the message under the name of its Message-ID, whole or not at all; a second attempt writes the same
/// file again.
pub(super) fn write(dossier: &Path, pli: &Pli<'_>) -> io::Result<()> {
    fs::create_dir_all(dossier)?;
    let nom = file_name(pli.message_id);
    let provisoire = dossier.join(format!("{nom}.partiel"));
    let mut fichier = create(&provisoire)?;
    fichier.write_all(pli.octets)?;
    fichier.sync_all()?;
    drop(fichier);
    fs::rename(&provisoire, dossier.join(format!("{nom}.eml")))
}

/// The left part of the Message-ID, without anything that would mean something to a file system.
fn file_name(message_id: &str) -> String {
    let gauche = message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
    gauche.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

/// Readable by the account of the server alone: a message carries personal data.
fn create(chemin: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(chemin)
}

#[cfg(test)]
mod tests {
    use super::super::adresse::Expediteur;
    use super::*;

    #[test]
    fn one_file_per_sending_named_by_its_message_id() {
        let dossier = tempfile::tempdir().unwrap();
        let courriels = dossier.path().join("courriels");
        let expediteur = Expediteur::parse("maillage@example.org").unwrap();
        let adresses = ["parquet-meaux@example.org".to_owned()];
        for octets in [b"premier essai".as_slice(), b"second essai"] {
            let pli = Pli {
                message_id: "<0193-a@example.org>",
                expediteur: &expediteur,
                adresses: &adresses,
                octets,
            };
            write(&courriels, &pli).unwrap();
        }
        let noms: Vec<_> = fs::read_dir(&courriels).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(noms, ["0193-a.eml"], "one file, and nothing half-written");
        assert_eq!(fs::read(courriels.join("0193-a.eml")).unwrap(), b"second essai");
    }

    #[test]
    fn name_never_leaves_the_folder() {
        assert_eq!(file_name("<../../etc/passwd@example.org>"), "______etc_passwd");
    }
}
