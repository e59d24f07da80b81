//! The text of the migrations for PostgreSQL: diesel_migrations embeds it and keeps it to itself.

use ::diesel_migrations::embed_migrations;

use super::Lot;

const BASE: &[Texte] = embed_migrations!("../migrations/postgres/base");
const ACCES: &[Texte] = embed_migrations!("../migrations/postgres/acces");
const CLES: &[Texte] = embed_migrations!("../migrations/postgres/cles");

/// One migration as the DBA will read it.
#[derive(Clone, Copy)]
pub(super) struct Texte {
    /// The folder's name.
    pub(super) nom: &'static str,
    /// What `up.sql` says.
    pub(super) sql: &'static str,
}

/// The migrations of a set, in order.
pub(super) fn of(lot: Lot) -> Vec<Texte> {
    let mut textes = match lot {
        Lot::Base => BASE,
        Lot::Acces => ACCES,
        Lot::Cles => CLES,
    }
    .to_vec();
    textes.sort_by_key(|texte| texte.nom);
    textes
}

/// The macro names these four types; here they are ours, so that the text stays at hand.
#[expect(clippy::new_ret_no_self, reason = "the macro decides the names")]
mod diesel_migrations {
    use super::Texte;

    pub(super) struct EmbeddedMigrations;
    pub(super) struct EmbeddedMigration;
    pub(super) struct EmbeddedName;
    pub(super) struct TomlMetadataWrapper;

    impl EmbeddedMigrations {
        pub(super) const fn new(textes: &'static [Texte]) -> &'static [Texte] {
            textes
        }
    }

    impl EmbeddedMigration {
        pub(super) const fn new(up: &'static str, _down: Option<&str>, nom: &'static str, _: bool) -> Texte {
            Texte { nom, sql: up }
        }
    }

    impl EmbeddedName {
        pub(super) const fn new(nom: &'static str) -> &'static str {
            nom
        }
    }

    impl TomlMetadataWrapper {
        pub(super) const fn new(run_in_transaction: bool) -> bool {
            run_in_transaction
        }
    }
}
