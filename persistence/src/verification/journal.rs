//! Walks one journal from its first line to its head, beside its checkpoints.

use diesel::prelude::*;

use super::{Anomalie, JournalVerifie, Nature};
use crate::acces::AccesRow;
use crate::chaine::{Chainee, Journal, Tete, TeteLue};
use crate::coffre::Coffre;
use crate::coffre::jalon::Jalon;
use crate::connexion::Cnx;
use crate::dialect;
use crate::erreur::Erreur;
use crate::faits::FaitRow;
use crate::schema::{acces, fait};

/// Lines, or checkpoints, in memory at once.
const PAGE: i64 = 1000;

/// Anomalies that are told one by one: a journal rewritten from its start would tell one per line.
const ANOMALIES_DITES: usize = 100;

/// Verifies one journal. The last checkpoint is read first and the head next: a line is committed before its
/// checkpoint is laid, so that a journal at work never looks cut.
pub(super) fn verify(cnx: &mut Cnx, journal: Journal, coffre: &Coffre) -> Result<JournalVerifie, Erreur> {
    let dernier_jalon = coffre.last_jalon(journal)?.unwrap_or(0);
    let (tete, fin) = head_and_end(cnx, journal)?;
    let tete = tete.and_then(|(seq, empreinte, sceau)| Tete::check(journal, coffre, seq, &empreinte, &sceau));
    let mut marche = Marche::new(journal, coffre);
    if !dialect::is_guarded(cnx, journal)? {
        marche.note(None, Nature::Protection, protection(journal));
    }
    marche.walk(cnx, fin)?;
    marche.compare_jalons(fin)?;
    marche.end(tete.as_ref(), fin, dernier_jalon);
    for dommage in dialect::damages(cnx, journal.code()) {
        marche.note(None, Nature::Fichier, format!("Le fichier de la base est abîmé : {dommage}."));
    }
    Ok(marche.bilan)
}

/// The walk, and where it stands.
struct Marche<'c> {
    journal: Journal,
    coffre: &'c Coffre,
    jalons: Vec<Jalon>,
    jalons_lus: i64,
    /// Number and digest of the line before; no digest when that line is missing or unreadable.
    seq: i64,
    empreinte: Option<Vec<u8>>,
    bilan: JournalVerifie,
}

impl<'c> Marche<'c> {
    fn new(journal: Journal, coffre: &'c Coffre) -> Self {
        let bilan =
            JournalVerifie { table: journal.code(), lignes: 0, jalons: 0, anomalies: Vec::new(), autres: 0 };
        let empreinte = Some(Tete::VIDE.empreinte.to_vec());
        Self { journal, coffre, jalons: Vec::new(), jalons_lus: 0, seq: 0, empreinte, bilan }
    }

    fn walk(&mut self, cnx: &mut Cnx, fin: i64) -> Result<(), Erreur> {
        let mut apres = i64::MIN;
        loop {
            let lignes = match page(cnx, self.journal, apres, fin) {
                Ok(lignes) => lignes.into_iter().map(|ligne| (ligne.seq(), Some(ligne))).collect(),
                Err(erreur) if erreur.is_transient() => return Err(erreur),
                Err(_) => one_by_one(cnx, self.journal, apres, fin)?,
            };
            let Some((derniere, _)) = lignes.last() else { return Ok(()) };
            apres = *derniere;
            for (seq, ligne) in lignes {
                self.step(seq, ligne)?;
            }
        }
    }

    fn step(&mut self, seq: i64, ligne: Option<Box<dyn Chainee>>) -> Result<(), Erreur> {
        self.bilan.lignes += 1;
        if seq < 1 {
            self.note(
                Some(seq),
                Nature::Ligne,
                format!("La ligne {seq} a été ajoutée : la première est la 1."),
            );
            return Ok(());
        }
        if seq > self.seq + 1 {
            self.compare_jalons(seq - 1)?;
            let (de, a) = (self.seq + 1, seq - 1);
            self.note(Some(de), Nature::Manque, format!("Les lignes {de} à {a} manquent."));
            self.empreinte = None;
        }
        let Some(ligne) = ligne else {
            self.note(
                Some(seq),
                Nature::Illisible,
                format!("La ligne {seq} ne se lit plus : elle a été modifiée."),
            );
            (self.seq, self.empreinte) = (seq, None);
            return Ok(());
        };
        if self.empreinte.as_ref().is_some_and(|precedente| ligne.digest(precedente) != ligne.empreinte()) {
            self.note(
                Some(seq),
                Nature::Ligne,
                format!("La ligne {seq} rompt la chaîne : elle, ou la précédente, a été modifiée, déplacée ou ajoutée."),
            );
        }
        (self.seq, self.empreinte) = (seq, Some(ligne.empreinte().to_vec()));
        if self.jalons.last().is_none_or(|jalon| jalon.seq <= seq) {
            self.compare_jalons(seq)?;
        }
        Ok(())
    }

    /// Compares the checkpoints up to this number with the line where the walk stands.
    fn compare_jalons(&mut self, jusqu_a: i64) -> Result<(), Erreur> {
        while let Some(jalon) = self.next_jalon(jusqu_a)? {
            self.bilan.jalons += 1;
            let seq = jalon.seq;
            if !self.coffre.is_ours(self.journal, &jalon) {
                self.note(
                    Some(seq),
                    Nature::Jalon,
                    format!("Le jalon de la ligne {seq} a été modifié ou ajouté."),
                );
            } else if seq != self.seq || self.empreinte.as_ref() != Some(&jalon.empreinte) {
                self.note(
                    Some(seq),
                    Nature::Jalon,
                    format!("La ligne {seq} n’est pas celle que son jalon a connue : le journal a été réécrit jusque-là."),
                );
            }
        }
        Ok(())
    }

