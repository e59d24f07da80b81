//! The territoire of the token, and its settings (TER-1).

use domain::organisation::Organisation;
use domain::territoire::Territoire;

use super::{Appel, Lu, Resultat};

/// The territoire, with the directory to name its Parquets and its CRIP.
///
/// # Errors
/// The base fails.
pub fn show(appel: &Appel) -> Resultat<Lu<(Territoire, Vec<Organisation>)>> {
    appel
        .base
        .read(|s| Ok(Lu::plain((persistence::territoire::get(s)?, persistence::organisation::list(s)?))))
}
