//! Migrations of PostgreSQL: roles, schema, tables and rights of one territoire, under a lock of its own.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel_migrations::MigrationHarness;
use domain::territoire::CodeTerritoire;
use url::Url;

use super::script;
use super::{Administrateur, Lot};
use crate::adresse;
use crate::connexion::{self, Cible, Cnx, Mode, MultiBackend};
use crate::erreur::Erreur;

/// The oldest PostgreSQL that is served.
const VERSION_MIN: i64 = 150_000;

/// A schema, its roles, and what lives in it.
pub(super) struct Schema {
    url: Url,
    /// Its name: `territoire_77` or `cles_77`.
    pub(super) nom: String,
    /// Who logs in.
    pub(super) role: String,
    /// Who owns it.
    pub(super) proprietaire: String,
    /// Which migrations.
    pub(super) lots: &'static [Lot],
    code: CodeTerritoire,
}

impl Schema {
    /// The schema of the data and of both journals.
    pub(super) fn data(url: &Url, code: &CodeTerritoire) -> Result<Self, Erreur> {
        Self::new(url, code, "territoire", adresse::data_role(url, code)?, &[Lot::Base, Lot::Acces])
    }

    /// The schema of the key store.
    pub(super) fn keys(url: &Url, code: &CodeTerritoire) -> Result<Self, Erreur> {
        Self::new(url, code, "cles", adresse::keys_role(url, code)?, &[Lot::Cles])
    }

    fn new(
        url: &Url,
        code: &CodeTerritoire,
        prefixe: &str,
        role: String,
        lots: &'static [Lot],
    ) -> Result<Self, Erreur> {
        adresse::check(url)?;
        let proprietaire = adresse::owner_of(&role)?;
        Ok(Self {
            url: url.clone(),
            nom: format!("{prefixe}_{code}"),
            role,
            proprietaire,
            lots,
            code: code.clone(),
        })
    }

    /// The database's name.
    pub(super) fn database(&self) -> Result<String, Erreur> {
        adresse::database(&self.url)
    }

    /// Makes or updates everything as the administrator of this server. Without one, a schema that is up to date
    /// suffices (the DBA ran the script); else the application's own user is tried, which may hold the powers,
    /// unless the settings name the administrator of another server: whoever wrote them meant something else.
    pub(super) fn upgrade(&self, admin: Option<&Administrateur>) -> Result<Vec<String>, Erreur> {
        let acces = admin.map(|admin| admin.way_into(&self.url)).transpose()?.flatten();
        let admin = match (acces, admin) {
            (Some(acces), _) => acces,
            (None, admin) => {
                let role = Cible::Serveur(adresse::role_url(&self.url, &self.role)?);
                if check(&role, self.lots, &self.code).is_ok() {
                    return Ok(Vec::new());
                }
                if admin.is_some() {
                    return Err(self.other_server());
                }
                self.url.clone()
            }
        };
        adresse::check(&admin)?;
        let propre = admin == self.url;
        let mut cnx =
            connexion::open(&Cible::Serveur(admin), Mode::Ecriture).map_err(|erreur| match erreur {
                // The server answers, and does not know the URL's user: it need not exist.
                Erreur::Indisponible(cause) if propre && cause.contains("FATAL") => {
                    self.no_power("se connecter")
                }
                autre => autre,
            })?;
        check_version(&mut cnx)?;
        self.check_powers(&mut cnx)?;
        cnx.batch_execute(
            "SET statement_timeout = 0; SET lock_timeout = '60s'; SET standard_conforming_strings = on; \
             SET client_min_messages = warning",
        )?;
        // The lock is that of the session: it falls with the connection, however this ends.
        diesel::sql_query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
            .bind::<Text, _>(format!("maillage/{}", self.nom))
            .execute(&mut cnx)?;
        self.make_roles(&mut cnx)?;
        self.make_schema(&mut cnx)?;
        let faites = self.apply(&mut cnx)?;
        cnx.batch_execute(&format!("BEGIN; {} COMMIT", script::grants(self)))?;
        cnx.batch_execute("RESET ROLE")?;
        self.configure_role(&mut cnx)?;
        Ok(faites)
    }

