//! Malformed bodies: status, place, code and text of each, in one reviewed table.

use std::fmt::Write;

use actix_web::{App, HttpResponse, test, web};
use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SexeFictif {
    Feminin,
    Masculin,
}

#[derive(Debug, Deserialize, serde::Serialize, Validate)]
#[serde(deny_unknown_fields)]
struct AuteurFictif {
    #[validate(length(min = 1, max = 5))]
    nom: String,
    #[serde(default)]
    #[validate(email)]
    courriel: Option<String>,
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only the reading counts")]
struct RapportFictif {
    dossier: Option<uuid::Uuid>,
    naissance: Option<chrono::NaiveDate>,
    vu_a: Option<chrono::DateTime<chrono::Utc>>,
    sexe: Option<SexeFictif>,
    sursis: Option<bool>,
    #[validate(range(min = 1, max = 9))]
    rang: Option<u8>,
    #[serde(default)]
    #[validate(nested, length(max = 2))]
    auteurs: Vec<AuteurFictif>,
    reference: String,
}

async fn post(methode: &str, type_de_contenu: Option<&str>, corps: &[u8]) -> (u16, String) {
    let app = test::init_service(
        App::new()
            .route("/typed", web::to(async |_: Corps<RapportFictif>| HttpResponse::Ok()))
            .route("/vide", web::to(async |_: CorpsVide| HttpResponse::Ok()))
            .route(
                "/lot",
                web::to(async |lot: CorpsBrut<1024>| {
                    let lignes =
                        lot.lines(3)?.into_iter().map(|ligne| match read_line::<AuteurFictif>(ligne) {
                            Ok(_) => "200".to_owned(),
                            Err(erreur) => format!("{} {:?}", erreur.statut(), erreur.probleme().erreurs),
                        });
                    Ok::<_, ApiError>(HttpResponse::Ok().body(lignes.collect::<Vec<_>>().join("\n")))
                }),
            ),
    )
    .await;
    let (methode, chemin) = methode.split_once(' ').expect("méthode et chemin");
    let mut requete = test::TestRequest::with_uri(chemin)
        .method(methode.parse().expect("méthode"))
        .set_payload(corps.to_vec());
    if let Some(type_de_contenu) = type_de_contenu {
        requete = requete.insert_header((CONTENT_TYPE, type_de_contenu));
    }
    let reponse = test::call_service(&app, requete.to_request()).await;
    let statut = reponse.status().as_u16();
    (statut, String::from_utf8(test::read_body(reponse).await.to_vec()).expect("UTF-8"))
}

const JSON: Option<&str> = Some("application/json");

#[actix_web::test]
async fn malformed_bodies_are_told_in_french_at_their_place() {
    let profond = format!("{{\"reference\":\"a\",\"auteurs\":{}{}}}", "[".repeat(40), "]".repeat(40));
    let cas: &[&str] = &[
        "",
        "{",
        "[]",
        "null",
        "\"texte\"",
        "{\"reference\":\"a\"} x",
        "{\"reference\":\"a\",}",
        "{\"reference\":\"a\" \"b\"}",
        "{}",
        "{\"reference\":null}",
        "{\"reference\":12}",
        "{\"reference\":[\"a\"]}",
        "{\"reference\":\"a\",\"reference\":\"b\"}",
        "{\"reference\":\"a\",\"nom/inconnu~\":1}",
        "{\"reference\":\"a\\u0000b\"}",
        "{\"reference\":\"a\",\"dossier\":\"pas-un-uuid\"}",
        "{\"reference\":\"a\",\"dossier\":7}",
        "{\"reference\":\"a\",\"dossier\":\"0190d6c27a3e7c4f8000000000000001\"}",
        "{\"reference\":\"a\",\"naissance\":\"24/12/2010\"}",
        "{\"reference\":\"a\",\"naissance\":\"2010-02-30\"}",
        "{\"reference\":\"a\",\"naissance\":20101224}",
        "{\"reference\":\"a\",\"naissance\":\"2010-1-2\"}",
        "{\"reference\":\"a\",\"vu_a\":\"hier\"}",
        "{\"reference\":\"a\",\"sexe\":\"autre\"}",
        "{\"reference\":\"a\",\"sexe\":{\"feminin\":null}}",
        "{\"reference\":\"a\",\"sexe\":{\"a\":1,\"b\":2}}",
        "{\"reference\":\"a\",\"sexe\":3}",
        "{\"reference\":\"a\",\"sursis\":\"true\"}",
        "{\"reference\":\"a\",\"rang\":\"1\"}",
        "{\"reference\":\"a\",\"rang\":1.5}",
        "{\"reference\":\"a\",\"rang\":-1}",
        "{\"reference\":\"a\",\"rang\":99999}",
        "{\"reference\":\"a\",\"rang\":1e400}",
        "{\"reference\":\"a\",\"rang\":0}",
        "{\"reference\":\"a\",\"auteurs\":{}}",
        "{\"reference\":\"a\",\"auteurs\":[[\"Zorro\",null]]}",
        "{\"reference\":\"a\",\"auteurs\":[{\"nom\":\"A\"},{\"courriel\":\"a@example.org\"}]}",
        "{\"reference\":\"a\",\"auteurs\":[{\"nom\":\"A\",\"role\":\"administrateur\"}]}",
        "{\"reference\":\"a\",\"auteurs\":[{\"nom\":\"Zorro le Grand\",\"courriel\":\"Zorro\"}]}",
        "{\"reference\":\"a\",\"auteurs\":[{\"nom\":\"A\"},{\"nom\":\"B\"},{\"nom\":\"C\"}]}",
        &profond,
    ];
    let mut table = String::new();
    for corps in cas {
        let (statut, reponse) = post("POST /typed", JSON, corps.as_bytes()).await;
        let montre = if corps.len() > 120 { "(40 niveaux)" } else { corps };
        let probleme: openapi::probleme::Problem = serde_json::from_str(&reponse).expect("un problème");
        assert!(!reponse.contains("Zorro") && !reponse.contains("pas-un-uuid"), "valeur citée : {reponse}");
        writeln!(table, "{montre}\n  {statut} {} — {}", probleme.code, probleme.detail).expect("texte");
        for e in probleme.erreurs {
            writeln!(table, "    « {} » {} — {}", e.pointeur.expect("pointeur"), e.code, e.message)
                .expect("texte");
        }
    }
    for anglais in [
        "Fictif", "struct", "expected", "invalid ", "unknown", "missing", "field", "variant", "column",
        "string", "integer", "EOF", "u8",
    ] {
        let reponses = table.lines().filter(|ligne| ligne.starts_with("  ")).collect::<Vec<_>>().join("\n");
        assert!(!reponses.contains(anglais), "« {anglais} » dans :\n{reponses}");
    }
    insta::assert_snapshot!(table);
}

#[actix_web::test]
async fn r27_size_and_media_type_come_before_the_shape() {
    let gros = vec![b'x'; CORPS_MAX + 1];
    let bon = br#"{"reference":"a"}"#;
    for (methode, type_de_contenu, corps, attendu) in [
        ("POST /typed", Some("text/plain"), gros.as_slice(), 413),
        ("POST /typed", JSON, gros.as_slice(), 413),
        ("POST /typed", None, bon.as_slice(), 415),
        ("POST /typed", Some("text/plain"), b"{".as_slice(), 415),
        ("POST /typed", Some("application/json; charset=iso-8859-1"), bon.as_slice(), 415),
        ("POST /typed", Some("application/merge-patch+json"), bon.as_slice(), 415),
        ("PATCH /typed", Some("application/merge-patch+json"), bon.as_slice(), 200),
        ("PATCH /typed", JSON, bon.as_slice(), 200),
        ("POST /typed", Some("Application/JSON; Charset=\"UTF-8\""), bon.as_slice(), 200),
        ("POST /typed", JSON, b"\xff\xfe", 400),
    ] {
        assert_eq!(post(methode, type_de_contenu, corps).await.0, attendu, "{methode} {type_de_contenu:?}");
    }
}

#[actix_web::test]
async fn integers_may_be_written_as_reals() {
    assert_eq!(post("POST /typed", JSON, br#"{"reference":"a","rang":2.0}"#).await.0, 200);
}

#[actix_web::test]
async fn empty_bodies_are_nothing_or_an_empty_object() {
    for (type_de_contenu, corps, attendu) in [
        (None, "", 200),
        (JSON, "", 200),
        (JSON, " {} ", 200),
        (None, "{}", 415),
        (JSON, "{\"a\":1}", 400),
        (JSON, "[]", 400),
        (JSON, "null", 400),
    ] {
        assert_eq!(post("POST /vide", type_de_contenu, corps.as_bytes()).await.0, attendu, "{corps}");
    }
}

#[actix_web::test]
async fn sig_5_a_malformed_line_is_an_error_of_that_line_only() {
    let (statut, corps) =
        post("POST /lot", JSON, br#"[{"nom":"A"},{"nom":"A","nom":"B"},{"nom":"trop long"}]"#).await;
    assert_eq!(statut, 200);
    let lignes: Vec<&str> = corps.lines().collect();
    assert_eq!(lignes[0], "200");
    assert!(
        lignes[1].starts_with("400") && lignes[1].contains("/nom") && lignes[1].contains("champ_en_double")
    );
    assert!(lignes[2].starts_with("422") && lignes[2].contains("longueur_invalide"));

    assert_eq!(post("POST /lot", JSON, b"[1,\"x\",[]]").await.1.matches("400").count(), 3);
    assert_eq!(post("POST /lot", JSON, b"[{},{},{},{}]").await.0, 413);
    assert_eq!(post("POST /lot", JSON, &[b' '; 1025]).await.0, 413);
    assert_eq!(post("POST /lot", JSON, b"{}").await.0, 400);
    assert_eq!(post("POST /lot", JSON, b"[]").await, (200, String::new()));
}
