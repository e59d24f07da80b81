-- The key store: keys wrapped under the territoire's wrapping key (`77.kek`), which is never in a database.
CREATE TABLE cle_territoire (
    usage TEXT NOT NULL,
    version INTEGER NOT NULL,
    kek_version INTEGER NOT NULL,
    cle BYTEA NOT NULL,
    CONSTRAINT cle_territoire_usage_version_key PRIMARY KEY (usage, version)
);

CREATE TABLE cle_dossier (
    dossier UUID NOT NULL,
    version INTEGER NOT NULL,
    kek_version INTEGER NOT NULL,
    cle BYTEA NOT NULL,
    CONSTRAINT cle_dossier_dossier_version_key PRIMARY KEY (dossier, version)
);

-- Checkpoints of both journals, away from them: a tail cut off together with an old head put back shows here.
CREATE TABLE jalon (
    journal TEXT NOT NULL,
    seq BIGINT NOT NULL,
    empreinte BYTEA NOT NULL,
    sceau BYTEA NOT NULL,
    CONSTRAINT jalon_journal_seq_empreinte_key PRIMARY KEY (journal, seq, empreinte)
);
