//! The chain that both journals are: each line's digest covers the line before, and a sealed head ends it.

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::coffre::{Coffre, Usage};
use crate::connexion::Cnx;
use crate::dialect;
use crate::erreur::Erreur;
use crate::schema::{tete_acces, tete_de_chaine};

/// Which journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Journal {
    /// The facts.
    Faits,
    /// The accesses.
    Acces,
}

/// Where a journal ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tete {
    /// Number of the last line; zero before the first.
    pub(crate) seq: i64,
    /// Digest of the last line.
    pub(crate) empreinte: [u8; 32],
}

/// One line of a journal, as stored.
pub(crate) trait Chainee {
    /// Its number.
    fn seq(&self) -> i64;
    /// The digest that it bears.
    fn empreinte(&self) -> &[u8];
    /// The digest that it must bear after that one.
    fn digest(&self, precedente: &[u8]) -> [u8; 32];
}

/// A head as stored: number, digest, seal.
pub(crate) type TeteLue = (i64, Vec<u8>, Vec<u8>);

/// The digest of one line, built column by column; each is tagged and preceded by its length, so that no two
/// lines share a digest. The order and the tags are frozen.
pub(crate) struct Maillon(Context);

impl Journal {
    /// The name of its table, which is its name everywhere.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Faits => "fait",
            Self::Acces => "acces",
        }
    }

    /// The table of its head.
    pub(crate) fn head_table(self) -> &'static str {
        match self {
            Self::Faits => "tete_de_chaine",
            Self::Acces => "tete_acces",
        }
    }
}

impl Tete {
    /// The head of an empty journal.
    pub(crate) const VIDE: Self = Self { seq: 0, empreinte: [0; 32] };

    /// Locks the head until the end of the transaction and reads it. A head that was not sealed by this territoire
    /// is refused: extending it would make it ours.
    pub(crate) fn lock(cnx: &mut Cnx, journal: Journal, coffre: &Coffre) -> Result<Self, Erreur> {
        let (seq, empreinte, sceau) = dialect::lock_head(cnx, journal)?;
        Self::check(journal, coffre, seq, &empreinte, &sceau)
            .ok_or_else(|| Erreur::corrompu(journal.head_table(), seq))
    }

    /// The head that these columns say, if their seal is ours.
    pub(crate) fn check(
        journal: Journal,
        coffre: &Coffre,
        seq: i64,
        empreinte: &[u8],
        sceau: &[u8],
    ) -> Option<Self> {
        let tete = Self { seq, empreinte: empreinte.try_into().ok()? };
        let scellee = if sceau.is_empty() {
            tete == Self::VIDE
        } else {
            coffre.is_mac(Usage::Journal, &tete.parts(journal, coffre, &seq.to_be_bytes()), sceau)
        };
        scellee.then_some(tete)
    }

    /// Writes the head, sealed.
    pub(crate) fn store(&self, cnx: &mut Cnx, journal: Journal, coffre: &Coffre) -> Result<(), Erreur> {
        let sceau = coffre.mac(Usage::Journal, &self.parts(journal, coffre, &self.seq.to_be_bytes()));
        let (empreinte, sceau) = (self.empreinte.as_slice(), sceau.as_slice());
        macro_rules! store {
            ($table:ident) => {
                diesel::update($table::table.find(1))
                    .set(($table::seq.eq(self.seq), $table::empreinte.eq(empreinte), $table::sceau.eq(sceau)))
                    .execute(cnx)?
            };
        }
        let changees = match journal {
            Journal::Faits => store!(tete_de_chaine),
            Journal::Acces => store!(tete_acces),
        };
        if changees == 1 { Ok(()) } else { Err(Erreur::corrompu(journal.head_table(), self.seq)) }
    }

    fn parts<'p>(&'p self, journal: Journal, coffre: &'p Coffre, seq: &'p [u8]) -> [&'p [u8]; 5] {
        [
            b"maillage/tete/1",
            coffre.code().as_str().as_bytes(),
            journal.code().as_bytes(),
            seq,
            &self.empreinte,
        ]
    }
}

impl Maillon {
    /// Starts the digest of a line of this journal after that one.
    pub(crate) fn after(journal: Journal, precedente: &[u8]) -> Self {
        let mut maillon = Self(Context::new(&SHA256));
        maillon.part(b'd', b"maillage/chaine/1");
        maillon.part(b'd', journal.code().as_bytes());
        maillon.part(b'p', precedente);
        maillon
    }

    /// A number.
    pub(crate) fn entier(mut self, valeur: i64) -> Self {
        self.part(b'i', &valeur.to_be_bytes());
        self
    }

    /// A number that may be absent.
    pub(crate) fn entier_option(self, valeur: Option<i64>) -> Self {
        match valeur {
            Some(valeur) => self.entier(valeur),
            None => self.absent(),
        }
    }

    /// A text.
    pub(crate) fn texte(mut self, valeur: &str) -> Self {
        self.part(b't', valeur.as_bytes());
        self
    }

    /// An identifier that may be absent.
    pub(crate) fn id(mut self, valeur: Option<Uuid>) -> Self {
        match valeur {
            Some(id) => {
                self.part(b'u', id.as_bytes());
                self
            }
            None => self.absent(),
        }
    }

    /// An instant, to the microsecond.
    pub(crate) fn instant(self, valeur: DateTime<Utc>) -> Self {
        self.entier(valeur.timestamp_micros())
    }

    /// Bytes, as stored.
    pub(crate) fn octets(mut self, valeur: &[u8]) -> Self {
        self.part(b'b', valeur);
        self
    }

    /// The digest.
    pub(crate) fn finish(self) -> [u8; 32] {
        let mut sortie = [0; 32];
        for (octet, lu) in sortie.iter_mut().zip(self.0.finish().as_ref()) {
            *octet = *lu;
        }
        sortie
    }

    fn absent(mut self) -> Self {
        self.part(b'n', b"");
        self
    }

    fn part(&mut self, genre: u8, octets: &[u8]) {
        self.0.update(&[genre]);
        self.0.update(&u64::try_from(octets.len()).unwrap_or(u64::MAX).to_be_bytes());
        self.0.update(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::essai::now;

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    #[test]
    fn the_chain_is_frozen() {
        let maillon = |journal| {
            Maillon::after(journal, &[7; 32])
                .entier(1)
                .texte("dossier_ouvert")
                .id(Some(Uuid::from_u128(5)))
                .id(None)
                .instant(now())
                .entier_option(None)
                .octets(b"\x00\x01")
                .finish()
        };
        assert_eq!(
            hex(&maillon(Journal::Faits)),
            "778b56f10f35b65692d393e359f9319e6a886d6a20302a85d277f739244e0e99"
        );
        assert_eq!(
            hex(&maillon(Journal::Acces)),
            "0017c7c92ef07fded7b69e33dc289859f3b3cff1db30e48e5267bf428db0b046"
        );
    }

    #[test]
    fn columns_never_run_into_each_other() {
        let base = || Maillon::after(Journal::Faits, &[]);
        let vus = [
            base().texte("ab").texte("c").finish(),
            base().texte("a").texte("bc").finish(),
            base().texte("abc").finish(),
            base().octets(b"abc").finish(),
            base().texte("abc").id(None).finish(),
            base().texte("abc").texte("").finish(),
            base().entier(0).finish(),
            base().entier_option(None).finish(),
            Maillon::after(Journal::Acces, &[]).texte("abc").finish(),
        ];
        assert_eq!(vus.iter().collect::<std::collections::HashSet<_>>().len(), vus.len());
    }
}
