//! The registre d'envoi when the mail server is down, says no, or when nobody acknowledges (SIG-2b, SIG-8).

use std::time::Duration;

use serde_json::{Value, json};

use crate::appui::client::Client;
use crate::appui::scenario::{
    Depot, OBJET, accuse, all, draft, rapport, rapport_with, transmit, transmitted,
};
use crate::appui::serveur::{Env, Options, sur_les_deux_bases, wait_until};

fn envois(client: &Client, depot: &Depot) -> Vec<Value> {
    let page = client.get(&format!("{}/envois", depot.path())).expect(200);
    page["elements"].as_array().expect("elements").clone()
}

fn envoi(client: &Client, depot: &Depot, nature: &str) -> Value {
    let envois = envois(client, depot);
    envois.iter().find(|e| e["nature"] == nature).unwrap_or_else(|| panic!("no {nature}: {envois:?}")).clone()
}

fn wait_statut(client: &Client, depot: &Depot, nature: &str, statut: &str) -> Value {
    wait_until(&format!("{nature} {statut}"), Duration::from_secs(60), || {
        envois(client, depot).iter().any(|e| e["nature"] == nature && e["statut"] == statut)
    });
    envoi(client, depot, nature)
}

sur_les_deux_bases!(sig_2b_mail_server_down_then_up_loses_nothing, Options::PROCESS, |env| {
    let client = env.client("association");
    env.smtp().down();
    let depots: Vec<Depot> = (0..5).map(|_| transmitted(&client)).collect();
    for depot in &depots {
        let waiting = wait_statut(&client, depot, "signalement", "echec");
        assert!(waiting["tentatives"].as_i64().expect("tentatives") >= 1, "{waiting}");
        assert!(waiting["prochain_essai_a"].is_string() && waiting["remis_a"].is_null(), "{waiting}");
        assert!(waiting["erreur"].is_string(), "a code says why: {waiting}");
        let view = client.get(&depot.path()).expect(200);
        assert_eq!(view["statut"], "transmis");
        assert!(view["effectue_a"].is_null(), "not made until the mail server accepted it (SIG-2)");
    }
    let before: Vec<Value> =
        depots.iter().map(|depot| envoi(&client, depot, "signalement")["message_id"].clone()).collect();
    env.kill();
    env.hurry_envois();
    env.smtp().up();
    env.restart();
    let client = env.anonymous().with_token(client.token());
    for (depot, message_id) in depots.iter().zip(&before) {
        for nature in ["signalement", "copie_crip"] {
            let sent = wait_statut(&client, depot, nature, "remis");
            assert!(sent["remis_a"].is_string() && sent["empreinte"].is_string(), "{sent}");
            assert!(sent["prochain_essai_a"].is_null(), "{sent}");
        }
        assert_eq!(
            &envoi(&client, depot, "signalement")["message_id"],
            message_id,
            "the message is made once"
        );
        assert!(client.get(&depot.path()).expect(200)["effectue_a"].is_string());
        let mails = env.mails(&depot.reference, 2);
        assert_eq!(mails.len(), 2);
        assert!(mails.iter().all(|mail| mail.objet() == OBJET));
    }
});

sur_les_deux_bases!(sig_2b_refused_copy_does_not_undo_the_report, |env| {
    let client = env.client("association");
    env.smtp().refuse_recipient("crip-77@example.org", 550);
    let depot = transmitted(&client);
    wait_statut(&client, &depot, "signalement", "remis");
    wait_statut(&client, &depot, "copie_crip", "echec");
    let view = client.get(&depot.path()).expect(200);
    assert!(view["effectue_a"].is_string(), "the Parquet has it: {view}");
    assert_eq!(view["copie_manquante"], true, "{view}");
    // A later acknowledgement changes nothing to the missing copy, which is retried.
    let machine = env.machine("77", "parquet-meaux");
    assert!(machine.put("/v1/accuses-reception/COPIE", &accuse(&depot)).status < 300);
    assert_eq!(client.get(&depot.path()).expect(200)["copie_manquante"], true);
    env.smtp().behave();
    env.hurry_envois();
    wait_statut(&client, &depot, "copie_crip", "remis");
    assert_eq!(client.get(&depot.path()).expect(200)["copie_manquante"], false);
    assert_eq!(env.mails(&depot.reference, 2).len(), 2);
});

