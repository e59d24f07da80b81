//! The contract document: what the handlers say, completed with what every operation has in common.

use openapi::chemins;
use openapi::exemples;
use openapi::probleme::{Problem, TYPE_DE_CONTENU};
use serde_json::{Value, json};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Ref, RefOr, Required, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi};

use crate::error::catalogue;
use crate::http::{
    accuse_reception, dossier, echeance, envoi, jeton, moi, organisation, sante, signalement, territoire,
};

/// What is written once for all the operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Maillage",
        description = "Coordination, dans un département ou une métropole, de tous ceux qui protègent les mineurs \
                       victimes de prostitution ou exposés à ce risque. Les instants sont en UTC ; les dates, \
                       `AAAA-MM-JJ`, sont celles de Paris. Les réponses peuvent gagner des champs : ignorez ceux \
                       que vous ne connaissez pas. Les corps envoyés ne peuvent en avoir d’autres que ceux décrits.",
        contact(name = "Maillage", email = "contact@example.org"),
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    servers((url = "/", description = "Ce serveur.")),
    tags(
        (name = "moi", description = "L’appelant, tel que la base le connaît."),
        (name = "annuaire", description = "Le territoire et ses partenaires."),
        (name = "dossiers", description = "Tout ce qui concerne un mineur, dans les sections ouvertes à l’appelant."),
        (name = "signalements", description = "Du brouillon à l’accusé de réception du parquet."),
        (name = "accuses-reception", description = "Ce que déposent les outils des parquets."),
        (name = "echeances", description = "Les délais, suivis ou simulés."),
        (name = "jetons", description = "Jetons des outils (OAuth 2.0)."),
        (name = "sante", description = "Sondes d’exploitation."),
    ),
    paths(
        moi::show_moi,
        territoire::show_territoire,
        organisation::list_organisations,
        organisation::show_organisation,
        dossier::list_dossiers,
        dossier::show_dossier,
        dossier::list_dossier_chronologie,
        signalement::list_signalements,
        signalement::create_signalement,
        signalement::show_signalement,
        signalement::update_signalement,
        signalement::transmit_signalement,
        signalement::abandon_signalement,
        signalement::close_signalement,
        envoi::list_envois,
        accuse_reception::put_accuse_reception,
        accuse_reception::push_accuses_reception,
        echeance::list_echeances,
        echeance::simulate_echeance,
        jeton::create_jeton,
        sante::alive,
        sante::ready,
    ),
    components(schemas(Problem)),
    modifiers(&Commun),
)]
struct Contrat;

/// The document, as `maillage openapi` prints it and `/openapi.json` serves it.
pub fn document() -> utoipa::openapi::OpenApi {
    Contrat::openapi()
}

/// The document as the checked-in text: two spaces, one line feed at the end.
///
/// # Errors
/// A defect: the document does not serialise.
pub fn text() -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string_pretty(&document())? + "\n")
}

/// Completes each operation with security, common parameters, common answers and examples.
struct Commun;

impl Modify for Commun {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let composants = document.components.get_or_insert_default();
        let jwt = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        composants.add_security_scheme("jeton", SecurityScheme::Http(jwt));
        composants.add_security_scheme("client", SecurityScheme::Http(Http::new(HttpAuthScheme::Basic)));
        for (nom, schema) in &mut composants.schemas {
            if let Some(element) = nom.strip_prefix("Page_") {
                name_elements(schema, element);
            }
        }
        for (chemin, article) in &mut document.paths.paths {
            let operations = [
                ("GET", &mut article.get),
                ("POST", &mut article.post),
                ("PUT", &mut article.put),
                ("PATCH", &mut article.patch),
            ];
            for (methode, operation) in operations {
                if let Some(operation) = operation {
                    complete(chemin, methode, operation);
                }
            }
        }
    }
}

/// utoipa writes the element of a generic page out in full: a reference lets clients name its type.
fn name_elements(page: &mut RefOr<Schema>, element: &str) {
    if let RefOr::T(Schema::Object(page)) = page
        && let Some(RefOr::T(Schema::Array(elements))) = page.properties.get_mut("elements")
    {
        elements.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(element).into()));
    }
}

fn complete(chemin: &str, methode: &str, operation: &mut Operation) {
    let protege = chemin.starts_with("/v1/");
    let schema = match (protege, chemin) {
        (true, _) => Some("jeton"),
        (false, chemins::JETON) => Some("client"),
        _ => None,
    };
    let aucune: [&str; 0] = [];
    operation.security = Some(schema.map(|nom| SecurityRequirement::new(nom, aucune)).into_iter().collect());
    if has_key(chemin, methode) {
        operation.parameters.get_or_insert_default().push(RefOr::T(idempotency_key()));
    }
    if methode == "PATCH" {
        operation.parameters.get_or_insert_default().push(RefOr::T(if_match()));
    }
    if let Some(RefOr::T(corps)) = &mut operation.request_body
        && [chemins::SIGNALEMENT_TRANSMISSION, chemins::SIGNALEMENT_ABANDON].contains(&chemin)
    {
        corps.required = Some(Required::False);
    }
    for code in refusals(chemin, methode, operation) {
        add_problem(operation, code);
    }
    add_examples(operation);
}

