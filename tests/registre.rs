//! The registre d'envoi tells what happened, to which address, whatever the order of events (SIG-2b, SIG-5).

use std::time::Duration;

use serde_json::{Value, json};

use crate::appui::client::Client;
use crate::appui::scenario::{Depot, accuse, transmitted};
use crate::appui::serveur::{Env, sur_les_deux_bases, wait_until};

fn report(client: &Client, depot: &Depot) -> Value {
    let page = client.get(&format!("{}/envois", depot.path())).expect(200);
    let envois = page["elements"].as_array().expect("elements");
    envois.iter().find(|envoi| envoi["nature"] == "signalement").cloned().unwrap_or(Value::Null)
}

#[track_caller]
fn wait_statut(client: &Client, depot: &Depot, statut: &str) -> Value {
    wait_until(statut, Duration::from_secs(30), || report(client, depot)["statut"] == statut);
    report(client, depot)
}

sur_les_deux_bases!(sig_2b_only_the_addresses_that_were_served_are_told, |env| {
    let id = env.id_literal("0193a000-0000-7000-8000-000000000002");
    env.sql("77").execute(&format!(
        "INSERT INTO adresse (id, organisation, courriel, valide_du, valide_au) \
         SELECT {id}, id, 'substitut-meaux@example.org', '2025-01-01', NULL FROM organisation \
         WHERE code = 'parquet-meaux'"
    ));
    env.smtp().refuse_recipient("substitut-meaux@example.org", 550);
    let client = env.client("association");
    let depot = transmitted(&client);
    let sent = wait_statut(&client, &depot, "remis");
    assert_eq!(sent["adresses"], json!(["parquet-meaux@example.org"]), "{sent}");
    assert_eq!(sent["erreur"], "adresses_refusees", "what did not go is said: {sent}");
    assert!(client.get(&depot.path()).expect(200)["effectue_a"].is_string());
    // The next report tries both again.
    env.smtp().behave();
    let depot = transmitted(&client);
    let sent = wait_statut(&client, &depot, "remis");
    let mut adresses: Vec<&str> =
        sent["adresses"].as_array().expect("adresses").iter().filter_map(Value::as_str).collect();
    adresses.sort_unstable();
    assert_eq!(adresses, ["parquet-meaux@example.org", "substitut-meaux@example.org"]);
    assert_eq!(sent["erreur"], Value::Null);
});

sur_les_deux_bases!(sig_5_an_acknowledgement_may_come_before_the_delivery, |env| {
    let client = env.client("association");
    env.smtp().down();
    let depot = transmitted(&client);
    wait_statut(&client, &depot, "echec");
    // The Parquet was told by phone.
    let machine = env.machine("77", "parquet-meaux");
    machine.put("/v1/accuses-reception/TELEPHONE", &accuse(&depot)).expect(200);
    let view = client.get(&depot.path()).expect(200);
    assert_eq!((view["statut"].as_str(), view["effectue_a"].as_str()), (Some("recu"), None), "{view}");
    assert_eq!(report(&client, &depot)["statut"], "echec", "the report still has to leave");
    env.smtp().up();
    env.hurry_envois();
    let sent = wait_statut(&client, &depot, "accuse");
    assert!(sent["remis_a"].is_string() && sent["prochain_essai_a"].is_null(), "{sent}");
    let view = client.get(&depot.path()).expect(200);
    assert_eq!(view["statut"], "recu");
    assert!(view["effectue_a"].is_string(), "{view}");
    assert_eq!(env.mails(&depot.reference, 2).len(), 2);
});

sur_les_deux_bases!(sig_2b_a_message_that_no_longer_opens_stops_no_other, |env| {
    let client = env.client("association");
    env.smtp().down();
    let broken = transmitted(&client);
    wait_statut(&client, &broken, "echec");
    let id = env.id_literal(&broken.id);
    let garbage = env.sql("77").literal(&[0; 64]);
    env.sql("77").execute(&format!("UPDATE envoi SET message = {garbage} WHERE signalement = {id}"));
    env.smtp().up();
    env.hurry_envois();
    let sound = transmitted(&client);
    wait_statut(&client, &sound, "remis");
    assert_ne!(report(&client, &broken)["statut"], "remis");
});
