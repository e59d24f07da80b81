//! Checkpoints of the journals, kept in the key store: what a journal was is known away from it.

use diesel::prelude::*;

use super::{Coffre, Usage};
use crate::chaine::{Journal, Tete};
use crate::erreur::Erreur;
use crate::schema::jalon;

/// One checkpoint: at this number, the journal had this digest.
pub(crate) struct Jalon {
    pub(crate) seq: i64,
    pub(crate) empreinte: Vec<u8>,
    sceau: Vec<u8>,
}

impl Coffre {
    /// Writes down where a journal stands; doing it twice changes nothing.
    pub(crate) fn lay_jalon(&self, journal: Journal, tete: &Tete) -> Result<(), Erreur> {
        let sceau =
            self.mac(Usage::Journal, &self.jalon_parts(journal, &tete.seq.to_be_bytes(), &tete.empreinte));
        let pose = self.with_magasin(|cnx| {
            let ligne = (
                jalon::journal.eq(journal.code()),
                jalon::seq.eq(tete.seq),
                jalon::empreinte.eq(tete.empreinte.as_slice()),
                jalon::sceau.eq(sceau.as_slice()),
            );
            diesel::insert_into(jalon::table).values(ligne).execute(cnx).map_err(Erreur::from)
        });
        match pose {
            Ok(_) | Err(Erreur::Conflit { .. }) => Ok(()),
            Err(erreur) => Err(erreur),
        }
    }

    /// The checkpoints of a journal after a number, in order.
    pub(crate) fn list_jalons(
        &self,
        journal: Journal,
        apres: i64,
        limite: i64,
    ) -> Result<Vec<Jalon>, Erreur> {
        let lignes: Vec<(i64, Vec<u8>, Vec<u8>)> = self.with_magasin(|cnx| {
            jalon::table
                .filter(jalon::journal.eq(journal.code()).and(jalon::seq.gt(apres)))
                .order((jalon::seq.asc(), jalon::empreinte.asc()))
                .limit(limite)
                .select((jalon::seq, jalon::empreinte, jalon::sceau))
                .load(cnx)
                .map_err(Erreur::from)
        })?;
        Ok(lignes.into_iter().map(|(seq, empreinte, sceau)| Jalon { seq, empreinte, sceau }).collect())
    }

    /// The number of the last checkpoint of a journal.
    pub(crate) fn last_jalon(&self, journal: Journal) -> Result<Option<i64>, Erreur> {
        self.with_magasin(|cnx| {
            jalon::table
                .filter(jalon::journal.eq(journal.code()))
                .select(diesel::dsl::max(jalon::seq))
                .first(cnx)
                .map_err(Erreur::from)
        })
    }

    /// Whether the checkpoint is one that we laid.
    pub(crate) fn is_ours(&self, journal: Journal, jalon: &Jalon) -> bool {
        let seq = jalon.seq.to_be_bytes();
        let parties = self.jalon_parts(journal, &seq, &jalon.empreinte);
        self.is_mac(Usage::Journal, &parties, &jalon.sceau)
    }

    fn jalon_parts<'p>(&'p self, journal: Journal, seq: &'p [u8], empreinte: &'p [u8]) -> [&'p [u8]; 5] {
        [b"maillage/jalon/1", self.code().as_str().as_bytes(), journal.code().as_bytes(), seq, empreinte]
    }
}