    fn other_server(&self) -> Erreur {
        let remede = if self.lots.contains(&Lot::Cles) {
            format!("relancez « maillage migrate --territoire {} » avec celle de ce serveur", self.code)
        } else {
            format!("donnez aussi « database_admin_url » sous [territoires.{}]", self.code)
        };
        let reglage = self.admin_setting();
        Erreur::Configuration(format!(
            "Le schéma {} est à créer ou à mettre à jour sur un autre serveur que celui de l’administrateur \
             ({reglage}) ; rien n’y a été fait : {remede}, ou faites exécuter le script de « maillage migrate \
             --print-sql ».",
            self.nom
        ))
    }

    fn check_powers(&self, cnx: &mut Cnx) -> Result<(), Erreur> {
        let verdict: Verdict = diesel::sql_query(
            "SELECT (rolsuper OR rolcreaterole) AND has_database_privilege(current_database(), 'CREATE') AS oui \
             FROM pg_roles WHERE rolname = session_user",
        )
        .get_result(cnx)?;
        if verdict.oui {
            return Ok(());
        }
        Err(self.no_power("créer de rôles et de schémas dans cette base"))
    }

    fn no_power(&self, lequel: &str) -> Erreur {
        Erreur::Configuration(format!(
            "Le schéma {} est à créer ou à mettre à jour, et l’utilisateur de l’URL ne peut pas {lequel} : donnez \
             l’URL d’un administrateur ({}), ou faites exécuter le script de « maillage migrate --print-sql ».",
            self.nom,
            self.admin_setting()
        ))
    }

    fn admin_setting(&self) -> &'static str {
        if self.lots.contains(&Lot::Cles) { "MAILLAGE_KEYS_ADMIN_URL" } else { "MAILLAGE_DATABASE_ADMIN_URL" }
    }

    fn make_roles(&self, cnx: &mut Cnx) -> Result<(), Erreur> {
        for (role, pouvoir) in [(&self.proprietaire, "NOLOGIN"), (&self.role, "LOGIN")] {
            let creation = format!("CREATE ROLE {} {pouvoir}", script::ident(role));
            // Roles belong to the whole cluster: another database may be making the same one.
            if !role_exists(cnx, role)?
                && let Err(erreur) = cnx.batch_execute(&creation)
                && !role_exists(cnx, role)?
            {
                return Err(erreur.into());
            }
        }
        if let Some(mot_de_passe) = adresse::password(&self.url) {
            let secret = script::password(&mot_de_passe)?;
            retry(cnx, &format!("ALTER ROLE {} LOGIN PASSWORD {secret}", script::ident(&self.role)))?;
        }
        if !is_superuser(cnx)? {
            cnx.batch_execute(&format!("GRANT {} TO CURRENT_USER", script::ident(&self.proprietaire)))?;
        }
        Ok(())
    }

    fn make_schema(&self, cnx: &mut Cnx) -> Result<(), Erreur> {
        let (schema, proprietaire) = (script::ident(&self.nom), script::ident(&self.proprietaire));
        cnx.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {proprietaire}"))?;
        let le_sien: Verdict = diesel::sql_query(
            "SELECT pg_get_userbyid(nspowner) = $2 AS oui FROM pg_namespace WHERE nspname = $1",
        )
        .bind::<Text, _>(&self.nom)
        .bind::<Text, _>(&self.proprietaire)
        .get_result(cnx)?;
        if !le_sien.oui {
            return Err(Erreur::Configuration(format!(
                "Le schéma {} appartient à un autre rôle que {}.",
                self.nom, self.proprietaire
            )));
        }
        let acces: Verdict =
            diesel::sql_query("SELECT has_database_privilege($1, current_database(), 'CONNECT') AS oui")
                .bind::<Text, _>(&self.role)
                .get_result(cnx)?;
        if !acces.oui {
            let base = script::ident(&self.database()?);
            cnx.batch_execute(&format!("GRANT CONNECT ON DATABASE {base} TO {}", script::ident(&self.role)))?;
        }
        cnx.batch_execute(&format!("SET ROLE {proprietaire}; SET search_path = {schema}"))?;
        Ok(())
    }

    fn apply(&self, cnx: &mut Cnx) -> Result<Vec<String>, Erreur> {
        let mut faites = Vec::new();
        for lot in self.lots {
            for migration in cnx.pending_migrations(lot.postgres()).map_err(failed)? {
                cnx.run_migration(&*migration).map_err(failed)?;
                faites.push(migration.name().to_string());
            }
        }
        Ok(faites)
    }

    fn configure_role(&self, cnx: &mut Cnx) -> Result<(), Erreur> {
        let actuel: Texte =
            diesel::sql_query("SELECT current_setting('synchronous_commit') AS texte").get_result(cnx)?;
        let plus_fort = actuel.texte == "remote_apply";
        for reglage in script::role_settings(self, if plus_fort { "remote_apply" } else { "on" }) {
            retry(cnx, &reglage)?;
        }
        if is_superuser(cnx)? {
            retry(cnx, &script::english_messages(self))?;
        }
        Ok(())
    }
}

