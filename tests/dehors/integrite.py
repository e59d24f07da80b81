"""Journals and secrets: no planted name at rest, and no change of a journal that `verify` does not see."""

import json
import os
import re
import shutil
import sqlite3

import plantes


def secrets(m):
    """No planted name in any file, nor in the logs; and the search finds what is there."""
    b, s = m.bilan, m.serveur
    vue = m.premier
    plante = "Quoxart"
    for chemin in (
        f"/v1/signalements?curseur={plante}",
        f"/v1/signalements/{plante}",
        f"/v1/{plante}",
        f"/v1/signalements?dossier={plante}",
        f"/{plante}?nom={plante}",
    ):
        m.auteur().get(chemin, entetes={"User-Agent": plante}, verifie=False)
    m.public.get("/v1/moi", entetes={"Authorization": f"Bearer {plante}"})
    m.public.demande(
        "POST",
        "/oauth2/token",
        brut=f"grant_type={plante}".encode(),
        entetes={"Content-Type": "application/x-www-form-urlencoded"},
    )
    m.auteur().post(
        "/v1/signalements",
        brut=f'{{"{plante}": "{plante}", '.encode(),
        cle=plante,
        entetes={"Content-Type": "application/json"},
    )
    m.auteur().get(f"/v1/signalements/{vue['id']}")
    dossiers = [s.donnees, s.journal, s.sortie, *m.moteur.dossiers()]
    if s.reglages.get("MAILLAGE_KEYS_DIR"):
        dossiers.append(s.reglages["MAILLAGE_KEYS_DIR"])
    mots_de_passe = [secret for _, secret in m.outils.values()] + list(m.secrets)
    trouves, lus = plantes.cherche(dossiers, (*plantes.MOTS, *mots_de_passe))
    b.egal(trouves, [], f"aucun nom planté, aucun secret dans {lus} octets de bases, journaux, clés et traces")
    temoins, _ = plantes.cherche(dossiers, ("parquet-fontainebleau", vue["reference"]))
    b.egal(
        {mot for mot, _ in temoins},
        {"parquet-fontainebleau", vue["reference"]},
        "témoin : ce qui est en clair se trouve",
    )
    ou = {os.path.relpath(f, os.path.dirname(s.dossier)) for mot, f in temoins if mot == vue["reference"]}
    b.verifie(any(re.search(r"77\.sqlite(-wal)?$|pg_wal/|base/", f) for f in ou), "témoin : dans la base", ou)
    temoin = os.path.join(s.dossier, "temoin")
    with open(temoin, "wb") as fichier:
        fichier.write("…".join((plantes.NOM, plantes.AUTEUR.upper())).encode("utf-16-le"))
    b.egal(
        len({mot for mot, _ in plantes.cherche([temoin])[0]}), 4, "témoin : la recherche lit l’UTF-16 et les capitales"
    )


def intacts(m):
    """`verify` passes, while the server runs and once it has stopped."""
    for quand in ("en marche", "à l’arrêt"):
        fait = m.serveur.commande("verify")
        m.bilan.egal(fait.returncode, 0, f"verify, serveur {quand} : {fait.stdout[-300:]}{fait.stderr[-600:]}")
        if quand == "en marche":
            m.bilan.egal(m.serveur.arrete(), 0, "SIGTERM : une fin normale")


def retour_en_arriere(m):
    """The tail cut with all that belongs to it, by putting an older copy of the files back: found by the keys' side."""
    b, s = m.bilan, m.serveur
    vieux, jeune = (os.path.join(s.dossier, nom) for nom in ("vieux", "jeune"))
    shutil.copytree(s.donnees, vieux)
    s.demarre()
    for _ in range(3):
        m.brouillon({})
    s.arrete()
    shutil.copytree(s.donnees, jeune)
    for racine, attendu in ((vieux, 1), (jeune, 0)):
        for nom in os.listdir(s.donnees):
            if nom.startswith("77"):
                os.remove(os.path.join(s.donnees, nom))
        for nom in os.listdir(racine):
            if nom.startswith("77"):
                shutil.copy(os.path.join(racine, nom), s.donnees)
        fait = s.commande("verify")
        b.egal(fait.returncode, attendu, f"verify, base remise en arrière ({os.path.basename(racine)}) : {fait.stdout}")


