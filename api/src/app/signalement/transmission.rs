//! Handing a report over to the Parquet: what is decided at that instant, in one transaction (SIG-2, SIG-4, SIG-8).

use domain::acces::{Cercle, Voie};
use domain::calendrier::{Calendrier, paris_date};
use domain::echeance::{Echeance, sig_8};
use domain::fait::Fait;
use domain::identifiant::{EcheanceId, OrganisationId, SignalementId};
use domain::mention::Mention;
use domain::organisation::Organisation;
use domain::signalement::{Signalement, Transmission};
use domain::territoire::Parametres;
use persistence::{Ecriture, echeance};

use super::detail::{self, Detail};
use super::redaction::enter;
use super::{prepare, visible};
use crate::app::idempotence::{Reponse, Unique, once};
use crate::app::{Appel, Resultat};

/// Transmits a report: from then on nothing of it changes, and the e-mails leave by themselves.
///
/// # Errors
/// Not found; `SIG-1` with one pointer per missing mention; `SIG-4`; the base fails.
pub fn transmit(
    appel: &Appel,
    id: SignalementId,
    unique: Unique,
    rendre: impl FnOnce(&Detail) -> Reponse + Send + 'static,
) -> Resultat<Reponse> {
    let appel = appel.clone();
    let base = appel.base.clone();
    prepare(&appel, id)?;
    base.write(move |tx| {
        let (signalement, cercle) = visible(tx, &appel, id)?;
        once(tx, &appel, &unique, |tx| {
            let signalement = transmit_in(tx, &appel, signalement)?;
            let dossier = signalement.dossier;
            let detail = Detail::load(tx, &appel, signalement, &cercle)?;
            Ok((dossier, rendre(&detail)))
        })
    })
}

/// Transmits a report inside a transaction.
///
/// # Errors
/// `SIG-1`, `SIG-2`, `SIG-4`; the base fails.
pub fn transmit_in(tx: &mut Ecriture<'_>, appel: &Appel, signalement: Signalement) -> Resultat<Signalement> {
    let annuaire = persistence::organisation::list(tx)?;
    let parametres = persistence::territoire::get(tx)?.parametres;
    let destinataires = detail::addressees(&annuaire);
    let signalement = signalement.transmettre(&detail::context(appel, &destinataires))?;
    let Some(Transmission { parquet, crip, .. }) = signalement.transmission().cloned() else {
        return Err(persistence::Erreur::corrompu("signalement", signalement.id).into());
    };
    persistence::signalement::update(tx, &signalement)?;
    let copies = extra_copies(&annuaire, &parametres, parquet, crip);
    let fait = Fait::SignalementTransmis {
        signalement: signalement.id,
        dossier: signalement.dossier,
        parquet,
        crip,
        copies: copies.clone(),
    };
    tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
    let entries = [(parquet, Voie::Parquet), (crip, Voie::Crip)];
    for (organisation, voie) in entries.into_iter().chain(copies.into_iter().map(|o| (o, Voie::Copie))) {
        enter(tx, appel, Cercle::enter(signalement.dossier, organisation, voie, appel.now))?;
    }
    keep_identity(tx, &signalement)?;
    follow_acknowledgement(tx, appel, &signalement, parquet, &parametres)?;
    Ok(signalement)
}

fn extra_copies(
    annuaire: &[Organisation],
    parametres: &Parametres,
    parquet: OrganisationId,
    crip: OrganisationId,
) -> Vec<OrganisationId> {
    annuaire
        .iter()
        .filter(|o| parametres.copies.contains(&o.code) && o.id != parquet && o.id != crip)
        .map(|o| o.id)
        .collect()
}

/// The dossier bears the identity that the last transmitted report tells (DOS-1).
fn keep_identity(tx: &mut Ecriture<'_>, signalement: &Signalement) -> Resultat<()> {
    let Some(identite) = signalement.rapport.identite_mineur.as_ref().and_then(Mention::valeur) else {
        return Ok(());
    };
    let dossier = persistence::dossier::find(tx, signalement.dossier)?
        .ok_or_else(|| persistence::Erreur::corrompu("dossier", signalement.dossier))?;
    let dossier = domain::dossier::Dossier { identite: Some(identite.clone()), ..dossier };
    Ok(persistence::dossier::update(tx, &dossier)?)
}

/// From the Paris day of transmission runs the delay of the acknowledgement (SIG-8).
fn follow_acknowledgement(
    tx: &mut Ecriture<'_>,
    appel: &Appel,
    signalement: &Signalement,
    parquet: OrganisationId,
    parametres: &Parametres,
) -> Resultat<()> {
    let calendrier = Calendrier { alsace_moselle: parametres.alsace_moselle };
    let calcul = sig_8(paris_date(appel.now), parametres.sig_8_jours_ouvres, calendrier)?;
    let id = EcheanceId(appel.new_id());
    let (sujet, dossier) = (signalement.id.0, signalement.dossier);
    let suivie = Echeance::open(id, sujet, dossier, parquet, &calcul, appel.now);
    echeance::insert(tx, &suivie)?;
    let fait = Fait::EcheanceOuverte {
        echeance: id,
        dossier,
        sujet,
        regle: suivie.regle.code().to_owned(),
        depart: suivie.depart,
        due_le: suivie.due_le,
        due_a: suivie.due_a,
        version_regle: suivie.version_regle,
        organisation: parquet,
    };
    tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
    Ok(())
}