/// Whether a POST has an effect that an Idempotency-Key makes safe to send again; batches of acknowledgements are
/// safe by themselves.
fn has_key(chemin: &str, methode: &str) -> bool {
    methode == "POST" && chemin.starts_with("/v1/") && chemin != chemins::ACCUSES_RECEPTION_LOTS
}

/// The refusals of the rules (409, 422), operation by operation; the first of a status is its example.
fn rule_refusals(operation: &str) -> &'static [&'static str] {
    match operation {
        "create_signalement" => &[
            "identifiant_externe_deja_donne",
            "mentions_invalides",
            "corps_invalide",
            "cle_idempotence_reutilisee",
        ],
        "update_signalement" => &["brouillon_requis", "mentions_invalides"],
        "transmit_signalement" => {
            &["brouillon_requis", "crip_absente", "mentions_manquantes", "cle_idempotence_reutilisee"]
        }
        "abandon_signalement" => &["brouillon_requis", "cle_idempotence_reutilisee"],
        "close_signalement" => {
            &["accuse_attendu", "signalement_clos", "corps_invalide", "cle_idempotence_reutilisee"]
        }
        "put_accuse_reception" => {
            &["reference_parquet_deja_utilisee", "signalement_deja_accuse", "date_future", "corps_invalide"]
        }
        _ => &[],
    }
}

/// The codes of the catalogue by which the operation may refuse.
fn refusals(chemin: &str, methode: &str, operation: &Operation) -> Vec<&'static str> {
    let mut codes = vec!["indisponible", "erreur_interne"];
    if chemin.starts_with("/sante/") {
        return codes;
    }
    codes.push("trop_de_requetes");
    if operation.request_body.is_some() {
        codes.extend(["delai_depasse", "corps_trop_volumineux", "type_de_contenu_inadmis"]);
    }
    if !chemin.starts_with("/v1/") {
        return codes;
    }
    codes.push("non_authentifie");
    codes.push(if methode == "GET" { "parametre_invalide" } else { "corps_malforme" });
    // A replay may show what its caller may no longer see.
    if chemin.contains('{') || has_key(chemin, methode) {
        codes.push("introuvable");
    }
    if methode != "GET" {
        codes.push("role_insuffisant");
    }
    codes.extend(rule_refusals(operation.operation_id.as_deref().unwrap_or_default()));
    if methode == "PATCH" {
        codes.extend(["precondition_requise", "revision_perimee"]);
    }
    if chemin == chemins::ECHEANCES_SIMULATION {
        codes.push("parametres_invalides");
    }
    codes
}

/// Documents one refusal; several of the same status share an answer, whose description names them all.
fn add_problem(operation: &mut Operation, code: &'static str) {
    let Some(fiche) = catalogue::fiche(code) else { return };
    let reponses = &mut operation.responses.responses;
    let statut = fiche.statut.to_string();
    if let Some(RefOr::T(reponse)) = reponses.get_mut(&statut) {
        if reponse.content.contains_key(TYPE_DE_CONTENU) {
            reponse.description = format!("{} ; {}", reponse.description, fiche.titre);
        }
        return;
    }
    let exemple = exemples::refus(code).unwrap_or_else(|| json!({ "detail": fiche.titre }));
    let champ = |nom: &str, defaut: Value| exemple.get(nom).cloned().unwrap_or(defaut);
    let exemple = json!({
        "type": catalogue::adresse(code),
        "title": fiche.titre,
        "status": fiche.statut,
        "detail": champ("detail", json!(fiche.titre)),
        "code": code,
        "regle": champ("regle", Value::Null),
        "erreurs": champ("erreurs", json!([])),
    });
    let contenu =
        ContentBuilder::new().schema(Some(Ref::from_schema_name("Probleme"))).example(Some(exemple)).build();
    let reponse = ResponseBuilder::new().description(fiche.titre).content(TYPE_DE_CONTENU, contenu).build();
    reponses.insert(statut, RefOr::T(reponse));
}

fn add_examples(operation: &mut Operation) {
    let Some(id) = operation.operation_id.clone() else { return };
    if let Some(RefOr::T(corps)) = &mut operation.request_body {
        set_example(corps.content.values_mut(), exemples::corps(&id));
    }
    for (statut, reponse) in &mut operation.responses.responses {
        let RefOr::T(reponse) = reponse else { continue };
        set_example(reponse.content.values_mut(), exemples::reponse(&id, statut));
    }
}

fn set_example<'a>(contenus: impl Iterator<Item = &'a mut RefOr<Content>>, exemple: Option<Value>) {
    for contenu in contenus {
        if let RefOr::T(contenu) = contenu
            && contenu.example.is_none()
        {
            contenu.example.clone_from(&exemple);
        }
    }
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"));
    header(
        "Idempotency-Key",
        "Clé choisie par l’appelant, unique par demande : la même demande renvoyée n’a qu’un effet, et la même réponse.",
        schema,
        "4f1c7b52-6a0e-4c1b-9d53-0c6f1d0f7a11",
    )
}

fn if_match() -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .max_length(Some(255))
        .pattern(Some("^(\\*|\"[!#-~]*\")$"));
    header("If-Match", "`ETag` de la version lue, ou `*`.", schema, "\"1\"")
}

fn header(nom: &str, description: &str, schema: ObjectBuilder, exemple: &str) -> Parameter {
    ParameterBuilder::new()
        .name(nom)
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .example(Some(Value::from(exemple)))
        .build()
}
