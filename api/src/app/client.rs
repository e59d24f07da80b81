//! Credentials of machines: made by the command line, checked by the token endpoint (RFC 6749 §4.4).

use chrono::{DateTime, Utc};
use domain::acteur::{Auteur, Habilitation};
use domain::calendrier::paris_date;
use domain::fait::Fait;
use domain::identifiant::{AgentId, HabilitationId};
use persistence::agent::{Agent, Client};
use persistence::{Base, agent, organisation};

use super::Resultat;
use crate::horloge;
use crate::jeton::client::{EmpreinteSecret, IdentifiantClient, SecretClient, is_secret_valid};

/// Why no credentials were made.
#[derive(Debug, thiserror::Error)]
pub enum CreationImpossible {
    /// No such organisation in this territoire.
    #[error("aucune organisation de ce territoire ne porte ce code")]
    OrganisationInconnue,
    /// No randomness.
    #[error(transparent)]
    Alea(#[from] horloge::AleaIndisponible),
    /// The base fails.
    #[error(transparent)]
    Base(#[from] persistence::Erreur),
}

/// Makes a machine of an organisation, in the role in which its tools act, and its credentials: the secret is shown
/// once and only its digest is kept.
///
/// # Errors
/// An unknown organisation; no randomness; the base fails.
pub fn create(
    base: &Base,
    code_organisation: &str,
    now: DateTime<Utc>,
) -> Result<(IdentifiantClient, SecretClient), CreationImpossible> {
    let client_id = IdentifiantClient::new(base.code(), horloge::alea()?);
    let secret = SecretClient::new(horloge::alea()?);
    let client = Client {
        client_id: client_id.as_str().to_owned(),
        agent: AgentId(horloge::new_id(now)),
        secret: secret.digest().as_bytes().to_vec(),
        cree_le: now,
    };
    let code = code_organisation.to_owned();
    base.write(move |tx| {
        let organisation =
            organisation::find_by_code(tx, &code)?.ok_or(CreationImpossible::OrganisationInconnue)?;
        let machine = Agent {
            id: client.agent,
            nom: format!("Outil ({})", organisation.nom),
            machine: true,
            cree_le: now,
        };
        let habilitation = Habilitation {
            id: HabilitationId(horloge::new_id(now)),
            agent: client.agent,
            organisation: organisation.id,
            role: organisation.role,
            valide_du: paris_date(now),
            valide_au: None,
            retiree: false,
        };
        agent::insert(tx, &machine)?;
        agent::insert_habilitation(tx, &habilitation)?;
        agent::insert_client(tx, &client)?;
        let accordee = Fait::HabilitationAccordee {
            habilitation: habilitation.id,
            agent: client.agent,
            organisation: organisation.id,
            role: organisation.role,
        };
        tx.record(&accordee, Auteur::Systeme, now, now)?;
        let cree = Fait::ClientCree { agent: client.agent, organisation: organisation.id };
        tx.record(&cree, Auteur::Systeme, now, now)?;
        Ok::<_, CreationImpossible>(())
    })?;
    Ok((client_id, secret))
}

/// The agent as which a machine acts, when its secret is the right one; an unknown client takes the same work.
///
/// # Errors
/// The base fails.
pub fn authenticate(
    base: &Base,
    client_id: &IdentifiantClient,
    secret: &SecretClient,
) -> Resultat<Option<AgentId>> {
    let client = base.read(|s| agent::find_client(s, client_id.as_str()))?;
    let gardee = client
        .as_ref()
        .and_then(|client| <[u8; 32]>::try_from(client.secret.as_slice()).ok())
        .map(EmpreinteSecret::from_bytes);
    let valide = is_secret_valid(gardee.as_ref(), secret);
    Ok(client.filter(|_| valide).map(|client| client.agent))
}
