//! The wrapping keys of a territoire: the file `77.kek`, made once by the installation, never overwritten.

use std::io::Write;
use std::path::Path;

use zeroize::Zeroizing;

use super::cle::Cle;
use crate::connexion::create_private_dir;
use crate::emplacement::Emplacement;
use crate::erreur::{Erreur, Scellement};

/// First line of the file.
const TITRE: &str = "maillage-kek 1";

/// The wrapping keys, by version; the last one wraps, the others only unwrap.
pub(crate) struct Keks(Vec<(i32, Cle)>);

impl Keks {
    /// Reads `77.kek`.
    pub(crate) fn read(place: &Emplacement) -> Result<Self, Erreur> {
        let chemin = place.kek_file();
        let texte = match std::fs::read_to_string(&chemin) {
            Ok(texte) => Zeroizing::new(texte),
            Err(erreur) if erreur.kind() == std::io::ErrorKind::NotFound => {
                return Err(Erreur::NonMigre(format!(
                    "Le territoire {code} n’est pas installé ici : {chemin} manque. Lancez « maillage migrate --territoire {code} ».",
                    code = place.code,
                    chemin = chemin.display()
                )));
            }
            Err(erreur) => {
                return Err(Erreur::Configuration(format!(
                    "{} ne peut être lu : {erreur}",
                    chemin.display()
                )));
            }
        };
        warn_if_shared(&chemin);
        Self::parse(&texte).ok_or_else(|| {
            Erreur::Configuration(format!("{} n’est pas un fichier de clés d’enveloppe.", chemin.display()))
        })
    }

    /// Makes `77.kek` with one key, durable on return; one that exists is left as it is.
    pub(crate) fn install(place: &Emplacement) -> Result<(), Erreur> {
        if place.is_known() {
            return Ok(());
        }
        create_private_dir(&place.cles_dir)?;
        let texte = Self(vec![(1, Cle::draw()?)]).to_text();
        let chemin = place.kek_file();
        write_once(&place.cles_dir, &chemin, texte.as_bytes()).map_err(|erreur| {
            Erreur::Configuration(format!("{} ne peut être créé : {erreur}", chemin.display()))
        })
    }

    /// The key that wraps today, with its version.
    pub(super) fn current(&self) -> Result<(i32, &Cle), Scellement> {
        self.0.last().map(|(version, cle)| (*version, cle)).ok_or(Scellement::CleAbsente)
    }

    /// A key by its version.
    pub(super) fn get(&self, version: i32) -> Result<&Cle, Scellement> {
        self.0.iter().find(|(v, _)| *v == version).map(|(_, cle)| cle).ok_or(Scellement::CleAbsente)
    }

    fn parse(texte: &str) -> Option<Self> {
        let mut lignes = texte.lines();
        if lignes.next() != Some(TITRE) {
            return None;
        }
        let mut cles: Vec<(i32, Cle)> = Vec::new();
        for ligne in lignes.filter(|ligne| !ligne.is_empty() && !ligne.starts_with('#')) {
            let (version, hexa) = ligne.split_once(' ')?;
            let version = version.parse().ok()?;
            if cles.last().is_some_and(|(derniere, _)| *derniere >= version) {
                return None;
            }
            cles.push((version, Cle::from_slice(&from_hex(hexa)?).ok()?));
        }
        (!cles.is_empty()).then_some(Self(cles))
    }

    fn to_text(&self) -> Zeroizing<String> {
        let mut texte = Zeroizing::new(String::with_capacity(512));
        texte.push_str(TITRE);
        texte.push_str("\n# Clés d’enveloppe. Sans elles, aucune donnée du territoire ne se lit : sauvegardez ce fichier,\n");
        texte.push_str("# à l’écart des données et du magasin de clés.\n");
        for (version, cle) in &self.0 {
            texte.push_str(&version.to_string());
            texte.push(' ');
            for octet in cle.octets() {
                texte.extend(
                    [octet >> 4, octet & 15].map(|n| char::from_digit(u32::from(n), 16).unwrap_or('0')),
                );
            }
            texte.push('\n');
        }
        texte
    }
}

/// Writes a file for its owner alone, durable on return, that nobody ever sees half written; an existing one wins.
fn write_once(dossier: &Path, chemin: &Path, octets: &[u8]) -> std::io::Result<()> {
    let mut provisoire = chemin.as_os_str().to_owned();
    let mut alea = [0; 8];
    aws_lc_rs::rand::fill(&mut alea).map_err(std::io::Error::other)?;
    provisoire.push(format!(".{:016x}", u64::from_be_bytes(alea)));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut fichier = options.open(&provisoire)?;
    fichier.write_all(octets)?;
    fichier.sync_all()?;
    let lie = std::fs::hard_link(&provisoire, chemin);
    std::fs::remove_file(&provisoire)?;
    match lie {
        Err(erreur) if erreur.kind() != std::io::ErrorKind::AlreadyExists => return Err(erreur),
        _ => std::fs::File::open(dossier)?.sync_all()?,
    }
    Ok(())
}

fn from_hex(hexa: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut octets = Zeroizing::new(Vec::with_capacity(32));
    let mut chiffres = hexa.chars().map(|c| c.to_digit(16).and_then(|n| u8::try_from(n).ok()));
    while let Some(haut) = chiffres.next() {
        octets.push(haut? << 4 | chiffres.next()??);
    }
    Some(octets)
}

#[cfg(unix)]
fn warn_if_shared(chemin: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if std::fs::metadata(chemin).is_ok_and(|m| m.permissions().mode() & 0o077 != 0) {
        log::warn!("wrapping keys readable by others than their owner: {}", chemin.display());
    }
}

#[cfg(not(unix))]
fn warn_if_shared(_chemin: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_reads_back_and_rejects_what_is_not_one() {
        let keks = Keks(vec![(1, Cle::draw().unwrap()), (4, Cle::draw().unwrap())]);
        let texte = keks.to_text();
        let lues = Keks::parse(&texte).unwrap();
        assert_eq!(lues.current().unwrap().0, 4);
        assert_eq!(lues.get(1).unwrap().octets(), keks.get(1).unwrap().octets());
        assert!(lues.get(2).is_err());
        let dernier = texte.trim_end().len() - 1;
        for faux in ["", "maillage-kek 2\n", TITRE, &texte[..dernier], &texte.replace("\n4 ", "\n1 ")] {
            assert!(Keks::parse(faux).is_none());
        }
    }
}
