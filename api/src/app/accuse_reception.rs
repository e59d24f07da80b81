//! The acknowledgements that a Parquet's tool pushes: one or many, as often as it wants (SIG-5).

use domain::acces::Acces;
use domain::accuse_reception::{Accuse, AccuseInscrit};
use domain::acteur::Role;
use domain::echeance::Regle;
use domain::fait::Fait;
use domain::identifiant::AccuseId;
use domain::refus::Refus;
use domain::signalement::Destinataires;
use persistence::{Ecriture, accuse_reception, echeance, envoi, signalement};

use super::signalement::detail;
use super::{Appel, Erreur, Resultat};

/// Lines of a batch that one transaction takes: the others who write do not wait for five hundred.
const LIGNES_PAR_TRANSACTION: usize = 25;

/// What became of one line of a batch.
pub type Issue = Result<AccuseInscrit, Refus>;

/// Pushes one acknowledgement. The same content again changes nothing and answers the same.
///
/// # Errors
/// Not a Parquet; a date to come; an unknown reference, a draft or another Parquet's signalement (the same answer); a
/// reference that served for something else; the base fails.
pub fn push(appel: &Appel, accuse: Accuse) -> Resultat<AccuseInscrit> {
    require_parquet(appel)?;
    prepare(appel, std::slice::from_ref(&accuse))?;
    let appel = appel.clone();
    let base = appel.base.clone();
    base.write(move |tx| push_in(tx, &appel, accuse))
}

/// Pushes the well-formed lines of a batch, in order, each on its own: a refused line undoes no other. Gives one
/// outcome per line and the refusals for the journal of accesses.
///
/// # Errors
/// Not a Parquet; the base fails: then the lines already written stay, and the same batch may be pushed again.
pub fn push_batch(appel: &Appel, lignes: Vec<Accuse>) -> Resultat<(Vec<Issue>, Vec<Acces>)> {
    require_parquet(appel)?;
    let mut issues = Vec::with_capacity(lignes.len());
    for groupe in lignes.chunks(LIGNES_PAR_TRANSACTION) {
        prepare(appel, groupe)?;
        let (groupe, demande) = (groupe.to_vec(), appel.clone());
        let ecrites: Vec<Issue> = appel.base.write(move |tx| {
            groupe.into_iter().map(|accuse| line(push_in(tx, &demande, accuse))).collect::<Resultat<Vec<_>>>()
        })?;
        issues.extend(ecrites);
    }
    let refusees = issues.iter().filter(|issue| issue.is_err()).count();
    let acces = vec![appel.refusal("push_accuses_reception", None); refusees];
    Ok((issues, acces))
}

/// Pushes one acknowledgement inside a transaction: refuses before it writes anything.
///
/// # Errors
/// Those of [`push`].
pub fn push_in(tx: &mut Ecriture<'_>, appel: &Appel, accuse: Accuse) -> Resultat<AccuseInscrit> {
    accuse.check(appel.now)?;
    let parquet = appel.acteur.organisation;
    if let Some(deja) = accuse_reception::find_by_reference(tx, parquet, &accuse.reference_parquet)? {
        return if deja.accuse == accuse { Ok(deja) } else { Err(already_used().into()) };
    }
    let found = signalement::find_addressed_to(tx, parquet, &accuse.reference)?;
    let signalement = found.ok_or_else(Refus::introuvable)?;
    let id = AccuseId(appel.new_id());
    // This rule does not look at the directory.
    let signalement = signalement.accuser(id, &detail::context(appel, &Destinataires::default()))?;
    let dossier = signalement.dossier;
    let inscrit = AccuseInscrit { id, parquet, signalement: signalement.id, accuse, recu_le: appel.now };
    accuse_reception::insert(tx, &inscrit, dossier)?;
    signalement::update(tx, &signalement)?;
    envoi::mark_acknowledged(tx, signalement.id, parquet)?;
    let fait = Fait::SignalementRecu {
        signalement: signalement.id,
        dossier,
        accuse: id,
        parquet,
        date: inscrit.accuse.date,
        sursis: inscrit.accuse.sursis,
    };
    tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
    for suivie in echeance::list_for(tx, signalement.id.0, Regle::Sig8)? {
        let fait = Fait::EcheanceTenue { echeance: suivie.id, dossier, sujet: suivie.sujet };
        echeance::update(tx, &suivie.tenir(appel.now))?;
        tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
    }
    Ok(inscrit)
}

/// Brings the keys of the dossiers into memory: a closure of the writer waits for no key store.
fn prepare(appel: &Appel, accuses: &[Accuse]) -> Resultat<()> {
    let parquet = appel.acteur.organisation;
    let vises = appel.base.read(|s| {
        let find = |accuse: &Accuse| signalement::find_addressed_to(s, parquet, &accuse.reference);
        accuses.iter().map(find).collect::<Result<Vec<_>, persistence::Erreur>>()
    })?;
    for signalement in vises.into_iter().flatten() {
        appel.base.coffre().prepare(signalement.dossier)?;
    }
    Ok(())
}

fn require_parquet(appel: &Appel) -> Result<(), Refus> {
    if appel.acteur.has(Role::Parquet) {
        return Ok(());
    }
    Err(Refus::interdit(Some("SIG-5"), "Seul un parquet accuse réception d’un signalement."))
}

fn already_used() -> Refus {
    let message = "Cette référence du parquet a déjà servi pour un autre contenu.";
    Refus::conflit("reference_parquet_deja_utilisee", "SIG-5", message)
}

/// A refusal belongs to its line; a failing base stops the batch.
fn line(issue: Resultat<AccuseInscrit>) -> Resultat<Issue> {
    match issue {
        Ok(inscrit) => Ok(Ok(inscrit)),
        Err(Erreur::Refus(refus)) => Ok(Err(refus)),
        Err(autre) => Err(autre),
    }
}
