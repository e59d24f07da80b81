"""The first minutes: what `demo` prints, the contract and its examples, the token of a machine."""

import base64
import itertools
import re
import shutil
import subprocess

import jsonschema

from monde import OBJET, ROLES


def accueil(m):
    """What `demo` prints can be pasted, and each role has its token in both territoires."""
    b, s, sortie = m.bilan, m.serveur, m.serveur.texte_sortie()
    b.verifie("https://maillage.example.org/docs/" in sortie, "demo dit où est la documentation", sortie)
    b.verifie(
        s.reglages.get("MAILLAGE_KEYS_DIR") or "cles" in sortie.lower() or "clés" in sortie.lower(),
        "demo dit où sont les clés",
        sortie,
    )
    lignes = [ligne.strip() for ligne in sortie.splitlines()]
    for role in ROLES:
        b.verifie(
            any(re.search(rf" token --territoire 77 --role {role}$", ligne) for ligne in lignes),
            f"demo donne la commande entière du rôle {role}",
            sortie,
        )
    b.verifie("curl" in sortie and "/v1/" in sortie, "demo donne une première requête", sortie)
    for ligne in lignes:
        if " token --territoire " in ligne and not ligne.startswith("curl"):
            fait = subprocess.run(ligne, shell=True, env=s.environnement(), capture_output=True, text=True, check=False)
            b.verifie(
                fait.returncode == 0 and fait.stdout.count("."), f"la commande se colle telle quelle : {ligne}", fait
            )
    premiere = sortie[sortie.index("curl") :].split("\n\n")[0]
    if shutil.which("curl"):
        ici = premiere.replace("https://maillage.example.org", s.url)
        fait = subprocess.run(ici, shell=True, env=s.environnement(), capture_output=True, text=True, check=False)
        b.verifie('"elements":[{' in fait.stdout, "la première requête se colle telle quelle", (premiere, fait))
    for territoire, role in itertools.product(("77", "69M"), ROLES):
        fait = s.commande("token", "--territoire", territoire, "--role", role)
        b.egal(fait.returncode, 0, f"token --territoire {territoire} --role {role}")
        jeton = (fait.stdout.splitlines() or [""])[-1]
        b.verifie(re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", jeton), "le jeton est seul sur la dernière ligne", jeton)
        moi = m.public.avec(jeton).get("/v1/moi").json()
        b.egal((moi.get("territoire"), role in moi.get("roles", ())), (territoire, True), f"/v1/moi de {role}")
    parquets = m.tous(m.api("crip"), "/v1/organisations", categorie="justice")
    codes = sorted(o["code"] for o in parquets if o["role"] == "parquet")
    b.egal(codes, ["parquet-fontainebleau", "parquet-meaux", "parquet-melun"], "les parquets de 77")
    for choix, attendu in ((None, codes[0]), *((c, c) for c in codes)):
        moi = m.api("parquet", organisation=choix).get("/v1/moi").json()
        b.egal(moi["organisation"]["code"], attendu, f"token --organisation {choix}")
    for arguments in (
        ["--territoire", "77", "--role", "roi"],
        ["--territoire", "99", "--role", "crip"],
        ["--territoire", "77", "--role", "crip", "--organisation", "parquet-meaux"],
    ):
        fait = s.commande("token", *arguments)
        b.verifie(
            fait.returncode != 0 and not fait.stdout.strip() and fait.stderr.strip(),
            f"token {arguments} est refusé",
            fait,
        )
    b.egal(m.public.get("/sante/vivant").status_code, 200, "/sante/vivant")
    b.egal(m.public.get("/sante/pret").status_code, 200, "/sante/pret")
    page = m.public.get("/docs/")
    b.egal(page.status_code, 200, "/docs/")
    b.verifie(not re.search(r"""(src|href)=["'](https?:)?//""", page.text), "/docs/ se passe du réseau", page.text)
    territoire = m.api("crip").get("/v1/territoire").json()
    b.egal(sorted(p["ressort"] for p in territoire["parquets"]), ["fontainebleau", "meaux", "melun"], "ressorts")
    b.egal(territoire["objet_courriel"], OBJET, "l’objet du courriel")
    b.egal(sorted(territoire["roles"]), sorted(ROLES), "chaque rôle du §14 est ouvert")
    statuts = {
        e["statut"]
        for role in ("crip", "etablissement", "service_aemo", "association", "rtpe", "evaluateur_mds")
        for e in m.tous(m.api(role), "/v1/signalements")
    }
    b.egal(statuts, {"brouillon", "transmis", "recu", "clos", "abandonne"}, "la démonstration a tous les états")


def exemples(m):
    """Every body of the contract carries a complete, valid example; that of POST can be sent at once."""
    b, doc = m.bilan, m.contrat
    b.verifie(doc["openapi"].startswith("3.1"), "OpenAPI 3.1", doc["openapi"])
    nombre = 0
    for chemin, operations in doc["paths"].items():
        for methode, operation in operations.items():
            corps = [(f"réponse {s}", r.get("content", {})) for s, r in operation["responses"].items()]
            corps.append(("corps", operation.get("requestBody", {}).get("content", {})))
            for ou, contenus in corps:
                for type_, contenu in contenus.items():
                    nombre += 1
                    quoi = f"{methode} {chemin}, {ou} ({type_}) : exemple"
                    if b.verifie("example" in contenu, f"{quoi} présent"):
                        schema = {**contenu["schema"], "components": doc["components"]}
                        erreurs = list(jsonschema.Draft202012Validator(schema).iter_errors(contenu["example"]))
                        b.verifie(not erreurs, f"{quoi} valide", erreurs)
    b.verifie(nombre > 100, "le contrat a été parcouru", nombre)
    exemple = doc["paths"]["/v1/signalements"]["post"]["requestBody"]["content"]["application/json"]["example"]
    vue = m.brouillon(exemple)
    envoi = m.auteur().post(f"/v1/signalements/{vue['id']}/transmission", {})
    b.egal(envoi.status_code, 200, "l’exemple de POST /v1/signalements se transmet tel quel")


def oauth(m):
    """The token of a machine: what it says, and each way to be refused."""
    b, s = m.bilan, m.serveur
    fait = s.commande("client", "create", "--territoire", "77", "--organisation", "parquet-meaux")
    identifiant, secret = fait.stdout.splitlines()[-2:]
    for valeur in (identifiant, secret):
        b.verifie(re.fullmatch(r"[A-Za-z0-9._~-]+", valeur), "client_id et secret seuls, et sûrs dans une URL", valeur)
    b.verifie(
        s.commande("client", "create", "--territoire", "77", "--organisation", "personne").returncode != 0,
        "client create d’une organisation inconnue",
    )

    def demande(corps=b"grant_type=client_credentials", entetes=None, qui=(identifiant, secret)):
        tout = {"Content-Type": "application/x-www-form-urlencoded", **(entetes or {})}
        if qui:
            tout["Authorization"] = "Basic " + base64.b64encode(":".join(qui).encode()).decode()
        return m.public.demande("POST", "/oauth2/token", brut=corps, entetes=tout)

    jeton = demande().json()
    b.egal((jeton["token_type"].lower(), jeton["expires_in"]), ("bearer", 600), "dix minutes")
    moi = m.public.avec(jeton["access_token"]).get("/v1/moi").json()
    b.egal((moi["machine"], moi["organisation"]["code"], moi["territoire"]), (True, "parquet-meaux", "77"), "/v1/moi")
    refus = {
        "mauvais secret": (demande(qui=(identifiant, secret[:-1] + "_")), 401, "invalid_client"),
        "client inconnu": (demande(qui=("77-inconnu", secret)), 401, "invalid_client"),
        "client d’un autre territoire": (
            demande(qui=(identifiant.replace("77", "69M", 1), secret)),
            401,
            "invalid_client",
        ),
        "sans Basic": (demande(qui=None), 401, "invalid_client"),
        "secret dans le corps": (
            demande(f"grant_type=client_credentials&client_id={identifiant}&client_secret={secret}".encode(), qui=None),
            401,
            "invalid_client",
        ),
        "autre flux": (demande(b"grant_type=password&username=a&password=b"), 400, "unsupported_grant_type"),
        "corps vide": (demande(b""), 400, "invalid_request"),
        "flux en double": (
            demande(b"grant_type=client_credentials&grant_type=client_credentials"),
            400,
            "invalid_request",
        ),
    }
    for nom, (reponse, statut, code) in refus.items():
        if b.egal(reponse.status_code, statut, f"jeton, {nom}"):
            b.egal(reponse.json().get("error"), code, f"jeton, {nom}")
            b.verifie("no-store" in reponse.headers["Cache-Control"] and secret not in reponse.text, f"jeton, {nom}")
    inconnus = [refus[n][0] for n in ("mauvais secret", "client inconnu", "client d’un autre territoire")]
    b.egal(len({r.content for r in inconnus}), 1, "client inconnu et mauvais secret se ressemblent")
    b.verifie("Basic" in inconnus[0].headers.get("WWW-Authenticate", ""), "WWW-Authenticate: Basic")
    b.egal(
        demande(b'{"grant_type":"client_credentials"}', {"Content-Type": "application/json"}).status_code,
        415,
        "le jeton se demande par formulaire",
    )
