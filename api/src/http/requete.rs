//! The query: closed, each parameter once; a typo in a filter must not return everybody's dossiers.

use std::collections::BTreeSet;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use openapi::probleme::ErreurChamp;
use serde::de::DeserializeOwned;
use url::form_urlencoded;
use validator::Validate;

use super::{forme, valeurs};
use crate::error::ApiError;

/// Longest name of a parameter that we send back.
const NOM_MAX: usize = 64;

/// The query of type `T` (with `deny_unknown_fields`); anything wrong in it is a 400 that names the parameter.
#[derive(Debug)]
pub struct Requete<T>(pub T);

/// The query of an operation that has no parameter.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SansParametre {}

impl Validate for SansParametre {
    fn validate(&self) -> Result<(), validator::ValidationErrors> {
        Ok(())
    }
}

impl<T: DeserializeOwned + Validate> FromRequest for Requete<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(req.query_string()).map(Self))
    }
}

/// Reads a query string.
///
/// # Errors
/// Unknown, repeated, malformed or out of bounds parameters.
pub fn parse<T: DeserializeOwned + Validate>(texte: &str) -> Result<T, ApiError> {
    let mut vus = BTreeSet::new();
    let mut parametres = Vec::new();
    for (nom, valeur) in form_urlencoded::parse(texte.as_bytes()) {
        // Bytes that are not UTF-8 come out as the replacement character.
        if [&nom, &valeur].iter().any(|t| t.contains(['\0', char::REPLACEMENT_CHARACTER])) {
            return Err(refused(ErreurChamp::parametre(
                nom.replace(['\0', char::REPLACEMENT_CHARACTER], ""),
                "format_invalide",
                "Ce paramètre n’est pas un texte UTF-8 encodé pour une adresse.",
            )));
        }
        if !vus.insert(nom.to_string()) {
            return Err(refused(ErreurChamp::parametre(
                nom,
                "parametre_repete",
                "Ce paramètre ne se donne qu’une fois.",
            )));
        }
        parametres.push((nom.into_owned(), valeur.into_owned()));
    }
    let valeur = forme::from_query(parametres).map_err(|faute| {
        refused(match faute.code.as_str() {
            "champ_inconnu" => ErreurChamp {
                code: "parametre_inconnu".to_owned(),
                message: "Ce paramètre n’existe pas.".to_owned(),
                ..faute
            },
            "champ_manquant" => ErreurChamp {
                code: "parametre_manquant".to_owned(),
                message: "Ce paramètre est obligatoire.".to_owned(),
                ..faute
            },
            _ => faute,
        })
    })?;
    valeurs::check_query(&valeur).map_err(ApiError::parametre_invalide)?;
    Ok(valeur)
}

fn refused(mut faute: ErreurChamp) -> ApiError {
    faute.parametre = faute.parametre.filter(|nom| nom.chars().count() <= NOM_MAX);
    ApiError::parametre_invalide(vec![faute])
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Voie {
        Opp,
        HorsOpp,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Filtre {
        #[validate(range(min = 1, max = 200))]
        limite: Option<u16>,
        #[serde(default)]
        actif: Option<bool>,
        voie: Option<Voie>,
        depart: Option<chrono::NaiveDate>,
        dossier: Option<uuid::Uuid>,
        regle: String,
    }

    fn refusal(texte: &str) -> (String, String) {
        let erreur = parse::<Filtre>(texte).expect_err(texte);
        assert_eq!(erreur.statut(), 400);
        let erreurs = erreur.probleme().erreurs;
        assert_eq!(erreurs.len(), 1, "{texte}");
        (erreurs[0].parametre.clone().unwrap_or_default(), erreurs[0].code.clone())
    }

    #[test]
    fn well_formed_queries_are_typed() {
        let filtre: Filtre =
            parse("regle=SIG-8&limite=20&actif=true&voie=hors_opp&depart=2026-12-24").expect("filtre");
        assert_eq!((filtre.limite, filtre.actif, filtre.regle.as_str()), (Some(20), Some(true), "SIG-8"));
        assert!(
            matches!(filtre.voie, Some(Voie::HorsOpp)) && filtre.depart.is_some() && filtre.dossier.is_none()
        );
        assert_eq!(parse::<Filtre>("regle=12").expect("un texte").regle, "12");
        assert!(matches!(parse::<Filtre>("regle=a&voie=opp").expect("voie").voie, Some(Voie::Opp)));
    }

    #[test]
    fn anything_else_is_refused_with_its_parameter() {
        for (texte, parametre, code) in [
            ("regle=a&limit=5", "limit", "parametre_inconnu"),
            ("regle=a&regle=b", "regle", "parametre_repete"),
            ("regle=a&limite=0", "limite", "hors_limites"),
            ("regle=a&limite=201", "limite", "hors_limites"),
            ("regle=a&limite=99999999", "limite", "hors_limites"),
            ("regle=a&limite=-1", "limite", "hors_limites"),
            ("regle=a&limite=", "limite", "type_invalide"),
            ("regle=a&limite=dix", "limite", "type_invalide"),
            ("regle=a&limite=1.5", "limite", "type_invalide"),
            ("regle=a&actif=oui", "actif", "type_invalide"),
            ("regle=a&voie=autre", "voie", "valeur_inconnue"),
            ("regle=a&depart=24%2F12%2F2026", "depart", "format_invalide"),
            ("regle=a&dossier=1", "dossier", "format_invalide"),
            ("limite=5", "regle", "parametre_manquant"),
            ("regle=%ff", "regle", "format_invalide"),
            ("regle=%00", "regle", "format_invalide"),
        ] {
            assert_eq!(refusal(texte), (parametre.to_owned(), code.to_owned()), "{texte}");
        }
    }

    #[test]
    fn long_names_are_not_sent_back() {
        assert_eq!(
            refusal(&format!("regle=a&{}=1", "x".repeat(5000))),
            (String::new(), "parametre_inconnu".to_owned())
        );
    }
}