    /// Checkpoints in order, the next one last in memory.
    fn next_jalon(&mut self, jusqu_a: i64) -> Result<Option<Jalon>, Erreur> {
        if self.jalons.is_empty() {
            self.jalons = self.coffre.list_jalons(self.journal, self.jalons_lus, PAGE)?;
            self.jalons.reverse();
        }
        if self.jalons.last().is_none_or(|jalon| jalon.seq > jusqu_a) {
            return Ok(None);
        }
        let jalon = self.jalons.pop();
        self.jalons_lus = jalon.as_ref().map_or(self.jalons_lus, |jalon| jalon.seq);
        Ok(jalon)
    }

    fn end(&mut self, tete: Option<&Tete>, fin: i64, dernier_jalon: i64) {
        let Some(tete) = tete else {
            self.note(
                None,
                Nature::Tete,
                "La tête du journal a été modifiée : son sceau n’est pas le nôtre.".to_owned(),
            );
            return self.note_cut(fin, dernier_jalon, "le dernier jalon");
        };
        if fin > tete.seq {
            let de = tete.seq + 1;
            self.note(
                Some(de),
                Nature::Ajout,
                format!("Les lignes {de} à {fin} suivent la tête : elles ont été ajoutées, ou une tête ancienne remise."),
            );
        } else if fin == tete.seq && self.empreinte.as_deref() != Some(tete.empreinte.as_slice()) && fin > 0 {
            self.note(
                Some(fin),
                Nature::Tete,
                format!("La ligne {fin}, la dernière, n’est pas celle de la tête."),
            );
        }
        let (attendue, temoin) = if tete.seq >= dernier_jalon {
            (tete.seq, "la tête")
        } else {
            (dernier_jalon, "le dernier jalon")
        };
        self.note_cut(fin, attendue, temoin);
    }

    fn note_cut(&mut self, fin: i64, attendue: i64, temoin: &str) {
        if fin < attendue {
            let de = fin + 1;
            let message =
                format!("La fin est coupée : les lignes {de} à {attendue} manquent, {temoin} l’atteste.");
            self.note(Some(de), Nature::Coupure, message);
        }
    }

    fn note(&mut self, seq: Option<i64>, nature: Nature, message: String) {
        if self.bilan.anomalies.len() < ANOMALIES_DITES {
            self.bilan.anomalies.push(Anomalie { seq, nature, message });
        } else {
            self.bilan.autres += 1;
        }
    }
}

/// The head and the number of the last line, of one instant.
fn head_and_end(cnx: &mut Cnx, journal: Journal) -> Result<(Option<TeteLue>, i64), Erreur> {
    dialect::begin_read(cnx)?;
    let tete = dialect::read_head(cnx, journal);
    let fin: QueryResult<Option<i64>> = match journal {
        Journal::Faits => fait::table.select(diesel::dsl::max(fait::seq)).first(cnx),
        Journal::Acces => acces::table.select(diesel::dsl::max(acces::seq)).first(cnx),
    };
    dialect::rollback(cnx)?;
    // A head that does not read at all is a head that was edited.
    let tete = match tete {
        Err(erreur) if erreur.is_transient() => return Err(erreur),
        tete => tete.ok().flatten(),
    };
    Ok((tete, fin?.unwrap_or(0)))
}

/// The lines after a number, in order.
fn page(cnx: &mut Cnx, journal: Journal, apres: i64, fin: i64) -> Result<Vec<Box<dyn Chainee>>, Erreur> {
    macro_rules! page {
        ($table:ident, $row:ident) => {{
            let lignes: Vec<$row> = $table::table
                .filter($table::seq.gt(apres).and($table::seq.le(fin)))
                .order($table::seq.asc())
                .limit(PAGE)
                .select($row::as_select())
                .load(cnx)?;
            lignes.into_iter().map(|ligne| Box::new(ligne) as Box<dyn Chainee>).collect()
        }};
    }
    Ok(match journal {
        Journal::Faits => page!(fait, FaitRow),
        Journal::Acces => page!(acces, AccesRow),
    })
}

type Lues = Vec<(i64, Option<Box<dyn Chainee>>)>;

/// A page in which a line does not read: which one?
fn one_by_one(cnx: &mut Cnx, journal: Journal, apres: i64, fin: i64) -> Result<Lues, Erreur> {
    macro_rules! seqs {
        ($table:ident) => {
            $table::table
                .filter($table::seq.gt(apres).and($table::seq.le(fin)))
                .order($table::seq.asc())
                .limit(PAGE)
                .select($table::seq)
                .load(cnx)?
        };
    }
    let seqs: Vec<i64> = match journal {
        Journal::Faits => seqs!(fait),
        Journal::Acces => seqs!(acces),
    };
    let mut lues = Vec::with_capacity(seqs.len());
    for seq in seqs {
        match page(cnx, journal, seq - 1, seq) {
            Ok(ligne) => lues.push((seq, ligne.into_iter().next())),
            Err(erreur) if erreur.is_transient() => return Err(erreur),
            Err(_) => lues.push((seq, None)),
        }
    }
    Ok(lues)
}

fn protection(journal: Journal) -> String {
    format!(
        "La base laisse modifier ou supprimer les lignes de « {} » : ses protections ont été retirées.",
        journal.code()
    )
}

#[cfg(test)]
mod tests;
