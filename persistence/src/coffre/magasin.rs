//! The key store: wrapped keys of the territoire and of its dossiers, in a database of their own.

use diesel::prelude::*;
use domain::identifiant::DossierId;
use domain::territoire::CodeTerritoire;

use super::Usage;
use super::cle::Cle;
use super::enveloppe;
use super::kek::Keks;
use crate::adresse;
use crate::connexion::{Cible, Cnx};
use crate::emplacement::Emplacement;
use crate::erreur::{Erreur, Scellement};
use crate::schema::{cle_dossier, cle_territoire};
use crate::types::Id;

/// The version of a first key.
const PREMIERE: i32 = 1;

/// Where the key store is.
pub(crate) fn target(place: &Emplacement) -> Result<Cible, Erreur> {
    match &place.cles_url {
        None => Ok(Cible::Fichier(place.magasin_file())),
        Some(url) => Ok(Cible::Serveur(adresse::role_url(url, &adresse::keys_role(url, &place.code)?)?)),
    }
}

/// Whether the key store holds keys already.
pub(crate) fn is_filled(cnx: &mut Cnx) -> Result<bool, Erreur> {
    let nombre: i64 = cle_territoire::table.count().get_result(cnx)?;
    Ok(nombre > 0)
}

/// Makes the keys of the territoire that are missing: all at installation, new usages later.
pub(crate) fn install_usage_keys(cnx: &mut Cnx, code: &CodeTerritoire, keks: &Keks) -> Result<(), Erreur> {
    for usage in Usage::ALL {
        let existe: i64 =
            cle_territoire::table.filter(cle_territoire::usage.eq(usage.code())).count().get_result(cnx)?;
        if existe > 0 {
            continue;
        }
        let (kek_version, kek) = keks.current()?;
        let cle =
            enveloppe::seal(kek, kek_version, &usage_label(code, usage, PREMIERE), Cle::draw()?.octets())?;
        let ligne = (
            cle_territoire::usage.eq(usage.code()),
            cle_territoire::version.eq(PREMIERE),
            cle_territoire::kek_version.eq(kek_version),
            cle_territoire::cle.eq(cle),
        );
        match diesel::insert_into(cle_territoire::table).values(ligne).execute(cnx).map_err(Erreur::from) {
            Ok(_) | Err(Erreur::Conflit { .. }) => {}
            Err(erreur) => return Err(erreur),
        }
    }
    Ok(())
}

/// The key of the territoire for this usage.
pub(super) fn read_usage_key(
    cnx: &mut Cnx,
    code: &CodeTerritoire,
    keks: &Keks,
    usage: Usage,
) -> Result<Cle, Erreur> {
    let (version, enveloppee): (i32, Vec<u8>) = cle_territoire::table
        .filter(cle_territoire::usage.eq(usage.code()))
        .order(cle_territoire::version.desc())
        .select((cle_territoire::version, cle_territoire::cle))
        .first(cnx)
        .optional()?
        .ok_or_else(|| {
            Erreur::NonMigre(format!(
                "Le magasin de clés du territoire {code} est vide ou incomplet. Lancez « maillage migrate »."
            ))
        })?;
    unwrap(keks, &usage_label(code, usage, version), &enveloppee).map_err(|cause| {
        Erreur::Configuration(format!(
            "Les clés d’enveloppe ({code}.kek) ne sont pas celles du magasin de clés du territoire {code} ({cause})."
        ))
    })
}

/// Makes the first key of a dossier, or returns the one it has. One statement, durable on return.
pub(super) fn create_dossier_key(
    cnx: &mut Cnx,
    code: &CodeTerritoire,
    keks: &Keks,
    dossier: DossierId,
) -> Result<(i32, Cle), Erreur> {
    let cle = Cle::draw()?;
    let (kek_version, kek) = keks.current()?;
    let enveloppee =
        enveloppe::seal(kek, kek_version, &dossier_label(code, dossier, PREMIERE), cle.octets())?;
    let ligne = (
        cle_dossier::dossier.eq(Id(dossier.0)),
        cle_dossier::version.eq(PREMIERE),
        cle_dossier::kek_version.eq(kek_version),
        cle_dossier::cle.eq(enveloppee),
    );
    match diesel::insert_into(cle_dossier::table).values(ligne).execute(cnx).map_err(Erreur::from) {
        Ok(_) => Ok((PREMIERE, cle)),
        Err(Erreur::Conflit { .. }) => {
            Ok(read_dossier_key(cnx, code, keks, dossier, None)?.ok_or(Scellement::CleAbsente)?)
        }
        Err(erreur) => Err(erreur),
    }
}

/// A key of a dossier: this version, or the latest.
pub(super) fn read_dossier_key(
    cnx: &mut Cnx,
    code: &CodeTerritoire,
    keks: &Keks,
    dossier: DossierId,
    version: Option<i32>,
) -> Result<Option<(i32, Cle)>, Erreur> {
    let mut requete = cle_dossier::table
        .filter(cle_dossier::dossier.eq(Id(dossier.0)))
        .order(cle_dossier::version.desc())
        .select((cle_dossier::version, cle_dossier::cle))
        .into_boxed();
    if let Some(version) = version {
        requete = requete.filter(cle_dossier::version.eq(version));
    }
    let trouvee: Option<(i32, Vec<u8>)> = requete.first(cnx).optional()?;
    trouvee
        .map(|(version, enveloppee)| {
            Ok((version, unwrap(keks, &dossier_label(code, dossier, version), &enveloppee)?))
        })
        .transpose()
}

/// The version in a wrapped key's envelope is that of the wrapping key.
fn unwrap(keks: &Keks, lieu: &[u8], enveloppee: &[u8]) -> Result<Cle, Scellement> {
    let kek = keks.get(enveloppe::version(enveloppee)?)?;
    Cle::from_slice(&enveloppe::open(kek, lieu, enveloppee)?)
}

fn usage_label(code: &CodeTerritoire, usage: Usage, version: i32) -> Vec<u8> {
    enveloppe::label(&[
        b"maillage/cle-territoire/1",
        code.as_str().as_bytes(),
        usage.code().as_bytes(),
        &version.to_be_bytes(),
    ])
}

fn dossier_label(code: &CodeTerritoire, dossier: DossierId, version: i32) -> Vec<u8> {
    enveloppe::label(&[
        b"maillage/cle-dossier/1",
        code.as_str().as_bytes(),
        dossier.0.as_bytes(),
        &version.to_be_bytes(),
    ])
}
