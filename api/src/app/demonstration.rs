//! Demo data: two territoires of invented partners and people, signalements in every state, the same each time.

mod annuaire;
mod histoire;
mod rapports;

use chrono::{DateTime, Utc};
use domain::acteur::Auteur;
use domain::fait::Fait;
use domain::territoire::{CodeTerritoire, Territoire};
use persistence::{Base, territoire};
use url::Url;

use super::{Erreur, Resultat};
use crate::courrier::Expediteur;
use crate::hasard::Hasard;

/// The territoires of the demonstration.
pub const CODES: [&str; 2] = ["77", "69M"];

/// What a base holds, for `demo`, which touches nothing that it did not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contenance {
    /// Nothing yet.
    Vide,
    /// Demo data, whole.
    Demonstration,
    /// A real territoire.
    Reelle,
}

/// Looks at what a base holds.
///
/// # Errors
/// The base fails.
pub fn look(base: &Base) -> Result<Contenance, persistence::Erreur> {
    Ok(match base.read(territoire::find)? {
        None => Contenance::Vide,
        Some(territoire) if territoire.fictif => Contenance::Demonstration,
        Some(_) => Contenance::Reelle,
    })
}

/// Fills an empty base, in one transaction: a kill leaves nothing half made. `expediteur` and `url_publique` are those
/// of the e-mails that the past sendings are made of.
///
/// # Errors
/// The base fails, or is no territoire of the demonstration.
pub fn install(base: &Base, now: DateTime<Utc>, expediteur: &Expediteur, url_publique: &Url) -> Resultat<()> {
    let modele = annuaire::model(base.code())
        .ok_or_else(|| persistence::Erreur::Configuration(unknown(base.code())))?;
    let hasard = Hasard::seeded(format!("maillage-demo-{}", base.code()));
    let annuaire = annuaire::Annuaire::new(&modele, &hasard);
    let recits = histoire::stories(&modele, &annuaire, &hasard, now);
    for recit in &recits {
        base.coffre().create_key(recit.dossier)?;
    }
    let territoire = Territoire {
        code: base.code().clone(),
        nom: modele.nom.to_owned(),
        fictif: true,
        parametres: modele.parametres.clone(),
    };
    let scene = histoire::Scene {
        base: base.clone(),
        hasard,
        expediteur: expediteur.clone(),
        url_publique: url_publique.clone(),
    };
    base.write(move |tx| {
        territoire::insert(tx, &territoire, now)?;
        // Everything in the journal is invented, and in the order of time.
        let ouverture = annuaire::OUVERTURE;
        tx.record(&Fait::TerritoireInstalle { fictif: true }, Auteur::Systeme, ouverture, ouverture)?;
        annuaire.insert(tx)?;
        histoire::play(tx, &scene, recits, now)?;
        Ok::<_, Erreur>(())
    })
}

fn unknown(code: &CodeTerritoire) -> String {
    format!("le territoire {code} n’est pas de la démonstration")
}
