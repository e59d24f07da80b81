-- The journal of accesses (SEC-4): who looked at what, never what was seen; chained like the facts.
CREATE TABLE acces (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    agent BLOB NOT NULL CHECK (length(agent) = 16),
    organisation BLOB NOT NULL CHECK (length(organisation) = 16),
    roles TEXT NOT NULL,
    operation TEXT NOT NULL,
    sujet BLOB CHECK (length(sujet) = 16),
    dossier BLOB CHECK (length(dossier) = 16),
    sections TEXT NOT NULL,
    decision TEXT NOT NULL,
    le TEXT NOT NULL,
    empreinte BLOB NOT NULL CHECK (length(empreinte) = 32)
) STRICT;
CREATE INDEX acces_dossier_idx ON acces (dossier, seq);

CREATE TRIGGER acces_sans_modification BEFORE UPDATE ON acces
BEGIN SELECT RAISE(ABORT, 'the journal of accesses is never changed'); END;
CREATE TRIGGER acces_sans_suppression BEFORE DELETE ON acces
BEGIN SELECT RAISE(ABORT, 'the journal of accesses is never deleted'); END;
-- INSERT OR REPLACE deletes without firing the trigger above.
CREATE TRIGGER acces_sans_remplacement BEFORE INSERT ON acces
WHEN EXISTS (SELECT 1 FROM acces WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal of accesses is never replaced'); END;

CREATE TABLE tete_acces (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    empreinte BLOB NOT NULL,
    sceau BLOB NOT NULL
) STRICT;
INSERT INTO tete_acces (id, seq, empreinte, sceau) VALUES (1, 0, zeroblob(32), x'');
CREATE TRIGGER tete_acces_sans_suppression BEFORE DELETE ON tete_acces
BEGIN SELECT RAISE(ABORT, 'the head of the chain is never deleted'); END;
