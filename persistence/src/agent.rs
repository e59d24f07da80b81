//! Agents, their habilitations and the credentials of machines (ANN-3).

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use domain::acteur::{Habilitation, Role};
use domain::identifiant::AgentId;

use crate::Erreur;
use crate::Session;
use crate::schema::{agent, client_machine, habilitation, organisation};
use crate::types::{Id, Instant};

/// A person or a machine that may be named by a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its identifier, the `sub` of its tokens.
    pub id: AgentId,
    /// The name of the professional, or of the tool.
    pub nom: String,
    /// Whether it is a tool.
    pub machine: bool,
    /// When it was registered, UTC.
    pub cree_le: DateTime<Utc>,
}

/// The credentials of a machine, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The public half.
    pub client_id: String,
    /// The agent as which the machine acts.
    pub agent: AgentId,
    /// Digest of the secret.
    pub secret: Vec<u8>,
    /// When it was made, UTC.
    pub cree_le: DateTime<Utc>,
}

/// Finds an agent.
///
/// # Errors
/// The database fails.
pub fn find(s: &mut Session<'_>, id: AgentId) -> Result<Option<Agent>, Erreur> {
    let row = agent::table.find(Id(id.0)).select(AgentRow::as_select()).first(s.cnx).optional()?;
    Ok(row.map(AgentRow::into_domain))
}

/// The habilitations of an agent, past and to come: the domain says which are valid on a day.
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list_habilitations(s: &mut Session<'_>, agent: AgentId) -> Result<Vec<Habilitation>, Erreur> {
    let rows: Vec<HabilitationRow> = habilitation::table
        .filter(habilitation::agent.eq(Id(agent.0)))
        .select(HabilitationRow::as_select())
        .order(habilitation::id)
        .load(s.cnx)?;
    rows.into_iter().map(HabilitationRow::into_domain).collect()
}

/// The habilitations with a role, by the code of their organisation, then by age: what `maillage token` looks for.
///
/// # Errors
/// The database fails, or a row cannot be read.
pub fn list_habilitations_with_role(
    s: &mut Session<'_>,
    role: Role,
    code_organisation: Option<&str>,
) -> Result<Vec<Habilitation>, Erreur> {
    let mut query = habilitation::table
        .inner_join(organisation::table.on(organisation::id.eq(habilitation::organisation)))
        .inner_join(agent::table.on(agent::id.eq(habilitation::agent)))
        .filter(habilitation::role.eq(role.code()))
        .filter(agent::machine.eq(false))
        .select(HabilitationRow::as_select())
        .order((organisation::code, habilitation::id))
        .into_boxed();
    if let Some(code) = code_organisation {
        query = query.filter(organisation::code.eq(code.to_owned()));
    }
    let rows: Vec<HabilitationRow> = query.load(s.cnx)?;
    rows.into_iter().map(HabilitationRow::into_domain).collect()
}

/// Writes a new agent.
///
/// # Errors
/// The database fails.
pub fn insert(s: &mut Session<'_>, nouveau: &Agent) -> Result<(), Erreur> {
    let row = AgentRow {
        id: Id(nouveau.id.0),
        nom: nouveau.nom.clone(),
        machine: nouveau.machine,
        cree_le: Instant::from(nouveau.cree_le),
    };
    diesel::insert_into(agent::table).values(row).execute(s.cnx)?;
    Ok(())
}

/// Writes a new habilitation.
///
/// # Errors
/// The database fails.
pub fn insert_habilitation(s: &mut Session<'_>, nouvelle: &Habilitation) -> Result<(), Erreur> {
    let row = HabilitationRow {
        id: Id(nouvelle.id.0),
        agent: Id(nouvelle.agent.0),
        organisation: Id(nouvelle.organisation.0),
        role: nouvelle.role.code().to_owned(),
        valide_du: nouvelle.valide_du,
        valide_au: nouvelle.valide_au,
        retiree_le: None,
    };
    diesel::insert_into(habilitation::table).values(row).execute(s.cnx)?;
    Ok(())
}

/// Finds the credentials of a machine; `None` when they are unknown or revoked.
///
/// # Errors
/// The database fails.
pub fn find_client(s: &mut Session<'_>, client_id: &str) -> Result<Option<Client>, Erreur> {
    let row: Option<(String, Id, Vec<u8>, Instant)> = client_machine::table
        .filter(client_machine::client_id.eq(client_id))
        .filter(client_machine::revoque_le.is_null())
        .select((
            client_machine::client_id,
            client_machine::agent,
            client_machine::secret,
            client_machine::cree_le,
        ))
        .first(s.cnx)
        .optional()?;
    Ok(row.map(|(client_id, agent, secret, cree_le)| Client {
        client_id,
        agent: agent.0.into(),
        secret,
        cree_le: cree_le.utc(),
    }))
}

/// Writes the credentials of a machine.
///
/// # Errors
/// The database fails.
pub fn insert_client(s: &mut Session<'_>, client: &Client) -> Result<(), Erreur> {
    diesel::insert_into(client_machine::table)
        .values((
            client_machine::client_id.eq(&client.client_id),
            client_machine::agent.eq(Id(client.agent.0)),
            client_machine::secret.eq(&client.secret),
            client_machine::cree_le.eq(Instant::from(client.cree_le)),
        ))
        .execute(s.cnx)?;
    Ok(())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = agent)]
struct AgentRow {
    id: Id,
    nom: String,
    machine: bool,
    cree_le: Instant,
}

impl AgentRow {
    fn into_domain(self) -> Agent {
        Agent { id: self.id.0.into(), nom: self.nom, machine: self.machine, cree_le: self.cree_le.utc() }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = habilitation)]
struct HabilitationRow {
    id: Id,
    agent: Id,
    organisation: Id,
    role: String,
    valide_du: NaiveDate,
    valide_au: Option<NaiveDate>,
    retiree_le: Option<Instant>,
}

impl HabilitationRow {
    fn into_domain(self) -> Result<Habilitation, Erreur> {
        Ok(Habilitation {
            id: self.id.0.into(),
            agent: self.agent.0.into(),
            organisation: self.organisation.0.into(),
            role: Role::parse(&self.role).ok_or_else(|| Erreur::corrompu("habilitation", self.id.0))?,
            valide_du: self.valide_du,
            valide_au: self.valide_au,
            retiree: self.retiree_le.is_some(),
        })
    }
}
