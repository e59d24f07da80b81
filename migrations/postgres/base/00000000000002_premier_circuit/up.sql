-- What the first circuit keeps: directory, dossiers, signalements, sendings, deadlines.
-- Instants are UTC; dates are Europe/Paris days. Which columns are sealed is listed in persistence/src/colonnes.rs.

CREATE TABLE territoire (
    code TEXT NOT NULL PRIMARY KEY,
    nom TEXT NOT NULL,
    fictif BOOLEAN NOT NULL,
    parametres JSONB NOT NULL,
    installe_le TIMESTAMPTZ NOT NULL
);

CREATE TABLE organisation (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT organisation_code_key UNIQUE,
    nom TEXT NOT NULL,
    categorie TEXT NOT NULL,
    role TEXT NOT NULL,
    ressort TEXT,
    contenu TEXT NOT NULL
);

CREATE TABLE adresse (
    id UUID NOT NULL PRIMARY KEY,
    organisation UUID NOT NULL REFERENCES organisation (id),
    courriel TEXT NOT NULL,
    valide_du DATE NOT NULL,
    valide_au DATE
);
CREATE INDEX adresse_organisation_idx ON adresse (organisation);

CREATE TABLE agent (
    id UUID NOT NULL PRIMARY KEY,
    nom TEXT NOT NULL,
    machine BOOLEAN NOT NULL,
    cree_le TIMESTAMPTZ NOT NULL
);

CREATE TABLE habilitation (
    id UUID NOT NULL PRIMARY KEY,
    agent UUID NOT NULL REFERENCES agent (id),
    organisation UUID NOT NULL REFERENCES organisation (id),
    role TEXT NOT NULL,
    valide_du DATE NOT NULL,
    valide_au DATE,
    retiree_le TIMESTAMPTZ
);
CREATE INDEX habilitation_agent_idx ON habilitation (agent);
CREATE INDEX habilitation_organisation_idx ON habilitation (organisation);

CREATE TABLE client_machine (
    client_id TEXT NOT NULL PRIMARY KEY,
    agent UUID NOT NULL REFERENCES agent (id),
    secret BYTEA NOT NULL,
    cree_le TIMESTAMPTZ NOT NULL,
    revoque_le TIMESTAMPTZ
);
CREATE INDEX client_machine_agent_idx ON client_machine (agent);

CREATE TABLE compteur (
    nom TEXT NOT NULL PRIMARY KEY,
    valeur BIGINT NOT NULL
);

CREATE TABLE dossier (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT dossier_code_key UNIQUE,
    situation TEXT NOT NULL,
    situation_le TIMESTAMPTZ NOT NULL,
    situation_par UUID NOT NULL REFERENCES agent (id),
    situation_organisation UUID NOT NULL REFERENCES organisation (id),
    ouvert_le TIMESTAMPTZ NOT NULL,
    identite BYTEA
);
CREATE INDEX dossier_situation_par_idx ON dossier (situation_par);
CREATE INDEX dossier_situation_organisation_idx ON dossier (situation_organisation);

CREATE TABLE cercle (
    dossier UUID NOT NULL REFERENCES dossier (id),
    organisation UUID NOT NULL REFERENCES organisation (id),
    voie TEXT NOT NULL,
    sections TEXT NOT NULL,
    entree_le TIMESTAMPTZ NOT NULL,
    sortie_le TIMESTAMPTZ,
    PRIMARY KEY (organisation, dossier)
);
CREATE INDEX cercle_dossier_idx ON cercle (dossier);

CREATE TABLE signalement (
    id UUID NOT NULL PRIMARY KEY,
    dossier UUID NOT NULL REFERENCES dossier (id),
    reference TEXT NOT NULL CONSTRAINT signalement_reference_key UNIQUE,
    organisation UUID NOT NULL REFERENCES organisation (id),
    agent UUID NOT NULL REFERENCES agent (id),
    cree_le TIMESTAMPTZ NOT NULL,
    statut TEXT NOT NULL,
    revision BIGINT NOT NULL,
    rapport BYTEA NOT NULL,
    transmis_le TIMESTAMPTZ,
    transmis_par UUID REFERENCES agent (id),
    parquet UUID REFERENCES organisation (id),
    crip UUID REFERENCES organisation (id),
    effectue_le TIMESTAMPTZ,
    recu_le TIMESTAMPTZ,
    accuse UUID,
    clos_le TIMESTAMPTZ,
    clos_par UUID REFERENCES agent (id),
    clos_motif TEXT,
    abandonne_le TIMESTAMPTZ,
    abandonne_par UUID REFERENCES agent (id)
);
CREATE INDEX signalement_dossier_idx ON signalement (dossier);
CREATE INDEX signalement_organisation_idx ON signalement (organisation);
CREATE INDEX signalement_parquet_idx ON signalement (parquet);
CREATE INDEX signalement_crip_idx ON signalement (crip);

