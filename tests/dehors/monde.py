"""What the parts of the outside script share: the server, its actors, the mail, and the steps of a circuit."""

import json
import re
import time
import urllib.parse
import uuid
from datetime import datetime, timedelta

import holidays
import requests
from dateutil import tz

import plantes
from client import Api
from serveur import attend

OBJET = "signalement mineur en situation de prostitution"
ROLES = (
    "crip",
    "rtpe",
    "referent_ase",
    "evaluateur_mds",
    "parquet",
    "juge_enfants",
    "association",
    "coordinateur",
    "service_aemo",
    "police_gendarmerie",
    "etablissement",
    "membre_commission",
    "observatoire",
    "copil",
    "dpo",
    "administrateur",
)
MENTIONS = (
    "identite_mineur",
    "contact_mineur",
    "domicile_parents",
    "lieu_effectif",
    "situation_scolaire",
    "mesure_educative",
    "elements_situation",
    "contexte_revelation",
)
EXIGES = ("auteurs", "ressort", *MENTIONS)
PARIS = tz.gettz("Europe/Paris")
FERIES = holidays.country_holidays("FR", years=range(2020, 2101))


def cle():
    return str(uuid.uuid4())


def jour_paris(instant):
    """The Paris date of an RFC 3339 instant."""
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(PARIS).date()


def jours_ouvres(depart, nombre):
    """The n-th working day after this one, which does not count."""
    jour = depart
    while nombre:
        jour += timedelta(days=1)
        nombre -= jour.weekday() < 5 and jour not in FERIES
    return jour


class Monde:
    """A server on one engine, and whoever talks to it."""

    def __init__(self, bilan, moteur, serveur, courrier):
        self.bilan, self.moteur, self.serveur = bilan, moteur, serveur
        self.courrier, self.horloge = courrier, serveur.horloge
        self.public = Api(bilan, serveur.url, plantes=plantes.TOUT)
        self.jetons, self.contrat, self.outils = {}, None, {}

    def api(self, role, territoire="77", organisation=None):
        """Who has this role; a token is asked again before it ends."""
        quoi, maintenant = (role, territoire, organisation), self.horloge.maintenant()
        jeton, fait = self.jetons.get(quoi, (None, 0))
        if maintenant - fait > 600 or maintenant < fait:
            jeton = self.serveur.jeton(role, territoire, organisation)
            self.jetons[quoi] = (jeton, maintenant)
        return self.public.avec(jeton)

    def auteur(self):
        return self.api("etablissement")

    def outil(self, organisation, territoire="77"):
        """A machine of an organisation, by its client credentials alone."""
        quoi = (organisation, territoire)
        if quoi not in self.outils:
            self.outils[quoi] = self.serveur.client(organisation, territoire)
        return self.public.avec(self.jeton_outil(*self.outils[quoi]))

    def jeton_outil(self, identifiant, secret):
        reponse = requests.post(
            f"{self.serveur.url}/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(identifiant, secret),
            timeout=30,
        )
        reponse.raise_for_status()
        return reponse.json()["access_token"]

    def brouillon(self, corps=None, api=None):
        reponse = (api or self.auteur()).post("/v1/signalements", plantes.signalement() if corps is None else corps)
        if reponse.status_code != 201:
            raise AssertionError(f"POST /v1/signalements → {reponse.status_code} {reponse.text}")
        return reponse.json()

    def transmis(self, corps=None, api=None):
        """A report just handed over; its view."""
        vue = self.brouillon(corps, api)
        reponse = (api or self.auteur()).post(f"/v1/signalements/{vue['id']}/transmission", {})
        if reponse.status_code != 200:
            raise AssertionError(f"transmission → {reponse.status_code} {reponse.text}")
        return reponse.json()

    def accuse(self, vue, reference_parquet=None, outil=None, **autres):
        """Acknowledges a report as a machine of the Parquet of Meaux."""
        corps = {"reference": vue["reference"], "date": self.aujourdhui(), "service": "Parquet des mineurs", **autres}
        chemin = "/v1/accuses-reception/" + urllib.parse.quote(reference_parquet or f"MEAUX-{cle()}", safe="")
        return (outil or self.outil("parquet-meaux")).put(chemin, corps)

    def aujourdhui(self):
        return datetime.fromtimestamp(self.horloge.maintenant(), PARIS).date().isoformat()

    def vue(self, identifiant, api=None):
        return (api or self.auteur()).get(f"/v1/signalements/{identifiant}").json()

    def etag(self, identifiant, api=None):
        return (api or self.auteur()).get(f"/v1/signalements/{identifiant}").headers["ETag"]

    def envois(self, identifiant, api=None):
        return (api or self.auteur()).get(f"/v1/signalements/{identifiant}/envois").json()["elements"]

    def attend_remis(self, identifiant, delai=25):
        """Waits until both mails are out, and gives the register."""

        def remis():
            envois = self.envois(identifiant)
            return envois if all(e["remis_a"] for e in envois) and len(envois) >= 2 else None

        return attend(remis, delai, 0.1) or self.envois(identifiant)

    def tous(self, api, chemin, **parametres):
        """Every element of a list, page after page, by its Link header."""
        elements, suite = [], f"{chemin}?{urllib.parse.urlencode(parametres)}" if parametres else chemin
        for _ in range(1000):
            reponse = api.get(suite)
            page = reponse.json()
            elements += page["elements"]
            lien = re.fullmatch(r'<([^>]+)>; rel="next"', reponse.headers.get("Link", ""))
            self.bilan.verifie(
                (lien is not None) == (page["curseur_suivant"] is not None),
                f"{chemin} : Link quand il y a une suite, et alors seulement",
                reponse.headers.get("Link"),
            )
            if not lien:
                return elements
            suite = lien[1].removeprefix(self.serveur.url)
        raise AssertionError(f"{chemin} ne finit pas")

    def avance(self, secondes):
        self.horloge.regle(self.horloge.secondes + secondes)

    def texte(self, objet):
        return json.dumps(objet, ensure_ascii=False)

    @staticmethod
    def patiente(secondes):
        time.sleep(secondes)
