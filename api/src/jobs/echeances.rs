//! What time alone brings: a deadline that passed becomes a fact, once, before anything is said of it (SIG-8, §15).

use chrono::{DateTime, Utc};
use domain::acteur::Auteur;
use domain::calendrier::paris_date;
use domain::echeance::Echeance;
use domain::fait::Fait;
use persistence::{Base, Ecriture, Session, echeance};

use crate::app::Resultat;

/// Deadlines written in one transaction.
const LOT: i64 = 50;

/// Writes the fact of each deadline that passed and that nobody met.
///
/// # Errors
/// The base fails.
pub fn write_passed(base: &Base, now: DateTime<Utc>) -> Resultat<()> {
    let passees = base.read(|s| passed(s, now))?;
    if passees.is_empty() {
        return Ok(());
    }
    for suivie in &passees {
        base.coffre().prepare(suivie.dossier)?;
    }
    base.write(move |tx| {
        for suivie in passed(tx, now)? {
            write_one(tx, suivie, now)?;
        }
        Ok(())
    })
}

/// Writes that one deadline passed, inside a transaction.
///
/// # Errors
/// The base fails.
pub fn write_one(tx: &mut Ecriture<'_>, suivie: Echeance, now: DateTime<Utc>) -> Resultat<()> {
    let fait = Fait::EcheanceDepassee {
        echeance: suivie.id,
        dossier: suivie.dossier,
        sujet: suivie.sujet,
        regle: suivie.regle.code().to_owned(),
        due_le: suivie.due_le,
    };
    let survenu_le = suivie.limite().unwrap_or(now);
    echeance::update(tx, &suivie.depasser(now))?;
    tx.record(&fait, Auteur::Systeme, survenu_le, now)?;
    Ok(())
}

fn passed(s: &mut Session<'_>, now: DateTime<Utc>) -> Result<Vec<Echeance>, persistence::Erreur> {
    let candidates = echeance::list_to_alert(s, paris_date(now), LOT)?;
    Ok(candidates.into_iter().filter(|suivie| suivie.is_to_alert(now)).collect())
}
