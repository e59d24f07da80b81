//! Hostile tokens over HTTP: each refused, all with the same body; good ones enter (R1).

use std::collections::BTreeSet;

use api::jeton::corpus::{Gabarit, Signeur, bons, hostiles};
use serde_json::json;

use crate::appui::client::Client;
use crate::appui::serveur::{Env, claims, sur_les_deux_bases, token_request};

sur_les_deux_bases!(r1_hostile_tokens_get_the_same_refusal, |env| {
    let agent = env.agent("77", "crip", None);
    let (cle, iss, aud) = env.own_key();
    let own = Signeur { iss: &iss, aud: &aud, cle: &cle };
    let gabarit = Gabarit { sub: agent, territoire: "77".to_owned(), now: env.now() };
    let anonymous = env.anonymous();

    for (nom, jeton) in bons(env.issuer(), own, &gabarit) {
        let reply = anonymous.with_token(&jeton).get("/v1/moi");
        assert_eq!(reply.status, 200, "a good token ({nom}) must enter: {reply}");
    }

    let hostiles = hostiles(env.issuer(), own, &gabarit);
    assert!(hostiles.len() >= 50, "{} tokens only", hostiles.len());
    let reference = anonymous.get("/v1/moi");
    reference.refused(401, "non_authentifie");
    assert!(reference.header("WWW-Authenticate").is_some_and(|h| h.starts_with("Bearer")));
    let mut sent = 0;
    for cas in hostiles {
        // What a header cannot carry never reaches a server.
        if !cas.jeton.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            continue;
        }
        let reply = anonymous.with_token(&cas.jeton).get("/v1/moi");
        if cas.jeton.len() > 16_000 && reply.status == 431 {
            continue;
        }
        assert_eq!(reply.status, 401, "{}: {reply}", cas.nom);
        assert_eq!(reply.body, reference.body, "{}: another body", cas.nom);
        assert_eq!(reply.header("WWW-Authenticate"), reference.header("WWW-Authenticate"), "{}", cas.nom);
        sent += 1;
    }
    assert!(sent >= 50, "{sent} tokens sent only");
});

