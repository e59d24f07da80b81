-- Undoes the first circuit, referencing tables first.
DROP TABLE identifiant_externe;
DROP TABLE idempotence;
DROP TABLE diffusion;
DROP TABLE echeance;
DROP TABLE envoi;
DROP TABLE accuse_reception;
DROP TABLE signalement;
DROP TABLE cercle;
DROP TABLE dossier;
DROP TABLE compteur;
DROP TABLE client_machine;
DROP TABLE habilitation;
DROP TABLE agent;
DROP TABLE adresse;
DROP TABLE organisation;
DROP TABLE territoire;
