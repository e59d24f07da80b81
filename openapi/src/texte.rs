//! Free texts at the edge: trimmed, bounded, without control characters.

use domain::refus::Erreur;
use validator::ValidationError;

/// What the contract says of such a text: no control character but tabulations and ends of line, and not blank.
pub(crate) const PATTERN: &str = concat!(
    r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\s]",
    r"[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"
);

/// Reads a text that must say something, or names the fault at its pointer.
pub(crate) fn required(
    valeur: &str,
    max: usize,
    pointeur: &str,
    erreurs: &mut Vec<Erreur>,
) -> Option<String> {
    let texte = valeur.trim();
    let (code, message) = if texte.is_empty() {
        ("texte_vide", "Ce champ ne peut pas être vide.".to_owned())
    } else if valeur.chars().count() > max {
        ("texte_trop_long", format!("Ce champ dépasse {max} caractères."))
    } else if texte.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        ("caractere_interdit", "Ce champ contient un caractère de contrôle.".to_owned())
    } else {
        return Some(texte.to_owned());
    };
    erreurs.push(Erreur::new(pointeur, code, message));
    None
}

/// For `validator`: a text on one line that says something, without control characters.
pub(crate) fn line(valeur: &str) -> Result<(), ValidationError> {
    if valeur.trim().is_empty() {
        return Err(fault("texte_vide", "Ce champ ne peut pas être vide."));
    }
    if valeur.chars().any(char::is_control) {
        return Err(fault("caractere_interdit", "Ce champ contient un caractère de contrôle."));
    }
    Ok(())
}

fn fault(code: &'static str, message: &'static str) -> ValidationError {
    ValidationError::new(code).with_message(message.into())
}

/// Whether this is a phone number that a person can dial: six to twenty signs, digits and usual separators.
pub(crate) fn is_phone(valeur: &str) -> bool {
    let chiffres = valeur.strip_prefix('+').unwrap_or(valeur);
    (6..=20).contains(&valeur.len())
        && (5..=19).contains(&chiffres.len())
        && chiffres.starts_with(|c: char| c.is_ascii_digit())
        && chiffres.chars().all(|c| c.is_ascii_digit() || " .()-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_refuses_blank_long_and_control() {
        for (valeur, code) in
            [("  \n", "texte_vide"), ("ab\u{0}", "caractere_interdit"), ("abcdef", "texte_trop_long")]
        {
            let mut erreurs = Vec::new();
            assert_eq!(required(valeur, 5, "/x", &mut erreurs), None);
            assert_eq!(erreurs[0].code, code);
        }
    }

    #[test]
    fn phone_is_dialable() {
        assert!(is_phone("01 99 00 12 34") && is_phone("+33199001234"));
        assert!(!is_phone("appelez-moi") && !is_phone("12") && !is_phone("++33199001234"));
    }
}
