//! What happened in the demonstration: the very use cases, played at past instants, e-mails included.

use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::accuse_reception::Accuse;
use domain::acteur::{Acteur, Role};
use domain::calendrier::{paris_date, start_of_day};
use domain::dossier::Situation;
use domain::fait::Fait;
use domain::identifiant::{DossierId, SignalementId};
use domain::mention::Rapport;
use domain::signalement::{Destinataires, MotifCloture, Signalement};
use persistence::{Base, Ecriture, envoi, signalement};
use url::Url;

use super::annuaire::{Annuaire, Modele};
use super::rapports;
use crate::app::signalement::{Nouveau, create_in, detail, transmit_in};
use crate::app::{Appel, Erreur, Resultat, accuse_reception};
use crate::courrier::Expediteur;
use crate::hasard::Hasard;
use crate::jobs::{diffusion, echeances, livraison};

/// What every step needs.
pub(super) struct Scene {
    pub base: Base,
    pub hasard: Hasard,
    pub expediteur: Expediteur,
    pub url_publique: Url,
}

/// One signalement and what became of it.
pub(super) struct Recit {
    pub dossier: DossierId,
    id: SignalementId,
    situation: Situation,
    rapport: Rapport,
    etapes: Vec<Etape>,
}

struct Etape {
    le: DateTime<Utc>,
    acteur: Acteur,
    quoi: Quoi,
}

enum Quoi {
    Rediger,
    Transmettre,
    Accuser { sursis: bool },
    Clore,
    Abandonner,
}

/// How far a story goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fin {
    Commence,
    Complet,
    Abandonne,
    Transmis,
    Recu { sursis: bool },
    Clos,
}

/// (role of the author, days ago, how far it goes, assessment): every state of SIG-4, a silence that passed its
/// deadline (SIG-8), a request to suspend the evaluation (SIG-6).
const TRAME: [(Role, u64, Fin, Situation); 8] = [
    (Role::Etablissement, 2, Fin::Commence, Situation::Risque),
    (Role::Rtpe, 1, Fin::Complet, Situation::Risque),
    (Role::Etablissement, 1, Fin::Transmis, Situation::Risque),
    (Role::ServiceAemo, 12, Fin::Transmis, Situation::Averee),
    (Role::Etablissement, 21, Fin::Recu { sursis: false }, Situation::Averee),
    (Role::PoliceGendarmerie, 15, Fin::Recu { sursis: true }, Situation::Averee),
    (Role::EvaluateurMds, 75, Fin::Clos, Situation::Infirmee),
    (Role::ReferentAse, 6, Fin::Abandonne, Situation::Risque),
];

/// The stories of a territoire.
pub(super) fn stories(
    modele: &Modele,
    annuaire: &Annuaire,
    hasard: &Hasard,
    now: DateTime<Utc>,
) -> Vec<Recit> {
    let mut recits = Vec::new();
    for (rang, (role, jours, fin, situation)) in TRAME.into_iter().enumerate() {
        let Some((_, ressort)) = modele.parquets.get(rang % modele.parquets.len()) else { continue };
        let Some(auteur) = annuaire.actor(role, None) else { continue };
        let parquet = annuaire.actor(Role::Parquet, Some(&format!("parquet-{ressort}")));
        let crip = annuaire.actor(Role::Crip, None);
        let debut = morning(now, jours);
        let rapport = if fin == Fin::Commence {
            rapports::begun(rang, ressort)
        } else {
            rapports::whole(rang, ressort)
        };
        recits.push(Recit {
            dossier: DossierId(hasard.id(debut)),
            id: SignalementId(hasard.id(debut)),
            situation,
            rapport,
            etapes: steps(fin, debut, &auteur, parquet.as_ref(), crip.as_ref()),
        });
    }
    recits
}

fn steps(
    fin: Fin,
    debut: DateTime<Utc>,
    auteur: &Acteur,
    parquet: Option<&Acteur>,
    crip: Option<&Acteur>,
) -> Vec<Etape> {
    let heure = TimeDelta::hours(1);
    let mut etapes = vec![Etape { le: debut, acteur: auteur.clone(), quoi: Quoi::Rediger }];
    let mut then = |apres: TimeDelta, acteur: Option<&Acteur>, quoi: Quoi| {
        if let Some(acteur) = acteur {
            etapes.push(Etape { le: debut + apres, acteur: acteur.clone(), quoi });
        }
    };
    match fin {
        Fin::Commence | Fin::Complet => {}
        Fin::Abandonne => then(heure * 3, Some(auteur), Quoi::Abandonner),
        Fin::Transmis => then(heure, Some(auteur), Quoi::Transmettre),
        Fin::Recu { sursis } => {
            then(heure, Some(auteur), Quoi::Transmettre);
            then(heure * 26, parquet, Quoi::Accuser { sursis });
        }
        Fin::Clos => {
            then(heure, Some(auteur), Quoi::Transmettre);
            then(heure * 26, parquet, Quoi::Accuser { sursis: false });
            then(TimeDelta::days(30), crip, Quoi::Clore);
        }
    }
    etapes
}

