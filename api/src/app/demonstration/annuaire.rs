//! The partners of the demonstration and one invented person for each of their roles (ANN-1, ANN-3).

use chrono::{DateTime, NaiveDate, Utc};
use domain::acteur::{Acteur, Auteur, Habilitation, Role};
use domain::calendrier::paris_date;
use domain::fait::Fait;
use domain::identifiant::{AgentId, HabilitationId, OrganisationId};
use domain::organisation::{Adresse, Categorie, Contenu, Organisation};
use domain::territoire::{CodeTerritoire, Parametres};
use persistence::agent::{self, Agent};
use persistence::{Ecriture, organisation};

use crate::app::Resultat;
use crate::hasard::Hasard;

/// What differs between the territoires of the demonstration.
#[derive(Debug, Clone)]
pub(super) struct Modele {
    /// The end of the codes: `crip-77`.
    pub suffixe: &'static str,
    /// The name of the territoire.
    pub nom: &'static str,
    /// (town, ressort) of each Parquet.
    pub parquets: &'static [(&'static str, &'static str)],
    /// The settings.
    pub parametres: Parametres,
}

/// The model of a territoire of the demonstration; `None` for any other.
pub(super) fn model(code: &CodeTerritoire) -> Option<Modele> {
    match code.as_str() {
        "77" => Some(Modele {
            suffixe: "77",
            nom: "Seine-et-Marne (démonstration)",
            parquets: &[("Meaux", "meaux"), ("Melun", "melun"), ("Fontainebleau", "fontainebleau")],
            parametres: Parametres::default(),
        }),
        "69M" => Some(Modele {
            suffixe: "69m",
            nom: "Métropole de Lyon (démonstration)",
            parquets: &[("Lyon", "lyon")],
            parametres: Parametres { copies: vec!["boite-partagee-69m".to_owned()], ..Parametres::default() },
        }),
        _ => None,
    }
}

/// The directory as it will be written.
#[derive(Debug, Clone)]
pub(super) struct Annuaire {
    organisations: Vec<Organisation>,
    adresses: Vec<uuid::Uuid>,
    agents: Vec<(Agent, Habilitation)>,
}