/// Whether every migration of these sets is applied, as the territoire's own role sees it.
pub(super) fn check(cible: &Cible, lots: &[Lot], code: &CodeTerritoire) -> Result<(), Erreur> {
    let mut cnx = connexion::open(cible, Mode::Lecture)?;
    let lues: Result<Vec<Texte>, _> =
        diesel::sql_query("SELECT version::text AS texte FROM __diesel_schema_migrations").load(&mut cnx);
    let faites: BTreeSet<String> = match lues.map_err(Erreur::from) {
        Ok(lues) => lues.into_iter().map(|ligne| ligne.texte).collect(),
        Err(erreur) if erreur.is_transient() => return Err(erreur),
        Err(_) => BTreeSet::new(),
    };
    let mut manque = 0;
    for lot in lots {
        let attendues = MigrationSource::<MultiBackend>::migrations(&lot.postgres()).map_err(failed)?;
        manque += attendues.iter().filter(|m| !faites.contains(&m.name().version().to_string())).count();
    }
    if manque == 0 {
        return Ok(());
    }
    Err(Erreur::NonMigre(format!(
        "La base PostgreSQL du territoire {code} n’est pas à jour ({manque} migration(s) à faire). Lancez « maillage migrate »."
    )))
}

/// A superuser in the application's URL is a bad habit, not a refusal: the server logs in as another role.
pub(super) fn warn_if_superuser(cible: &Cible, url: &Url) {
    let reponse = adresse::user(url).and_then(|user| {
        let mut cnx = connexion::open(cible, Mode::Lecture)?;
        let verdict: Option<Verdict> =
            diesel::sql_query("SELECT rolsuper AS oui FROM pg_roles WHERE rolname = $1")
                .bind::<Text, _>(user)
                .get_result(&mut cnx)
                .optional()?;
        Ok(verdict.is_some_and(|verdict| verdict.oui))
    });
    if let Ok(true) = reponse {
        log::warn!("the database URL names a superuser: give the application an ordinary user");
    }
}

#[derive(QueryableByName)]
struct Verdict {
    #[diesel(sql_type = Bool)]
    oui: bool,
}

#[derive(QueryableByName)]
struct Texte {
    #[diesel(sql_type = Text)]
    texte: String,
}

#[derive(QueryableByName)]
struct Nombre {
    #[diesel(sql_type = BigInt)]
    nombre: i64,
}

fn check_version(cnx: &mut Cnx) -> Result<(), Erreur> {
    let Nombre { nombre } =
        diesel::sql_query("SELECT current_setting('server_version_num')::bigint AS nombre")
            .get_result(cnx)?;
    if nombre >= VERSION_MIN {
        return Ok(());
    }
    Err(Erreur::Configuration("Maillage demande PostgreSQL 15 ou plus récent.".to_owned()))
}

fn is_superuser(cnx: &mut Cnx) -> Result<bool, Erreur> {
    let verdict: Verdict =
        diesel::sql_query("SELECT rolsuper AS oui FROM pg_roles WHERE rolname = session_user")
            .get_result(cnx)?;
    Ok(verdict.oui)
}

fn role_exists(cnx: &mut Cnx, role: &str) -> Result<bool, Erreur> {
    let verdict: Verdict =
        diesel::sql_query("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS oui")
            .bind::<Text, _>(role)
            .get_result(cnx)?;
    Ok(verdict.oui)
}

/// Two sessions that alter one role at once make one of them fail, whatever they write.
fn retry(cnx: &mut Cnx, ordre: &str) -> Result<(), Erreur> {
    let mut essai = cnx.batch_execute(ordre);
    for _ in 0..5 {
        if essai.is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
        essai = cnx.batch_execute(ordre);
    }
    Ok(essai?)
}

fn failed(erreur: Box<dyn std::error::Error + Send + Sync>) -> Erreur {
    Erreur::Interne(format!("migration: {}", crate::erreur::without_values(&erreur.to_string())))
}
