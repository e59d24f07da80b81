DROP TABLE jalon;
DROP TABLE cle_dossier;
DROP TABLE cle_territoire;
