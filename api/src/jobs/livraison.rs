//! Deliveries: claim by lease, make the message once, send it as stored, record what became of it (SIG-2b).

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::acteur::Auteur;
use domain::echeance::Regle;
use domain::envoi::{Envoi, NatureEnvoi};
use domain::fait::Fait;
use domain::organisation::Contenu;
use domain::signalement::Statut;
use persistence::envoi::{self, Echouee, Prise};
use persistence::{Base, Ecriture, Session, echeance};

use super::Outils;
use crate::app::signalement::detail::named;
use crate::app::{Erreur, Resultat};
use crate::courrier::{self, Courrier, Expediteur, Message, Pli, Remise};

/// Seconds during which a deliverer alone may work on a sending, unless it renews: what a killed process held is taken
/// up again after that.
const BAIL_S: i64 = 30;

/// How often the lease is renewed while the mail server takes its time.
const RENOUVELLEMENT: Duration = Duration::from_secs(10);

/// Delivers the sending that has waited longest. `false` when none is due.
///
/// # Errors
/// The base fails: the lease ends by itself and the sending is taken up again.
pub fn deliver_next(base: &Base, outils: &Outils) -> Resultat<bool> {
    let now = outils.horloge.now();
    if !base.read(|s| envoi::is_any_due(s, now))? {
        return Ok(false);
    }
    let Some(prise) = base.write(move |tx| envoi::claim(tx, now, lease(now)))? else {
        return Ok(false);
    };
    match prepare(base, outils, &prise, now)? {
        Err(cause) => record_failure(base, prise, cause, false, now)?,
        Ok((adresses, octets)) => {
            let pli = Pli {
                message_id: &prise.envoi.message_id,
                expediteur: &outils.expediteur,
                adresses: &adresses,
                octets: &octets,
            };
            let remise = send_renewing(base, outils, &prise, &pli);
            let now = outils.horloge.now();
            match remise {
                Remise::Accepte { refusees } => {
                    if !refusees.is_empty() {
                        log::warn!("envoi {}: {} addresses refused", prise.envoi.id, refusees.len());
                    }
                    record_delivery(base, prise, refusees, now)?;
                }
                Remise::Echec(echec) => {
                    record_failure(base, prise, echec.cause.code(), echec.definitif, now)?;
                }
            }
        }
    }
    Ok(true)
}

/// Sends, and renews the lease as long as it lasts: nobody else sends the same message meanwhile.
fn send_renewing(base: &Base, outils: &Outils, prise: &Prise, pli: &Pli<'_>) -> Remise {
    let (fin, attente) = mpsc::channel::<()>();
    std::thread::scope(|fils| {
        fils.spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = attente.recv_timeout(RENOUVELLEMENT) {
                let (garde, jusqu_a) = (prise.clone(), lease(outils.horloge.now()));
                if let Err(erreur) = base.write(move |tx| envoi::renew(tx, &garde, jusqu_a)) {
                    log::warn!("envoi {}: the lease was not renewed: {erreur}", prise.envoi.id);
                }
            }
        });
        let remise = outils.transport.send(pli);
        drop(fin);
        remise
    })
}

fn lease(now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::seconds(BAIL_S)
}

type Pret = (Vec<String>, Vec<u8>);

/// The message as it is kept, made first when it was not: the same bytes at each attempt.
fn prepare(
    base: &Base,
    outils: &Outils,
    prise: &Prise,
    now: DateTime<Utc>,
) -> Resultat<Result<Pret, &'static str>> {
    base.coffre().prepare(prise.envoi.dossier)?;
    if let Some(message) = base.read(|s| envoi::message(s, &prise.envoi))? {
        return Ok(Ok((prise.envoi.adresses.clone(), message)));
    }
    let compose = base.read(|s| compose(s, &prise.envoi, &outils.expediteur, &outils.url_publique, now))?;
    let message = match compose {
        Ok(message) => message,
        Err(erreur) => {
            log::error!("envoi {}: {}", prise.envoi.id, erreur.code());
            return Ok(Err(erreur.code()));
        }
    };
    let (garde, copie) = (prise.clone(), message.clone());
    let tenu = base.write(move |tx| {
        let empreinte = copie.empreinte();
        envoi::keep_message(tx, &garde, &copie.adresses, &copie.octets, &empreinte)
    })?;
    if tenu { Ok(Ok((message.adresses, message.octets))) } else { Ok(Err("bail_perdu")) }
}