class JournalSqlite:
    """The journals in their files, changed behind the server's back, on a copy."""

    def __init__(self, serveur):
        self.serveur, self.origine, self.grappe = serveur, serveur.donnees, None
        self.copie = os.path.join(serveur.dossier, "copie")

    def dossiers(self):
        return []

    def journaux(self):
        return [("77.sqlite", "fait"), ("77-acces.sqlite", "acces")]

    def altere(self, base, ordres):
        """Runs the SQL on a copy while every trigger is away; the exit code and text of `verify` on that copy."""
        self.recopie()
        with sqlite3.connect(os.path.join(self.copie, base)) as connexion:
            gardes = connexion.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for nom, _ in gardes:
                connexion.execute(f'DROP TRIGGER "{nom}"')
            connexion.execute("PRAGMA foreign_keys = OFF")
            connexion.execute("PRAGMA ignore_check_constraints = ON")
            for ordre in (*ordres, *(sql for _, sql in gardes)):
                connexion.execute(ordre)
        connexion.close()
        return self.verifie()

    def recopie(self):
        shutil.rmtree(self.copie, ignore_errors=True)
        shutil.copytree(self.origine, self.copie)

    def verifie(self):
        fait = self.serveur.commande("verify", MAILLAGE_DATA=self.copie)
        return fait.returncode, fait.stdout + fait.stderr

    def lit(self, base, question):
        connexion = sqlite3.connect(f"file:{os.path.join(self.origine, base)}?mode=ro", uri=True)
        try:
            return connexion.execute(question).fetchall()
        finally:
            connexion.close()

    def colonnes(self, base, table):
        return [(ligne[1], ligne[2].upper()) for ligne in self.lit(base, f"PRAGMA table_info({table})")]

    @staticmethod
    def autre_valeur(colonne, type_):
        if "BLOB" in type_:
            return (
                f"CASE WHEN length({colonne}) > 0 THEN CAST(substr({colonne}, 1, length({colonne}) - 1) || "
                f"CASE hex(substr({colonne}, -1)) WHEN '00' THEN X'01' ELSE X'00' END AS BLOB) ELSE X'01' END"
            )
        if "INT" in type_:
            return f"coalesce({colonne}, 0) + 1"
        return f"coalesce({colonne}, '') || 'x'"

    def octet(self, base, table):
        """Flips one byte of a line's own bytes, in the file itself."""
        self.recopie()
        chemin = os.path.join(self.copie, base)
        connexion = sqlite3.connect(chemin)
        connexion.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((empreinte,),) = connexion.execute(f"SELECT empreinte FROM {table} ORDER BY seq LIMIT 1 OFFSET 9")
        connexion.close()
        with open(chemin, "rb") as fichier:
            contenu = fichier.read()
        autre = bytes([empreinte[0] ^ 1]) + empreinte[1:]
        with open(chemin, "wb") as fichier:
            fichier.write(contenu.replace(empreinte, autre))  # Old pages may hold it too.
        return self.verifie()


