//! The writer's promises, on SQLite: grouping, undoing one closure alone, and serving every thread.

use std::sync::mpsc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use domain::acces::Voie;
use domain::acteur::Auteur;
use domain::fait::Fait;
use uuid::Uuid;

use super::*;
use crate::essai::*;
use crate::faits;

#[derive(QueryableByName)]
struct Valeur {
    #[diesel(sql_type = BigInt)]
    valeur: i64,
}

fn value(cnx: &mut crate::Cnx, sql: &str) -> i64 {
    diesel::sql_query(sql).get_result::<Valeur>(cnx).unwrap().valeur
}

#[test]
fn a_fact_reads_back_as_it_was_written() {
    let essai = Essai::install();
    let base = essai.open();
    base.coffre().create_key(dossier(1)).unwrap();
    assert_eq!(write_fact(&base, clear_fact()).unwrap(), 1);
    assert_eq!(write_fact(&base, sealed_fact(dossier(1))).unwrap(), 2);
    let faits = base.read::<_, Erreur>(|s| faits::list_after(s, 0, 10)).unwrap();
    assert_eq!(faits.len(), 2);
    assert_eq!(faits[0].fait, clear_fact());
    assert_eq!(faits[1].fait, sealed_fact(dossier(1)));
    assert_eq!(faits[1].auteur, Auteur::Systeme);
    assert_eq!(faits[1].survenu_le.timestamp_micros(), now().timestamp_micros());
    assert!(base.read::<_, Erreur>(|s| faits::list_after(s, 2, 10)).unwrap().is_empty());
}

#[test]
fn dos_7_a_chronology_unseals_nothing_and_its_pages_are_whole() {
    let essai = Essai::install();
    let base = essai.open();
    base.coffre().create_key(dossier(1)).unwrap();
    let entree = Fait::CercleEntre {
        dossier: dossier(1),
        organisation: Uuid::from_u128(7).into(),
        voie: Voie::Auteur,
        sections: Vec::new(),
    };
    let abandon =
        |n| Fait::SignalementAbandonne { signalement: Uuid::from_u128(n).into(), dossier: dossier(1) };
    for fait in [sealed_fact(dossier(1)), entree, abandon(50), clear_fact(), abandon(51)] {
        write_fact(&base, fait).unwrap();
    }
    let page = |caches: &[Uuid], apres, limite| {
        let lus = base.read::<_, Erreur>(|s| faits::list_of_dossier(s, dossier(1), caches, apres, limite));
        lus.unwrap().into_iter().map(|evenement| (evenement.seq, evenement.code)).collect::<Vec<_>>()
    };
    let attendu = |seq: i64, code: &str| (seq, code.to_owned());
    let caches = [Uuid::from_u128(50)];
    assert_eq!(page(&caches, 0, 2), [attendu(1, "dossier_ouvert"), attendu(5, "signalement_abandonne")]);
    assert_eq!(page(&[], 1, 9), [attendu(3, "signalement_abandonne"), attendu(5, "signalement_abandonne")]);
    // The key is lost: what happened is still told.
    let perte = "DROP TRIGGER fait_sans_modification; UPDATE fait SET charge = x'00'";
    essai.raw_base().batch_execute(perte).unwrap();
    assert_eq!(page(&caches, 0, 9).len(), 2);
}

#[test]
fn r14_a_sealed_fact_shows_nothing_in_the_files() {
    let essai = Essai::install();
    let base = essai.open();
    base.coffre().create_key(dossier(1)).unwrap();
    write_fact(&base, sealed_fact(dossier(1))).unwrap();
    write_fact(&base, clear_fact()).unwrap();
    let mut lu = Vec::new();
    for fichier in std::fs::read_dir(essai.data_dir()).unwrap() {
        lu.extend(std::fs::read(fichier.unwrap().path()).unwrap());
    }
    let contient = |mot: &[u8]| lu.windows(mot.len()).any(|fenetre| fenetre == mot);
    assert!(contient(b"fictif"), "the positive control must be found");
    assert!(!contient(b"K7M-2R4"));
}

