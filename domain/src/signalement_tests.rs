//! The circuit of SIG-4 as a whole: every state, action and actor, and every subset of missing mentions.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use crate::acteur::{Acteur, Role};
use crate::identifiant::OrganisationId;
use crate::mention::{AuteurSignalement, IdentiteMineur, Mention, Rapport};
use crate::refus::{Nature, Refus};
use crate::signalement::{
    Abandon, Action, Cloture, Contexte, Destinataires, Etat, MotifCloture, Reception, Signalement, Statut,
    Transmission,
};

/// Organisations of the examples.
const AUTEUR: u128 = 1;
const AUTRE: u128 = 2;
const CRIP: u128 = 3;
const PARQUET: u128 = 4;
const AUTRE_PARQUET: u128 = 5;
const ORGANISATIONS: [u128; 5] = [AUTEUR, AUTRE, CRIP, PARQUET, AUTRE_PARQUET];

const POINTEURS: [&str; 10] = [
    "/identite_mineur",
    "/contact_mineur",
    "/domicile_parents",
    "/lieu_effectif",
    "/situation_scolaire",
    "/mesure_educative",
    "/elements_situation",
    "/contexte_revelation",
    "/auteurs",
    "/ressort",
];

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn now() -> DateTime<Utc> {
    "2026-12-24T09:00:00Z".parse().unwrap()
}

fn destinataires() -> Destinataires {
    let parquets = vec![("meaux".to_owned(), id(PARQUET)), ("melun".to_owned(), id(AUTRE_PARQUET))];
    Destinataires { parquets, crip: Some(id(CRIP)) }
}

fn acteur(organisation: u128, roles: &[Role]) -> Acteur {
    Acteur {
        agent: id(100 + organisation),
        organisation: id(organisation),
        roles: roles.iter().copied().collect(),
        habilitations: Vec::new(),
    }
}

/// A report whose n-th mention is missing when the n-th bit is set; of those that stand, one in two is unknown.
fn rapport(manquantes: u32) -> Rapport {
    let presente = |rang: usize| manquantes & (1 << rang) == 0;
    let texte = |rang: usize| {
        presente(rang).then(|| match rang % 2 {
            0 => Mention::Valeur("exemple".to_owned()),
            _ => Mention::Inconnu { motif: "non communiqué".to_owned() },
        })
    };
    let auteur = AuteurSignalement {
        nom: "Exemple Camille".to_owned(),
        telephone: "01 00 00 00 00".to_owned(),
        courriel: "camille.exemple@example.org".to_owned(),
    };
    Rapport {
        identite_mineur: presente(0).then(|| {
            let nom = Some("Fictif".to_owned());
            Mention::Valeur(IdentiteMineur { nom, prenoms: None, date_naissance: None, sexe: None })
        }),
        contact_mineur: texte(1),
        domicile_parents: texte(2),
        lieu_effectif: texte(3),
        situation_scolaire: texte(4),
        mesure_educative: texte(5),
        elements_situation: texte(6),
        contexte_revelation: texte(7),
        auteurs: if presente(8) { vec![auteur] } else { Vec::new() },
        ressort: presente(9).then(|| "meaux".to_owned()),
    }
}

fn etat(statut: Statut) -> Etat {
    let transmission =
        Transmission { le: now(), par: id(101), parquet: id(PARQUET), crip: id(CRIP), effectue_le: None };
    let reception = Reception { le: now(), accuse: id(50) };
    let cloture = Cloture { le: now(), par: id(103), motif: MotifCloture::SuitesConnues };
    match statut {
        Statut::Brouillon => Etat::Brouillon { revision: 3 },
        Statut::Transmis => Etat::Transmis(transmission),
        Statut::Recu => Etat::Recu(transmission, reception),
        Statut::Clos => Etat::Clos(transmission, reception, cloture),
        Statut::Abandonne => Etat::Abandonne(Abandon { le: now(), par: id(101) }),
    }
}

fn signalement(statut: Statut) -> Signalement {
    Signalement {
        id: id(10),
        reference: "SIG-77-2026-000001".to_owned(),
        dossier: id(11),
        organisation: id(AUTEUR),
        agent: id(101),
        cree_le: now(),
        rapport: rapport(0),
        etat: etat(statut),
    }
}