class JournalPostgres:
    """The journals in their schema, changed as the cluster's superuser, then put back."""

    def __init__(self, grappe, base, serveur):
        self.grappe, self.base, self.serveur, self.schemas = grappe, base, serveur, None

    def dossiers(self):
        return [self.grappe.dossier]

    def journaux(self):
        lignes = self.grappe.sql(
            self.base,
            """SELECT c.table_schema || '|' || c.table_name FROM information_schema.columns c
            JOIN information_schema.columns d USING (table_schema, table_name)
            WHERE c.column_name = 'seq' AND d.column_name = 'empreinte' AND c.table_name IN ('fait', 'acces')
            AND c.table_schema LIKE '%77%'""",
        )
        return [tuple(ligne.split("|")) for ligne in sorted(lignes, reverse=True)]

    def altere(self, schema, ordres):
        noms = [nom for ou, nom in self.journaux() if ou == schema]
        sauve = "; ".join(f'CREATE TABLE public.sauve_{n} AS SELECT * FROM "{schema}".{n}' for n in noms)
        rend = "; ".join(
            f'DELETE FROM "{schema}".{n}; INSERT INTO "{schema}".{n} SELECT * FROM public.sauve_{n}; '
            f"DROP TABLE public.sauve_{n}"
            for n in noms
        )
        entete = f'SET session_replication_role = replica; SET search_path = "{schema}";'
        self.grappe.sql(self.base, f"{sauve}; {entete} " + "; ".join(ordres))
        try:
            fait = self.serveur.commande("verify")
        finally:
            self.grappe.sql(self.base, f"{entete} {rend}")
        return fait.returncode, fait.stdout + fait.stderr

    def lit(self, schema, question):
        lignes = self.grappe.sql(self.base, f'SET search_path = "{schema}"; {question}')
        return [tuple(int(v) if v.lstrip("-").isdigit() else v for v in ligne.split("|")) for ligne in lignes]

    def colonnes(self, schema, table):
        return [
            (n, t.upper())
            for n, t in self.lit(
                schema,
                f"""SELECT column_name, data_type FROM
            information_schema.columns WHERE table_schema = '{schema}' AND table_name = '{table}' ORDER BY 1""",
            )
        ]

    @staticmethod
    def autre_valeur(colonne, type_):
        if type_ == "BYTEA":
            change = f"set_byte({colonne}, 0, get_byte({colonne}, 0) # 1)"
            return f"CASE WHEN length({colonne}) > 0 THEN {change} ELSE '\\x01' END"
        if "INT" in type_:
            return f"coalesce({colonne}, 0) + 1"
        if "TIMESTAMP" in type_:
            return f"coalesce({colonne}, now()) + interval '1 millisecond'"
        if type_ == "UUID":
            return "gen_random_uuid()"
        return f"coalesce({colonne}, '') || 'x'"

    def octet(self, schema, table):
        ((milieu,),) = self.lit(schema, f"SELECT max(seq) / 2 FROM {table}")
        colonne = "charge" if table == "fait" else "empreinte"
        return self.altere(
            schema, [f"UPDATE {table} SET {colonne} = {self.autre_valeur(colonne, 'BYTEA')} WHERE seq = {milieu}"]
        )


def alterations(m):
    """One byte, one line, two lines, the tail: each is found, in both journals."""
    b, moteur = m.bilan, m.moteur
    for base, table in moteur.journaux():
        ((dernier, nombre),) = moteur.lit(base, f"SELECT max(seq), count(*) FROM {table}")
        b.verifie(nombre > 20, f"{table} : un journal garni", nombre)
        milieu = dernier // 2
        autres = [nom for nom, _ in moteur.colonnes(base, table) if nom != "seq"]
        cas = {
            "rien": [],
            "une ligne supprimée": [f"DELETE FROM {table} WHERE seq = {milieu}"],
            "la première supprimée": [f"DELETE FROM {table} WHERE seq = (SELECT min(seq) FROM {table})"],
            "la dernière coupée": [f"DELETE FROM {table} WHERE seq = {dernier}"],
            "la fin coupée": [f"DELETE FROM {table} WHERE seq > {dernier - 5}"],
            "tout effacé": [f"DELETE FROM {table}"],
            "deux lignes échangées": [
                f"UPDATE {table} SET seq = {2 * dernier} WHERE seq = {milieu}",
                f"UPDATE {table} SET seq = {milieu} WHERE seq = {milieu + 1}",
                f"UPDATE {table} SET seq = {milieu + 1} WHERE seq = {2 * dernier}",
            ],
            "une ligne ajoutée": [
                f"INSERT INTO {table} (seq, {', '.join(autres)}) SELECT {dernier + 1}, "
                f"{', '.join(autres)} FROM {table} WHERE seq = {milieu}"
            ],
        }
        for nom, type_ in moteur.colonnes(base, table):
            if nom not in ("seq", "corrige_seq"):
                cas[f"{nom} changé"] = [
                    f"UPDATE {table} SET {nom} = {moteur.autre_valeur(nom, type_)} WHERE seq = {milieu}"
                ]
        for nom, ordres in cas.items():
            code, texte = moteur.altere(base, ordres)
            attendu = 0 if nom == "rien" else 1
            b.egal(code, attendu, f"verify, {table}, {nom} : {texte[-400:]}")
            if attendu:
                b.verifie(table in texte or "acc" in texte or "fait" in texte, f"verify dit où ({nom})", texte)
        code, texte = moteur.octet(base, table)
        b.egal(code, 1, f"verify, {table}, un octet changé : {texte[-400:]}")
    fait = m.serveur.commande("verify")
    b.egal(fait.returncode, 0, f"les journaux d’origine restent intacts : {fait.stdout[-200:]}{fait.stderr[-400:]}")


