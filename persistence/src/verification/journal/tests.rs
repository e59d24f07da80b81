//! R23: every way of tampering with a journal shows, and shows where.

use diesel::connection::SimpleConnection;

use super::super::{Rapport, verify};
use super::*;
use crate::essai::*;
use crate::{Base, Options};

const SANS_GARDES: &str = "DROP TRIGGER fait_sans_modification; DROP TRIGGER fait_sans_suppression; \
                           DROP TRIGGER fait_sans_remplacement;";
const GARDES: &str = "CREATE TRIGGER fait_sans_modification BEFORE UPDATE ON fait BEGIN SELECT RAISE(ABORT, ''); END; \
                      CREATE TRIGGER fait_sans_suppression BEFORE DELETE ON fait BEGIN SELECT RAISE(ABORT, ''); END; \
                      CREATE TRIGGER fait_sans_remplacement BEFORE INSERT ON fait BEGIN SELECT RAISE(ABORT, ''); END;";

/// A territoire with ten facts and ten accesses, closed, with a checkpoint at the end of each journal.
fn filled() -> Essai {
    let essai = Essai::install();
    let base = essai.open();
    base.coffre().create_key(dossier(1)).unwrap();
    for n in 0..10 {
        write_fact(&base, if n % 2 == 0 { clear_fact() } else { sealed_fact(dossier(1)) }).unwrap();
        base.append_acces(vec![acces_line(n)]).unwrap();
    }
    drop(base);
    essai
}

/// What an attacker who has the file does: guards removed, the change, guards put back.
fn tamper(essai: &Essai, sql: &str) -> Rapport {
    let mut cnx = essai.raw_base();
    cnx.batch_execute(&format!("PRAGMA foreign_keys = OFF; {SANS_GARDES} {sql}; {GARDES}")).unwrap();
    verify(&essai.place).unwrap()
}

fn natures(rapport: &Rapport) -> Vec<(Option<i64>, Nature)> {
    assert!(rapport.journaux[1].anomalies.is_empty(), "the other journal is whole: {rapport}");
    rapport.journaux[0].anomalies.iter().map(|a| (a.seq, a.nature)).collect()
}

#[test]
fn r23_a_whole_journal_passes_while_the_server_writes() {
    let essai = filled();
    let rapport = verify(&essai.place).unwrap();
    assert!(rapport.is_intact(), "{rapport}");
    assert_eq!((rapport.journaux[0].lignes, rapport.journaux[1].lignes), (10, 10));
    assert!(rapport.journaux.iter().all(|journal| journal.jalons >= 1));
    let base = essai.open();
    std::thread::scope(|portee| {
        portee.spawn(|| {
            for n in 0..300 {
                write_fact(&base, clear_fact()).unwrap();
                base.append_acces(vec![acces_line(n)]).unwrap();
            }
        });
        for _ in 0..20 {
            let rapport = verify(&essai.place).unwrap();
            assert!(rapport.is_intact(), "{rapport}");
        }
    });
    assert!(verify(&essai.place).unwrap().journaux[0].jalons >= 3);
}

#[test]
fn r23_pages_join_without_a_seam() {
    let essai = Essai::install();
    let base = essai.open();
    let lignes: Vec<_> = (0..2500).map(acces_line).collect();
    base.append_acces(lignes).unwrap();
    let rapport = verify(&essai.place).unwrap();
    assert!(rapport.is_intact(), "{rapport}");
    assert_eq!(rapport.journaux[1].lignes, 2500);
}

#[test]
fn r23_an_edited_line_shows() {
    for (sql, seq) in [
        ("UPDATE fait SET acteur = 'autre' WHERE seq = 4", 4),
        ("UPDATE fait SET type = 'x' WHERE seq = 1", 1),
        ("UPDATE fait SET version = 2 WHERE seq = 10", 10),
        ("UPDATE fait SET sujet = NULL WHERE seq = 2", 2),
        ("UPDATE fait SET corrige_seq = 1 WHERE seq = 5", 5),
        ("UPDATE fait SET survenu_le = '2020-01-01T00:00:00.000000Z' WHERE seq = 3", 3),
        ("UPDATE fait SET charge = CAST(charge || x'00' AS BLOB) WHERE seq = 6", 6),
    ] {
        assert_eq!(natures(&tamper(&filled(), sql)), [(Some(seq), Nature::Ligne)], "{sql}");
    }
}

#[test]
fn r23_a_line_that_no_longer_reads_shows() {
    for sql in [
        "UPDATE fait SET survenu_le = replace(survenu_le, 'Z', 'z') WHERE seq = 3",
        "UPDATE fait SET survenu_le = 'hier' WHERE seq = 3",
        "UPDATE fait SET acteur = CAST(x'ff' AS TEXT) WHERE seq = 3",
    ] {
        assert_eq!(natures(&tamper(&filled(), sql)), [(Some(3), Nature::Illisible)], "{sql}");
    }
}