/// The transition itself, with a valid body.
fn act(signalement: Signalement, action: Action, ctx: &Contexte<'_>) -> Result<Signalement, Refus> {
    match action {
        Action::Modifier => signalement.modifier(rapport(1), ctx),
        Action::Transmettre => signalement.transmettre(ctx),
        Action::Abandonner => signalement.abandonner(ctx),
        Action::Accuser => signalement.accuser(id(51), ctx),
        Action::Clore => signalement.clore(MotifCloture::Doublon, ctx),
    }
}

/// The table of SIG-4, written apart from the code.
fn expected(statut: Statut, action: Action, acteur: &Acteur) -> Option<Statut> {
    let auteur = acteur.organisation == id(AUTEUR);
    let competent = acteur.organisation == id(PARQUET) && acteur.has(Role::Parquet);
    match (statut, action) {
        (Statut::Brouillon, Action::Modifier) if auteur => Some(Statut::Brouillon),
        (Statut::Brouillon, Action::Transmettre) if auteur => Some(Statut::Transmis),
        (Statut::Brouillon, Action::Abandonner) if auteur => Some(Statut::Abandonne),
        (Statut::Transmis, Action::Accuser) if competent => Some(Statut::Recu),
        (Statut::Recu, Action::Clore) if acteur.has(Role::Crip) => Some(Statut::Clos),
        _ => None,
    }
}

/// Every actor that the rules tell apart: each organisation with each role, none, and all.
fn acteurs() -> Vec<Acteur> {
    let mut roles: Vec<Vec<Role>> = Role::ALL.into_iter().map(|role| vec![role]).collect();
    roles.push(Vec::new());
    roles.push(Role::ALL.to_vec());
    ORGANISATIONS.into_iter().flat_map(|o| roles.iter().map(move |r| acteur(o, r))).collect()
}

#[test]
fn sig_4_guard_and_transition_agree_for_every_state_action_and_actor() {
    let destinataires = destinataires();
    let mut permis = 0;
    for statut in Statut::ALL {
        for action in Action::ALL {
            for acteur in &acteurs() {
                let ctx = Contexte { acteur, now: now(), destinataires: &destinataires };
                let avant = signalement(statut);
                let garde = avant.garde(action, &ctx);
                let apres = act(avant, action, &ctx);
                let cas = format!("{statut:?} {action:?} {acteur:?}");
                assert_eq!(
                    apres.as_ref().ok().map(Signalement::statut),
                    expected(statut, action, acteur),
                    "{cas}"
                );
                // `actions` and the operation give the same answer, reason included.
                assert_eq!(garde.err(), apres.err(), "{cas}");
                permis += usize::from(expected(statut, action, acteur).is_some());
            }
        }
    }
    // 18 sets of roles for the author's three actions, 2 for the Parquet's, 2 in 5 organisations for the CRIP's.
    assert_eq!(permis, 3 * 18 + 2 + 2 * 5);
}

#[test]
fn sig_4_nothing_sent_is_ever_edited() {
    let destinataires = destinataires();
    for statut in [Statut::Transmis, Statut::Recu, Statut::Clos, Statut::Abandonne] {
        for acteur in &acteurs() {
            let ctx = Contexte { acteur, now: now(), destinataires: &destinataires };
            for action in [Action::Modifier, Action::Transmettre, Action::Abandonner] {
                let refus = act(signalement(statut), action, &ctx).unwrap_err();
                assert_eq!(refus.regle, Some("SIG-4"));
            }
            // The other transitions keep the report and the transmission as they were.
            for action in Action::ALL {
                if let Ok(apres) = act(signalement(statut), action, &ctx) {
                    let avant = signalement(statut);
                    assert_eq!(apres.transmission(), avant.transmission());
                    assert_eq!(apres.rapport, avant.rapport);
                }
            }
        }
    }
}

