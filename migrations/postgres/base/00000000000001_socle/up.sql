-- The journal of facts: one ordered, hash-chained line per fact, never changed, never deleted (the role of the
-- application has SELECT and INSERT on it, nothing else).
CREATE TABLE fait (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    sujet UUID,
    dossier UUID,
    acteur TEXT NOT NULL,
    survenu_le TIMESTAMPTZ NOT NULL,
    enregistre_le TIMESTAMPTZ NOT NULL,
    corrige_seq BIGINT REFERENCES fait (seq),
    charge BYTEA NOT NULL,
    empreinte BYTEA NOT NULL CHECK (octet_length(empreinte) = 32)
);
CREATE INDEX fait_dossier_idx ON fait (dossier, seq);
CREATE INDEX fait_sujet_idx ON fait (sujet, seq);
CREATE INDEX fait_corrige_seq_idx ON fait (corrige_seq) WHERE corrige_seq IS NOT NULL;

-- The head of the chain; the writer locks it before anything is read for a decision. The seal is a keyed digest
-- that nobody without the territoire's keys can make; it is empty before the first fact.
CREATE TABLE tete_de_chaine (
    id SMALLINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    empreinte BYTEA NOT NULL,
    sceau BYTEA NOT NULL
);
INSERT INTO tete_de_chaine (id, seq, empreinte, sceau) VALUES (1, 0, decode(repeat('00', 32), 'hex'), '');
