//! Installation and migrations, on SQLite: again, at once, over data, and never over lost keys.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::*;
use crate::essai::*;

#[derive(QueryableByName)]
struct Nombre {
    #[diesel(sql_type = BigInt)]
    nombre: i64,
}

fn count(cnx: &mut Cnx, table: &str) -> i64 {
    let sql = format!("SELECT count(*) AS nombre FROM {table}");
    diesel::sql_query(sql).get_result::<Nombre>(cnx).unwrap().nombre
}

fn sans_admin() -> Administration {
    Administration::default()
}

#[test]
fn installing_again_changes_nothing() {
    let essai = Essai::empty();
    assert!(!essai.place.is_known());
    let faites = install(&essai.place, &sans_admin()).unwrap();
    assert!(faites.contains(&"00000000000001_socle".to_owned()), "{faites:?}");
    let kek = std::fs::read(essai.place.kek_file()).unwrap();
    write_fact(&essai.open(), clear_fact()).unwrap();
    assert!(install(&essai.place, &sans_admin()).unwrap().is_empty());
    assert_eq!(std::fs::read(essai.place.kek_file()).unwrap(), kek);
    assert_eq!(write_fact(&essai.open(), clear_fact()).unwrap(), 2);
    assert_eq!(
        Emplacement::known_codes(&essai.place.cles_dir).unwrap(),
        std::slice::from_ref(&essai.place.code)
    );
}

#[test]
fn installations_at_once_make_one() {
    let essai = Essai::empty();
    std::thread::scope(|portee| {
        for _ in 0..4 {
            portee.spawn(|| install(&essai.place, &sans_admin()).unwrap());
        }
    });
    assert_eq!(write_fact(&essai.open(), clear_fact()).unwrap(), 1);
    let restes = std::fs::read_dir(&essai.place.cles_dir).unwrap().map(|e| e.unwrap().file_name());
    assert!(restes.map(|nom| nom.into_string().unwrap()).all(|nom| !nom.contains(".kek.")));
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let essai = Essai::install();
    let base = essai.open();
    base.coffre().create_key(dossier(1)).unwrap();
    write_fact(&base, clear_fact()).unwrap();
    base.append_acces(vec![acces_line(1)]).unwrap();
    let mut vus = 0;
    for dossier in [essai.data_dir(), essai.place.cles_dir.clone()] {
        assert_eq!(std::fs::metadata(&dossier).unwrap().permissions().mode() & 0o777, 0o700);
        for fichier in std::fs::read_dir(dossier).unwrap() {
            let fichier = fichier.unwrap();
            assert_eq!(
                fichier.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{:?}",
                fichier.path()
            );
            vus += 1;
        }
    }
    assert!(vus >= 4 + 2, "databases, their WAL, keys: {vus}");
}

#[test]
fn a_territoire_that_is_not_installed_does_not_open() {
    let essai = Essai::empty();
    let ouvre = || crate::Base::open(&essai.place, &crate::Options::default());
    assert!(matches!(ouvre(), Err(Erreur::NonMigre(_))));
    install(&essai.place, &sans_admin()).unwrap();
    std::fs::remove_file(essai.place.base_file(&essai.data_dir())).unwrap();
    assert!(matches!(ouvre(), Err(Erreur::NonMigre(_))), "an empty base is never made in silence");
    assert!(!essai.place.base_file(&essai.data_dir()).exists());
}

#[test]
fn lost_keys_are_never_replaced() {
    let perdre: [fn(&Essai); 3] = [
        |essai| std::fs::remove_file(essai.place.kek_file()).unwrap(),
        |essai| std::fs::remove_file(essai.place.magasin_file()).unwrap(),
        |essai| std::fs::remove_dir_all(&essai.place.cles_dir).unwrap(),
    ];
    for perdre in perdre {
        let essai = Essai::install();
        write_fact(&essai.open(), clear_fact()).unwrap();
        perdre(&essai);
        assert!(matches!(install(&essai.place, &sans_admin()), Err(Erreur::Configuration(_))));
    }
    let essai = Essai::install();
    std::fs::remove_file(essai.place.kek_file()).unwrap();
    std::fs::remove_file(essai.place.base_file(&essai.data_dir())).unwrap();
    assert!(
        matches!(install(&essai.place, &sans_admin()), Err(Erreur::Configuration(_))),
        "the key store is left"
    );
}

