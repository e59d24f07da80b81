//! Every column of every table, declared in clear or sealed, with the reason: what a stolen database would show.

use Protection::{Clair, Scelle};

/// How a column is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// As it is.
    Clair,
    /// Sealed under the key of its dossier, or wrapped under the wrapping key.
    Scelle,
}

/// Columns of one table that are kept alike, for one reason.
pub type Groupe = (&'static [&'static str], Protection, &'static str);

/// Every table and its columns. A test compares the list with the migrated database: a new column is declared here
/// or does not pass.
pub const TABLES: &[(&str, &[Groupe])] = &[
    (
        "fait",
        &[
            (&["seq", "version", "corrige_seq"], Clair, "order and form of the journal"),
            (&["type"], Clair, "code of what happened; consumers choose by it"),
            (&["sujet", "dossier", "acteur"], Clair, "identifiers without meaning"),
            (&["survenu_le", "enregistre_le"], Clair, "instants"),
            (
                &["charge"],
                Scelle,
                "what happened, under the dossier's key; in clear when no minor is concerned",
            ),
            (&["empreinte"], Clair, "digest over the ciphertext"),
        ],
    ),
    ("tete_de_chaine", &[(&["id", "seq", "empreinte", "sceau"], Clair, "digests")]),
    (
        "acces",
        &[
            (&["seq", "le"], Clair, "order and instant"),
            (&["agent", "organisation", "sujet", "dossier"], Clair, "identifiers without meaning"),
            (&["roles", "operation", "sections", "decision"], Clair, "codes: never what was seen"),
            (&["empreinte"], Clair, "digest"),
        ],
    ),
    ("tete_acces", &[(&["id", "seq", "empreinte", "sceau"], Clair, "digests")]),
    (
        "cle_territoire",
        &[
            (&["usage", "version", "kek_version"], Clair, "which key it is"),
            (&["cle"], Scelle, "the key, wrapped"),
        ],
    ),
    (
        "cle_dossier",
        &[
            (&["dossier", "version", "kek_version"], Clair, "which key it is"),
            (&["cle"], Scelle, "the key, wrapped"),
        ],
    ),
    ("jalon", &[(&["journal", "seq", "empreinte", "sceau"], Clair, "digests")]),
    (
        "territoire",
        &[(&["code", "nom", "fictif", "parametres", "installe_le"], Clair, "settings of an institution")],
    ),
    (
        "organisation",
        &[(
            &["id", "code", "nom", "categorie", "role", "ressort", "contenu"],
            Clair,
            "directory of institutions",
        )],
    ),
    (
        "adresse",
        &[(
            &["id", "organisation", "courriel", "valide_du", "valide_au"],
            Clair,
            "addresses of institutions, needed before any dossier is opened",
        )],
    ),
    (
        "agent",
        &[
            (&["id", "machine", "cree_le"], Clair, "identifiers and instants"),
            (
                &["nom"],
                Clair,
                "name of a professional or of a machine: belongs to no dossier, hence to no key",
            ),
        ],
    ),
    (
        "habilitation",
        &[(
            &["id", "agent", "organisation", "role", "valide_du", "valide_au", "retiree_le"],
            Clair,
            "read at every request, before any dossier",
        )],
    ),
    (
        "client_machine",
        &[
            (&["client_id", "agent", "cree_le", "revoque_le"], Clair, "credentials of a machine"),
            (&["secret"], Clair, "digest of a random secret"),
        ],
    ),
    ("compteur", &[(&["nom", "valeur"], Clair, "numbers of references")]),
    (
        "dossier",
        &[
            (
                &["id", "code", "situation_par", "situation_organisation"],
                Clair,
                "identifiers and pseudonym (DOS-2)",
            ),
            (
                &["situation", "situation_le", "ouvert_le"],
                Clair,
                "assessment, counted without unsealing (DOS-3)",
            ),
            (&["identite"], Scelle, "who the minor is (DOS-1)"),
        ],
    ),
    (
        "cercle",
        &[(
            &["dossier", "organisation", "voie", "sections", "entree_le", "sortie_le"],
            Clair,
            "joined by every list (SEC-1)",
        )],
    ),
    (
        "signalement",
        &[
            (
                &[
                    "id",
                    "dossier",
                    "organisation",
                    "agent",
                    "parquet",
                    "crip",
                    "accuse",
                    "transmis_par",
                    "clos_par",
                    "abandonne_par",
                ],
                Clair,
                "identifiers without meaning",
            ),
            (&["reference", "statut", "revision", "clos_motif"], Clair, "codes, no personal datum"),
            (
                &["cree_le", "transmis_le", "effectue_le", "recu_le", "clos_le", "abandonne_le"],
                Clair,
                "instants of the circuit",
            ),
            (&["rapport"], Scelle, "the mentions of SIG-1 and their authors"),
        ],
    ),
    (
        "accuse_reception",
        &[
            (&["id", "parquet", "signalement", "dossier", "recu_le"], Clair, "identifiers and instant"),
            (&["reference_empreinte"], Clair, "keyed digest of the Parquet's reference"),
            (&["contenu"], Scelle, "the Parquet's words: service, magistrate, reference"),
        ],
    ),
    (
        "envoi",
        &[
            (
                &["id", "fait_seq", "dossier", "signalement", "destinataire"],
                Clair,
                "identifiers without meaning",
            ),
            (&["nature", "statut", "tentatives", "jeton", "erreur"], Clair, "codes and counts"),
            (&["adresses"], Clair, "addresses of institutions, as in the directory"),
            (&["message_id", "empreinte"], Clair, "random identifier, digest"),
            (&["prochain_essai_le", "bail_jusqu_a", "remis_le"], Clair, "instants of the deliverers"),
            (&["message"], Scelle, "the message as sent, with the report in it"),
        ],
    ),
    (
        "echeance",
        &[
            (&["id", "sujet", "dossier", "organisation"], Clair, "identifiers without meaning"),
            (&["regle", "version_regle"], Clair, "which rule"),
            (
                &["depart", "due_le", "due_a", "ouverte_le", "tenue_le", "depassee_le"],
                Clair,
                "dates of the circuit",
            ),
        ],
    ),
    ("diffusion", &[(&["consommateur", "seq"], Clair, "cursors of consumers")]),
    (
        "idempotence",
        &[
            (&["empreinte", "corps"], Clair, "keyed digests"),
            (&["dossier", "ligne", "cree_le"], Clair, "identifiers and instant"),
            (&["reponse"], Scelle, "the answer, which may hold anything"),
        ],
    ),
    (
        "identifiant_externe",
        &[
            (&["id", "organisation", "sujet", "dossier", "systeme"], Clair, "identifiers without meaning"),
            (&["valeur_empreinte"], Clair, "keyed digest"),
            (&["valeur"], Scelle, "another software's number of a person"),
        ],
    ),
];

