//! The circuit of a signalement: draft, change, transmit, give up, close, and look (SIG-1…4, SIG-8).

pub(crate) mod detail;
mod redaction;
mod transmission;

use domain::acces::Cercle;
use domain::fait::Fait;
use domain::identifiant::SignalementId;
use domain::organisation::Organisation;
use domain::refus::Refus;
use domain::signalement::{Contexte, MotifCloture, Resume, Signalement};
use persistence::signalement::Filtre;
use persistence::{Session, cercle};

pub use detail::Detail;
pub use redaction::{Nouveau, create, create_in, update};
pub use transmission::{transmit, transmit_in};

use super::idempotence::{Reponse, Unique, once};
use super::{Appel, Lu, Resultat};

/// One signalement, in the sections open to the caller.
///
/// # Errors
/// Not found when absent or invisible; the base fails.
pub fn show(appel: &Appel, id: SignalementId) -> Resultat<Lu<Detail>> {
    let detail = appel.base.read(|s| {
        let (signalement, cercle) = visible(s, appel, id)?;
        Detail::load(s, appel, signalement, &cercle)
    })?;
    let acces = appel.look("show_signalement", id.0, detail.signalement.dossier, &detail.sections);
    Ok(Lu { valeur: detail, acces: vec![acces] })
}

/// The signalements that the caller may see, the newest first, with the directory to name their organisations.
///
/// # Errors
/// The base fails.
pub fn list(
    appel: &Appel,
    filtre: &Filtre,
    apres: Option<SignalementId>,
    limite: i64,
) -> Resultat<Lu<(Vec<Resume>, Vec<Organisation>)>> {
    if !appel.acteur.sees_dossiers() {
        return Ok(Lu::plain((Vec::new(), Vec::new())));
    }
    appel.base.read(|s| {
        let organisation = appel.acteur.organisation;
        let signalements = persistence::signalement::list(s, organisation, appel.now, filtre, apres, limite)?;
        Ok(Lu::plain((signalements, persistence::organisation::list(s)?)))
    })
}

/// Gives a draft up (SIG-4).
///
/// # Errors
/// Not found; the rule that forbids it; the base fails.
pub fn abandon(
    appel: &Appel,
    id: SignalementId,
    unique: Unique,
    rendre: impl FnOnce(&Detail) -> Reponse + Send + 'static,
) -> Resultat<Reponse> {
    transition(appel, id, unique, rendre, |signalement, ctx| {
        let (signalement_id, dossier) = (signalement.id, signalement.dossier);
        let fait = Fait::SignalementAbandonne { signalement: signalement_id, dossier };
        Ok((signalement.abandonner(ctx)?, fait))
    })
}

/// Closes a signalement, by the CRIP, with a reason (SIG-4).
///
/// # Errors
/// Not found; the rule that forbids it; the base fails.
pub fn close(
    appel: &Appel,
    id: SignalementId,
    motif: MotifCloture,
    unique: Unique,
    rendre: impl FnOnce(&Detail) -> Reponse + Send + 'static,
) -> Resultat<Reponse> {
    transition(appel, id, unique, rendre, move |signalement, ctx| {
        let (signalement_id, dossier) = (signalement.id, signalement.dossier);
        let fait = Fait::SignalementClos { signalement: signalement_id, dossier, motif };
        Ok((signalement.clore(motif, ctx)?, fait))
    })
}

/// A transition that changes the state alone and writes one fact.
fn transition(
    appel: &Appel,
    id: SignalementId,
    unique: Unique,
    rendre: impl FnOnce(&Detail) -> Reponse + Send + 'static,
    changer: impl FnOnce(Signalement, &Contexte<'_>) -> Result<(Signalement, Fait), Refus> + Send + 'static,
) -> Resultat<Reponse> {
    let appel = appel.clone();
    let base = appel.base.clone();
    prepare(&appel, id)?;
    base.write(move |tx| {
        let (signalement, cercle) = visible(tx, &appel, id)?;
        once(tx, &appel, &unique, |tx| {
            let destinataires = detail::addressees(&persistence::organisation::list(tx)?);
            let ctx = detail::context(&appel, &destinataires);
            let (signalement, fait) = changer(signalement, &ctx)?;
            persistence::signalement::update(tx, &signalement)?;
            tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
            let dossier = signalement.dossier;
            let detail = Detail::load(tx, &appel, signalement, &cercle)?;
            Ok((dossier, rendre(&detail)))
        })
    })
}

/// Refuses what the caller may not see without making the writer wait, and brings the key of the dossier into memory:
/// a closure of the writer waits for no key store.
fn prepare(appel: &Appel, id: SignalementId) -> Resultat<()> {
    let (signalement, _) = appel.base.read(|s| visible(s, appel, id))?;
    Ok(appel.base.coffre().prepare(signalement.dossier)?)
}

/// The signalement and the caller's place in the cercle of its dossier, or not found: absent and invisible take the
/// same query, and nothing is unsealed for either (SEC-1).
pub(crate) fn visible(
    s: &mut Session<'_>,
    appel: &Appel,
    id: SignalementId,
) -> Resultat<(Signalement, Cercle)> {
    let (acteur, now) = (&appel.acteur, appel.now);
    if !acteur.sees_dossiers() {
        return Err(Refus::introuvable().into());
    }
    let found = persistence::signalement::find_visible(s, id, acteur.organisation, now)?;
    let signalement = found.ok_or_else(Refus::introuvable)?;
    let cercle = cercle::find(s, signalement.dossier, acteur.organisation)?.ok_or_else(Refus::introuvable)?;
    let visible =
        signalement.is_visible_to(acteur.organisation) && !cercle.open_sections(acteur, now).is_empty();
    if visible { Ok((signalement, cercle)) } else { Err(Refus::introuvable().into()) }
}
