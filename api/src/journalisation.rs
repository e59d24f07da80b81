//! Log lines, through env_logger: JSON for a collector, text for the eyes; no query, no path value, no name.

use std::io::{self, Write};
use std::panic::Location;

use env_logger::fmt::Formatter;
use log::kv::{Key, Value, VisitSource};
use log::{LevelFilter, Record};
use serde_json::{Map, Value as Json};

use crate::settings::FormatJournal;

/// Target of the line that each request leaves.
pub const REQUETES: &str = "requete";

/// Our own crates; what the others would log below a warning may show data, and is never asked for.
const NOTRES: [&str; 7] = ["api", "maillage", "domain", "openapi", "persistence", "courrier", REQUETES];

/// Starts the logs of the process, on the standard error. A second call does nothing.
pub fn start(format: FormatJournal, niveau: LevelFilter) {
    let mut builder = env_logger::Builder::new();
    builder.filter_level(niveau.min(LevelFilter::Warn));
    for cible in NOTRES {
        builder.filter_module(cible, niveau);
    }
    match format {
        FormatJournal::Json => builder.format(json_line),
        FormatJournal::Texte => builder.format(text_line),
    };
    drop(builder.try_init());
}

/// Makes a panic leave its place in the log, and never its message, which may hold a value. Before the logs start, the
/// place goes to the standard error as it is.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|panique| {
        let message = panic_message(panique.location());
        if log::max_level() == LevelFilter::Off {
            drop(writeln!(io::stderr(), "maillage : {message}"));
        } else {
            log::error!(target: "maillage", "{message}");
        }
    }));
}

/// All that is said of a panic; what it holds is not even given.
fn panic_message(lieu: Option<&Location<'_>>) -> String {
    match lieu {
        Some(lieu) => format!("panique à {}:{}", lieu.file(), lieu.line()),
        None => "panique".to_owned(),
    }
}

fn json_line(sortie: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let horodatage = sortie.timestamp_micros().to_string();
    writeln!(sortie, "{}", json(&horodatage, record))
}

fn text_line(sortie: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let horodatage = sortie.timestamp_millis().to_string();
    writeln!(sortie, "{}", text(&horodatage, record))
}

fn json(horodatage: &str, record: &Record<'_>) -> String {
    let mut ligne = Map::new();
    ligne.insert("ts".to_owned(), horodatage.into());
    ligne.insert("niveau".to_owned(), record.level().as_str().to_lowercase().into());
    ligne.insert("evenement".to_owned(), record.target().into());
    let message = record.args().to_string();
    if !message.is_empty() {
        ligne.insert("message".to_owned(), message.into());
    }
    drop(
        record
            .key_values()
            .visit(&mut Champs(|nom: &str, valeur: Json| drop(ligne.insert(nom.to_owned(), valeur)))),
    );
    Json::Object(ligne).to_string()
}

fn text(horodatage: &str, record: &Record<'_>) -> String {
    let mut ligne = format!("{horodatage} {:5} {}", record.level(), record.target());
    let message = record.args().to_string();
    if !message.is_empty() {
        ligne.push(' ');
        ligne.push_str(&message);
    }
    drop(record.key_values().visit(&mut Champs(|nom: &str, valeur: Json| {
        ligne.push_str(&match valeur {
            Json::String(texte) => format!(" {nom}={texte}"),
            autre => format!(" {nom}={autre}"),
        });
    })));
    // One record is one line, whatever it holds.
    ligne.replace('\r', "\\r").replace('\n', "\\n")
}

struct Champs<F>(F);

impl<'kvs, F: FnMut(&str, Json)> VisitSource<'kvs> for Champs<F> {
    fn visit_pair(&mut self, nom: Key<'kvs>, valeur: Value<'kvs>) -> Result<(), log::kv::Error> {
        let valeur = valeur.to_u64().map_or_else(|| Json::from(valeur.to_string()), Json::from);
        (self.0)(nom.as_str(), valeur);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use log::Level;

    use super::*;

    #[test]
    fn json_lines_keep_line_breaks_escaped_and_numbers_as_numbers() {
        let champs = [("request_id", Value::from("a\"b")), ("statut", Value::from(200_u16))];
        let args = format_args!("une\nligne\r\n{{\"niveau\":\"faux\"}}");
        let record =
            Record::builder().level(Level::Info).target("requete").key_values(&champs).args(args).build();
        let ligne = json("2026-11-24T10:00:00.000000Z", &record);
        assert!(!ligne.contains(['\n', '\r']));
        let lu: Json = serde_json::from_str(&ligne).expect("JSON");
        assert_eq!(lu["statut"], 200);
        assert_eq!(lu["request_id"], "a\"b");
        assert_eq!(lu["niveau"], "info");
    }

    #[test]
    fn text_lines_are_single_lines() {
        let record =
            Record::builder().level(Level::Warn).target("maillage").args(format_args!("a\r\nb")).build();
        assert_eq!(text("T", &record), "T WARN  maillage a\\r\\nb");
    }

    #[test]
    fn panics_tell_their_place_on_one_line_of_either_format_and_nothing_else() {
        let lieu = Location::caller();
        let message = panic_message(Some(lieu));
        assert_eq!(message, format!("panique à api/src/journalisation.rs:{}", lieu.line()));
        let args = format_args!("{message}");
        let record = Record::builder().level(Level::Error).target("maillage").args(args).build();
        assert_eq!(text("T", &record), format!("T ERROR maillage {message}"));
        let lu: Json = serde_json::from_str(&json("T", &record)).expect("JSON");
        let attendu = serde_json::json!(
            { "ts": "T", "niveau": "error", "evenement": "maillage", "message": message });
        assert_eq!(lu, attendu);
        assert_eq!(panic_message(None), "panique");
    }
}
