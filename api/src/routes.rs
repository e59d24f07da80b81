//! Every route: the table of contents.

use actix_web::web::ServiceConfig;
use openapi::chemins;

use crate::http::ressource::{get, patch, post, put, ressource};
use crate::http::{
    accuse_reception, documentation, dossier, echeance, envoi, jeton, moi, organisation, sante, signalement,
    territoire,
};

/// Registers every path with its methods; what is not here does not exist.
pub fn configure(app: &mut ServiceConfig) {
    app.service(ressource(chemins::SANTE_VIVANT, [get(sante::alive)]))
        .service(ressource(chemins::SANTE_PRET, [get(sante::ready)]))
        .service(ressource("/openapi.json", [get(documentation::contract)]))
        .service(ressource("/", [get(documentation::redirect)]))
        .service(ressource("/docs", [get(documentation::redirect)]))
        .service(ressource("/docs/{fichier:.*}", [get(documentation::page)]))
        .service(ressource("/problemes", [get(documentation::problems)]))
        .service(ressource("/problemes/{code}", [get(documentation::problem)]))
        .service(ressource(chemins::JETON, [post(jeton::create_jeton)]))
        .service(ressource(chemins::MOI, [get(moi::show_moi)]))
        .service(ressource(chemins::TERRITOIRE, [get(territoire::show_territoire)]))
        .service(ressource(chemins::ORGANISATIONS, [get(organisation::list_organisations)]))
        .service(ressource(chemins::ORGANISATION, [get(organisation::show_organisation)]))
        .service(ressource(chemins::DOSSIERS, [get(dossier::list_dossiers)]))
        .service(ressource(chemins::DOSSIER, [get(dossier::show_dossier)]))
        .service(ressource(chemins::DOSSIER_CHRONOLOGIE, [get(dossier::list_dossier_chronologie)]))
        .service(ressource(
            chemins::SIGNALEMENTS,
            [get(signalement::list_signalements), post(signalement::create_signalement)],
        ))
        .service(ressource(
            chemins::SIGNALEMENT,
            [get(signalement::show_signalement), patch(signalement::update_signalement)],
        ))
        .service(ressource(chemins::SIGNALEMENT_TRANSMISSION, [post(signalement::transmit_signalement)]))
        .service(ressource(chemins::SIGNALEMENT_ABANDON, [post(signalement::abandon_signalement)]))
        .service(ressource(chemins::SIGNALEMENT_CLOTURE, [post(signalement::close_signalement)]))
        .service(ressource(chemins::SIGNALEMENT_ENVOIS, [get(envoi::list_envois)]))
        // Before the path with a variable, which would take it.
        .service(ressource(chemins::ACCUSES_RECEPTION_LOTS, [post(accuse_reception::push_accuses_reception)]))
        .service(ressource(chemins::ACCUSE_RECEPTION, [put(accuse_reception::put_accuse_reception)]))
        .service(ressource(chemins::ECHEANCES, [get(echeance::list_echeances)]))
        .service(ressource(chemins::ECHEANCES_SIMULATION, [get(echeance::simulate_echeance)]));
}