#[test]
fn one_territoire_that_fails_does_not_stop_the_others() {
    let (bon, mauvais) = (Essai::empty(), Essai::empty());
    std::fs::write(&mauvais.place.cles_dir, "not a folder").unwrap();
    let bilans = migrate(&[mauvais.place.clone(), bon.place.clone()], &sans_admin());
    assert!(bilans[0].resultat.is_err() && bilans[1].resultat.is_ok());
}

#[test]
fn rebuilding_a_parent_table_keeps_its_children() {
    let essai = Essai::install();
    let fichier = essai.place.base_file(&essai.data_dir());
    let mut cnx = essai.raw_base();
    cnx.batch_execute(
        "CREATE TABLE parent (id INTEGER PRIMARY KEY); \
         CREATE TABLE enfant (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id) ON DELETE CASCADE); \
         INSERT INTO parent VALUES (1); INSERT INTO enfant VALUES (1, 1)",
    )
    .unwrap();
    let rebatit = "CREATE TABLE parent_neuf (id INTEGER PRIMARY KEY, nom TEXT); \
                   INSERT INTO parent_neuf (id) SELECT id FROM parent; DROP TABLE parent; \
                   ALTER TABLE parent_neuf RENAME TO parent;";
    fichier::upgrade_with(&fichier, |cnx| Ok(cnx.batch_execute(rebatit)?)).unwrap();
    assert_eq!((count(&mut cnx, "parent"), count(&mut cnx, "enfant")), (1, 1));
    // A migration that leaves an orphan is undone as a whole.
    let orphelin = "DELETE FROM parent; CREATE TABLE trace (n INTEGER)";
    assert!(fichier::upgrade_with(&fichier, |cnx| Ok(cnx.batch_execute(orphelin)?)).is_err());
    assert_eq!(count(&mut cnx, "parent"), 1);
    assert!(cnx.batch_execute("SELECT * FROM trace").is_err());
}

fn folders(moteur: &str, lot: &str) -> BTreeMap<String, BTreeSet<String>> {
    let racine = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations").join(moteur).join(lot);
    let noms = |chemin: &Path| -> Vec<std::path::PathBuf> {
        std::fs::read_dir(chemin).unwrap().map(|entree| entree.unwrap().path()).collect()
    };
    let nom = |chemin: &Path| chemin.file_name().unwrap().to_str().unwrap().to_owned();
    noms(&racine)
        .iter()
        .map(|dossier| (nom(dossier), noms(dossier).iter().map(|f| nom(f)).collect()))
        .collect()
}

#[test]
fn both_databases_have_the_same_migrations_and_no_version_serves_twice() {
    let mut versions = BTreeSet::new();
    for (lot, cle) in [("base", Lot::Base), ("acces", Lot::Acces), ("cles", Lot::Cles)] {
        let (sqlite, postgres) = (folders("sqlite", lot), folders("postgres", lot));
        assert_eq!(sqlite, postgres);
        for (nom, fichiers) in &sqlite {
            assert!(fichiers.contains("up.sql"), "{nom}");
            // The data's and the accesses' share one table of versions on PostgreSQL.
            assert!(versions.insert(nom.split('_').next().unwrap().to_owned()), "{nom}");
        }
        let embarquees: Vec<&str> = textes::of(cle).iter().map(|texte| texte.nom).collect();
        assert_eq!(embarquees, sqlite.keys().collect::<Vec<_>>(), "embedded, in order");
    }
}

#[test]
fn the_dba_script_quotes_every_name_and_no_password() {
    let mut place = Essai::empty().place;
    place.base = Moteur::Postgres { url: "postgresql://o%27n%22x:s3cret@h/b".parse().unwrap() };
    let sql = print_sql(&[place.clone()]).unwrap();
    assert!(sql.contains("ALTER ROLE \"o'n\"\"x_77\" LOGIN PASSWORD :'mot_de_passe'"));
    assert!(sql.contains("'o''n\"x_77_proprietaire'"));
    assert!(sql.contains("INSERT INTO __diesel_schema_migrations (version) VALUES ('00000000000001')"));
    assert!(!sql.contains("s3cret") && !sql.contains("cles_77"));
    place.cles_url = Some("postgresql://clefs@h/b".parse().unwrap());
    assert!(print_sql(&[place]).unwrap().contains("CREATE SCHEMA IF NOT EXISTS \"cles_77\""));
    assert!(print_sql(&[Essai::empty().place]).unwrap().is_empty());
}
