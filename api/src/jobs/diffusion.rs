//! From facts to lines of the registre d'envoi: the lines and the cursor move in one transaction (SIG-2b).

use chrono::{DateTime, Utc};
use domain::echeance::Regle;
use domain::envoi::{Envoi, NatureEnvoi, StatutEnvoi};
use domain::fait::{Fait, FaitInscrit};
use domain::identifiant::{EnvoiId, OrganisationId, SignalementId};
use persistence::{Base, Ecriture, Session, diffusion, envoi, faits};

use super::Outils;
use crate::app::Resultat;
use crate::courrier::Expediteur;
use crate::hasard::Hasard;

/// The name under which this consumer's cursor is kept.
const CONSOMMATEUR: &str = "courriels";

/// Facts of one transaction.
const LOT: i64 = 50;

/// A sending to make: of which signalement, of which kind, to whom.
type AFaire = (SignalementId, NatureEnvoi, OrganisationId);

/// Inserts the sendings that the new facts call for.
///
/// # Errors
/// The base fails: nothing moved, the next round begins again from the same fact.
pub fn fan_out(base: &Base, outils: &Outils, now: DateTime<Utc>) -> Resultat<()> {
    while base.read(pending)? {
        let (hasard, expediteur) = (outils.hasard.clone(), outils.expediteur.clone());
        base.write(move |tx| fan_out_in(tx, &hasard, &expediteur, now))?;
    }
    Ok(())
}

/// Handles one lot of facts inside a transaction.
///
/// # Errors
/// The base fails.
pub fn fan_out_in(
    tx: &mut Ecriture<'_>,
    hasard: &Hasard,
    expediteur: &Expediteur,
    now: DateTime<Utc>,
) -> Resultat<()> {
    let position = diffusion::position(tx, CONSOMMATEUR)?;
    let lot = faits::list_after(tx, position, LOT)?;
    for inscrit in &lot {
        for (signalement, nature, destinataire) in sendings(tx, inscrit)? {
            let Some(dossier) = inscrit.fait.dossier() else { continue };
            let id = EnvoiId(hasard.id(now));
            let nouveau = Envoi {
                id,
                fait_seq: inscrit.seq,
                dossier,
                signalement,
                nature,
                destinataire,
                statut: StatutEnvoi::AEnvoyer,
                adresses: Vec::new(),
                message_id: expediteur.message_id(id),
                empreinte: None,
                tentatives: 0,
                prochain_essai_le: now,
                remis_le: None,
                erreur: None,
            };
            envoi::insert(tx, &nouveau)?;
        }
    }
    if let Some(dernier) = lot.last() {
        diffusion::advance(tx, CONSOMMATEUR, dernier.seq)?;
    }
    Ok(())
}

/// Whether facts wait to be handled. They are read for it, so that their keys are in memory when the writer reads them
/// again: it waits for no key store.
///
/// # Errors
/// The base fails.
pub fn pending(s: &mut Session<'_>) -> Result<bool, persistence::Erreur> {
    let position = diffusion::position(s, CONSOMMATEUR)?;
    Ok(!faits::list_after(s, position, LOT)?.is_empty())
}

/// Which sendings a fact calls for: the report and its copies (SIG-2), the alert of a silence (SIG-8).
fn sendings(tx: &mut Ecriture<'_>, inscrit: &FaitInscrit) -> Resultat<Vec<AFaire>> {
    Ok(match &inscrit.fait {
        Fait::SignalementTransmis { signalement, parquet, crip, copies, .. } => {
            let premiers = [
                (*signalement, NatureEnvoi::Signalement, *parquet),
                (*signalement, NatureEnvoi::CopieCrip, *crip),
            ];
            let autres = copies.iter().map(|copie| (*signalement, NatureEnvoi::Copie, *copie));
            premiers.into_iter().chain(autres).collect()
        }
        Fait::EcheanceDepassee { sujet, regle, .. } if Regle::parse(regle) == Some(Regle::Sig8) => {
            let id = SignalementId(*sujet);
            let signalement = persistence::signalement::find(tx, id)?
                .ok_or_else(|| persistence::Erreur::corrompu("signalement", id))?;
            let mut destinataires = vec![signalement.organisation];
            let crip = signalement.transmission().map(|t| t.crip);
            destinataires.extend(crip.filter(|crip| *crip != signalement.organisation));
            destinataires.into_iter().map(|d| (id, NatureEnvoi::AlerteAccuse, d)).collect()
        }
        _ => Vec::new(),
    })
}
