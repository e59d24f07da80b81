-- What the first circuit keeps: directory, dossiers, signalements, sendings, deadlines.
-- Instants are UTC; dates are Europe/Paris days. Which columns are sealed is listed in persistence/src/colonnes.rs.

CREATE TABLE territoire (
    code TEXT NOT NULL PRIMARY KEY,
    nom TEXT NOT NULL,
    fictif BOOLEAN NOT NULL,
    parametres TEXT NOT NULL,
    installe_le TEXT NOT NULL
);

CREATE TABLE organisation (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT organisation_code_key UNIQUE,
    nom TEXT NOT NULL,
    categorie TEXT NOT NULL,
    role TEXT NOT NULL,
    ressort TEXT,
    contenu TEXT NOT NULL
);

CREATE TABLE adresse (
    id BLOB NOT NULL PRIMARY KEY,
    organisation BLOB NOT NULL REFERENCES organisation (id),
    courriel TEXT NOT NULL,
    valide_du DATE NOT NULL,
    valide_au DATE
);
CREATE INDEX adresse_organisation_idx ON adresse (organisation);

CREATE TABLE agent (
    id BLOB NOT NULL PRIMARY KEY,
    nom TEXT NOT NULL,
    machine BOOLEAN NOT NULL,
    cree_le TEXT NOT NULL
);

CREATE TABLE habilitation (
    id BLOB NOT NULL PRIMARY KEY,
    agent BLOB NOT NULL REFERENCES agent (id),
    organisation BLOB NOT NULL REFERENCES organisation (id),
    role TEXT NOT NULL,
    valide_du DATE NOT NULL,
    valide_au DATE,
    retiree_le TEXT
);
CREATE INDEX habilitation_agent_idx ON habilitation (agent);
CREATE INDEX habilitation_organisation_idx ON habilitation (organisation);

CREATE TABLE client_machine (
    client_id TEXT NOT NULL PRIMARY KEY,
    agent BLOB NOT NULL REFERENCES agent (id),
    secret BLOB NOT NULL,
    cree_le TEXT NOT NULL,
    revoque_le TEXT
);
CREATE INDEX client_machine_agent_idx ON client_machine (agent);

CREATE TABLE compteur (
    nom TEXT NOT NULL PRIMARY KEY,
    valeur BIGINT NOT NULL
);

CREATE TABLE dossier (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT dossier_code_key UNIQUE,
    situation TEXT NOT NULL,
    situation_le TEXT NOT NULL,
    situation_par BLOB NOT NULL REFERENCES agent (id),
    situation_organisation BLOB NOT NULL REFERENCES organisation (id),
    ouvert_le TEXT NOT NULL,
    identite BLOB
);
CREATE INDEX dossier_situation_par_idx ON dossier (situation_par);
CREATE INDEX dossier_situation_organisation_idx ON dossier (situation_organisation);

CREATE TABLE cercle (
    dossier BLOB NOT NULL REFERENCES dossier (id),
    organisation BLOB NOT NULL REFERENCES organisation (id),
    voie TEXT NOT NULL,
    sections TEXT NOT NULL,
    entree_le TEXT NOT NULL,
    sortie_le TEXT,
    PRIMARY KEY (organisation, dossier)
);
CREATE INDEX cercle_dossier_idx ON cercle (dossier);

CREATE TABLE signalement (
    id BLOB NOT NULL PRIMARY KEY,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    reference TEXT NOT NULL CONSTRAINT signalement_reference_key UNIQUE,
    organisation BLOB NOT NULL REFERENCES organisation (id),
    agent BLOB NOT NULL REFERENCES agent (id),
    cree_le TEXT NOT NULL,
    statut TEXT NOT NULL,
    revision BIGINT NOT NULL,
    rapport BLOB NOT NULL,
    transmis_le TEXT,
    transmis_par BLOB REFERENCES agent (id),
    parquet BLOB REFERENCES organisation (id),
    crip BLOB REFERENCES organisation (id),
    effectue_le TEXT,
    recu_le TEXT,
    accuse BLOB,
    clos_le TEXT,
    clos_par BLOB REFERENCES agent (id),
    clos_motif TEXT,
    abandonne_le TEXT,
    abandonne_par BLOB REFERENCES agent (id)
);
CREATE INDEX signalement_dossier_idx ON signalement (dossier);
CREATE INDEX signalement_organisation_idx ON signalement (organisation);
CREATE INDEX signalement_parquet_idx ON signalement (parquet);
CREATE INDEX signalement_crip_idx ON signalement (crip);

