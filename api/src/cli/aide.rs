//! clap in French: its headings, and its errors.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::{REUSSITE, USAGE, sortie};

const AVEC_COMMANDES: &str = "\
{about-with-newline}
Utilisation : {usage}

Commandes :
{subcommands}

Options :
{options}{after-help}
";

const SANS_COMMANDE: &str = "\
{about-with-newline}
Utilisation : {usage}

Options :
{options}{after-help}
";

const CODES: &str = "\
Codes de sortie : 0, tout va bien ; 1, la commande a échoué, ou a trouvé une anomalie ; 2, la ligne de commande
ou un réglage est à corriger.

Chaque réglage se donne par une variable MAILLAGE_… ou dans un fichier TOML ; aucun n’est obligatoire.";

/// The command line of `T`, in French all the way down.
pub(super) fn command<T: CommandFactory>() -> Command {
    in_french(T::command()).after_help(CODES)
}

/// Prints what clap has to say, and gives the exit code.
pub(super) fn tell(erreur: &clap::Error) -> u8 {
    match erreur.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            sortie::print(&erreur.render().to_string());
            REUSSITE
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            sortie::warn(&erreur.render().to_string());
            USAGE
        }
        _ => {
            sortie::error(&format!("{}. Voir « maillage --help ».", message(erreur)));
            USAGE
        }
    }
}

fn in_french(commande: Command) -> Command {
    let modele = if commande.has_subcommands() { AVEC_COMMANDES } else { SANS_COMMANDE };
    commande
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_value_name("COMMANDE")
        .help_template(modele)
        .mut_subcommands(in_french)
}

fn message(erreur: &clap::Error) -> String {
    let argument = || text(erreur, ContextKind::InvalidArg);
    match erreur.kind() {
        ErrorKind::UnknownArgument => format!("argument inconnu : {}", argument()),
        ErrorKind::InvalidSubcommand => {
            format!("commande inconnue : {}", text(erreur, ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("il manque : {}", argument()),
        ErrorKind::MissingSubcommand => "il manque une commande".to_owned(),
        ErrorKind::InvalidValue if text(erreur, ContextKind::InvalidValue).is_empty() => {
            format!("il manque la valeur de {}", argument())
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let admises = text(erreur, ContextKind::ValidValue);
            let suite = if admises.is_empty() { admises } else { format!(" ; valeurs admises : {admises}") };
            format!("valeur refusée pour {}{suite}", argument())
        }
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("il manque la valeur de {}", argument())
        }
        ErrorKind::TooManyValues => format!("trop de valeurs pour {}", argument()),
        ErrorKind::ArgumentConflict => {
            format!("{} est répété, ou incompatible avec un autre argument", argument())
        }
        _ => "la ligne de commande n’est pas comprise".to_owned(),
    }
}

fn text(erreur: &clap::Error, genre: ContextKind) -> String {
    match erreur.get(genre) {
        Some(ContextValue::String(texte)) => texte.clone(),
        Some(ContextValue::Strings(textes)) => textes.join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Ligne;
    use super::*;

    fn rendered(arguments: &[&str]) -> String {
        let lus = command::<Ligne>().try_get_matches_from([&["maillage"], arguments].concat());
        lus.err().map(|erreur| erreur.render().to_string()).unwrap_or_default()
    }

    #[test]
    fn the_definition_holds() {
        command::<Ligne>().debug_assert();
    }

    #[test]
    fn help_is_french_for_every_command() {
        for arguments in [
            &["--help"][..],
            &["serve", "-h"],
            &["migrate", "--help"],
            &["demo", "--help"],
            &["token", "--help"],
            &["client", "--help"],
            &["client", "create", "--help"],
            &["openapi", "--help"],
            &["verify", "--help"],
        ] {
            let aide = rendered(arguments);
            assert!(aide.contains("Utilisation :") && aide.contains("Affiche cette aide"), "{aide}");
            for anglais in
                ["Usage", "Options:", "Commands", "Print", "default", "possible values", "help ", " the "]
            {
                assert!(!aide.replace("--help", "").contains(anglais), "« {anglais} » dans {aide}");
            }
        }
    }

    #[test]
    fn mistakes_are_told_in_french() {
        for (arguments, attendu) in [
            (&["servir"][..], "commande inconnue : servir"),
            (&["serve", "--vite"], "argument inconnu : --vite"),
            (&["token"], "il manque : --territoire <CODE>, --role <ROLE>"),
            (&["token", "--role"], "il manque la valeur de --role <ROLE>"),
            (&["client"], ""),
            (
                &["token", "--role", "a", "--role", "b"],
                "--role <ROLE> est répété, ou incompatible avec un autre argument",
            ),
        ] {
            let lus = command::<Ligne>().try_get_matches_from([&["maillage"], arguments].concat());
            let erreur = lus.expect_err("refusé");
            if !attendu.is_empty() {
                assert_eq!(message(&erreur), attendu);
            }
        }
    }
}
