//! The texts of the e-mails: readable files of `modeles/`, filled with what the caller says and nothing else.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, Value};

use super::message::Erreur;

/// The templates, embedded: a name that ends in `.html` is escaped as HTML, the others are plain text.
const MODELES: [(&str, &str); 7] = [
    ("entete.txt", include_str!("modeles/entete.txt")),
    ("pied.txt", include_str!("modeles/pied.txt")),
    ("signalement.txt", include_str!("modeles/signalement.txt")),
    ("copie.txt", include_str!("modeles/copie.txt")),
    ("lien.txt", include_str!("modeles/lien.txt")),
    ("alerte.txt", include_str!("modeles/alerte.txt")),
    ("signalement.html", include_str!("modeles/signalement.html")),
];

static ENVIRONNEMENT: LazyLock<Result<Environment<'static>, minijinja::Error>> = LazyLock::new(|| {
    let mut environnement = Environment::new();
    environnement.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntaxe =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?;
    environnement.set_syntax(syntaxe);
    for (nom, texte) in MODELES {
        environnement.add_template(nom, texte)?;
    }
    Ok(environnement)
});

/// Fills a template. The engine's own error may quote what it was filled with: it is dropped, and only the place
/// of the fault is kept.
pub(super) fn fill(nom: &'static str, contexte: Value) -> Result<String, Erreur> {
    let defaut = |e: &minijinja::Error| Erreur::Modele { nom, ligne: e.line().unwrap_or(0) };
    let environnement = ENVIRONNEMENT.as_ref().map_err(defaut)?;
    environnement.get_template(nom).and_then(|modele| modele.render(contexte)).map_err(|e| defaut(&e))
}

/// A text on one line: whatever would break it, or act on a terminal, becomes a space.
pub(super) fn one_line(texte: &str) -> String {
    let mut ligne = String::with_capacity(texte.len());
    for mot in texte.split(|c: char| c.is_whitespace() || is_hidden(c)).filter(|mot| !mot.is_empty()) {
        if !ligne.is_empty() {
            ligne.push(' ');
        }
        ligne.push_str(mot);
    }
    ligne
}

/// A free text that keeps its lines, without what hides or reorders what is read.
pub(super) fn paragraphs(texte: &str) -> String {
    let lignes = texte.trim().replace("\r\n", "\n").replace('\r', "\n");
    lignes.chars().map(|c| if is_hidden(c) && c != '\n' && c != '\t' { '\u{FFFD}' } else { c }).collect()
}

/// Control characters, and the marks that reorder a line: a hostile text could show a reader something else than
/// what it says.
fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_well_formed() {
        assert!(ENVIRONNEMENT.as_ref().is_ok(), "{:?}", ENVIRONNEMENT.as_ref().err());
    }

    #[test]
    fn missing_value_is_a_fault_that_quotes_nothing() {
        let erreur = fill("alerte.txt", minijinja::context! { reference => "SIG-1" }).unwrap_err();
        assert!(matches!(erreur, Erreur::Modele { nom: "alerte.txt", .. }), "{erreur}");
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(
            one_line(" Parquet\r\nBcc: x\u{0}y\u{2028}z  de\u{a0}Meaux "),
            "Parquet Bcc: x y z de Meaux"
        );
    }

    #[test]
    fn paragraphs_keep_lines_and_show_what_hides() {
        assert_eq!(paragraphs("un\r\ndeux\rtrois\u{202E}\u{7}"), "un\ndeux\ntrois\u{FFFD}\u{FFFD}");
    }
}
