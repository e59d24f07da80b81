//! Proves that both journals are whole, or says where and why they are not.

mod journal;

use std::fmt;
use std::time::Duration;

use domain::territoire::CodeTerritoire;

use crate::chaine::Journal;
use crate::coffre::Coffre;
use crate::connexion::{self, Mode};
use crate::emplacement::Emplacement;
use crate::erreur::Erreur;
use crate::migration;

/// What the verification of a territoire found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rapport {
    /// The territoire.
    pub code: CodeTerritoire,
    /// The journal of facts, then the journal of accesses.
    pub journaux: Vec<JournalVerifie>,
}

/// What the verification of one journal found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalVerifie {
    /// Its table.
    pub table: &'static str,
    /// Lines that were read.
    pub lignes: u64,
    /// Checkpoints that were compared.
    pub jalons: u64,
    /// What is wrong, in the order of the journal: the first hundred.
    pub anomalies: Vec<Anomalie>,
    /// How many more there are.
    pub autres: u64,
}

/// One thing that is wrong in a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anomalie {
    /// At which line, when it is one.
    pub seq: Option<i64>,
    /// Of which kind.
    pub nature: Nature,
    /// French, for whoever answers for the journal.
    pub message: String,
}

/// The kinds of anomaly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A line, or the one before, was edited, moved or inserted.
    Ligne,
    /// A line cannot be read.
    Illisible,
    /// Lines are missing in the middle.
    Manque,
    /// The end was cut.
    Coupure,
    /// Lines follow the head.
    Ajout,
    /// The head was edited, or does not fit the last line.
    Tete,
    /// A checkpoint knows another line than the one there is.
    Jalon,
    /// What keeps the database from changing the journal was removed.
    Protection,
    /// The file itself is damaged.
    Fichier,
}

/// Verifies both journals of a territoire: chains, heads and checkpoints. It only reads, page by page, and the server
/// may go on writing.
///
/// # Errors
/// When the keys, the key store or the database cannot be opened: nothing is known then.
pub fn verify(place: &Emplacement) -> Result<Rapport, Erreur> {
    let coffre = Coffre::open(place, Duration::from_secs(60), Duration::from_secs(10))?;
    let mut journaux = Vec::new();
    for (journal, cible) in
        [(Journal::Faits, migration::base_target(place)?), (Journal::Acces, migration::acces_target(place)?)]
    {
        let mut cnx = connexion::open(&cible, Mode::Lecture)?;
        journaux.push(journal::verify(&mut cnx, journal, &coffre)?);
    }
    Ok(Rapport { code: place.code.clone(), journaux })
}

impl Rapport {
    /// Whether nothing was found.
    pub fn is_intact(&self) -> bool {
        self.journaux.iter().all(|journal| journal.anomalies.is_empty())
    }
}

impl fmt::Display for Rapport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for journal in &self.journaux {
            write!(
                f,
                "Territoire {}, journal « {} » : {} lignes, {} jalons : ",
                self.code, journal.table, journal.lignes, journal.jalons
            )?;
            if journal.anomalies.is_empty() {
                writeln!(f, "intact.")?;
                continue;
            }
            writeln!(f, "ALTÉRÉ.")?;
            for anomalie in &journal.anomalies {
                writeln!(f, "  - {}", anomalie.message)?;
            }
            if journal.autres > 0 {
                writeln!(f, "  - et {} autres anomalies.", journal.autres)?;
            }
        }
        Ok(())
    }
}
