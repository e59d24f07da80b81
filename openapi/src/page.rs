//! Lists: one page at a time, from an authenticated cursor; `limite` from 1 to 200, 50 by default.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// Elements of a page when the caller does not say.
pub const LIMITE_DEFAUT: u16 = 50;
/// Most elements of a page.
pub const LIMITE_MAX: u16 = 200;
/// Longest cursor, in characters.
pub const CURSEUR_MAX: u64 = 512;

/// Une page d’une liste.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Page<T> {
    /// Éléments de la page, dans l’ordre de la liste.
    #[schema(max_items = 200)]
    pub elements: Vec<T>,
    /// À passer dans `curseur` pour la page suivante ; `null` à la dernière page.
    #[schema(required = true, max_length = 512)]
    pub curseur_suivant: Option<String>,
}

/// Pagination, pour les listes sans autre filtre ; les autres reprennent ces deux champs.
#[derive(Debug, Clone, Default, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageFiltre {
    /// Nombre d’éléments de la page.
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200, default = 50, value_type = Option<u16>)]
    pub limite: Option<u16>,
    /// Valeur de `curseur_suivant` de la page précédente, telle quelle.
    #[validate(length(min = 1, max = 512))]
    #[param(min_length = 1, max_length = 512)]
    pub curseur: Option<String>,
}

/// The size of the page that was asked for, within its bounds.
pub fn limite(demandee: Option<u16>) -> u16 {
    demandee.unwrap_or(LIMITE_DEFAUT).clamp(1, LIMITE_MAX)
}

/// The value of the `Link` header of a page that has a next one (RFC 8288): same filters, other cursor.
///
/// `requete` is the query string as it was received; its `curseur` is replaced.
pub fn lien_suivant(chemin: &str, requete: &str, curseur: &str) -> String {
    let mut parametres: Vec<&str> =
        requete.split('&').filter(|p| !p.is_empty() && !p.starts_with("curseur=")).collect();
    let suivant = format!("curseur={curseur}");
    parametres.push(&suivant);
    format!("<{chemin}?{}>; rel=\"next\"", parametres.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limit_is_50_by_default_and_200_at_most() {
        assert_eq!(limite(None), 50);
        assert_eq!(limite(Some(1)), 1);
        assert_eq!(limite(Some(900)), 200);
    }

    #[test]
    fn next_link_keeps_the_filters_and_replaces_the_cursor() {
        assert_eq!(
            lien_suivant("/v1/signalements", "statut=recu&curseur=a&limite=2", "b"),
            "</v1/signalements?statut=recu&limite=2&curseur=b>; rel=\"next\""
        );
        assert_eq!(lien_suivant("/v1/dossiers", "", "b"), "</v1/dossiers?curseur=b>; rel=\"next\"");
    }
}
