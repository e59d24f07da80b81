//! Every path of the contract and every href that points into it, checked against the document by a test.

use domain::identifiant::SignalementId;

/// Who am I, for this territoire.
pub const MOI: &str = "/v1/moi";
/// The territoire and its settings.
pub const TERRITOIRE: &str = "/v1/territoire";
/// The directory.
pub const ORGANISATIONS: &str = "/v1/organisations";
/// One partner.
pub const ORGANISATION: &str = "/v1/organisations/{id}";
/// The dossiers that the caller's organisation may see.
pub const DOSSIERS: &str = "/v1/dossiers";
/// One dossier.
pub const DOSSIER: &str = "/v1/dossiers/{id}";
/// The chronology of a dossier (DOS-7).
pub const DOSSIER_CHRONOLOGIE: &str = "/v1/dossiers/{id}/chronologie";
/// The signalements that the caller's organisation may see.
pub const SIGNALEMENTS: &str = "/v1/signalements";
/// One signalement.
pub const SIGNALEMENT: &str = "/v1/signalements/{id}";
/// Handing over to the Parquet (SIG-2).
pub const SIGNALEMENT_TRANSMISSION: &str = "/v1/signalements/{id}/transmission";
/// Giving a draft up (SIG-4).
pub const SIGNALEMENT_ABANDON: &str = "/v1/signalements/{id}/abandon";
/// Closing by the CRIP (SIG-4).
pub const SIGNALEMENT_CLOTURE: &str = "/v1/signalements/{id}/cloture";
/// The registre d'envoi (SIG-2b).
pub const SIGNALEMENT_ENVOIS: &str = "/v1/signalements/{id}/envois";
/// One acknowledgement, under the Parquet's own reference (SIG-5).
pub const ACCUSE_RECEPTION: &str = "/v1/accuses-reception/{reference_parquet}";
/// Many acknowledgements at once (SIG-5).
pub const ACCUSES_RECEPTION_LOTS: &str = "/v1/accuses-reception/lots";
/// The deadlines of whoever asks (§15).
pub const ECHEANCES: &str = "/v1/echeances";
/// A deadline computed without a dossier (§15).
pub const ECHEANCES_SIMULATION: &str = "/v1/echeances/simulation";
/// Tokens for machines (RFC 6749 §4.4).
pub const JETON: &str = "/oauth2/token";
/// The process lives.
pub const SANTE_VIVANT: &str = "/sante/vivant";
/// The process may receive requests.
pub const SANTE_PRET: &str = "/sante/pret";

/// The href of one signalement.
pub fn signalement(id: SignalementId) -> String {
    fill(SIGNALEMENT, &id.to_string())
}

/// Puts an identifier in a path that has one variable.
pub fn fill(chemin: &str, id: &str) -> String {
    match (chemin.find('{'), chemin.find('}')) {
        (Some(debut), Some(fin)) => {
            let (avant, apres) = (chemin.get(..debut), chemin.get(fin + 1..));
            format!("{}{id}{}", avant.unwrap_or_default(), apres.unwrap_or_default())
        }
        _ => chemin.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fill_replaces_the_variable_and_keeps_the_rest() {
        assert_eq!(fill(SIGNALEMENT_ENVOIS, "x"), "/v1/signalements/x/envois");
        assert_eq!(fill(MOI, "x"), "/v1/moi");
    }
}
