//! The directory, for everyone who is habilitated (ANN-1).

use domain::identifiant::OrganisationId;
use domain::organisation::{Categorie, Organisation};
use domain::refus::Refus;

use super::{Appel, Lu, Resultat};

/// The partners by code, from the one after `apres`.
///
/// # Errors
/// The base fails.
pub fn list(
    appel: &Appel,
    categorie: Option<Categorie>,
    apres: Option<&str>,
    limite: usize,
) -> Resultat<Lu<Vec<Organisation>>> {
    let annuaire = appel.base.read(persistence::organisation::list)?;
    let page = annuaire
        .into_iter()
        .filter(|o| categorie.is_none_or(|c| o.categorie == c))
        .filter(|o| apres.is_none_or(|code| o.code.as_str() > code))
        .take(limite)
        .collect();
    Ok(Lu::plain(page))
}

/// One partner.
///
/// # Errors
/// Not found; the base fails.
pub fn show(appel: &Appel, id: OrganisationId) -> Resultat<Lu<Organisation>> {
    let found = appel.base.read(|s| persistence::organisation::find(s, id))?;
    Ok(Lu::plain(found.ok_or_else(Refus::introuvable)?))
}
