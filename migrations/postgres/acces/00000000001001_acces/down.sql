DROP TABLE tete_acces;
DROP TABLE acces;
