//! Writing a draft: it opens a dossier, unless it names one that its author may see (SIG-1, DOS-2, DOS-3).

use chrono::Datelike;
use domain::acces::{Cercle, Section, Voie, may_report};
use domain::calendrier::paris_date;
use domain::dossier::{Dossier, Qualification, Situation, pseudonym};
use domain::fait::Fait;
use domain::identifiant::{DossierId, IdentifiantExterne, SignalementId};
use domain::mention::Rapport;
use domain::refus::{Erreur as Faute, Nature, Refus};
use domain::signalement::{Action, Etat, Signalement};
use persistence::{Ecriture, Session, cercle, identifiant_externe};
use uuid::Uuid;

use super::detail::{self, Detail};
use super::{prepare, visible};
use crate::app::idempotence::{Reponse, Unique, once};
use crate::app::{Appel, Erreur, Resultat};

/// A draft to open.
#[derive(Debug, Clone)]
pub struct Nouveau {
    /// Its identifier.
    pub id: SignalementId,
    /// The dossier that the author names; otherwise one is opened.
    pub dossier: Option<DossierId>,
    /// The assessment with which a new dossier opens (DOS-3).
    pub situation: Situation,
    /// The author's own numbers.
    pub identifiants_externes: Vec<IdentifiantExterne>,
    /// What it says so far.
    pub rapport: Rapport,
}

/// Opens a draft.
///
/// # Errors
/// `REP-1` when the role may not report; an unknown or invisible dossier; a number given already; the base fails.
pub fn create(
    appel: &Appel,
    nouveau: Nouveau,
    unique: Unique,
    rendre: impl FnOnce(&Detail) -> Reponse + Send + 'static,
) -> Resultat<Reponse> {
    if !may_report(&appel.acteur) {
        return Err(Refus::interdit(Some("REP-1"), "Ce rôle ne peut pas rédiger de signalement.").into());
    }
    let ouvert = DossierId(appel.new_id());
    if let Some(dossier) = nouveau.dossier {
        appel.base.read(|s| require_visible(s, appel, dossier))?;
    }
    // A request that is sent again opens no dossier: it needs no new key.
    match nouveau.dossier.map_or_else(|| unique.find_dossier(appel), |dossier| Ok(Some(dossier)))? {
        Some(connu) => appel.base.coffre().prepare(connu)?,
        None => appel.base.coffre().create_key(ouvert)?,
    }
    let appel = appel.clone();
    let base = appel.base.clone();
    base.write(move |tx| {
        if let Some(dossier) = nouveau.dossier {
            require_visible(tx, &appel, dossier)?;
        }
        once(tx, &appel, &unique, |tx| {
            let detail = create_in(tx, &appel, nouveau, ouvert)?;
            Ok((detail.signalement.dossier, rendre(&detail)))
        })
    })
}

/// Opens a draft inside a transaction; `ouvert` is the dossier to open, whose key is durable already.
///
/// # Errors
/// A number given already; the base fails.
pub fn create_in(
    tx: &mut Ecriture<'_>,
    appel: &Appel,
    nouveau: Nouveau,
    ouvert: DossierId,
) -> Resultat<Detail> {
    let (acteur, now) = (&appel.acteur, appel.now);
    let dossier = match nouveau.dossier {
        Some(dossier) => dossier,
        None => open_dossier(tx, appel, ouvert, nouveau.situation)?,
    };
    let annee = paris_date(now).year();
    let territoire = tx.code.to_string();
    let signalement = Signalement {
        id: nouveau.id,
        reference: persistence::signalement::next_reference(tx, &territoire, annee)?,
        dossier,
        organisation: acteur.organisation,
        agent: acteur.agent,
        cree_le: now,
        rapport: nouveau.rapport,
        etat: Etat::Brouillon { revision: 1 },
    };
    persistence::signalement::insert(tx, &signalement)?;
    let fait = Fait::SignalementRedige {
        signalement: signalement.id,
        dossier,
        reference: signalement.reference.clone(),
        organisation: acteur.organisation,
        rapport: signalement.rapport.clone(),
        identifiants_externes: nouveau.identifiants_externes.clone(),
    };
    tx.record(&fait, appel.auteur(), now, now)?;
    let entree = enter(tx, appel, Cercle::enter(dossier, acteur.organisation, Voie::Auteur, now))?;
    give_numbers(tx, appel, &signalement, &nouveau.identifiants_externes)?;
    Detail::load(tx, appel, signalement, &entree)
}

