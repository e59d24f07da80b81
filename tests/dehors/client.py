"""An HTTP client of the API, that checks on every answer what must hold on every answer."""

import json
import re
import threading
import uuid

import requests

CHAMPS_PROBLEME = {"type", "title", "status", "detail", "code", "regle", "erreurs"}
# What would tell an outsider how the server is made.
FUITES = re.compile(
    r"(?i)sqlite|postgres|diesel|actix|serde|panick|\.rs\b|select |insert |unwrap|thread '|/home/|/root/|/tmp/"
    r"|expected|invalid type|missing field|unknown field|at line \d"
)


class Api:
    """The server, asked with the token of one actor."""

    contrat = []  # (pattern of a path, its operations): known once the server has told it.

    def __init__(self, bilan, url, jeton=None, plantes=()):
        self.bilan, self.url, self.jeton, self.plantes = bilan, url, jeton, plantes
        self.local = threading.local()

    def session(self):
        if not hasattr(self.local, "session"):
            self.local.session = requests.Session()
            self.local.session.trust_env = False
        return self.local.session

    @classmethod
    def apprend(cls, document):
        """From now on, each status must be one that the contract tells."""
        cls.contrat = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", chemin)), operations)
            for chemin, operations in document["paths"].items()
        ]

    def avec(self, jeton):
        return Api(self.bilan, self.url, jeton, self.plantes)

    def demande(self, methode, chemin, corps=None, entetes=None, brut=None, verifie=True, delai=60):
        """One request; `corps` goes as JSON, `brut` as it stands."""
        tout = dict(entetes or {})
        if self.jeton and "Authorization" not in tout:
            tout["Authorization"] = f"Bearer {self.jeton}"
        donnees = brut
        if corps is not None:
            donnees = json.dumps(corps, ensure_ascii=False).encode()
            tout.setdefault("Content-Type", "application/json")
        reponse = self.session().request(
            methode, self.url + chemin, data=donnees, headers=tout, timeout=delai, allow_redirects=False
        )
        if verifie:
            self.controle(methode, chemin, reponse)
        return reponse

    def get(self, chemin, **options):
        return self.demande("GET", chemin, **options)

    def post(self, chemin, corps=None, cle=None, **options):
        entetes = {"Idempotency-Key": cle or str(uuid.uuid4()), **options.pop("entetes", {})}
        return self.demande("POST", chemin, corps, entetes, **options)

    def patch(self, chemin, corps, etag, **options):
        entetes = {"If-Match": etag} if etag is not None else {}
        return self.demande("PATCH", chemin, corps, {**entetes, **options.pop("entetes", {})}, **options)

    def put(self, chemin, corps=None, **options):
        return self.demande("PUT", chemin, corps, **options)

    def controle(self, methode, chemin, reponse):
        """Headers of every answer, and the form of every refusal."""
        ou, entetes, verifie = f"{methode} {chemin[:80]} → {reponse.status_code}", reponse.headers, self.bilan.verifie
        verifie(reponse.status_code < 500 or reponse.status_code == 503, f"{ou} : pas d’erreur interne", reponse.text)
        verifie(entetes.get("X-Request-Id"), f"{ou} : X-Request-Id")
        verifie("no-store" in entetes.get("Cache-Control", ""), f"{ou} : Cache-Control: no-store")
        verifie(entetes.get("X-Content-Type-Options") == "nosniff", f"{ou} : nosniff")
        verifie("Content-Security-Policy" in entetes, f"{ou} : Content-Security-Policy")
        verifie("Server" not in entetes, f"{ou} : pas d’en-tête Server")
        for gabarit, operations in self.contrat:
            operation = operations.get(methode.lower())
            if operation and gabarit.fullmatch(chemin.split("?")[0]):
                verifie(
                    str(reponse.status_code) in operation["responses"], f"{ou} : un statut du contrat", reponse.text
                )
        if reponse.status_code >= 400 and not chemin.startswith("/oauth2/token"):
            self.controle_probleme(ou, reponse)

    def controle_probleme(self, ou, reponse):
        verifie = self.bilan.verifie
        type_ = reponse.headers.get("Content-Type", "")
        if not verifie(type_.split(";")[0] == "application/problem+json", f"{ou} : un problème (RFC 9457)", type_):
            return
        probleme = reponse.json()
        verifie_probleme(self.bilan, ou, probleme, reponse.status_code)
        verifie(reponse.headers["X-Request-Id"] not in reponse.text, f"{ou} : l’identifiant de requête hors du corps")
        verifie(not FUITES.search(reponse.text), f"{ou} : rien d’interne dans le problème", reponse.text)
        for plante in self.plantes:
            verifie(plante not in reponse.text, f"{ou} : aucune valeur soumise dans le problème", plante)


def verifie_probleme(bilan, ou, probleme, statut):
    """The members of a problem, exactly."""
    bilan.egal(set(probleme), CHAMPS_PROBLEME, f"{ou} : membres du problème")
    bilan.egal(probleme.get("status"), statut, f"{ou} : status du corps")
    for erreur in probleme.get("erreurs") or []:
        bilan.verifie(
            {"code", "message"} <= set(erreur) <= {"pointeur", "code", "message", "parametre"},
            f"{ou} : membres d’une erreur",
            erreur,
        )
        bilan.verifie(re.fullmatch(r"[a-z0-9_]+", erreur.get("code", "")), f"{ou} : code stable", erreur)


def sans_variable(reponse):
    """What must be the same between an answer about the hidden and one about the absent."""
    variables = {"x-request-id", "date"}
    entetes = sorted((n.lower(), v) for n, v in reponse.headers.items() if n.lower() not in variables)
    return reponse.status_code, reponse.content, entetes


def pointeurs(reponse):
    return sorted(e.get("pointeur") for e in reponse.json()["erreurs"])
