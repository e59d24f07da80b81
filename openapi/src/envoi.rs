//! The registre d'envoi on the wire (SIG-2b).

use chrono::{DateTime, Utc};
use domain::envoi::{Envoi, NatureEnvoi, StatutEnvoi};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::organisation::OrganisationRef;
use crate::signalement::same_variants;

/// Nature d’un envoi.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NatureEnvoiVue {
    /// Le signalement, au parquet compétent.
    Signalement,
    /// La copie systématique à la CRIP.
    CopieCrip,
    /// Une copie supplémentaire du territoire.
    Copie,
    /// L’alerte d’absence d’accusé de réception (SIG-8).
    AlerteAccuse,
}

/// État d’un envoi (SIG-2b).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatutEnvoiVue {
    /// En attente du premier essai.
    AEnvoyer,
    /// Accepté par le serveur de messagerie.
    Remis,
    /// Le destinataire en a accusé réception.
    Accuse,
    /// Le dernier essai a échoué ; les essais continuent.
    Echec,
}

/// Une ligne du registre d’envoi.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct EnvoiVue {
    /// Identifiant.
    pub id: Uuid,
    /// Nature.
    pub nature: NatureEnvoiVue,
    /// Destinataire.
    pub destinataire: OrganisationRef,
    /// État.
    pub statut: StatutEnvoiVue,
    /// Adresses pour lesquelles le message a été fait, vide tant qu’il ne l’est pas ; une fois remis, celles que le
    /// serveur de messagerie a acceptées.
    #[schema(max_items = 20)]
    pub adresses: Vec<String>,
    /// `Message-ID` du courriel, le même à chaque essai.
    #[schema(max_length = 255)]
    pub message_id: String,
    /// SHA-256 du message tel qu’envoyé, en hexadécimal.
    #[schema(max_length = 64, min_length = 64)]
    pub empreinte: Option<String>,
    /// Essais faits.
    #[schema(minimum = 0)]
    pub tentatives: i32,
    /// Prochain essai (UTC), tant que l’envoi n’est pas remis.
    pub prochain_essai_a: Option<DateTime<Utc>>,
    /// Acceptation par le serveur de messagerie (UTC).
    pub remis_a: Option<DateTime<Utc>>,
    /// Cause du dernier échec, ou `adresses_refusees` si l’envoi n’a été remis qu’à certaines adresses : un code, jamais
    /// le texte du serveur.
    #[schema(max_length = 64)]
    pub erreur: Option<String>,
}

impl EnvoiVue {
    /// The view of one line.
    pub fn new(envoi: &Envoi, destinataire: OrganisationRef) -> Self {
        let attend = matches!(envoi.statut, StatutEnvoi::AEnvoyer | StatutEnvoi::Echec);
        Self {
            id: envoi.id.0,
            nature: envoi.nature.into(),
            destinataire,
            statut: envoi.statut.into(),
            adresses: envoi.adresses.clone(),
            message_id: envoi.message_id.clone(),
            empreinte: envoi.empreinte.as_deref().map(hex),
            tentatives: envoi.tentatives,
            prochain_essai_a: attend.then_some(envoi.prochain_essai_le),
            remis_a: envoi.remis_le,
            erreur: envoi.erreur.clone(),
        }
    }
}

/// Hexadecimal digits of a digest.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

same_variants!(NatureEnvoiVue, NatureEnvoi { Signalement, CopieCrip, Copie, AlerteAccuse });
same_variants!(StatutEnvoiVue, StatutEnvoi { AEnvoyer, Remis, Accuse, Echec });
