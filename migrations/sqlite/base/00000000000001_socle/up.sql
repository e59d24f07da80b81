-- The journal of facts: one ordered, hash-chained line per fact, never changed, never deleted.
CREATE TABLE fait (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    type TEXT NOT NULL,
    version INTEGER NOT NULL,
    sujet BLOB CHECK (length(sujet) = 16),
    dossier BLOB CHECK (length(dossier) = 16),
    acteur TEXT NOT NULL,
    survenu_le TEXT NOT NULL,
    enregistre_le TEXT NOT NULL,
    corrige_seq INTEGER REFERENCES fait (seq),
    charge BLOB NOT NULL,
    empreinte BLOB NOT NULL CHECK (length(empreinte) = 32)
) STRICT;
CREATE INDEX fait_dossier_idx ON fait (dossier, seq);
CREATE INDEX fait_sujet_idx ON fait (sujet, seq);
CREATE INDEX fait_corrige_seq_idx ON fait (corrige_seq) WHERE corrige_seq IS NOT NULL;

CREATE TRIGGER fait_sans_modification BEFORE UPDATE ON fait
BEGIN SELECT RAISE(ABORT, 'the journal of facts is never changed'); END;
CREATE TRIGGER fait_sans_suppression BEFORE DELETE ON fait
BEGIN SELECT RAISE(ABORT, 'the journal of facts is never deleted'); END;
-- INSERT OR REPLACE deletes without firing the trigger above.
CREATE TRIGGER fait_sans_remplacement BEFORE INSERT ON fait
WHEN EXISTS (SELECT 1 FROM fait WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'the journal of facts is never replaced'); END;

-- The head of the chain; the writer locks it before anything is read for a decision. The seal is a keyed digest
-- that nobody without the territoire's keys can make; it is empty before the first fact.
CREATE TABLE tete_de_chaine (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    empreinte BLOB NOT NULL,
    sceau BLOB NOT NULL
) STRICT;
INSERT INTO tete_de_chaine (id, seq, empreinte, sceau) VALUES (1, 0, zeroblob(32), x'');
CREATE TRIGGER tete_de_chaine_sans_suppression BEFORE DELETE ON tete_de_chaine
BEGIN SELECT RAISE(ABORT, 'the head of the chain is never deleted'); END;
