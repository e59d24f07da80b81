//! Who enters, who leaves, and who never was in the cercle de partage: copies, replays, closed roles (SEC-1, TER-1).

use serde_json::json;

use crate::appui::scenario::{draft, lists, rapport, rapport_with, transmit, transmitted};
use crate::appui::serveur::{Env, sur_les_deux_bases};
use crate::besoin_de_savoir::{assert_absent, seen};

sur_les_deux_bases!(sec_1_an_extra_copy_opens_no_section, |env| {
    let association = env.client_of("69M", "association", None);
    let depot = draft(&association, &rapport_with(&json!({"ressort": "lyon"})));
    transmit(&association, &depot);
    // It received its e-mail, and sees nothing here: neither in the lists nor one by one.
    let copie = env.client_of("69M", "coordinateur", Some("boite-partagee-69m"));
    assert_absent(&copie, &depot.id, &depot.dossier);
    assert!(lists(&env.client_of("69M", "crip", None), "/v1/signalements", &depot.id));
});

sur_les_deux_bases!(sec_1_who_left_the_cercle_sees_nothing_any_more, |env| {
    let depot = transmitted(&env.client("association"));
    let parquet = env.client_of("77", "parquet", Some("parquet-meaux"));
    parquet.get(&depot.path()).expect(200);
    let dossier = env.id_literal(&depot.dossier);
    let leaves = |le: &str| {
        env.sql("77").execute(&format!(
            "UPDATE cercle SET sortie_le = {le} WHERE dossier = {dossier} AND organisation = \
             (SELECT id FROM organisation WHERE code = 'parquet-meaux')"
        ));
    };
    leaves("'2020-01-01T00:00:00.000000Z'");
    assert_absent(&parquet, &depot.id, &depot.dossier);
    leaves("'2999-01-01T00:00:00.000000Z'");
    parquet.get(&depot.path()).expect(200);
    assert!(lists(&parquet, "/v1/dossiers", &depot.dossier));
});

sur_les_deux_bases!(sec_1_a_replay_shows_what_may_still_be_seen_and_nothing_else, |env| {
    let agent = env.agent("77", "association", None);
    let client = env.anonymous().with_token(&env.token(&agent, "77"));
    let post = || client.post_with_key("/v1/signalements", "rejeu", &rapport());
    let first = post();
    let view = first.expect(201);
    let keys = || env.sql_keys("77").number("SELECT count(*) AS v FROM cle_dossier");
    let looks = || env.sql_acces("77").number("SELECT count(*) AS v FROM acces WHERE decision = 'accorde'");
    let (keys_before, looks_before) = (keys(), looks());
    let again = post();
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(looks(), looks_before + 1, "it shows an identity: a look like another (SEC-4)");
    assert_eq!(keys(), keys_before, "no dossier is opened, no key is made");

    // The organisation has left the cercle: the kept answer is out of its reach too.
    let dossier = env.id_literal(view["dossier"].as_str().expect("dossier"));
    let leaves = |le: &str| {
        env.sql("77").execute(&format!("UPDATE cercle SET sortie_le = {le} WHERE dossier = {dossier}"));
    };
    leaves("'2020-01-01T00:00:00.000000Z'");
    post().refused(404, "introuvable");
    leaves("NULL");
    assert_eq!(post().status, 201);

    // The agent now works for another organisation, which has nothing to do with it.
    let agent = env.id_literal(&agent);
    env.sql("77").execute(&format!(
        "UPDATE habilitation SET role = 'police_gendarmerie', organisation = \
         (SELECT id FROM organisation WHERE code = 'commissariat-77') WHERE agent = {agent}"
    ));
    assert_eq!(client.get("/v1/moi").expect(200)["organisation"]["code"], "commissariat-77");
    post().refused(404, "introuvable");
});

sur_les_deux_bases!(ter_1_a_role_that_the_territoire_closed_gives_nothing, |env| {
    let depot = transmitted(&env.client("association"));
    let (association, crip) = (env.client("association"), env.client("crip"));
    let garbage = env.anonymous().with_token("a.b.c").get(&depot.path());
    let set = |parametres: &str| {
        env.sql("77").execute(&format!("UPDATE territoire SET parametres = '{parametres}'"));
    };
    set(r#"{"roles": ["crip", "parquet"]}"#);
    for reply in [association.get(&depot.path()), association.get("/v1/moi")] {
        reply.refused(401, "non_authentifie");
        assert_eq!(seen(&reply), seen(&garbage), "{reply}");
    }
    association.post("/v1/signalements", &rapport()).refused(401, "non_authentifie");
    crip.get(&depot.path()).expect(200);
    assert_eq!(crip.get("/v1/territoire").expect(200)["roles"], json!(["crip", "parquet"]));
    set("{}");
    association.get(&depot.path()).expect(200);
});

sur_les_deux_bases!(sig_2_without_crip_the_action_and_the_call_refuse_alike, |env| {
    let association = env.client("association");
    let depot = draft(&association, &rapport());
    env.sql("77").execute("UPDATE organisation SET role = 'etablissement' WHERE role = 'crip'");
    let view = association.get(&depot.path()).expect(200);
    let action = view["actions"].as_array().expect("actions").iter().find(|a| a["nom"] == "transmettre");
    assert_eq!(action.expect("transmettre")["possible"], false, "{view}");
    let transmission = format!("{}/transmission", depot.path());
    let refusal = association.post(&transmission, &json!({})).refused(409, "crip_absente");
    assert_eq!(refusal.regle.as_deref(), Some("SIG-2"));
});

sur_les_deux_bases!(sec_1_an_action_never_denies_what_is_shown, |env| {
    let association = env.client("association");
    let depot = transmitted(&association);
    let elsewhere =
        draft(&association, &rapport_with(&json!({"dossier": depot.dossier, "ressort": "melun"})));
    transmit(&association, &elsewhere);
    // Meaux is in the cercle of the dossier, and this report went to Melun.
    let meaux = env.client_of("77", "parquet", Some("parquet-meaux"));
    let view = meaux.get(&elsewhere.path()).expect(200);
    let actions = view["actions"].as_array().expect("actions");
    let accuser = actions.iter().find(|a| a["nom"] == "accuser_reception").expect("accuser_reception");
    assert_eq!(accuser["possible"], false);
    assert_eq!(accuser["motif_refus"], "Cette action ne revient pas à votre organisation.");
    for action in actions {
        assert!(!action.to_string().contains("n’existe pas"), "{action}");
    }
});
