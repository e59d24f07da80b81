//! The values that `validator` refuses, as the problem names them: pointer or parameter, stable code, French text.

use openapi::probleme::ErreurChamp;
use serde_json::Value;
use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::lecture::pointer;

/// Checks the values of a body; the faults come in the order of their pointers.
///
/// # Errors
/// Every fault.
pub(super) fn check_body<T: Validate>(valeur: &T) -> Result<(), Vec<ErreurChamp>> {
    valeur.validate().map_err(|erreurs| {
        let mut fautes = Vec::new();
        collect("", &erreurs, &mut fautes);
        fautes.sort_by(|a, b| (&a.pointeur, &a.code).cmp(&(&b.pointeur, &b.code)));
        fautes
    })
}

/// Checks the values of a query.
///
/// # Errors
/// Every fault.
pub(super) fn check_query<T: Validate>(valeur: &T) -> Result<(), Vec<ErreurChamp>> {
    check_body(valeur).map_err(|fautes| {
        let renomme = |faute: ErreurChamp| {
            let nom = faute.pointeur.unwrap_or_default().trim_start_matches('/').to_owned();
            ErreurChamp::parametre(nom, faute.code, faute.message)
        };
        fautes.into_iter().map(renomme).collect()
    })
}

fn collect(parent: &str, erreurs: &ValidationErrors, fautes: &mut Vec<ErreurChamp>) {
    for (champ, genre) in erreurs.errors() {
        let pointeur = match champ.as_ref() {
            "__all__" => parent.to_owned(),
            // A raw identifier is a Rust spelling: the wire says `type`.
            nom => pointer(parent, nom.strip_prefix("r#").unwrap_or(nom)),
        };
        match genre {
            ValidationErrorsKind::Struct(erreurs) => collect(&pointeur, erreurs, fautes),
            ValidationErrorsKind::List(elements) => {
                for (rang, erreurs) in elements {
                    collect(&pointer(&pointeur, &rang.to_string()), erreurs, fautes);
                }
            }
            ValidationErrorsKind::Field(erreurs) => {
                fautes.extend(erreurs.iter().map(|erreur| fault(&pointeur, erreur)));
            }
        }
    }
}

fn fault(pointeur: &str, erreur: &ValidationError) -> ErreurChamp {
    let (code, message) = match erreur.code.as_ref() {
        "length" => ("longueur_invalide", length(erreur)),
        "range" => ("hors_limites", range(erreur)),
        "email" => ("courriel_invalide", "Attendu : une adresse électronique.".to_owned()),
        "url" => ("url_invalide", "Attendu : une adresse web.".to_owned()),
        "regex" => ("format_invalide", "Ce n’est pas le format attendu.".to_owned()),
        "required" => ("champ_manquant", "Ce champ est obligatoire.".to_owned()),
        autre => (autre, "Cette valeur n’est pas admise.".to_owned()),
    };
    let message = erreur.message.as_ref().map_or(message, |message| message.to_string());
    ErreurChamp::at(pointeur, code, message)
}

fn length(erreur: &ValidationError) -> String {
    let unite = match erreur.params.get("value") {
        Some(Value::Array(_) | Value::Object(_)) => "éléments",
        _ => "caractères",
    };
    let borne = |nom: &str| erreur.params.get(nom).and_then(Value::as_u64);
    match (borne("equal"), borne("min"), borne("max")) {
        (Some(egal), ..) => format!("Attendu : {egal} {unite}."),
        (_, Some(min), Some(max)) => format!("Attendu : de {min} à {max} {unite}."),
        (_, None, Some(max)) => format!("Attendu : {max} {unite} au plus."),
        (_, Some(min), None) => format!("Attendu : {min} {unite} au moins."),
        _ => "Cette longueur n’est pas admise.".to_owned(),
    }
}

fn range(erreur: &ValidationError) -> String {
    let borne = |nom: &str| erreur.params.get(nom).filter(|valeur| valeur.is_number());
    match (borne("min"), borne("max")) {
        (Some(min), Some(max)) => format!("Attendu : de {min} à {max}."),
        (None, Some(max)) => format!("Attendu : {max} au plus."),
        (Some(min), None) => format!("Attendu : {min} au moins."),
        _ => "Cette valeur sort des bornes admises.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, Validate)]
    struct Feuille {
        #[validate(length(min = 1, max = 3))]
        nom: String,
    }

    #[derive(Validate)]
    struct Arbre {
        #[validate(nested, length(max = 2))]
        feuilles: Vec<Feuille>,
        #[validate(range(min = 1, max = 200))]
        limite: Option<u16>,
        #[validate(email)]
        courriel: String,
    }

    fn arbre(noms: &[&str]) -> Arbre {
        Arbre {
            feuilles: noms.iter().map(|nom| Feuille { nom: (*nom).to_owned() }).collect(),
            limite: Some(0),
            courriel: "x".to_owned(),
        }
    }

    #[test]
    fn faults_are_sorted_located_and_quote_no_value() {
        let fautes = check_body(&arbre(&["a", "secret"])).expect_err("fautes");
        let vues: Vec<_> =
            fautes.iter().map(|f| (f.pointeur.as_deref().unwrap_or("-"), f.code.as_str())).collect();
        assert_eq!(
            vues,
            [
                ("/courriel", "courriel_invalide"),
                ("/feuilles/1/nom", "longueur_invalide"),
                ("/limite", "hors_limites")
            ]
        );
        assert!(!format!("{fautes:?}").contains("secret"));
        assert_eq!(fautes[1].message, "Attendu : de 1 à 3 caractères.");
    }

    #[test]
    fn too_many_elements_and_a_wrong_one_do_not_panic() {
        let fautes = check_body(&arbre(&["secret", "b", "c"])).expect_err("fautes");
        assert_eq!(fautes[1].message, "Attendu : 2 éléments au plus.");
    }
}