/// Changes a draft: the revision that the caller saw must be the current one.
///
/// # Errors
/// Not found; a stale revision; the rule that forbids it; a fault of the patch; the base fails.
pub fn update(
    appel: &Appel,
    id: SignalementId,
    attendue: impl FnOnce(i64) -> bool + Send + 'static,
    changer: impl FnOnce(Rapport) -> Result<Rapport, Refus> + Send + 'static,
) -> Resultat<Detail> {
    let appel = appel.clone();
    let base = appel.base.clone();
    prepare(&appel, id)?;
    base.write(move |tx| {
        let (signalement, cercle) = visible(tx, &appel, id)?;
        if let Etat::Brouillon { revision } = signalement.etat
            && !attendue(revision)
        {
            return Err(Erreur::RevisionPerimee);
        }
        let destinataires = detail::addressees(&persistence::organisation::list(tx)?);
        let ctx = detail::context(&appel, &destinataires);
        signalement.garde(Action::Modifier, &ctx)?;
        let rapport = changer(signalement.rapport.clone())?;
        let signalement = signalement.modifier(rapport, &ctx)?;
        persistence::signalement::update(tx, &signalement)?;
        if let Etat::Brouillon { revision } = signalement.etat {
            let fait = Fait::SignalementModifie {
                signalement: id,
                dossier: signalement.dossier,
                revision,
                rapport: signalement.rapport.clone(),
            };
            tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
        }
        Detail::load(tx, &appel, signalement, &cercle)
    })
}

/// Writes an entry in the cercle and its fact; gives the place as it stands afterwards.
///
/// # Errors
/// The base fails.
pub(super) fn enter(tx: &mut Ecriture<'_>, appel: &Appel, entree: Cercle) -> Resultat<Cercle> {
    let (dossier, organisation, voie) = (entree.dossier, entree.organisation, entree.voie);
    if cercle::enter(tx, &entree)? {
        let fait = Fait::CercleEntre { dossier, organisation, voie, sections: entree.sections };
        tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
    }
    Ok(cercle::find(tx, dossier, organisation)?
        .ok_or_else(|| persistence::Erreur::corrompu("cercle", dossier))?)
}

fn open_dossier(
    tx: &mut Ecriture<'_>,
    appel: &Appel,
    id: DossierId,
    situation: Situation,
) -> Resultat<DossierId> {
    let acteur = &appel.acteur;
    let dossier = Dossier {
        id,
        code: draw_code(tx, appel)?,
        qualification: Qualification {
            situation,
            le: appel.now,
            par: acteur.agent,
            organisation: acteur.organisation,
        },
        ouvert_le: appel.now,
        identite: None,
    };
    persistence::dossier::insert(tx, &dossier)?;
    let fait =
        Fait::DossierOuvert { dossier: id, code: dossier.code, situation, organisation: acteur.organisation };
    tx.record(&fait, appel.auteur(), appel.now, appel.now)?;
    Ok(id)
}

/// Draws a pseudonym code that no dossier bears: the writer holds the head, so that none can be taken meanwhile.
fn draw_code(tx: &mut Ecriture<'_>, appel: &Appel) -> Resultat<String> {
    loop {
        let code = pseudonym(appel.hasard.draw());
        if !persistence::dossier::is_code_taken(tx, &code)? {
            return Ok(code);
        }
    }
}

fn require_visible(s: &mut Session<'_>, appel: &Appel, dossier: DossierId) -> Resultat<()> {
    let place = cercle::find(s, dossier, appel.acteur.organisation)?;
    if place.is_some_and(|c| c.opens(Section::Judiciaire, &appel.acteur, appel.now)) {
        return Ok(());
    }
    let faute = Faute::new("/dossier", "dossier_inconnu", "Ce dossier n’existe pas.");
    Err(Refus::invalide("corps_invalide", None, "Le dossier désigné n’existe pas.", vec![faute]).into())
}

fn give_numbers(
    tx: &mut Ecriture<'_>,
    appel: &Appel,
    signalement: &Signalement,
    numeros: &[IdentifiantExterne],
) -> Resultat<()> {
    for (rang, numero) in numeros.iter().enumerate() {
        let id: Uuid = appel.new_id();
        let organisation = appel.acteur.organisation;
        let (sujet, dossier) = (signalement.id.0, signalement.dossier);
        if !identifiant_externe::insert(tx, id, organisation, numero, sujet, dossier)? {
            let pointeur = format!("/identifiants_externes/{rang}");
            let message = "Votre organisation a déjà donné ce numéro, dans ce système.";
            let code = "identifiant_externe_deja_donne";
            let erreurs = vec![Faute::new(pointeur, code, message)];
            let refus =
                Refus { nature: Nature::Conflit, code, regle: None, message: message.into(), erreurs };
            return Err(refus.into());
        }
    }
    Ok(())
}
