-- The key store: keys wrapped under the territoire's wrapping key (`77.kek`), which is never in a database.
CREATE TABLE cle_territoire (
    usage TEXT NOT NULL,
    version INTEGER NOT NULL,
    kek_version INTEGER NOT NULL,
    cle BLOB NOT NULL,
    CONSTRAINT cle_territoire_usage_version_key PRIMARY KEY (usage, version)
) STRICT;

CREATE TABLE cle_dossier (
    dossier BLOB NOT NULL CHECK (length(dossier) = 16),
    version INTEGER NOT NULL,
    kek_version INTEGER NOT NULL,
    cle BLOB NOT NULL,
    CONSTRAINT cle_dossier_dossier_version_key PRIMARY KEY (dossier, version)
) STRICT;

-- Checkpoints of both journals, away from them: a tail cut off together with an old head put back shows here.
CREATE TABLE jalon (
    journal TEXT NOT NULL,
    seq INTEGER NOT NULL,
    empreinte BLOB NOT NULL,
    sceau BLOB NOT NULL,
    CONSTRAINT jalon_journal_seq_empreinte_key PRIMARY KEY (journal, seq, empreinte)
) STRICT;
