//! Every table, once, in the types that both databases share.

// The journal of facts and its head.
diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    fait (seq) {
        seq -> BigInt,
        #[sql_name = "type"]
        type_ -> Text,
        version -> Integer,
        sujet -> Nullable<SqlId>,
        dossier -> Nullable<SqlId>,
        acteur -> Text,
        survenu_le -> SqlInstant,
        enregistre_le -> SqlInstant,
        corrige_seq -> Nullable<BigInt>,
        charge -> Binary,
        empreinte -> Binary,
    }
}

diesel::table! {
    tete_de_chaine (id) {
        id -> SmallInt,
        seq -> BigInt,
        empreinte -> Binary,
        sceau -> Binary,
    }
}

// The journal of accesses: its own file on SQLite.
diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    acces (seq) {
        seq -> BigInt,
        agent -> SqlId,
        organisation -> SqlId,
        roles -> Text,
        operation -> Text,
        sujet -> Nullable<SqlId>,
        dossier -> Nullable<SqlId>,
        sections -> Text,
        decision -> Text,
        le -> SqlInstant,
        empreinte -> Binary,
    }
}

diesel::table! {
    tete_acces (id) {
        id -> SmallInt,
        seq -> BigInt,
        empreinte -> Binary,
        sceau -> Binary,
    }
}

// The key store: another database.
diesel::table! {
    cle_territoire (usage, version) {
        usage -> Text,
        version -> Integer,
        kek_version -> Integer,
        cle -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    cle_dossier (dossier, version) {
        dossier -> SqlId,
        version -> Integer,
        kek_version -> Integer,
        cle -> Binary,
    }
}

diesel::table! {
    jalon (journal, seq, empreinte) {
        journal -> Text,
        seq -> BigInt,
        empreinte -> Binary,
        sceau -> Binary,
    }
}

// The nouns of the first circuit.
diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    territoire (code) {
        code -> Text,
        nom -> Text,
        fictif -> Bool,
        parametres -> SqlDoc,
        installe_le -> SqlInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    organisation (id) {
        id -> SqlId,
        code -> Text,
        nom -> Text,
        categorie -> Text,
        role -> Text,
        ressort -> Nullable<Text>,
        contenu -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    adresse (id) {
        id -> SqlId,
        organisation -> SqlId,
        courriel -> Text,
        valide_du -> Date,
        valide_au -> Nullable<Date>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    agent (id) {
        id -> SqlId,
        nom -> Text,
        machine -> Bool,
        cree_le -> SqlInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    habilitation (id) {
        id -> SqlId,
        agent -> SqlId,
        organisation -> SqlId,
        role -> Text,
        valide_du -> Date,
        valide_au -> Nullable<Date>,
        retiree_le -> Nullable<SqlInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    client_machine (client_id) {
        client_id -> Text,
        agent -> SqlId,
        secret -> Binary,
        cree_le -> SqlInstant,
        revoque_le -> Nullable<SqlInstant>,
    }
}

diesel::table! {
    compteur (nom) {
        nom -> Text,
        valeur -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    dossier (id) {
        id -> SqlId,
        code -> Text,
        situation -> Text,
        situation_le -> SqlInstant,
        situation_par -> SqlId,
        situation_organisation -> SqlId,
        ouvert_le -> SqlInstant,
        identite -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    cercle (organisation, dossier) {
        dossier -> SqlId,
        organisation -> SqlId,
        voie -> Text,
        sections -> Text,
        entree_le -> SqlInstant,
        sortie_le -> Nullable<SqlInstant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    signalement (id) {
        id -> SqlId,
        dossier -> SqlId,
        reference -> Text,
        organisation -> SqlId,
        agent -> SqlId,
        cree_le -> SqlInstant,
        statut -> Text,
        revision -> BigInt,
        rapport -> Binary,
        transmis_le -> Nullable<SqlInstant>,
        transmis_par -> Nullable<SqlId>,
        parquet -> Nullable<SqlId>,
        crip -> Nullable<SqlId>,
        effectue_le -> Nullable<SqlInstant>,
        recu_le -> Nullable<SqlInstant>,
        accuse -> Nullable<SqlId>,
        clos_le -> Nullable<SqlInstant>,
        clos_par -> Nullable<SqlId>,
        clos_motif -> Nullable<Text>,
        abandonne_le -> Nullable<SqlInstant>,
        abandonne_par -> Nullable<SqlId>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    accuse_reception (id) {
        id -> SqlId,
        parquet -> SqlId,
        reference_empreinte -> Binary,
        signalement -> SqlId,
        dossier -> SqlId,
        contenu -> Binary,
        recu_le -> SqlInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    envoi (id) {
        id -> SqlId,
        fait_seq -> BigInt,
        dossier -> SqlId,
        signalement -> SqlId,
        nature -> Text,
        destinataire -> SqlId,
        statut -> Text,
        adresses -> Text,
        message_id -> Text,
        message -> Nullable<Binary>,
        empreinte -> Nullable<Binary>,
        tentatives -> Integer,
        prochain_essai_le -> SqlInstant,
        bail_jusqu_a -> Nullable<SqlInstant>,
        jeton -> BigInt,
        remis_le -> Nullable<SqlInstant>,
        erreur -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    echeance (id) {
        id -> SqlId,
        regle -> Text,
        version_regle -> Text,
        sujet -> SqlId,
        dossier -> SqlId,
        organisation -> SqlId,
        depart -> Date,
        due_le -> Date,
        due_a -> Nullable<SqlInstant>,
        ouverte_le -> SqlInstant,
        tenue_le -> Nullable<SqlInstant>,
        depassee_le -> Nullable<SqlInstant>,
    }
}

diesel::table! {
    diffusion (consommateur) {
        consommateur -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    idempotence (empreinte) {
        empreinte -> Binary,
        corps -> Binary,
        dossier -> SqlId,
        ligne -> SqlId,
        reponse -> Binary,
        cree_le -> SqlInstant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::types::*;

    identifiant_externe (id) {
        id -> SqlId,
        organisation -> SqlId,
        systeme -> Text,
        valeur_empreinte -> Binary,
        valeur -> Binary,
        sujet -> SqlId,
        dossier -> SqlId,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    accuse_reception,
    adresse,
    agent,
    cercle,
    client_machine,
    compteur,
    diffusion,
    dossier,
    echeance,
    envoi,
    habilitation,
    idempotence,
    identifiant_externe,
    organisation,
    signalement,
    territoire,
);