#[test]
fn waiting_closures_share_one_commit() {
    let essai = Essai::install();
    let base = essai.open();
    let (entree, sortie) = (mpsc::channel::<()>(), mpsc::channel::<()>());
    let retenue = {
        let base = base.clone();
        std::thread::spawn(move || {
            base.write::<_, Erreur>(move |_| {
                entree.0.send(()).unwrap();
                sortie.1.recv().unwrap();
                Ok(())
            })
        })
    };
    entree.1.recv().unwrap();
    let commits = base.subscribe();
    let ecritures: Vec<_> = (0..40)
        .map(|_| {
            let base = base.clone();
            std::thread::spawn(move || write_fact(&base, clear_fact()).unwrap())
        })
        .collect();
    while base.0.faits.waiting() < 40 {
        std::thread::yield_now();
    }
    sortie.0.send(()).unwrap();
    retenue.join().unwrap().unwrap();
    let mut seqs: Vec<i64> = ecritures.into_iter().map(|fil| fil.join().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=40).collect::<Vec<_>>());
    assert_eq!(commits.iter().take(1).count(), 1);
    assert!(commits.try_recv().is_err(), "forty writes, one commit, one message");
}

#[test]
fn an_error_undoes_its_closure_alone() {
    let essai = Essai::install();
    let base = essai.open();
    write_fact(&base, clear_fact()).unwrap();
    let refusee: Result<(), Erreur> = base.write(|e| {
        e.record(&clear_fact(), Auteur::Systeme, now(), now())?;
        Err(Erreur::Interne("refused".to_owned()))
    });
    assert!(matches!(refusee, Err(Erreur::Interne(_))));
    assert_eq!(write_fact(&base, clear_fact()).unwrap(), 2, "the number of the undone fact serves again");
    assert_eq!(base.read::<_, Erreur>(|s| faits::list_after(s, 0, 10)).unwrap().len(), 2);
}

#[test]
fn a_panic_is_contained_in_its_closure() {
    let essai = Essai::install();
    let base = essai.open();
    let panique: Result<(), Erreur> = base.write(|e| {
        e.record(&clear_fact(), Auteur::Systeme, now(), now())?;
        panic!("on purpose");
    });
    assert!(matches!(panique, Err(Erreur::Interne(_))));
    assert_eq!(write_fact(&base, clear_fact()).unwrap(), 1);
}

#[test]
fn a_swallowed_error_of_the_database_harms_nobody_else() {
    let essai = Essai::install();
    let base = essai.open();
    let issue: Result<(), Erreur> = base.write(|e| {
        e.record(&clear_fact(), Auteur::Systeme, now(), now())?;
        assert!(e.cnx.batch_execute("INSERT INTO nulle_part VALUES (1)").is_err());
        Ok(())
    });
    issue.unwrap();
    assert_eq!(write_fact(&base, clear_fact()).unwrap(), 2);
}

#[test]
fn eight_threads_that_read_then_write_all_succeed() {
    let essai = Essai::install();
    let base = essai.open();
    essai
        .raw_base()
        .batch_execute("CREATE TABLE compte (n INTEGER NOT NULL); INSERT INTO compte VALUES (0)")
        .unwrap();
    std::thread::scope(|portee| {
        for _ in 0..8 {
            portee.spawn(|| {
                for _ in 0..50 {
                    let ecrite: Result<(), Erreur> = base.write(|e| {
                        let n = value(e.cnx, "SELECT n AS valeur FROM compte");
                        diesel::sql_query(format!("UPDATE compte SET n = {}", n + 1)).execute(e.cnx)?;
                        e.record(&clear_fact(), Auteur::Systeme, now(), now())?;
                        Ok(())
                    });
                    ecrite.unwrap();
                }
            });
        }
    });
    let n = base.read::<_, Erreur>(|s| Ok(value(s.cnx, "SELECT n AS valeur FROM compte"))).unwrap();
    assert_eq!(n, 400);
}