sur_les_deux_bases!(sig_2b_the_servers_words_stay_out, Options::PROCESS, |env| {
    let client = env.client("association");
    for (command, code) in [("MAIL", 451), ("RCPT", 450), ("DATA", 554), ("FIN", 451)] {
        env.smtp().behave();
        env.smtp().fail(command, code);
        let depot = transmitted(&client);
        let failed = wait_statut(&client, &depot, "signalement", "echec");
        assert!(!failed.to_string().contains("planted-address"), "{failed}");
        assert!(
            failed["erreur"]
                .as_str()
                .expect("erreur")
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        );
        env.smtp().behave();
        env.hurry_envois();
        wait_statut(&client, &depot, "signalement", "remis");
    }
    env.stop();
    let log = std::fs::read_to_string(env.log()).expect("journal");
    assert!(!log.contains("planted-address"), "the mail server's text reached the log");
});

sur_les_deux_bases!(sig_2_no_tls_no_mail, |env| {
    use crate::appui::smtp::{Identite, Mode, ServeurSmtp};
    let client = env.client("association");
    let _ = client;
    for (mode, identite) in [
        (Mode::Clair, Identite::Signee),
        (Mode::Starttls, Identite::AutreNom),
        (Mode::Starttls, Identite::Signee),
    ] {
        // The third is sound, but signed by an authority that the server does not know.
        let double = ServeurSmtp::start_as(mode, identite);
        env.use_smtp(&double, mode == Mode::Starttls && identite == Identite::AutreNom);
        let client = env.client("association");
        let depot = transmitted(&client);
        wait_statut(&client, &depot, "signalement", "echec");
        assert_eq!(double.recus().len(), 0, "{mode:?} {identite:?}: nothing may leave");
        assert!(!double.commandes().iter().any(|c| c == "DATA" || c == "RCPT"), "not even the addresses");
    }
});

sur_les_deux_bases!(sig_2b_order_is_kept_per_dossier, |env| {
    let client = env.client("association");
    env.smtp().down();
    let first = transmitted(&client);
    let mut depots = vec![first.clone()];
    for _ in 0..3 {
        let depot = draft(&client, &rapport_with(&json!({"dossier": first.dossier})));
        assert_eq!(depot.dossier, first.dossier);
        transmit(&client, &depot);
        depots.push(depot);
    }
    env.smtp().up();
    env.hurry_envois();
    for depot in &depots {
        wait_statut(&client, depot, "signalement", "remis");
    }
    let order: Vec<usize> = env
        .smtp()
        .recus()
        .iter()
        .filter(|mail| mail.a == ["parquet-meaux@example.org"])
        .filter_map(|mail| depots.iter().position(|depot| mail.texte().contains(&depot.reference)))
        .collect();
    assert_eq!(order, [0, 1, 2, 3], "oldest first for one dossier and one addressee");
});

