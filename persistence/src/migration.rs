//! Installing a territoire and bringing its databases up to date: by `migrate`, and at open for embedded files.

mod administration;
mod fichier;
mod script;
mod serveur;
mod textes;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use domain::territoire::CodeTerritoire;

use crate::adresse;
use crate::coffre::kek::Keks;
use crate::coffre::magasin;
use crate::connexion::{self, Cible, Cnx, Mode, create_private_dir};
use crate::dialect;
use crate::emplacement::{Emplacement, Moteur};
use crate::erreur::Erreur;

pub use administration::{Administrateur, Administration};
pub use script::print_sql;

const SQLITE_BASE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite/base");
const SQLITE_ACCES: EmbeddedMigrations = embed_migrations!("../migrations/sqlite/acces");
const SQLITE_CLES: EmbeddedMigrations = embed_migrations!("../migrations/sqlite/cles");
const POSTGRES_BASE: EmbeddedMigrations = embed_migrations!("../migrations/postgres/base");
const POSTGRES_ACCES: EmbeddedMigrations = embed_migrations!("../migrations/postgres/acces");
const POSTGRES_CLES: EmbeddedMigrations = embed_migrations!("../migrations/postgres/cles");

/// A set of migrations that live in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lot {
    /// The data and the journal of facts.
    Base,
    /// The journal of accesses: its own file on SQLite, the schema of the data on PostgreSQL.
    Acces,
    /// The key store.
    Cles,
}

/// What `migrate` did for one territoire.
#[derive(Debug)]
pub struct Bilan {
    /// The territoire.
    pub code: CodeTerritoire,
    /// The migrations that were applied, none when it was up to date; or why it failed.
    pub resultat: Result<Vec<String>, Erreur>,
}

/// Installs these territoires or brings them up to date: keys, roles, schemas, tables. Can be run again at any time,
/// by several at once, and goes on after a territoire that fails. The row `territoire` is written by the caller,
/// through `Base::write`.
pub fn migrate(places: &[Emplacement], admin: &Administration) -> Vec<Bilan> {
    places.iter().map(|place| Bilan { code: place.code.clone(), resultat: install(place, admin) }).collect()
}

/// Installs one territoire or brings it up to date, and returns the names of the migrations it applied.
///
/// # Errors
/// French when the operator can do something about it; `Indisponible` when a server does not answer.
pub fn install(place: &Emplacement, admin: &Administration) -> Result<Vec<String>, Erreur> {
    let mut faites = upgrade_data(place, admin)?;
    faites.extend(upgrade_keys(place, admin)?);
    Ok(faites)
}

/// Before opening: embedded files are migrated, PostgreSQL is only checked.
pub(crate) fn prepare_to_open(place: &Emplacement) -> Result<(), Erreur> {
    if !place.is_known() {
        return Err(not_installed(place));
    }
    let mut cibles = vec![(base_target(place)?, Lot::Base), (magasin::target(place)?, Lot::Cles)];
    if let Cible::Fichier(chemin) = acces_target(place)? {
        cibles.push((Cible::Fichier(chemin), Lot::Acces));
    }
    for (cible, lot) in cibles {
        match (&cible, lot) {
            (Cible::Fichier(chemin), _) if chemin.is_file() => drop(fichier::upgrade(chemin, lot)?),
            (Cible::Fichier(_), _) => return Err(not_installed(place)),
            (Cible::Serveur(_), Lot::Cles) => serveur::check(&cible, &[Lot::Cles], &place.code)?,
            (Cible::Serveur(_), _) => serveur::check(&cible, &[Lot::Base, Lot::Acces], &place.code)?,
        }
    }
    if let Moteur::Postgres { url } = &place.base {
        serveur::warn_if_superuser(&base_target(place)?, url);
    }
    Ok(())
}

/// Where the data are.
pub(crate) fn base_target(place: &Emplacement) -> Result<Cible, Erreur> {
    match &place.base {
        Moteur::Sqlite { dossier } => Ok(Cible::Fichier(place.base_file(dossier))),
        Moteur::Postgres { url } => {
            adresse::check(url)?;
            Ok(Cible::Serveur(adresse::role_url(url, &adresse::data_role(url, &place.code)?)?))
        }
    }
}

/// Where the journal of accesses is.
pub(crate) fn acces_target(place: &Emplacement) -> Result<Cible, Erreur> {
    match &place.base {
        Moteur::Sqlite { dossier } => Ok(Cible::Fichier(place.acces_file(dossier))),
        Moteur::Postgres { .. } => base_target(place),
    }
}

impl Lot {
    /// The migrations of this set for SQLite.
    pub(crate) fn sqlite(self) -> EmbeddedMigrations {
        match self {
            Self::Base => SQLITE_BASE,
            Self::Acces => SQLITE_ACCES,
            Self::Cles => SQLITE_CLES,
        }
    }

    /// The migrations of this set for PostgreSQL.
    pub(crate) fn postgres(self) -> EmbeddedMigrations {
        match self {
            Self::Base => POSTGRES_BASE,
            Self::Acces => POSTGRES_ACCES,
            Self::Cles => POSTGRES_CLES,
        }
    }
}

fn upgrade_data(place: &Emplacement, admin: &Administration) -> Result<Vec<String>, Erreur> {
    match &place.base {
        Moteur::Sqlite { dossier } => {
            create_private_dir(dossier)?;
            let mut faites = fichier::upgrade(&place.base_file(dossier), Lot::Base)?;
            faites.extend(fichier::upgrade(&place.acces_file(dossier), Lot::Acces)?);
            Ok(faites)
        }
        Moteur::Postgres { url } => serveur::Schema::data(url, &place.code)?.upgrade(admin.base.as_ref()),
    }
}

/// The keys come after the empty base, and never after a filled one: new keys would open nothing of it.
fn upgrade_keys(place: &Emplacement, admin: &Administration) -> Result<Vec<String>, Erreur> {
    let filled = dialect::has_facts(&mut connexion::open(&base_target(place)?, Mode::Lecture)?)?;
    if filled && !place.is_known() {
        return Err(keys_lost(place, &format!("{} manque", place.kek_file().display())));
    }
    let faites = match &place.cles_url {
        None => {
            create_private_dir(&place.cles_dir)?;
            fichier::upgrade(&place.magasin_file(), Lot::Cles)?
        }
        Some(url) => serveur::Schema::keys(url, &place.code)?.upgrade(admin.of_keys(url))?,
    };
    let mut cnx: Cnx = connexion::open(&magasin::target(place)?, Mode::Ecriture)?;
    match (magasin::is_filled(&mut cnx)?, place.is_known()) {
        (false, _) if filled => return Err(keys_lost(place, "le magasin de clés est vide")),
        (true, false) => {
            return Err(keys_lost(place, &format!("{} manque", place.kek_file().display())));
        }
        _ => {}
    }
    Keks::install(place)?;
    magasin::install_usage_keys(&mut cnx, &place.code, &Keks::read(place)?)?;
    Ok(faites)
}

fn keys_lost(place: &Emplacement, cause: &str) -> Erreur {
    Erreur::Configuration(format!(
        "Le territoire {} a déjà des données ou des clés, et {cause}. Rien n’a été créé : de nouvelles clés ne \
         liraient rien. Restaurez les clés sauvegardées.",
        place.code
    ))
}

fn not_installed(place: &Emplacement) -> Erreur {
    let code = &place.code;
    Erreur::NonMigre(format!(
        "Le territoire {code} n’est pas installé ici. Lancez « maillage migrate --territoire {code} »."
    ))
}

#[cfg(test)]
mod tests;