#[test]
fn two_processes_write_one_base_in_turn() {
    let essai = Essai::install();
    let (serveur, commande) = (essai.open(), essai.open());
    for n in 0..10 {
        let base = if n % 2 == 0 { &serveur } else { &commande };
        assert_eq!(write_fact(base, clear_fact()).unwrap(), n + 1);
    }
}

#[test]
fn readers_see_one_snapshot_and_never_write() {
    let essai = Essai::install();
    let base = essai.open();
    write_fact(&base, clear_fact()).unwrap();
    let autre = base.clone();
    base.read::<_, Erreur>(|s| {
        assert_eq!(faits::list_after(s, 0, 10)?.len(), 1);
        std::thread::spawn(move || write_fact(&autre, clear_fact()).unwrap()).join().unwrap();
        assert_eq!(faits::list_after(s, 0, 10)?.len(), 1);
        assert!(s.cnx.batch_execute("DELETE FROM tete_de_chaine").is_err());
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_transaction_inside_a_transaction_is_refused_and_not_waited_for() {
    let essai = Essai::install();
    let base = essai.open();
    let autre = base.clone();
    let dedans: Result<i64, Erreur> = base.write(move |_| write_fact(&autre, clear_fact()));
    assert!(matches!(dedans, Err(Erreur::Interne(_))));
    let dedans = base.read::<_, Erreur>(|_| base.append_acces(vec![acces_line(1)]));
    assert!(matches!(dedans, Err(Erreur::Interne(_))));
    write_fact(&base, clear_fact()).unwrap();
}

#[test]
fn an_idle_writer_retires_and_comes_back() {
    let essai = Essai::install();
    let options = Options { inactivite: Duration::from_millis(50), ..Options::default() };
    let base = Base::open(&essai.place, &options).unwrap();
    write_fact(&base, clear_fact()).unwrap();
    while base.0.faits.is_alive() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(write_fact(&base, clear_fact()).unwrap(), 2);
}

#[test]
fn what_was_handed_over_is_kept_when_the_base_is_dropped() {
    let essai = Essai::install();
    let base = essai.open();
    write_fact(&base, clear_fact()).unwrap();
    base.append_acces(vec![acces_line(1)]).unwrap();
    drop(base);
    let base = essai.open();
    assert_eq!(base.read::<_, Erreur>(|s| faits::list_after(s, 0, 10)).unwrap().len(), 1);
    assert_eq!(base.0.coffre.last_jalon(Journal::Faits).unwrap(), Some(1));
    assert_eq!(base.0.coffre.last_jalon(Journal::Acces).unwrap(), Some(1));
}

#[test]
fn a_base_that_another_process_holds_is_unavailable_then_serves_again() {
    let essai = Essai::install();
    let base = essai.open();
    write_fact(&base, clear_fact()).unwrap();
    let mut autre = essai.raw_base();
    autre.batch_execute("BEGIN IMMEDIATE").unwrap();
    assert!(write_fact(&base, clear_fact()).unwrap_err().is_transient());
    autre.batch_execute("ROLLBACK").unwrap();
    assert_eq!(write_fact(&base, clear_fact()).unwrap(), 2);
}

#[test]
fn sec_4_lines_are_durable_in_order_and_grouped() {
    let essai = Essai::install();
    let base = essai.open();
    std::thread::scope(|portee| {
        for n in 0..8 {
            let base = &base;
            portee.spawn(move || {
                for m in 0..20 {
                    base.append_acces(vec![acces_line(n), acces_line(m)]).unwrap();
                }
            });
        }
    });
    assert_eq!(value(&mut essai.raw_acces(), "SELECT count(*) AS valeur FROM acces"), 320);
    assert_eq!(value(&mut essai.raw_acces(), "SELECT seq AS valeur FROM tete_acces"), 320);
}

#[test]
fn r22_a_journal_that_cannot_be_written_is_an_error() {
    let essai = Essai::install();
    let base = essai.open();
    base.append_acces(vec![acces_line(1)]).unwrap();
    essai.raw_acces().batch_execute("ALTER TABLE acces RENAME TO ailleurs").unwrap();
    assert!(base.append_acces(vec![acces_line(2)]).unwrap_err().is_transient());
}