sur_les_deux_bases!(sig_8_silence_raises_one_alert_without_names, Options::CLOCK, |env| {
    let client = env.client("association");
    let depot = transmitted(&client);
    let acknowledged = transmitted(&client);
    let machine = env.machine("77", "parquet-meaux");
    assert!(machine.put("/v1/accuses-reception/A-TEMPS", &accuse(&acknowledged)).status < 300);
    env.mails(&depot.reference, 2);
    let echeance = |client: &Client| {
        let all = all(client, "/v1/echeances");
        all.iter()
            .find(|e| e["regle"] == "SIG-8" && e["sujet"] == depot.id)
            .cloned()
            .unwrap_or_else(|| panic!("{all:?}"))
    };
    let due = echeance(&client);
    let start = domain::calendrier::paris_date(api::horloge::Horloge::systeme().now());
    let expected = domain::calendrier::Calendrier::default().add_working_days(start, 2).expect("un jour");
    assert_eq!(due["echeance"], expected.to_string(), "{due}");

    // The last second of the day is still in time; the first of the next is late.
    let end = domain::calendrier::end_of_day(expected).expect("fin du jour");
    env.set_clock(end - chrono::TimeDelta::seconds(1));
    std::thread::sleep(Duration::from_secs(2));
    let client = env.client("association");
    assert_ne!(echeance(&client)["etat"], "depassee", "not before the end of the day");
    assert_eq!(env.mails(&depot.reference, 0).len(), 2);

    env.set_clock(end + chrono::TimeDelta::seconds(1));
    let client = env.client("association");
    let mails = env.mails(&depot.reference, 4);
    let alerts: Vec<_> = mails.iter().filter(|mail| mail.objet() != OBJET).collect();
    let mut to: Vec<&str> = alerts.iter().flat_map(|mail| mail.a.iter().map(String::as_str)).collect();
    to.sort_unstable();
    assert_eq!(to, ["association-77@example.org", "crip-77@example.org"], "to the author and the CRIP");
    for alert in &alerts {
        let whole = String::from_utf8_lossy(&alert.octets).into_owned();
        for name in ["Lafontaine", "Ambre", "Dubreuil", "rue des Essais"] {
            assert!(!whole.contains(name) && !alert.texte().contains(name), "no name in an alert: {name}");
        }
        assert!(alert.document().is_none(), "nothing attached");
        assert!(alert.chiffre);
    }
    assert_eq!(echeance(&client)["etat"], "depassee");

    // Once only, whatever the restarts; and none for what was acknowledged.
    env.stop();
    env.restart();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(env.mails(&depot.reference, 0).len(), 4);
    assert_eq!(env.mails(&acknowledged.reference, 0).len(), 2);
    let facts = env.sql("77").number("SELECT count(*) AS v FROM fait WHERE type = 'echeance_depassee'");
    assert!(facts >= 1);

    // A late acknowledgement meets it late.
    let machine = env.machine("77", "parquet-meaux");
    assert!(machine.put("/v1/accuses-reception/TARD", &accuse(&depot)).status < 300);
    let client = env.client("association");
    let all = all(&client, "/v1/echeances");
    let met = all.iter().find(|e| e["sujet"] == depot.id);
    assert!(met.is_none_or(|e| e["etat"] == "tenue_en_retard"), "{met:?}");
    let (passes, said) = env.verify();
    assert!(passes, "{said}");
});

sur_les_deux_bases!(sig_2_addresses_are_those_of_the_day, |env| {
    let client = env.client("association");
    let mut sql = env.sql("77");
    // Another address from today on, and the old one ended yesterday.
    let today = domain::calendrier::paris_date(api::horloge::Horloge::systeme().now());
    let yesterday = today.pred_opt().expect("veille");
    sql.execute(&format!(
        "UPDATE adresse SET valide_au = '{yesterday}' WHERE courriel = 'parquet-meaux@example.org'"
    ));
    let id = env.id_literal("0193a000-0000-7000-8000-000000000001");
    sql.execute(&format!(
        "INSERT INTO adresse (id, organisation, courriel, valide_du, valide_au) \
         SELECT {id}, id, 'nouveau-parquet@example.org', '{today}', NULL FROM organisation WHERE code = 'parquet-meaux'"
    ));
    drop(sql);
    let depot = draft(&client, &rapport());
    transmit(&client, &depot);
    let mails = env.mails(&depot.reference, 2);
    assert!(mails.iter().any(|mail| mail.a == ["nouveau-parquet@example.org"]));
    assert!(!mails.iter().any(|mail| mail.a.contains(&"parquet-meaux@example.org".to_owned())));
});