/// Whether a name that a database's message quotes is one of ours, and not a value.
pub(crate) fn is_name(nom: &str) -> bool {
    TABLES
        .iter()
        .any(|(table, groupes)| *table == nom || groupes.iter().any(|(colonnes, ..)| colonnes.contains(&nom)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use diesel::prelude::*;
    use diesel::sql_types::Text;

    use super::*;
    use crate::Cnx;
    use crate::essai::Essai;

    #[derive(QueryableByName)]
    struct Lue {
        #[diesel(sql_type = Text)]
        tableau: String,
        #[diesel(sql_type = Text)]
        colonne: String,
        #[diesel(sql_type = Text)]
        genre: String,
    }

    fn columns(cnx: &mut Cnx) -> BTreeMap<(String, String), String> {
        let lues: Vec<Lue> = diesel::sql_query(
            "SELECT m.name AS tableau, c.name AS colonne, c.type AS genre \
             FROM sqlite_schema m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'",
        )
        .load(cnx)
        .unwrap();
        lues.into_iter().map(|lue| ((lue.tableau, lue.colonne), lue.genre)).collect()
    }

    #[test]
    fn every_column_is_declared_and_what_is_sealed_is_bytes() {
        let essai = Essai::install();
        let mut reelles = columns(&mut essai.raw_base());
        reelles.extend(columns(&mut essai.raw_acces()));
        reelles.extend(columns(&mut essai.raw(essai.place.magasin_file())));
        let mut declarees = BTreeMap::new();
        for (table, groupes) in TABLES {
            for (colonnes, protection, raison) in *groupes {
                assert!(!raison.is_empty());
                for colonne in *colonnes {
                    let double = declarees.insert(((*table).to_owned(), (*colonne).to_owned()), *protection);
                    assert!(double.is_none(), "{table}.{colonne} is declared twice");
                }
            }
        }
        let noms: Vec<_> = reelles.keys().collect();
        assert_eq!(noms, declarees.keys().collect::<Vec<_>>());
        for (colonne, protection) in &declarees {
            assert!(
                *protection == Clair || reelles[colonne] == "BLOB",
                "{colonne:?} is sealed, hence a BLOB"
            );
        }
    }
}