sur_les_deux_bases!(r1_only_one_way_to_carry_a_token, |env| {
    let client = env.client("crip");
    let jeton = client.token().to_owned();
    let anonymous = env.anonymous();
    let reference = anonymous.get("/v1/moi");
    let carried = |value: String| anonymous.send("GET", "/v1/moi", &[("Authorization", &value)], None);
    assert_eq!(carried(format!("Bearer {jeton}")).status, 200);
    assert_eq!(carried(format!("bearer {jeton}")).status, 200, "the scheme has no case (RFC 9110)");
    for value in [
        jeton.clone(),
        format!("Basic {jeton}"),
        format!("Bearer{jeton}"),
        format!("Bearer {jeton} {jeton}"),
        format!("Bearer {jeton},Bearer {jeton}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
    ] {
        let reply = carried(value);
        assert_eq!((reply.status, &reply.body), (401, &reference.body), "{reply}");
    }
    let twice = [("Authorization", &*format!("Bearer {jeton}")), ("Authorization", "Bearer a.b.c")];
    assert_eq!(anonymous.send("GET", "/v1/moi", &twice, None).status, 401, "two headers are none");
    let reply = anonymous.get(&format!("/v1/moi?access_token={jeton}"));
    assert_eq!(reply.status, 401, "never in a URL: {reply}");
});

sur_les_deux_bases!(r1_authentication_comes_before_everything, |env| {
    let anonymous = env.anonymous();
    let reference = anonymous.get("/v1/moi");
    for reply in [
        anonymous.get("/v1/signalements?inconnu=1"),
        anonymous.get("/v1/signalements/x"),
        anonymous.post("/v1/signalements", &json!({"inconnu": 1})),
        anonymous.send("POST", "/v1/signalements", &[("Content-Type", "text/plain")], Some(b"{")),
        anonymous.send("PATCH", "/v1/signalements/x", &[], Some(b"")),
        anonymous.put("/v1/accuses-reception/x", &json!([])),
        anonymous.post("/v1/accuses-reception/lots", &json!({})),
    ] {
        assert_eq!((reply.status, &reply.body), (401, &reference.body), "{reply}");
    }
});

sur_les_deux_bases!(client_credentials_give_ten_minutes, |env| {
    let (id, secret) = env.credentials("77", "parquet-meaux");
    let safe = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    assert!(safe(&id) && safe(&secret), "URL-safe");
    let answer = token_request(&env.anonymous(), &id, &secret).expect(200);
    assert_eq!(answer["token_type"].as_str().map(str::to_lowercase).as_deref(), Some("bearer"));
    assert_eq!(answer["expires_in"], 600);
    let jeton = answer["access_token"].as_str().expect("access_token");
    let claims = claims(jeton);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert_eq!(claims["territoire"], "77");
    let members: BTreeSet<&str> = claims.as_object().expect("objet").keys().map(String::as_str).collect();
    let expected = ["aud", "exp", "iat", "iss", "jti", "nbf", "sub", "territoire"];
    assert_eq!(members, BTreeSet::from(expected), "no role claim, nothing more");
    let moi = env.anonymous().with_token(jeton).get("/v1/moi").expect(200);
    assert_eq!(
        (moi["machine"].as_bool(), moi["organisation"]["code"].as_str()),
        (Some(true), Some("parquet-meaux"))
    );
    assert_eq!(moi["roles"], json!(["parquet"]));
});

sur_les_deux_bases!(client_credentials_are_checked, |env| {
    let (id, secret) = env.credentials("77", "parquet-meaux");
    let (other, _) = env.credentials("77", "parquet-melun");
    let anonymous = env.anonymous();
    let wrong = token_request(&anonymous, &id, "faux");
    assert_eq!(wrong.status, 401, "{wrong}");
    assert_eq!(wrong.json()["error"], "invalid_client");
    assert!(wrong.header("WWW-Authenticate").is_some_and(|h| h.starts_with("Basic")), "RFC 6749 5.2");
    for (id, secret) in [("inconnu", &*secret), (&other, &secret), ("", ""), (&id, ""), (&id, &secret[1..])] {
        let reply = token_request(&anonymous, id, secret);
        assert_eq!((reply.status, &reply.body), (401, &wrong.body), "{reply}");
    }
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let reply = anonymous.send("POST", "/oauth2/token", &[form], Some(body.as_bytes()));
    assert!([400, 401].contains(&reply.status), "HTTP Basic only: {reply}");
    let basic = basic(&id, &secret);
    for body in ["", "grant_type=password", "grant_type=", "grant_type=client_credentials&grant_type=x"] {
        let headers = [form, ("Authorization", &*basic)];
        let reply = anonymous.send("POST", "/oauth2/token", &headers, Some(body.as_bytes()));
        assert_eq!(reply.status, 400, "{body}: {reply}");
        assert!(reply.json()["error"].is_string(), "{body}: {reply}");
    }
    let headers = [("Content-Type", "application/json"), ("Authorization", &*basic)];
    let body = br#"{"grant_type":"client_credentials"}"#;
    let reply = anonymous.send("POST", "/oauth2/token", &headers, Some(body));
    assert!([400, 415].contains(&reply.status), "a form is asked for: {reply}");
});

sur_les_deux_bases!(client_withdrawn_gets_no_token_and_its_token_dies, |env| {
    let (id, secret) = env.credentials("77", "parquet-meaux");
    let answer = token_request(&env.anonymous(), &id, &secret).expect(200);
    let client: Client = env.anonymous().with_token(answer["access_token"].as_str().expect("jeton"));
    client.get("/v1/moi").expect(200);
    let agent = claims(client.token())["sub"].as_str().expect("sub").to_owned();
    assert!(env.withdraw(&agent) > 0);
    client.get("/v1/moi").refused(401, "non_authentifie");
});

fn basic(id: &str, secret: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}")))
}