def roles_postgres(m, utilisateur, secret):
    """The database itself refuses what the server has no right to do."""
    b, g, base = m.bilan, m.moteur.grappe, m.moteur.base
    (schema77, _), *_ = m.moteur.journaux()
    schema69 = g.sql(
        base,
        "SELECT table_schema FROM information_schema.tables WHERE table_name = 'fait' AND table_schema LIKE '%69M%'",
    )[0]
    qui = f"{utilisateur}_77"
    code, texte = g.sql(base, f'SELECT count(*) FROM "{schema77}".fait', qui, secret, verifie=False)
    b.egal(code, 0, f"{qui} lit son journal : {texte}")
    for ordre in (
        "UPDATE fait SET type = type",
        "DELETE FROM fait",
        "TRUNCATE fait",
        "DROP TABLE fait",
        "ALTER TABLE fait ADD x int",
        "UPDATE acces SET decision = decision",
        "DELETE FROM acces",
        "CREATE TABLE intrus (x int)",
        f'SELECT count(*) FROM "{schema69}".fait',
        f'SELECT count(*) FROM "{schema69}".signalement',
        f'INSERT INTO "{schema69}".fait SELECT * FROM fait',
        "ALTER TABLE fait DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "CREATE TABLE public.intrus (x int)",
        f'SET ROLE "{utilisateur}_69M"',
        f'SET ROLE "{utilisateur}_77_proprietaire"',
    ):
        code, texte = g.sql(base, f'SET search_path = "{schema77}"; {ordre}', qui, secret, verifie=False)
        b.verifie(code != 0, f"PostgreSQL refuse à {qui} : {ordre}", texte)
    droits = g.sql(
        base, f"SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls FROM pg_roles WHERE rolname = '{qui}'"
    )
    b.egal(droits, ["f"], f"{qui} n’a aucun pouvoir sur le serveur")


def journal_json(m, texte):
    """Outside development, each request is one JSON line: id, route template, status, duration, client."""
    b, requetes = m.bilan, []
    for ligne in texte.splitlines():
        try:
            objet = json.loads(ligne)
        except ValueError:
            b.echec(f"une ligne du journal n’est pas du JSON : {ligne[:200]}")
            continue
        if "route" in objet:
            requetes.append(objet)
    b.verifie(len(requetes) >= 5, "une ligne par requête", texte[-500:])
    for objet in requetes:
        b.verifie({"request_id", "methode", "route", "statut", "duree_ms", "client"} <= set(objet), "les champs", objet)
        b.verifie("?" not in objet["route"], "aucune question dans la route", objet)
        b.verifie(isinstance(objet["statut"], int), "le statut est un nombre", objet)
    gabarits = {objet["route"] for objet in requetes}
    b.verifie("/v1/signalements/{id}" in gabarits, "la route est un gabarit", gabarits)
    return requetes