sur_les_deux_bases!(sig_8_counts_from_the_paris_date, Options::CLOCK, |env| {
    // 00:30 in Paris on Christmas Eve; in UTC it is still the 23rd.
    env.set_clock("2026-12-23T23:30:00Z".parse().expect("instant"));
    let client = env.client("association");
    let depot = transmitted(&client);
    let all = all(&client, "/v1/echeances");
    let due = all.iter().find(|e| e["sujet"] == depot.id.as_str()).unwrap_or_else(|| panic!("{all:?}"));
    assert_eq!(
        (due["depart"].as_str(), due["echeance"].as_str()),
        (Some("2026-12-24"), Some("2026-12-29")),
        "{due}"
    );
    for (instant, etat) in [
        ("2026-12-24T10:00:00Z", "a_venir"),
        ("2026-12-28T10:00:00Z", "proche"),
        ("2026-12-29T22:59:59Z", "proche"),
        ("2026-12-29T23:00:01Z", "depassee"),
    ] {
        env.set_clock(instant.parse().expect("instant"));
        let client = env.client("association");
        let all = crate::appui::scenario::all(&client, "/v1/echeances");
        let due = all.iter().find(|e| e["sujet"] == depot.id.as_str()).unwrap_or_else(|| panic!("{all:?}"));
        assert_eq!(due["etat"], etat, "at {instant}: {due}");
    }
});

sur_les_deux_bases!(ter_1_extra_copy_carries_a_link_alone, |env| {
    env.change_settings("77", |parametres| parametres["copies"] = json!(["association-77"]));
    // The CRIP reports: the association is a third party here.
    let crip = env.client("crip");
    let depot = transmitted(&crip);
    let mails = env.mails(&depot.reference, 3);
    let copies: Vec<_> = mails.iter().filter(|mail| mail.a == ["association-77@example.org"]).collect();
    assert_eq!(copies.len(), 1, "{:?}", mails.iter().map(|mail| &mail.a).collect::<Vec<_>>());
    let whole = String::from_utf8_lossy(&copies[0].octets).into_owned();
    assert!(copies[0].document().is_none(), "the reference alone");
    for name in ["Lafontaine", "Ambre", "Dubreuil", "rue des Essais"] {
        assert!(!whole.contains(name) && !copies[0].texte().contains(name), "{name}");
    }
    // It knows that it exists, by the e-mail; it sees nothing of it.
    let association = env.client("association");
    association.get(&depot.path()).refused(404, "introuvable");
    association.get(&format!("/v1/dossiers/{}", depot.dossier)).refused(404, "introuvable");
    assert!(!crate::appui::scenario::lists(&association, "/v1/signalements", &depot.id));
    assert!(!crate::appui::scenario::lists(&association, "/v1/dossiers", &depot.dossier));
});

sur_les_deux_bases!(sig_2_subject_is_a_setting_and_stays_on_one_line, |env| {
    let objet = "Objet du territoire, avec des accents : é, œ, « »";
    env.change_settings("77", |parametres| parametres["objet_courriel"] = json!(objet));
    let depot = transmitted(&env.client("association"));
    let mails = env.mails(&depot.reference, 2);
    assert!(mails.iter().all(|mail| mail.objet() == objet));
    assert_eq!(env.client("crip").get("/v1/territoire").expect(200)["objet_courriel"], objet);
});

sur_les_deux_bases!(sig_2_hostile_texts_stay_texts, |env| {
    // What an author writes can neither add a header, nor a part, nor an element to the document.
    let client = env.client("association");
    let hostile = "<script>alert(1)</script>\r\nBcc: autre@example.org\r\n.\r\nQUIT\r\n--limite\r\n";
    let body = rapport_with(&json!({
        "contact_mineur": {"valeur": hostile},
        "elements_situation": {"valeur": hostile},
        "auteurs": [{"nom": "A <b>gras</b>", "telephone": "01 99 00 12 34", "courriel": "a@example.org"}],
    }));
    let depot = draft(&client, &body);
    transmit(&client, &depot);
    let mails = env.mails(&depot.reference, 2);
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(mail.objet(), OBJET);
        assert!(!mail.a.iter().any(|to| to.starts_with("autre")), "{:?}", mail.a);
        assert!(mail.lu().bcc().is_none());
        let (_, document) = mail.document().expect("document");
        assert!(!document.contains("<script>") && !document.contains("<b>gras"), "{document}");
        assert!(document.contains("QUIT"), "nothing is cut: {document}");
    }
});
