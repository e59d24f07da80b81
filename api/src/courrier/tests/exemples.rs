//! An invented territoire, its partners and a report, from which each test changes one thing.

use chrono::{DateTime, NaiveDate, Utc};
use domain::acteur::Role;
use domain::envoi::NatureEnvoi;
use domain::identifiant::{AgentId, DossierId, OrganisationId, SignalementId};
use domain::mention::{AuteurSignalement, IdentiteMineur, Mention, Rapport, Sexe};
use domain::organisation::{Adresse, Categorie, Contenu, Organisation};
use domain::signalement::{Etat, Signalement, Transmission};
use domain::territoire::{CodeTerritoire, Parametres, Territoire};
use url::Url;
use uuid::Uuid;

use crate::courrier::{Courrier, Erreur, Expediteur, Message};

pub(super) const MESSAGE_ID: &str = "<01936f1e-0000-7000-8000-0000000000e1@maillage.example.org>";

/// Everything of which a message is made, owned, so that a test may change it.
pub(super) struct Exemple {
    pub(super) territoire: Territoire,
    pub(super) signalement: Signalement,
    pub(super) redacteur: Organisation,
    pub(super) parquet: Organisation,
    pub(super) destinataire: Organisation,
    pub(super) nature: NatureEnvoi,
    pub(super) contenu: Contenu,
    pub(super) due_le: Option<NaiveDate>,
    pub(super) message_id: String,
}

impl Exemple {
    /// The report to the Parquet.
    pub(super) fn new() -> Self {
        let parquet = organisation(1, "parquet-meaux", "Parquet de Meaux", Role::Parquet);
        Self {
            territoire: Territoire {
                code: CodeTerritoire::parse("77").unwrap(),
                nom: "Territoire d’exemple".to_owned(),
                fictif: false,
                parametres: Parametres::default(),
            },
            signalement: signalement(),
            redacteur: organisation(3, "association-77", "Association d’exemple", Role::Association),
            destinataire: parquet.clone(),
            parquet,
            nature: NatureEnvoi::Signalement,
            contenu: Contenu::Complet,
            due_le: None,
            message_id: MESSAGE_ID.to_owned(),
        }
    }

    /// The systematic copy to the CRIP.
    pub(super) fn copie_crip() -> Self {
        let crip = organisation(2, "crip-77", "CRIP d’exemple", Role::Crip);
        Self { destinataire: crip, nature: NatureEnvoi::CopieCrip, ..Self::new() }
    }

    /// An extra copy, with the reference only.
    pub(super) fn lien() -> Self {
        let copie = organisation(4, "observatoire-77", "Boîte partagée", Role::Coordinateur);
        Self { destinataire: copie, nature: NatureEnvoi::Copie, contenu: Contenu::Lien, ..Self::new() }
    }

    /// The alert of SIG-8 to the CRIP.
    pub(super) fn alerte() -> Self {
        let due_le = NaiveDate::from_ymd_opt(2026, 11, 26);
        Self { nature: NatureEnvoi::AlerteAccuse, due_le, ..Self::copie_crip() }
    }

    pub(super) fn rapport(&mut self) -> &mut Rapport {
        &mut self.signalement.rapport
    }

    pub(super) fn compose(&self) -> Result<Message, Erreur> {
        Courrier {
            territoire: &self.territoire,
            signalement: &self.signalement,
            redacteur: &self.redacteur,
            parquet: &self.parquet,
            destinataire: &self.destinataire,
            nature: self.nature,
            contenu: self.contenu,
            due_le: self.due_le,
            message_id: &self.message_id,
            date: at("2026-11-24T09:10:11Z"),
            expediteur: &expediteur(),
            url_publique: &Url::parse("https://maillage.example.org/").unwrap(),
        }
        .compose()
    }
}

pub(super) fn expediteur() -> Expediteur {
    Expediteur::parse("maillage@maillage.example.org").unwrap()
}

pub(super) fn adresse(courriel: &str) -> Adresse {
    let valide_du = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    Adresse { courriel: courriel.to_owned(), valide_du, valide_au: None }
}

fn at(texte: &str) -> DateTime<Utc> {
    texte.parse().unwrap()
}

fn organisation(rang: u128, code: &str, nom: &str, role: Role) -> Organisation {
    Organisation {
        id: OrganisationId(Uuid::from_u128(rang)),
        code: code.to_owned(),
        nom: nom.to_owned(),
        categorie: Categorie::Autre,
        role,
        ressort: None,
        contenu: Contenu::Complet,
        adresses: vec![adresse(&format!("{code}@example.org"))],
    }
}

fn signalement() -> Signalement {
    let dit = |texte: &str| Some(Mention::Valeur(texte.to_owned()));
    let rapport = Rapport {
        ressort: Some("meaux".to_owned()),
        auteurs: vec![AuteurSignalement {
            nom: "Odile Planté".to_owned(),
            telephone: "01 99 00 12 34".to_owned(),
            courriel: "odile.plante@example.org".to_owned(),
        }],
        identite_mineur: Some(Mention::Valeur(IdentiteMineur {
            nom: Some("Zéphirin".to_owned()),
            prenoms: Some("Églantine Maëlle".to_owned()),
            date_naissance: NaiveDate::from_ymd_opt(2011, 3, 1),
            sexe: Some(Sexe::Feminin),
        })),
        contact_mineur: Some(Mention::Inconnu { motif: "aucun téléphone connu à ce jour".to_owned() }),
        domicile_parents: dit("12 rue Inventée, Exempleville"),
        lieu_effectif: dit("Foyer d’exemple,\nExempleville"),
        situation_scolaire: dit("Collège d’exemple, classe de troisième"),
        mesure_educative: Some(Mention::Inconnu { motif: "vérification en cours".to_owned() }),
        elements_situation: dit("Situation de risque évaluée par deux professionnels."),
        contexte_revelation: dit("Entretien éducatif du 20 novembre."),
    };
    Signalement {
        id: SignalementId("01936f1e-0000-7000-8000-0000000000a1".parse().unwrap()),
        reference: "SIG-77-2026-000042".to_owned(),
        dossier: DossierId(Uuid::from_u128(10)),
        organisation: OrganisationId(Uuid::from_u128(3)),
        agent: AgentId(Uuid::from_u128(20)),
        cree_le: at("2026-11-24T08:40:00Z"),
        rapport,
        etat: Etat::Transmis(Transmission {
            le: at("2026-11-24T09:05:00Z"),
            par: AgentId(Uuid::from_u128(20)),
            parquet: OrganisationId(Uuid::from_u128(1)),
            crip: OrganisationId(Uuid::from_u128(2)),
            effectue_le: None,
        }),
    }
}
