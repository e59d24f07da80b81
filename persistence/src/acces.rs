//! The journal of accesses (SEC-4): appended in groups by its own writer, before the first byte of the answer.

use diesel::prelude::*;
use domain::acces::Acces;

use crate::chaine::{Chainee, Journal, Maillon, Tete};
use crate::connexion::Cnx;
use crate::dialect;
use crate::erreur::Erreur;
use crate::schema::acces;
use crate::types::{Id, Instant};

/// One line, as stored: the chain covers exactly these columns.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = acces)]
pub(crate) struct AccesRow {
    seq: i64,
    agent: Id,
    organisation: Id,
    roles: String,
    operation: String,
    sujet: Option<Id>,
    dossier: Option<Id>,
    sections: String,
    decision: String,
    le: Instant,
    empreinte: Vec<u8>,
}

/// Appends these lines after the head and moves the head, which the writer stores once per transaction.
pub(crate) fn append<'l>(
    cnx: &mut Cnx,
    tete: &mut Tete,
    lignes: impl Iterator<Item = &'l Acces>,
) -> Result<(), Erreur> {
    let mut rangees = Vec::new();
    for ligne in lignes {
        let mut rangee = AccesRow::new(tete.seq.saturating_add(1), ligne);
        let empreinte = rangee.digest(&tete.empreinte);
        rangee.empreinte = empreinte.to_vec();
        *tete = Tete { seq: rangee.seq, empreinte };
        rangees.push(rangee);
    }
    dialect::insert_acces(cnx, rangees)
}

impl Chainee for AccesRow {
    fn seq(&self) -> i64 {
        self.seq
    }

    fn empreinte(&self) -> &[u8] {
        &self.empreinte
    }

    fn digest(&self, precedente: &[u8]) -> [u8; 32] {
        Maillon::after(Journal::Acces, precedente)
            .entier(self.seq)
            .id(Some(self.agent.0))
            .id(Some(self.organisation.0))
            .texte(&self.roles)
            .texte(&self.operation)
            .id(self.sujet.map(|id| id.0))
            .id(self.dossier.map(|id| id.0))
            .texte(&self.sections)
            .texte(&self.decision)
            .instant(self.le.utc())
            .finish()
    }
}

impl AccesRow {
    fn new(seq: i64, ligne: &Acces) -> Self {
        Self {
            seq,
            agent: Id(ligne.agent.0),
            organisation: Id(ligne.organisation.0),
            roles: ligne.roles.iter().map(|role| role.code()).collect::<Vec<_>>().join(","),
            operation: ligne.operation.to_owned(),
            sujet: ligne.sujet.map(Id),
            dossier: ligne.dossier.map(|dossier| Id(dossier.0)),
            sections: ligne.sections.iter().map(|section| section.code()).collect::<Vec<_>>().join(","),
            decision: ligne.decision.code().to_owned(),
            le: Instant::from(ligne.le),
            empreinte: Vec::new(),
        }
    }
}