/// Code without suffix, name, category, roles: the first role is that of its machines.
type Ligne = (&'static str, &'static str, Categorie, &'static [Role]);

const PARTENAIRES: [Ligne; 10] = [
    ("crip", "CRIP", Categorie::Departement, &[Role::Crip]),
    ("ase", "Aide sociale à l’enfance", Categorie::Departement, &[Role::Rtpe, Role::ReferentAse]),
    ("mds", "Maison des solidarités", Categorie::Departement, &[Role::EvaluateurMds]),
    ("tpe", "Tribunal pour enfants", Categorie::Justice, &[Role::JugeEnfants]),
    (
        "association",
        "Association spécialisée",
        Categorie::AssociationSpecialisee,
        &[Role::Association, Role::MembreCommission],
    ),
    ("aemo", "Service d’AEMO", Categorie::ServiceAemo, &[Role::ServiceAemo]),
    ("commissariat", "Commissariat", Categorie::PoliceGendarmerie, &[Role::PoliceGendarmerie]),
    ("foyer", "Foyer de l’Aubépine", Categorie::HebergementProtectionEnfance, &[Role::Etablissement]),
    ("observatoire", "Observatoire", Categorie::Etat, &[Role::Observatoire]),
    (
        "direction",
        "Direction de la protection de l’enfance",
        Categorie::Departement,
        &[Role::Coordinateur, Role::Copil, Role::Dpo, Role::Administrateur],
    ),
];

/// The demonstration's partners are there since this instant, so that their identifiers are the same each time.
pub(super) const OUVERTURE: DateTime<Utc> =
    NaiveDate::from_ymd_opt(2025, 1, 6).expect("a date").and_hms_opt(8, 0, 0).expect("an hour").and_utc();

const PRENOMS: [&str; 8] =
    ["Camille", "Dominique", "Claude", "Maxime", "Sacha", "Andréa", "Charlie", "Morgan"];
const NOMS: [&str; 5] = ["Exemple", "Fictif", "Modèle", "Spécimen", "Démo"];

impl Annuaire {
    /// Draws the directory of a model.
    pub(super) fn new(modele: &Modele, hasard: &Hasard) -> Self {
        let now = OUVERTURE;
        let depuis = paris_date(now);
        let mut annuaire = Self { organisations: Vec::new(), adresses: Vec::new(), agents: Vec::new() };
        for (code, nom, categorie, roles) in PARTENAIRES {
            let code = format!("{code}-{}", modele.suffixe);
            annuaire.add(hasard, now, depuis, (code, nom.to_owned(), categorie), roles, None);
        }
        for (ville, ressort) in modele.parquets {
            let fiche = (format!("parquet-{ressort}"), format!("Parquet de {ville}"), Categorie::Justice);
            annuaire.add(hasard, now, depuis, fiche, &[Role::Parquet], Some((*ressort).to_owned()));
        }
        for code in &modele.parametres.copies {
            let fiche = (code.clone(), "Boîte partagée du dispositif".to_owned(), Categorie::Autre);
            annuaire.add(hasard, now, depuis, fiche, &[Role::Coordinateur], None);
        }
        annuaire
    }

    fn add(
        &mut self,
        hasard: &Hasard,
        now: DateTime<Utc>,
        depuis: NaiveDate,
        (code, nom, categorie): (String, String, Categorie),
        roles: &[Role],
        ressort: Option<String>,
    ) {
        let Some(principal) = roles.first().copied() else { return };
        let id = OrganisationId(hasard.id(now));
        let complet = matches!(principal, Role::Crip | Role::Parquet);
        let adresse = Adresse { courriel: format!("{code}@example.org"), valide_du: depuis, valide_au: None };
        self.organisations.push(Organisation {
            id,
            code,
            nom,
            categorie,
            role: principal,
            ressort,
            contenu: if complet { Contenu::Complet } else { Contenu::Lien },
            adresses: vec![adresse],
        });
        self.adresses.push(hasard.id(now));
        for role in roles {
            self.add_agent(hasard, now, depuis, id, *role);
        }
    }

    fn add_agent(
        &mut self,
        hasard: &Hasard,
        now: DateTime<Utc>,
        depuis: NaiveDate,
        organisation: OrganisationId,
        role: Role,
    ) {
        let rang = self.agents.len();
        let choisi = |liste: &[&'static str]| liste.get(rang % liste.len()).copied().unwrap_or_default();
        let id = AgentId(hasard.id(now));
        let nom = format!("{} {}", choisi(&PRENOMS), choisi(&NOMS));
        let agent = Agent { id, nom, machine: false, cree_le: now };
        let habilitation = Habilitation {
            id: HabilitationId(hasard.id(now)),
            agent: id,
            organisation,
            role,
            valide_du: depuis,
            valide_au: None,
            retiree: false,
        };
        self.agents.push((agent, habilitation));
    }

    /// The actor that the first person with this role is, in the organisation of this code when one is given.
    pub(super) fn actor(&self, role: Role, code: Option<&str>) -> Option<Acteur> {
        let of_code = |id: OrganisationId| {
            code.is_none_or(|code| self.organisations.iter().any(|o| o.id == id && o.code == code))
        };
        let (agent, habilitation) =
            self.agents.iter().find(|(_, h)| h.role == role && of_code(h.organisation))?;
        Some(Acteur {
            agent: agent.id,
            organisation: habilitation.organisation,
            roles: [role].into(),
            habilitations: vec![habilitation.id],
        })
    }

    /// Writes the directory and its facts.
    pub(super) fn insert(&self, tx: &mut Ecriture<'_>) -> Resultat<()> {
        let now = OUVERTURE;
        for (partenaire, adresse) in self.organisations.iter().zip(&self.adresses) {
            organisation::insert(tx, partenaire, std::slice::from_ref(adresse))?;
            let fait = Fait::OrganisationCreee { organisation: partenaire.id, code: partenaire.code.clone() };
            tx.record(&fait, Auteur::Systeme, now, now)?;
        }
        for (personne, habilitation) in &self.agents {
            agent::insert(tx, personne)?;
            agent::insert_habilitation(tx, habilitation)?;
            let fait = Fait::HabilitationAccordee {
                habilitation: habilitation.id,
                agent: habilitation.agent,
                organisation: habilitation.organisation,
                role: habilitation.role,
            };
            tx.record(&fait, Auteur::Systeme, now, now)?;
        }
        Ok(())
    }
}
