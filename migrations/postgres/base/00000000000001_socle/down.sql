DROP TABLE tete_de_chaine;
DROP TABLE fait;
