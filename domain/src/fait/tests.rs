//! Facts stay readable for ever: each released version has a golden file, which never changes.

use super::*;
use crate::mention::{AuteurSignalement, IdentiteMineur, Mention, Sexe};

/// One example of every fact, as version 1 writes it. Before version 1 is released, add each new fact at the end of
/// the examples and of this file; afterwards, begin `faits-v2.json` and leave this one alone.
const GOLDEN_V1: &str = include_str!("../../golden/faits-v1.json");

#[test]
fn facts_of_version_1_are_written_as_the_golden_file() {
    let ecrits = serde_json::to_string_pretty(&exemples()).unwrap() + "\n";
    assert_eq!(ecrits, GOLDEN_V1, "the journal's format changed; it would be:\n{ecrits}");
}

#[test]
fn golden_facts_of_version_1_are_read_back_equal() {
    let lus: Vec<Fait> = serde_json::from_str(GOLDEN_V1).unwrap();
    assert_eq!(lus, exemples());
    assert_eq!(Fait::VERSION, 1, "a new version needs its own golden file");
}

#[test]
fn golden_file_has_one_example_of_every_fact() {
    let rangs: Vec<usize> = exemples().iter().map(rang).collect();
    assert_eq!(rangs, (0..NOMBRE).collect::<Vec<_>>());
}

#[test]
fn draft_tells_the_numbers_that_its_author_gave() {
    let numero = IdentifiantExterne { systeme: "logiciel".to_owned(), valeur: "A-1".to_owned() };
    let [.., redige] = &mut exemples()[..=7] else { unreachable!() };
    if let Fait::SignalementRedige { identifiants_externes, .. } = redige {
        identifiants_externes.push(numero);
    }
    let ecrit = serde_json::to_value(&*redige).unwrap();
    assert_eq!(ecrit["charge"]["identifiants_externes"][0]["valeur"], "A-1");
    assert_eq!(serde_json::from_value::<Fait>(ecrit).unwrap(), *redige);
}

#[test]
fn fact_bears_on_what_it_names() {
    for fait in exemples() {
        let charge = serde_json::to_value(&fait).unwrap()["charge"].clone();
        let nommes = |id: Uuid| charge.to_string().contains(&id.to_string());
        assert!(fait.sujet().is_none_or(nommes), "{fait:?}");
        assert_eq!(
            fait.dossier().map(|d| d.0.to_string()).as_deref(),
            charge["dossier"].as_str(),
            "{fait:?}"
        );
    }
}

#[test]
fn codes_in_facts_are_the_codes_shown() {
    let ecrit = |valeur: serde_json::Result<serde_json::Value>| valeur.unwrap().as_str().unwrap().to_owned();
    for role in Role::ALL {
        assert_eq!(ecrit(serde_json::to_value(role)), role.code());
    }
    for section in Section::ALL {
        assert_eq!(ecrit(serde_json::to_value(section)), section.code());
    }
    for voie in [Voie::Auteur, Voie::Crip, Voie::Parquet, Voie::Copie] {
        assert_eq!(ecrit(serde_json::to_value(voie)), voie.code());
    }
    for situation in Situation::ALL {
        assert_eq!(ecrit(serde_json::to_value(situation)), situation.code());
    }
    for nature in NatureEnvoi::ALL {
        assert_eq!(ecrit(serde_json::to_value(nature)), nature.code());
    }
    for motif in MotifCloture::ALL {
        assert_eq!(ecrit(serde_json::to_value(motif)), motif.code());
    }
}

const NOMBRE: usize = 19;

/// The place of the fact in the examples; a new variant does not compile until it is given one.
fn rang(fait: &Fait) -> usize {
    match fait {
        Fait::TerritoireInstalle { .. } => 0,
        Fait::OrganisationCreee { .. } => 1,
        Fait::HabilitationAccordee { .. } => 2,
        Fait::HabilitationRetiree { .. } => 3,
        Fait::ClientCree { .. } => 4,
        Fait::DossierOuvert { .. } => 5,
        Fait::CercleEntre { .. } => 6,
        Fait::SignalementRedige { .. } => 7,
        Fait::SignalementModifie { .. } => 8,
        Fait::SignalementTransmis { .. } => 9,
        Fait::SignalementEffectue { .. } => 10,
        Fait::SignalementRecu { .. } => 11,
        Fait::SignalementClos { .. } => 12,
        Fait::SignalementAbandonne { .. } => 13,
        Fait::EnvoiRemis { .. } => 14,
        Fait::EnvoiEchoue { .. } => 15,
        Fait::EcheanceOuverte { .. } => 16,
        Fait::EcheanceTenue { .. } => 17,
        Fait::EcheanceDepassee { .. } => 18,
    }
}