/// Plays the stories in the order of time; between two steps, what the server does by itself.
pub(super) fn play(
    tx: &mut Ecriture<'_>,
    scene: &Scene,
    recits: Vec<Recit>,
    now: DateTime<Utc>,
) -> Resultat<()> {
    let mut ordre: Vec<(DateTime<Utc>, usize, usize)> = Vec::new();
    for (r, recit) in recits.iter().enumerate() {
        ordre.extend(recit.etapes.iter().enumerate().map(|(e, etape)| (etape.le, r, e)));
    }
    ordre.sort_unstable();
    for (le, r, e) in ordre {
        settle(tx, scene, le)?;
        if let Some((recit, etape)) = recits.get(r).and_then(|recit| Some((recit, recit.etapes.get(e)?))) {
            step(tx, scene, recit, etape)?;
        }
        settle(tx, scene, le)?;
    }
    settle(tx, scene, now)
}

fn step(tx: &mut Ecriture<'_>, scene: &Scene, recit: &Recit, etape: &Etape) -> Resultat<()> {
    let appel = Appel {
        base: scene.base.clone(),
        acteur: etape.acteur.clone(),
        now: etape.le,
        hasard: scene.hasard.clone(),
    };
    if let Quoi::Rediger = etape.quoi {
        let nouveau = Nouveau {
            id: recit.id,
            dossier: None,
            situation: recit.situation,
            identifiants_externes: Vec::new(),
            rapport: recit.rapport.clone(),
        };
        create_in(tx, &appel, nouveau, recit.dossier)?;
        return Ok(());
    }
    let courant = signalement::find(tx, recit.id)?
        .ok_or_else(|| persistence::Erreur::corrompu("signalement", recit.id))?;
    // Neither the closing nor the giving up looks at the directory.
    let personne = Destinataires::default();
    match etape.quoi {
        Quoi::Rediger => {}
        Quoi::Transmettre => {
            transmit_in(tx, &appel, courant)?;
        }
        Quoi::Accuser { sursis } => {
            let accuse = acknowledgement(&courant, etape.le, sursis);
            accuse_reception::push_in(tx, &appel, accuse)?;
        }
        Quoi::Clore => {
            let ctx = detail::context(&appel, &personne);
            let motif = MotifCloture::SituationInfirmee;
            let fait = Fait::SignalementClos { signalement: courant.id, dossier: courant.dossier, motif };
            signalement::update(tx, &courant.clore(motif, &ctx)?)?;
            tx.record(&fait, appel.auteur(), etape.le, etape.le)?;
        }
        Quoi::Abandonner => {
            let ctx = detail::context(&appel, &personne);
            let fait = Fait::SignalementAbandonne { signalement: courant.id, dossier: courant.dossier };
            signalement::update(tx, &courant.abandonner(&ctx)?)?;
            tx.record(&fait, appel.auteur(), etape.le, etape.le)?;
        }
    }
    Ok(())
}

fn acknowledgement(signalement: &Signalement, le: DateTime<Utc>, sursis: bool) -> Accuse {
    Accuse {
        reference_parquet: format!("DEMO-{}", signalement.reference),
        reference: signalement.reference.clone(),
        date: paris_date(le),
        service: "Parquet des mineurs".to_owned(),
        magistrat: None,
        sursis,
    }
}

/// What the jobs do at this instant: deadlines that passed, sendings, deliveries that all succeed.
fn settle(tx: &mut Ecriture<'_>, scene: &Scene, le: DateTime<Utc>) -> Resultat<()> {
    for suivie in persistence::echeance::list_to_alert(tx, paris_date(le), 50)? {
        if suivie.is_to_alert(le) {
            echeances::write_one(tx, suivie, le)?;
        }
    }
    while diffusion::pending(tx)? {
        diffusion::fan_out_in(tx, &scene.hasard, &scene.expediteur, le)?;
    }
    while let Some(prise) = envoi::claim(tx, le, le + TimeDelta::minutes(1))? {
        let compose = livraison::compose(tx, &prise.envoi, &scene.expediteur, &scene.url_publique, le)?;
        let message = compose.map_err(|e| Erreur::from(persistence::Erreur::Interne(e.to_string())))?;
        envoi::keep_message(tx, &prise, &message.adresses, &message.octets, &message.empreinte())?;
        livraison::record_delivery_in(tx, &prise, &[], le)?;
    }
    Ok(())
}

/// Nine in the morning, Paris time, some days ago.
fn morning(now: DateTime<Utc>, jours: u64) -> DateTime<Utc> {
    let jour = paris_date(now).checked_sub_days(Days::new(jours));
    jour.and_then(start_of_day).map_or(now, |minuit| minuit + TimeDelta::hours(9))
}
