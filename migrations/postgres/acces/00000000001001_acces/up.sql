-- The journal of accesses (SEC-4): who looked at what, never what was seen; chained like the facts.
CREATE TABLE acces (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    agent UUID NOT NULL,
    organisation UUID NOT NULL,
    roles TEXT NOT NULL,
    operation TEXT NOT NULL,
    sujet UUID,
    dossier UUID,
    sections TEXT NOT NULL,
    decision TEXT NOT NULL,
    le TIMESTAMPTZ NOT NULL,
    empreinte BYTEA NOT NULL CHECK (octet_length(empreinte) = 32)
);
CREATE INDEX acces_dossier_idx ON acces (dossier, seq);

CREATE TABLE tete_acces (
    id SMALLINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    empreinte BYTEA NOT NULL,
    sceau BYTEA NOT NULL
);
INSERT INTO tete_acces (id, seq, empreinte, sceau) VALUES (1, 0, decode(repeat('00', 32), 'hex'), '');