#[test]
fn r23_a_deleted_line_shows() {
    assert_eq!(natures(&tamper(&filled(), "DELETE FROM fait WHERE seq = 4")), [(Some(4), Nature::Manque)]);
    // The writer laid a checkpoint at its first commit.
    let premiere = natures(&tamper(&filled(), "DELETE FROM fait WHERE seq = 1"));
    assert_eq!(premiere, [(Some(1), Nature::Jalon), (Some(1), Nature::Manque)]);
    let decale = "DELETE FROM fait WHERE seq = 4; UPDATE fait SET seq = -seq WHERE seq > 4; \
                  UPDATE fait SET seq = -seq - 1 WHERE seq < 0";
    let vues = natures(&tamper(&filled(), &format!("PRAGMA ignore_check_constraints = ON; {decale}")));
    assert_eq!(vues[0], (Some(4), Nature::Ligne));
    assert!(vues.contains(&(Some(10), Nature::Coupure)), "{vues:?}");
}

#[test]
fn r23_an_inserted_line_shows() {
    let insere = "INSERT INTO fait SELECT 11, type, version, sujet, dossier, acteur, survenu_le, enregistre_le, \
                  corrige_seq, charge, empreinte FROM fait WHERE seq = 10";
    let vues = natures(&tamper(&filled(), insere));
    assert_eq!(vues, [(Some(11), Nature::Ligne), (Some(11), Nature::Ajout)]);
    let avant = insere.replace("SELECT 11", "SELECT 0");
    let vues = natures(&tamper(&filled(), &format!("PRAGMA ignore_check_constraints = ON; {avant}")));
    assert_eq!(vues[0], (Some(0), Nature::Ligne));
}

#[test]
fn r23_swapped_lines_show() {
    let echange = "PRAGMA ignore_check_constraints = ON; UPDATE fait SET seq = -1 WHERE seq = 3; \
                   UPDATE fait SET seq = 3 WHERE seq = 7; UPDATE fait SET seq = 7 WHERE seq = -1";
    let vues = natures(&tamper(&filled(), echange));
    assert_eq!(vues.iter().map(|(seq, _)| seq.unwrap()).collect::<Vec<_>>(), [3, 4, 7, 8]);
}

#[test]
fn r23_a_cut_tail_shows() {
    let vues = natures(&tamper(&filled(), "DELETE FROM fait WHERE seq > 7"));
    assert_eq!(vues, [(Some(8), Nature::Coupure)]);
    let vues = natures(&tamper(&filled(), "DELETE FROM fait"));
    assert_eq!(vues, [(Some(1), Nature::Coupure)]);
}

#[test]
fn r23_an_edited_head_shows() {
    for sql in [
        "UPDATE tete_de_chaine SET seq = 9",
        "UPDATE tete_de_chaine SET sceau = x''",
        "UPDATE tete_de_chaine SET empreinte = zeroblob(32)",
        "DROP TRIGGER tete_de_chaine_sans_suppression; DELETE FROM tete_de_chaine",
    ] {
        assert_eq!(natures(&tamper(&filled(), sql)), [(None, Nature::Tete)], "{sql}");
    }
    let vide = "DELETE FROM fait; UPDATE tete_de_chaine SET seq = 0, empreinte = zeroblob(32), sceau = x''";
    assert_eq!(natures(&tamper(&filled(), vide)), [(Some(1), Nature::Coupure)], "the checkpoint remembers");
}

#[test]
fn r23_an_old_head_put_back_over_a_cut_tail_shows_by_the_checkpoints() {
    let essai = Essai::install();
    let base = essai.open();
    for _ in 0..3 {
        write_fact(&base, clear_fact()).unwrap();
    }
    essai.raw_base().batch_execute("CREATE TABLE ancienne AS SELECT * FROM tete_de_chaine").unwrap();
    for _ in 0..3 {
        write_fact(&base, clear_fact()).unwrap();
    }
    drop(base);
    let remise = "DELETE FROM fait WHERE seq > 3; UPDATE tete_de_chaine SET (seq, empreinte, sceau) = \
                  (SELECT seq, empreinte, sceau FROM ancienne)";
    assert_eq!(natures(&tamper(&essai, remise)), [(Some(4), Nature::Coupure)]);
    // Writing on does not wash it: the new lines are not those of the checkpoint.
    essai.raw_base().batch_execute("DROP TRIGGER fait_sans_remplacement").unwrap();
    let base = Base::open(&essai.place, &Options::default()).unwrap();
    for _ in 0..5 {
        base.write::<_, Erreur>(|e| {
            e.record(
                &clear_fact(),
                domain::acteur::Auteur::Systeme,
                now(),
                now() + chrono::TimeDelta::days(1),
            )
        })
        .unwrap();
    }
    drop(base);
    let vues = natures(&verify(&essai.place).unwrap());
    assert!(vues.contains(&(Some(6), Nature::Jalon)), "{vues:?}");
}

