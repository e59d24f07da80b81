//! One effect per Idempotency-Key: the answer is kept in the transaction of the effect, and given again to a twin.

use domain::acces::Section;
use domain::identifiant::DossierId;
use domain::refus::Refus;
use persistence::idempotence::{self, Gardee};
use persistence::{Coffre, Ecriture, Usage, cercle};
use serde::{Deserialize, Serialize};

use super::{Appel, Erreur, Resultat};
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
    /// Given again rather than made: what it shows.
    #[serde(skip)]
    pub rejeu: Option<Rejeu>,
}

/// What an answer that is given again shows: a look like another, for the journal of accesses (SEC-4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejeu {
    /// The dossier.
    pub dossier: DossierId,
    /// The sections open to the caller.
    pub sections: Vec<Section>,
}

impl Unique {
    /// The keyed digests of (client, method and path, key) and of the body, so that neither is kept in clear.
    pub fn new(coffre: &Coffre, client: &[u8], route: &str, cle: &str, corps: &[u8]) -> Self {
        let empreinte = coffre.mac(Usage::Idempotence, &[client, route.as_bytes(), cle.as_bytes()]);
        let corps = coffre.mac(Usage::Idempotence, &[b"corps", corps]);
        Self { empreinte, corps }
    }

    /// The dossier of the answer kept for this request, when it was made already.
    ///
    /// # Errors
    /// The base fails.
    pub fn find_dossier(&self, appel: &Appel) -> Resultat<Option<DossierId>> {
        Ok(appel.base.read(|s| idempotence::find_dossier(s, &self.empreinte))?)
    }
}

/// Makes the effect once: a twin waits for the writer, then reads the first answer, as long as its caller may still see
/// the dossier that it shows. A refusal has no effect and is not kept.
///
/// # Errors
/// Those of the effect; the key served for another body; the answer may no longer be seen; the base fails.
pub fn once(
    tx: &mut Ecriture<'_>,
    appel: &Appel,
    unique: &Unique,
    effet: impl FnOnce(&mut Ecriture<'_>) -> Resultat<(DossierId, Reponse)>,
) -> Resultat<Reponse> {
    if let Some(gardee) = idempotence::find(tx, &unique.empreinte)? {
        let place = cercle::find(tx, gardee.dossier, appel.acteur.organisation)?;
        let sections = place.map_or_else(Vec::new, |place| place.open_sections(&appel.acteur, appel.now));
        if sections.is_empty() {
            return Err(Refus::introuvable().into());
        }
        if gardee.corps != unique.corps {
            return Err(Erreur::CleReutilisee);
        }
        let reponse: Reponse = serde_json::from_slice(&gardee.reponse).map_err(persistence::Erreur::from)?;
        return Ok(Reponse { rejeu: Some(Rejeu { dossier: gardee.dossier, sections }), ..reponse });
    }
    let (dossier, reponse) = effet(tx)?;
    let gardee = Gardee {
        dossier,
        corps: unique.corps.to_vec(),
        reponse: serde_json::to_vec(&reponse).map_err(persistence::Erreur::from)?,
    };
    idempotence::insert(tx, &unique.empreinte, horloge::new_id(appel.now), &gardee, appel.now)?;
    Ok(reponse)
}