/// Makes the message of a sending from what the base holds.
///
/// # Errors
/// The base fails; inside, why no message can be made.
pub fn compose(
    s: &mut Session<'_>,
    envoi: &Envoi,
    expediteur: &Expediteur,
    url_publique: &url::Url,
    date: DateTime<Utc>,
) -> Resultat<Result<Message, courrier::Erreur>> {
    let signalement = persistence::signalement::find(s, envoi.signalement)?
        .ok_or_else(|| persistence::Erreur::corrompu("signalement", envoi.signalement))?;
    let Some(transmission) = signalement.transmission().cloned() else {
        return Ok(Err(courrier::Erreur::NonTransmis));
    };
    let annuaire = persistence::organisation::list(s)?;
    let destinataire = named(&annuaire, envoi.destinataire)?;
    let due_le = match envoi.nature {
        NatureEnvoi::AlerteAccuse => {
            echeance::list_for(s, envoi.signalement.0, Regle::Sig8)?.first().map(|suivie| suivie.due_le)
        }
        _ => None,
    };
    let courrier = Courrier {
        territoire: &persistence::territoire::get(s)?,
        signalement: &signalement,
        redacteur: &named(&annuaire, signalement.organisation)?,
        parquet: &named(&annuaire, transmission.parquet)?,
        destinataire: &destinataire,
        nature: envoi.nature,
        contenu: if envoi.nature == NatureEnvoi::AlerteAccuse { Contenu::Lien } else { destinataire.contenu },
        due_le,
        message_id: &envoi.message_id,
        date,
        expediteur,
        url_publique,
    };
    Ok(courrier.compose())
}

/// Records that the mail server accepted a sending: the registre, its fact and, for the Parquet's, the report that
/// counts as made (SIG-2).
fn record_delivery(base: &Base, prise: Prise, refusees: Vec<String>, now: DateTime<Utc>) -> Resultat<()> {
    base.write(move |tx| record_delivery_in(tx, &prise, &refusees, now))
}

/// The same, inside a transaction.
///
/// # Errors
/// The base fails.
pub fn record_delivery_in(
    tx: &mut Ecriture<'_>,
    prise: &Prise,
    refusees: &[String],
    now: DateTime<Utc>,
) -> Resultat<()> {
    if !envoi::mark_delivered(tx, prise, refusees, now)? {
        return Ok(());
    }
    let envoi = envoi::find(tx, prise.envoi.id)?
        .ok_or_else(|| persistence::Erreur::corrompu("envoi", prise.envoi.id))?;
    let empreinte = openapi::envoi::hex(envoi.empreinte.as_deref().unwrap_or_default());
    let remis = Fait::EnvoiRemis {
        envoi: envoi.id,
        dossier: envoi.dossier,
        nature: envoi.nature,
        destinataire: envoi.destinataire,
        message_id: envoi.message_id.clone(),
        empreinte,
    };
    tx.record(&remis, Auteur::Systeme, now, now)?;
    if envoi.nature != NatureEnvoi::Signalement {
        return Ok(());
    }
    let signalement = persistence::signalement::find(tx, envoi.signalement)?
        .ok_or_else(|| persistence::Erreur::corrompu("signalement", envoi.signalement))?;
    let (id, dossier, statut) = (signalement.id, signalement.dossier, signalement.statut());
    if signalement.transmission().is_some_and(|t| t.effectue_le.is_none()) {
        persistence::signalement::update(tx, &signalement.effectuer(now))?;
        let fait = Fait::SignalementEffectue { signalement: id, dossier, envoi: envoi.id };
        tx.record(&fait, Auteur::Systeme, now, now)?;
    }
    // The Parquet may have acknowledged what a killed process had sent and not recorded.
    if matches!(statut, Statut::Recu | Statut::Clos) {
        envoi::mark_acknowledged(tx, id, envoi.destinataire)?;
    }
    Ok(())
}

fn record_failure(
    base: &Base,
    prise: Prise,
    cause: &'static str,
    refaire: bool,
    now: DateTime<Utc>,
) -> Resultat<()> {
    let attente = Envoi::retry_delay_s(prise.envoi.tentatives);
    let prochain_essai_le = now + TimeDelta::seconds(attente);
    base.write(move |tx| {
        let echouee = Echouee { cause, prochain_essai_le, refaire };
        if envoi::mark_failed(tx, &prise, echouee)? && prise.envoi.tentatives == 0 {
            let fait = Fait::EnvoiEchoue {
                envoi: prise.envoi.id,
                dossier: prise.envoi.dossier,
                destinataire: prise.envoi.destinataire,
                cause: cause.to_owned(),
            };
            tx.record(&fait, Auteur::Systeme, now, now)?;
        }
        Ok::<_, Erreur>(())
    })
}