#[test]
fn r23_a_rewritten_chain_shows_without_the_keys() {
    let essai = filled();
    let mut cnx = essai.raw_base();
    cnx.batch_execute(SANS_GARDES).unwrap();
    let lignes = page(&mut cnx, Journal::Faits, 0, 10).unwrap();
    cnx.batch_execute("UPDATE fait SET acteur = 'autre' WHERE seq = 4").unwrap();
    let mut precedente = lignes[2].empreinte().to_vec();
    for seq in 4..=10 {
        let ligne = page(&mut cnx, Journal::Faits, seq - 1, seq).unwrap().remove(0);
        precedente = ligne.digest(&precedente).to_vec();
        diesel::update(fait::table.find(seq)).set(fait::empreinte.eq(&precedente)).execute(&mut cnx).unwrap();
    }
    cnx.batch_execute(GARDES).unwrap();
    let vues = natures(&verify(&essai.place).unwrap());
    assert_eq!(vues, [(Some(10), Nature::Jalon), (Some(10), Nature::Tete)]);
    diesel::update(crate::schema::tete_de_chaine::table.find(1))
        .set(crate::schema::tete_de_chaine::empreinte.eq(&precedente))
        .execute(&mut cnx)
        .unwrap();
    let vues = natures(&verify(&essai.place).unwrap());
    assert_eq!(vues, [(Some(10), Nature::Jalon), (None, Nature::Tete)]);
}

#[test]
fn r23_an_edited_checkpoint_shows() {
    let essai = filled();
    let mut magasin = essai.raw(essai.place.magasin_file());
    magasin.batch_execute("UPDATE jalon SET seq = 9 WHERE journal = 'fait' AND seq = 10").unwrap();
    let vues = natures(&verify(&essai.place).unwrap());
    assert_eq!(vues, [(Some(9), Nature::Jalon)]);
}

#[test]
fn r26_removed_guards_show() {
    let essai = filled();
    essai.raw_base().batch_execute("DROP TRIGGER fait_sans_suppression").unwrap();
    assert_eq!(natures(&verify(&essai.place).unwrap()), [(None, Nature::Protection)]);
}

#[test]
fn r26_the_base_refuses_to_change_a_journal() {
    let essai = filled();
    for (mut cnx, table) in [(essai.raw_base(), "fait"), (essai.raw_acces(), "acces")] {
        for sql in [
            format!("UPDATE {table} SET seq = seq"),
            format!("DELETE FROM {table} WHERE seq = 10"),
            format!("INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE seq = 10"),
        ] {
            assert!(cnx.batch_execute(&sql).is_err(), "{sql}");
        }
    }
    for (mut cnx, tete) in [(essai.raw_base(), "tete_de_chaine"), (essai.raw_acces(), "tete_acces")] {
        assert!(cnx.batch_execute(&format!("DELETE FROM {tete}")).is_err());
    }
}

#[test]
fn r23_any_byte_of_the_journal_changed_in_the_file_shows() {
    let essai = filled();
    let fichier = essai.place.acces_file(&essai.data_dir());
    essai.raw_acces().batch_execute("PRAGMA wal_checkpoint(TRUNCATE); VACUUM").unwrap();
    let sain = std::fs::read(&fichier).unwrap();
    assert!(verify(&essai.place).unwrap().is_intact());
    let motif = b"crip,rtpeshow_signalement";
    let place = sain.windows(motif.len()).position(|fenetre| fenetre == motif).unwrap();
    for ecart in 0..motif.len() {
        let mut abime = sain.clone();
        abime[place + ecart] ^= 1;
        std::fs::write(&fichier, abime).unwrap();
        assert!(!verify(&essai.place).unwrap().is_intact(), "byte {ecart}");
    }
    std::fs::write(&fichier, sain).unwrap();
    assert!(verify(&essai.place).unwrap().is_intact());
}

#[test]
fn the_writer_refuses_to_extend_a_head_that_is_not_ours() {
    let essai = filled();
    essai.raw_base().batch_execute("UPDATE tete_de_chaine SET empreinte = zeroblob(32)").unwrap();
    assert!(write_fact(&essai.open(), clear_fact()).is_err());
}

#[test]
fn the_report_says_in_french_where_and_why() {
    let essai = filled();
    let texte = tamper(&essai, "DELETE FROM fait WHERE seq IN (4, 5)").to_string();
    assert!(
        texte.contains("journal « fait » : 8 lignes") && texte.contains("Les lignes 4 à 5 manquent."),
        "{texte}"
    );
    assert!(texte.contains("journal « acces » : 10 lignes, 2 jalons : intact."), "{texte}");
}
