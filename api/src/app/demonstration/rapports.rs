//! The invented reports of the demonstration: sober, no narrative.

use chrono::NaiveDate;
use domain::mention::{AuteurSignalement, IdentiteMineur, Mention, Rapport, Sexe};

/// Family name, first name, birth date, sex.
type Mineur = (&'static str, &'static str, (i32, u32, u32), Sexe);

const MINEURS: [Mineur; 8] = [
    ("Exemple", "Lou", (2011, 4, 2), Sexe::Feminin),
    ("Spécimen", "Ariel", (2010, 9, 17), Sexe::Feminin),
    ("Modèle", "Noa", (2012, 1, 30), Sexe::Masculin),
    ("Fictif", "Éden", (2009, 12, 8), Sexe::Feminin),
    ("Démo", "Alix", (2010, 6, 21), Sexe::Feminin),
    ("Essai", "Lior", (2011, 11, 5), Sexe::Masculin),
    ("Témoin", "Yaël", (2009, 3, 14), Sexe::Feminin),
    ("Gabarit", "Swann", (2012, 8, 26), Sexe::Indetermine),
];

/// A whole report for this ressort; `rang` chooses the invented minor.
pub(super) fn whole(rang: usize, ressort: &str) -> Rapport {
    Rapport {
        ressort: Some(ressort.to_owned()),
        auteurs: vec![AuteurSignalement {
            nom: "Dominique Fictif".to_owned(),
            telephone: "01 99 00 12 34".to_owned(),
            courriel: "d.fictif@example.org".to_owned(),
        }],
        identite_mineur: minor(rang).map(Mention::Valeur),
        contact_mineur: text("Par l’établissement qui l’accueille."),
        domicile_parents: text(&format!("{} rue de l’Exemple, ressort de {ressort}", rang + 1)),
        lieu_effectif: text("Au domicile des parents."),
        situation_scolaire: text("Collège de la Démonstration, classe de 3e"),
        mesure_educative: text("Aucune mesure administrative ni judiciaire connue."),
        elements_situation: text("Situation repérée par l’équipe éducative."),
        contexte_revelation: Some(Mention::Inconnu {
            motif: "L’entretien avec le mineur n’a pas encore eu lieu.".to_owned(),
        }),
    }
}

/// A draft that has only begun.
pub(super) fn begun(rang: usize, ressort: &str) -> Rapport {
    let entier = whole(rang, ressort);
    Rapport { lieu_effectif: None, situation_scolaire: None, contexte_revelation: None, ..entier }
}

fn minor(rang: usize) -> Option<IdentiteMineur> {
    let (nom, prenoms, (annee, mois, jour), sexe) = MINEURS.get(rang % MINEURS.len())?;
    Some(IdentiteMineur {
        nom: Some((*nom).to_owned()),
        prenoms: Some((*prenoms).to_owned()),
        date_naissance: NaiveDate::from_ymd_opt(*annee, *mois, *jour),
        sexe: Some(*sexe),
    })
}

fn text(valeur: &str) -> Option<Mention<String>> {
    Some(Mention::Valeur(valeur.to_owned()))
}