CREATE TABLE accuse_reception (
    id UUID NOT NULL PRIMARY KEY,
    parquet UUID NOT NULL REFERENCES organisation (id),
    reference_empreinte BYTEA NOT NULL,
    signalement UUID NOT NULL REFERENCES signalement (id),
    dossier UUID NOT NULL REFERENCES dossier (id),
    contenu BYTEA NOT NULL,
    recu_le TIMESTAMPTZ NOT NULL,
    CONSTRAINT accuse_reception_parquet_reference_empreinte_key UNIQUE (parquet, reference_empreinte)
);
CREATE INDEX accuse_reception_signalement_idx ON accuse_reception (signalement);
CREATE INDEX accuse_reception_dossier_idx ON accuse_reception (dossier);

CREATE TABLE envoi (
    id UUID NOT NULL PRIMARY KEY,
    fait_seq BIGINT NOT NULL,
    dossier UUID NOT NULL REFERENCES dossier (id),
    signalement UUID NOT NULL REFERENCES signalement (id),
    nature TEXT NOT NULL,
    destinataire UUID NOT NULL REFERENCES organisation (id),
    statut TEXT NOT NULL,
    adresses TEXT NOT NULL,
    message_id TEXT NOT NULL CONSTRAINT envoi_message_id_key UNIQUE,
    message BYTEA,
    empreinte BYTEA,
    tentatives INTEGER NOT NULL,
    prochain_essai_le TIMESTAMPTZ NOT NULL,
    bail_jusqu_a TIMESTAMPTZ,
    jeton BIGINT NOT NULL,
    remis_le TIMESTAMPTZ,
    erreur TEXT,
    CONSTRAINT envoi_fait_seq_destinataire_nature_key UNIQUE (fait_seq, destinataire, nature)
);
CREATE INDEX envoi_dossier_idx ON envoi (dossier);
CREATE INDEX envoi_signalement_idx ON envoi (signalement);
CREATE INDEX envoi_destinataire_dossier_idx ON envoi (destinataire, dossier);
CREATE INDEX envoi_statut_prochain_essai_le_idx ON envoi (statut, prochain_essai_le);

CREATE TABLE echeance (
    id UUID NOT NULL PRIMARY KEY,
    regle TEXT NOT NULL,
    version_regle TEXT NOT NULL,
    sujet UUID NOT NULL,
    dossier UUID NOT NULL REFERENCES dossier (id),
    organisation UUID NOT NULL REFERENCES organisation (id),
    depart DATE NOT NULL,
    due_le DATE NOT NULL,
    due_a TIMESTAMPTZ,
    ouverte_le TIMESTAMPTZ NOT NULL,
    tenue_le TIMESTAMPTZ,
    depassee_le TIMESTAMPTZ,
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
    empreinte BYTEA NOT NULL PRIMARY KEY,
    corps BYTEA NOT NULL,
    dossier UUID NOT NULL REFERENCES dossier (id),
    ligne UUID NOT NULL,
    reponse BYTEA NOT NULL,
    cree_le TIMESTAMPTZ NOT NULL
);
CREATE INDEX idempotence_dossier_idx ON idempotence (dossier);
CREATE INDEX idempotence_cree_le_idx ON idempotence (cree_le);

CREATE TABLE identifiant_externe (
    id UUID NOT NULL PRIMARY KEY,
    organisation UUID NOT NULL REFERENCES organisation (id),
    systeme TEXT NOT NULL,
    valeur_empreinte BYTEA NOT NULL,
    valeur BYTEA NOT NULL,
    sujet UUID NOT NULL,
    dossier UUID NOT NULL REFERENCES dossier (id),
    CONSTRAINT identifiant_externe_organisation_systeme_valeur_empreinte_key UNIQUE (organisation, systeme, valeur_empreinte)
);
CREATE INDEX identifiant_externe_sujet_idx ON identifiant_externe (sujet);
CREATE INDEX identifiant_externe_dossier_idx ON identifiant_externe (dossier);