CREATE TABLE accuse_reception (
    id BLOB NOT NULL PRIMARY KEY,
    parquet BLOB NOT NULL REFERENCES organisation (id),
    reference_empreinte BLOB NOT NULL,
    signalement BLOB NOT NULL REFERENCES signalement (id),
    dossier BLOB NOT NULL REFERENCES dossier (id),
    contenu BLOB NOT NULL,
    recu_le TEXT NOT NULL,
    CONSTRAINT accuse_reception_parquet_reference_empreinte_key UNIQUE (parquet, reference_empreinte)
);
CREATE INDEX accuse_reception_signalement_idx ON accuse_reception (signalement);
CREATE INDEX accuse_reception_dossier_idx ON accuse_reception (dossier);

CREATE TABLE envoi (
    id BLOB NOT NULL PRIMARY KEY,
    fait_seq BIGINT NOT NULL,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    signalement BLOB NOT NULL REFERENCES signalement (id),
    nature TEXT NOT NULL,
    destinataire BLOB NOT NULL REFERENCES organisation (id),
    statut TEXT NOT NULL,
    adresses TEXT NOT NULL,
    message_id TEXT NOT NULL CONSTRAINT envoi_message_id_key UNIQUE,
    message BLOB,
    empreinte BLOB,
    tentatives INTEGER NOT NULL,
    prochain_essai_le TEXT NOT NULL,
    bail_jusqu_a TEXT,
    jeton BIGINT NOT NULL,
    remis_le TEXT,
    erreur TEXT,
    CONSTRAINT envoi_fait_seq_destinataire_nature_key UNIQUE (fait_seq, destinataire, nature)
);
CREATE INDEX envoi_dossier_idx ON envoi (dossier);
CREATE INDEX envoi_signalement_idx ON envoi (signalement);
CREATE INDEX envoi_destinataire_dossier_idx ON envoi (destinataire, dossier);
CREATE INDEX envoi_statut_prochain_essai_le_idx ON envoi (statut, prochain_essai_le);

CREATE TABLE echeance (
    id BLOB NOT NULL PRIMARY KEY,
    regle TEXT NOT NULL,
    version_regle TEXT NOT NULL,
    sujet BLOB NOT NULL,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    organisation BLOB NOT NULL REFERENCES organisation (id),
    depart DATE NOT NULL,
    due_le DATE NOT NULL,
    due_a TEXT,
    ouverte_le TEXT NOT NULL,
    tenue_le TEXT,
    depassee_le TEXT,
    CONSTRAINT echeance_regle_sujet_due_le_key UNIQUE (regle, sujet, due_le)
);
CREATE INDEX echeance_dossier_idx ON echeance (dossier);
CREATE INDEX echeance_organisation_idx ON echeance (organisation);
CREATE INDEX echeance_due_le_idx ON echeance (due_le) WHERE tenue_le IS NULL AND depassee_le IS NULL;

CREATE TABLE diffusion (
    consommateur TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL
);

CREATE TABLE idempotence (
    empreinte BLOB NOT NULL PRIMARY KEY,
    corps BLOB NOT NULL,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    ligne BLOB NOT NULL,
    reponse BLOB NOT NULL,
    cree_le TEXT NOT NULL
);
CREATE INDEX idempotence_dossier_idx ON idempotence (dossier);
CREATE INDEX idempotence_cree_le_idx ON idempotence (cree_le);

CREATE TABLE identifiant_externe (
    id BLOB NOT NULL PRIMARY KEY,
    organisation BLOB NOT NULL REFERENCES organisation (id),
    systeme TEXT NOT NULL,
    valeur_empreinte BLOB NOT NULL,
    valeur BLOB NOT NULL,
    sujet BLOB NOT NULL,
    dossier BLOB NOT NULL REFERENCES dossier (id),
    CONSTRAINT identifiant_externe_organisation_systeme_valeur_empreinte_key UNIQUE (organisation, systeme, valeur_empreinte)
);
CREATE INDEX identifiant_externe_sujet_idx ON identifiant_externe (sujet);
CREATE INDEX identifiant_externe_dossier_idx ON identifiant_externe (dossier);