fn exemples() -> Vec<Fait> {
    let (organisation, parquet, crip) = (id(1), id(2), id(3));
    let (agent, habilitation) = (id(4), id(5));
    let (dossier, signalement, accuse): (DossierId, SignalementId, AccuseId) = (id(6), id(7), id(8));
    let (envoi, echeance, sujet) = (id(9), id(10), signalement.0);
    vec![
        Fait::TerritoireInstalle { fictif: true },
        Fait::OrganisationCreee { organisation, code: "crip-77".to_owned() },
        Fait::HabilitationAccordee { habilitation, agent, organisation, role: Role::ReferentAse },
        Fait::HabilitationRetiree { habilitation, agent },
        Fait::ClientCree { agent, organisation },
        Fait::DossierOuvert {
            dossier,
            code: "K7M-2R4".to_owned(),
            situation: Situation::Risque,
            organisation,
        },
        Fait::CercleEntre { dossier, organisation, voie: Voie::Auteur, sections: Section::ALL.to_vec() },
        Fait::SignalementRedige {
            signalement,
            dossier,
            reference: "SIG-77-2026-000001".to_owned(),
            organisation,
            rapport: Rapport::default(),
            identifiants_externes: Vec::new(),
        },
        Fait::SignalementModifie { signalement, dossier, revision: 2, rapport: rapport() },
        Fait::SignalementTransmis { signalement, dossier, parquet, crip, copies: vec![organisation] },
        Fait::SignalementEffectue { signalement, dossier, envoi },
        Fait::SignalementRecu {
            signalement,
            dossier,
            accuse,
            parquet,
            date: jour("2026-12-28"),
            sursis: true,
        },
        Fait::SignalementClos { signalement, dossier, motif: MotifCloture::SuitesConnues },
        Fait::SignalementAbandonne { signalement, dossier },
        Fait::EnvoiRemis {
            envoi,
            dossier,
            nature: NatureEnvoi::CopieCrip,
            destinataire: crip,
            message_id: "<exemple@example.org>".to_owned(),
            empreinte: "ab".repeat(32),
        },
        Fait::EnvoiEchoue { envoi, dossier, destinataire: crip, cause: "connexion_refusee".to_owned() },
        Fait::EcheanceOuverte {
            echeance,
            dossier,
            sujet,
            regle: "SIG-8".to_owned(),
            depart: jour("2026-12-24"),
            due_le: jour("2026-12-29"),
            due_a: None,
            version_regle: "1".to_owned(),
            organisation: parquet,
        },
        Fait::EcheanceTenue { echeance, dossier, sujet },
        Fait::EcheanceDepassee {
            echeance,
            dossier,
            sujet,
            regle: "SIG-8".to_owned(),
            due_le: jour("2026-12-29"),
        },
    ]
}

fn rapport() -> Rapport {
    let valeur = |texte: &str| Some(Mention::Valeur(texte.to_owned()));
    Rapport {
        ressort: Some("meaux".to_owned()),
        auteurs: vec![AuteurSignalement {
            nom: "Exemple Camille".to_owned(),
            telephone: "01 00 00 00 00".to_owned(),
            courriel: "camille.exemple@example.org".to_owned(),
        }],
        identite_mineur: Some(Mention::Valeur(IdentiteMineur {
            nom: Some("Fictif".to_owned()),
            prenoms: None,
            date_naissance: Some(jour("2011-02-28")),
            sexe: Some(Sexe::Indetermine),
        })),
        contact_mineur: Some(Mention::Inconnu { motif: "non communiqué".to_owned() }),
        domicile_parents: valeur("1 rue de l’Exemple, 77100 Meaux"),
        lieu_effectif: valeur("chez une tante"),
        situation_scolaire: valeur("collège"),
        mesure_educative: valeur("aucune"),
        elements_situation: valeur("à risque"),
        contexte_revelation: valeur("entretien"),
    }
}

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn jour(texte: &str) -> NaiveDate {
    texte.parse().unwrap()
}

#[test]
fn code_is_the_serialised_type() {
    for fait in exemples() {
        let json = serde_json::to_value(&fait).unwrap();
        assert_eq!(json["type"], fait.code());
    }
}