#[test]
fn sig_1_exactly_the_missing_mentions_are_named_for_every_subset() {
    let destinataires = destinataires();
    let auteur = acteur(AUTEUR, &[Role::Association]);
    let ctx = Contexte { acteur: &auteur, now: now(), destinataires: &destinataires };
    for manquantes in 0..1_u32 << POINTEURS.len() {
        let brouillon = Signalement { rapport: rapport(manquantes), ..signalement(Statut::Brouillon) };
        let attendus: Vec<&str> = (0..POINTEURS.len())
            .filter(|rang| manquantes & (1 << rang) != 0)
            .map(|rang| POINTEURS[rang])
            .collect();
        let garde = brouillon.garde(Action::Transmettre, &ctx);
        let transition = brouillon.transmettre(&ctx);
        assert_eq!(garde.is_ok(), transition.is_ok());
        match transition {
            Ok(transmis) => {
                assert_eq!((manquantes, transmis.statut()), (0, Statut::Transmis));
            }
            Err(refus) => {
                let nommes: Vec<&str> = refus.erreurs.iter().map(|e| e.pointeur.as_str()).collect();
                assert_eq!(nommes, attendus);
                assert_eq!((refus.nature, refus.regle), (Nature::Invalide, Some("SIG-1")));
                assert!(refus.erreurs.iter().all(|e| e.code == "mention_manquante"));
            }
        }
    }
}

#[test]
fn sig_2_ressort_without_parquet_here_is_refused() {
    let rapport = Rapport { ressort: Some("lyon".to_owned()), ..rapport(0) };
    let manques = rapport.manques(&destinataires());
    assert_eq!(manques.len(), 1);
    assert_eq!((manques[0].pointeur.as_str(), manques[0].code), ("/ressort", "ressort_inconnu"));
    assert!(!manques[0].message.contains("lyon"), "errors never quote what was sent");
}

#[test]
fn sig_2_without_crip_nothing_leaves_and_the_action_says_so() {
    let auteur = acteur(AUTEUR, &[Role::Association]);
    let sans_crip = Destinataires { crip: None, ..destinataires() };
    let ctx = Contexte { acteur: &auteur, now: now(), destinataires: &sans_crip };
    let garde = signalement(Statut::Brouillon).garde(Action::Transmettre, &ctx).unwrap_err();
    assert_eq!((garde.code, garde.regle), ("crip_absente", Some("SIG-2")));
    assert_eq!(signalement(Statut::Brouillon).transmettre(&ctx).unwrap_err(), garde);
    let incomplet = Signalement { rapport: rapport(1), ..signalement(Statut::Brouillon) };
    assert_eq!(
        incomplet.transmettre(&ctx).unwrap_err().code,
        "mentions_manquantes",
        "what the author can mend"
    );
}

#[test]
fn sig_2_transmission_keeps_who_when_and_to_whom() {
    let destinataires = destinataires();
    let auteur = acteur(AUTEUR, &[Role::Association]);
    let ctx = Contexte { acteur: &auteur, now: now(), destinataires: &destinataires };
    let transmis = signalement(Statut::Brouillon).transmettre(&ctx).unwrap();
    let attendue = Transmission {
        le: now(),
        par: auteur.agent,
        parquet: id(PARQUET),
        crip: id(CRIP),
        effectue_le: None,
    };
    assert_eq!(transmis.transmission(), Some(&attendue));
}

#[test]
fn sig_2_effectue_keeps_the_first_acceptance_and_needs_a_transmission() {
    let plus_tard = now() + TimeDelta::hours(1);
    for statut in [Statut::Transmis, Statut::Recu, Statut::Clos] {
        let effectue = signalement(statut).effectuer(now()).effectuer(plus_tard);
        assert_eq!(effectue.transmission().unwrap().effectue_le, Some(now()));
        assert_eq!(effectue.statut(), statut);
    }
    for statut in [Statut::Brouillon, Statut::Abandonne] {
        assert_eq!(signalement(statut).effectuer(now()), signalement(statut));
    }
}

#[test]
fn sig_5_draft_and_other_parquet_answer_as_if_nothing_existed() {
    let destinataires = destinataires();
    for (organisation, statuts) in [
        (
            AUTRE_PARQUET,
            &[Statut::Brouillon, Statut::Transmis, Statut::Recu, Statut::Clos, Statut::Abandonne][..],
        ),
        (PARQUET, &[Statut::Brouillon, Statut::Abandonne][..]),
    ] {
        let parquet = acteur(organisation, &[Role::Parquet]);
        let ctx = Contexte { acteur: &parquet, now: now(), destinataires: &destinataires };
        for statut in statuts {
            let refus = signalement(*statut).accuser(id(51), &ctx).unwrap_err();
            assert_eq!(refus, Refus::introuvable(), "{statut:?}");
        }
    }
}

