//! Who a token names: looked up at each request, so that a withdrawn habilitation acts on the next one (ANN-3).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::acteur::{Acteur, Habilitation, Role};
use domain::calendrier::paris_date;
use domain::identifiant::AgentId;
use domain::organisation::Organisation;
use persistence::agent::Agent;
use persistence::{Base, Session, agent, territoire};

use super::signalement::detail::named;
use super::{Appel, Lu, Resultat};

/// The actor behind an agent, with the roles that its habilitations give it today; `None` when there is none, whatever
/// the reason.
///
/// # Errors
/// The base fails.
pub fn authenticate(base: &Base, id: AgentId, now: DateTime<Utc>) -> Resultat<Option<Acteur>> {
    Ok(base.read(|s| {
        let roles_ouverts = territoire::get(s)?.parametres.roles;
        let habilitations = agent::list_habilitations(s, id)?;
        Ok::<_, persistence::Erreur>(actor(id, &habilitations, &roles_ouverts, now))
    })?)
}

/// The caller, for `/v1/moi`.
///
/// # Errors
/// The base fails.
pub fn me(appel: &Appel) -> Resultat<Lu<(Agent, Organisation)>> {
    appel.base.read(|s| {
        let id = appel.acteur.agent;
        let agent = agent::find(s, id)?.ok_or_else(|| persistence::Erreur::corrompu("agent", id))?;
        let annuaire = persistence::organisation::list(s)?;
        Ok(Lu::plain((agent, named(&annuaire, appel.acteur.organisation)?)))
    })
}

/// The first person who holds this role today, by the code of their organisation: whom `maillage token` speaks for.
///
/// # Errors
/// The base fails.
pub fn find_holder(
    s: &mut Session<'_>,
    role: Role,
    organisation: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<AgentId>, persistence::Erreur> {
    let jour = paris_date(now);
    let habilitations = agent::list_habilitations_with_role(s, role, organisation)?;
    Ok(habilitations.into_iter().find(|h| h.is_valid_on(jour)).map(|h| h.agent))
}

/// A person belongs to one organisation (ANN-3): should habilitations name several, the first one stands and the
/// others give nothing.
fn actor(
    id: AgentId,
    habilitations: &[Habilitation],
    roles_ouverts: &[Role],
    now: DateTime<Utc>,
) -> Option<Acteur> {
    let jour = paris_date(now);
    let valides: Vec<&Habilitation> =
        habilitations.iter().filter(|h| h.is_valid_on(jour) && roles_ouverts.contains(&h.role)).collect();
    let organisation = valides.first()?.organisation;
    let siennes = || valides.iter().filter(|h| h.organisation == organisation);
    let roles: BTreeSet<Role> = siennes().map(|h| h.role).collect();
    Some(Acteur { agent: id, organisation, roles, habilitations: siennes().map(|h| h.id).collect() })
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeZone};
    use uuid::Uuid;

    use super::*;

    fn habilitation(organisation: u128, role: Role, du: &str, au: Option<&str>) -> Habilitation {
        let jour = |texte: &str| texte.parse::<NaiveDate>().expect("date");
        Habilitation {
            id: Uuid::from_u128(organisation * 10).into(),
            agent: Uuid::from_u128(1).into(),
            organisation: Uuid::from_u128(organisation).into(),
            role,
            valide_du: jour(du),
            valide_au: au.map(jour),
            retiree: false,
        }
    }

    fn roles(habilitations: &[Habilitation], ouverts: &[Role]) -> Option<BTreeSet<Role>> {
        let now = Utc.with_ymd_and_hms(2026, 3, 10, 12, 0, 0).single().expect("instant");
        actor(Uuid::from_u128(1).into(), habilitations, ouverts, now).map(|a| a.roles)
    }

    #[test]
    fn ann_3_only_habilitations_valid_today_count() {
        let passee = habilitation(1, Role::Crip, "2025-01-01", Some("2026-03-09"));
        let future = habilitation(1, Role::Rtpe, "2026-03-11", None);
        let retiree = Habilitation { retiree: true, ..habilitation(1, Role::Dpo, "2026-01-01", None) };
        assert_eq!(roles(&[passee.clone(), future, retiree], &Role::ALL), None);
        let derniere = Habilitation { valide_au: "2026-03-10".parse().ok(), ..passee };
        assert_eq!(roles(&[derniere], &Role::ALL), Some(BTreeSet::from([Role::Crip])));
    }

    #[test]
    fn ter_1_a_role_that_is_closed_here_gives_nothing() {
        let copil = habilitation(1, Role::Copil, "2026-01-01", None);
        assert_eq!(roles(&[copil], &[Role::Crip]), None);
    }

    #[test]
    fn ann_3_roles_of_another_organisation_are_not_added() {
        let crip = habilitation(1, Role::Crip, "2026-01-01", None);
        let parquet = habilitation(2, Role::Parquet, "2026-01-01", None);
        assert_eq!(roles(&[crip, parquet], &Role::ALL), Some(BTreeSet::from([Role::Crip])));
    }
}
