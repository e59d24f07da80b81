//! Cursors: where a page ended, authenticated for one list, one caller and one set of filters.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use persistence::Usage;

use crate::app::Appel;
use crate::error::ApiError;

/// Bytes of the authentication code kept in a cursor.
const SCEAU: usize = 16;

/// A list as a cursor knows it: its path and its filters, without the page.
#[derive(Debug, Clone)]
pub struct Liste<'a> {
    /// The path of the list.
    pub chemin: &'a str,
    /// The filters, in a form that does not vary.
    pub filtres: String,
}

impl Liste<'_> {
    /// Writes the cursor that begins after this position.
    pub fn cursor(&self, appel: &Appel, position: &str) -> String {
        let mut octets = self.seal(appel, position.as_bytes()).to_vec();
        octets.extend_from_slice(position.as_bytes());
        URL_SAFE_NO_PAD.encode(octets)
    }

    /// Reads the position out of a cursor that this list gave to this caller.
    ///
    /// # Errors
    /// 400 for any other text.
    pub fn position(&self, appel: &Appel, curseur: Option<&str>) -> Result<Option<String>, ApiError> {
        let Some(curseur) = curseur else { return Ok(None) };
        let octets = URL_SAFE_NO_PAD.decode(curseur).map_err(|_| ApiError::curseur_invalide())?;
        let (sceau, position) = octets.split_at_checked(SCEAU).ok_or_else(ApiError::curseur_invalide)?;
        let attendu = self.seal(appel, position);
        let valide = aws_lc_rs::constant_time::verify_slices_are_equal(sceau, &attendu).is_ok();
        let position = std::str::from_utf8(position).map_err(|_| ApiError::curseur_invalide())?;
        if valide { Ok(Some(position.to_owned())) } else { Err(ApiError::curseur_invalide()) }
    }

    fn seal(&self, appel: &Appel, position: &[u8]) -> [u8; SCEAU] {
        let agent = appel.acteur.agent.0;
        let parts: [&[u8]; 4] = [self.chemin.as_bytes(), self.filtres.as_bytes(), agent.as_bytes(), position];
        let code = appel.base.coffre().mac(Usage::Curseur, &parts);
        code.first_chunk::<SCEAU>().copied().unwrap_or_default()
    }
}
