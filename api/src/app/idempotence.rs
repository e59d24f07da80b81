//! One effect per Idempotency-Key: the answer is kept in the transaction of the effect, and given again to a twin.

use chrono::{DateTime, Utc};
use domain::identifiant::DossierId;
use persistence::idempotence::{self, Gardee};
use persistence::{Coffre, Ecriture, Usage};
use serde::{Deserialize, Serialize};

use super::{Erreur, Resultat};
use crate::horloge;

/// What a request that has an effect is known by.
#[derive(Debug, Clone)]
pub struct Unique {
    empreinte: [u8; 32],
    corps: [u8; 32],
}

/// An answer in a form that can be kept and given again, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reponse {
    /// Its status.
    pub statut: u16,
    /// Its own headers: `Location`, `ETag`.
    pub entetes: Vec<(String, String)>,
    /// Its body.
    pub corps: String,
    /// Given again rather than made.
    #[serde(skip)]
    pub rejouee: bool,
}

impl Unique {
    /// The keyed digests of (client, method and path, key) and of the body, so that neither is kept in clear.
    pub fn new(coffre: &Coffre, client: &[u8], route: &str, cle: &str, corps: &[u8]) -> Self {
        let empreinte = coffre.mac(Usage::Idempotence, &[client, route.as_bytes(), cle.as_bytes()]);
        let corps = coffre.mac(Usage::Idempotence, &[b"corps", corps]);
        Self { empreinte, corps }
    }
}

/// Makes the effect once: a twin waits for the writer, then reads the first answer. A refusal has no effect and is
/// not kept.
///
/// # Errors
/// Those of the effect; the key served for another body; the base fails.
pub fn once(
    tx: &mut Ecriture<'_>,
    unique: &Unique,
    now: DateTime<Utc>,
    effet: impl FnOnce(&mut Ecriture<'_>) -> Resultat<(DossierId, Reponse)>,
) -> Resultat<Reponse> {
    if let Some(gardee) = idempotence::find(tx, &unique.empreinte)? {
        if gardee.corps != unique.corps {
            return Err(Erreur::CleReutilisee);
        }
        let reponse: Reponse = serde_json::from_slice(&gardee.reponse).map_err(persistence::Erreur::from)?;
        return Ok(Reponse { rejouee: true, ..reponse });
    }
    let (dossier, reponse) = effet(tx)?;
    let gardee = Gardee {
        corps: unique.corps.to_vec(),
        reponse: serde_json::to_vec(&reponse).map_err(persistence::Erreur::from)?,
    };
    idempotence::insert(tx, &unique.empreinte, horloge::new_id(now), dossier, &gardee, now)?;
    Ok(reponse)
}