#[test]
fn sig_5_second_acknowledgement_is_a_conflict() {
    let destinataires = destinataires();
    let parquet = acteur(PARQUET, &[Role::Parquet]);
    let ctx = Contexte { acteur: &parquet, now: now(), destinataires: &destinataires };
    for statut in [Statut::Recu, Statut::Clos] {
        let refus = signalement(statut).accuser(id(51), &ctx).unwrap_err();
        assert_eq!((refus.nature, refus.regle), (Nature::Conflit, Some("SIG-5")));
    }
}

#[test]
fn sec_1_draft_is_visible_to_its_author_alone() {
    for organisation in ORGANISATIONS {
        let organisation: OrganisationId = id(organisation);
        for statut in [Statut::Brouillon, Statut::Abandonne] {
            assert_eq!(signalement(statut).is_visible_to(organisation), organisation == id(AUTEUR));
        }
        for statut in [Statut::Transmis, Statut::Recu, Statut::Clos] {
            assert!(signalement(statut).is_visible_to(organisation));
        }
    }
}

#[test]
fn sig_4_codes_are_read_back() {
    let codes: BTreeSet<&str> = Statut::ALL.into_iter().map(Statut::code).collect();
    assert_eq!(codes.len(), Statut::ALL.len());
    for statut in Statut::ALL {
        assert_eq!(Statut::parse(statut.code()), Some(statut));
        assert_eq!(signalement(statut).statut(), statut);
    }
    for motif in MotifCloture::ALL {
        assert_eq!(MotifCloture::parse(motif.code()), Some(motif));
    }
    assert_eq!(Action::ALL.map(Action::nom).into_iter().collect::<BTreeSet<_>>().len(), Action::ALL.len());
}

/// The order of the circuit: no action ever leads back.
fn rang(statut: Statut) -> u8 {
    match statut {
        Statut::Brouillon => 0,
        Statut::Transmis => 1,
        Statut::Recu => 2,
        Statut::Clos | Statut::Abandonne => 3,
    }
}

proptest! {
    /// Any run of actions by anyone: the state never goes back, the revision rises by one at each change of the
    /// draft, and the report is frozen from the transmission on.
    #[test]
    fn sig_4_any_run_of_actions_keeps_the_circuit(pas in prop::collection::vec((0_usize..5, 0_usize..5), 0..40)) {
        let destinataires = destinataires();
        let acteurs = [
            acteur(AUTEUR, &[Role::Association]),
            acteur(AUTRE, &[Role::Etablissement]),
            acteur(CRIP, &[Role::Crip]),
            acteur(PARQUET, &[Role::Parquet]),
            acteur(AUTRE_PARQUET, &[Role::Parquet]),
        ];
        let mut courant = signalement(Statut::Brouillon);
        let mut revision = 3;
        for (action, qui) in pas {
            let ctx = Contexte { acteur: &acteurs[qui], now: now(), destinataires: &destinataires };
            let Ok(suivant) = (match Action::ALL[action] {
                Action::Modifier => courant.clone().modifier(rapport(0), &ctx),
                autre => act(courant.clone(), autre, &ctx),
            }) else { continue };
            prop_assert!(rang(suivant.statut()) >= rang(courant.statut()));
            if let Etat::Brouillon { revision: nouvelle } = suivant.etat {
                revision += 1;
                prop_assert_eq!(nouvelle, revision);
            }
            if let Some(transmission) = courant.transmission() {
                prop_assert_eq!(suivant.transmission(), Some(transmission));
                prop_assert_eq!(&suivant.rapport, &courant.rapport);
            }
            prop_assert_eq!((suivant.id, &suivant.reference, suivant.dossier, suivant.organisation),
                (courant.id, &courant.reference, courant.dossier, courant.organisation));
            courant = suivant;
        }
    }
}
