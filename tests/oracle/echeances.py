"""Compares the deadlines of 2020–2099 with an independent oracle: PyPI `holidays` and `python-dateutil`.

Without argument, runs the example of the crate `domain` and compares every line that it prints; `echeances.py -` reads
the lines from standard input instead. With URL_SERVEUR and JETON in the environment, also asks the simulation of that
live server for a sample of days. Exit status 1 after the first differences, or when a day is missing.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from datetime import date, datetime, time, timedelta, timezone

import holidays
from dateutil.relativedelta import SU, relativedelta

PREMIER, DERNIER = date(2020, 1, 1), date(2099, 12, 31)
EXEMPLE = ["cargo", "run", "--quiet", "-p", "domain", "--example", "echeances"]
ECARTS_MONTRES = 20
JOURS_ENTRE_QUESTIONS = 97  # For the live server: prime, so that every weekday and month is met.
JOURS_OUVRES = ["1", "2", "3", "10"]
SURSIS = ["", "0", "1", "10", "31", "365"]
NOMS = {  # Names of the library that differ from ours.
    "Jour de l'an": "Jour de l’an",
    "Fête de la Victoire": "Victoire de 1945",
    "Armistice": "Armistice de 1918",
}

ANNEES = range(PREMIER.year - 1, DERNIER.year + 3)
METROPOLE = holidays.country_holidays("FR", years=ANNEES, language="fr")
ALSACE = holidays.country_holidays("FR", subdiv="6AE", years=ANNEES, language="fr")
MOSELLE = holidays.country_holidays("FR", subdiv="57", years=ANNEES, language="fr")


class Comparaison:
    """Counts what is compared and keeps the first differences."""

    def __init__(self):
        self.nombre = 0
        self.ecarts = []

    def compare(self, quoi, trouve, attendu):
        self.nombre += 1
        if trouve != attendu:
            self.ecarts.append(f"{quoi} : Maillage donne {trouve}, l’oracle {attendu}")
        return len(self.ecarts) < ECARTS_MONTRES


def noms(jours_feries, jour):
    """Our possible names of this holiday; [None] on an ordinary day."""
    nom = jours_feries.get(jour)
    return [NOMS.get(n, n) for n in nom.split("; ")] if nom else [None]


def procedure_civile(jours_feries, jour):
    """CPC 641 and 642: 8 days after, moved to the next working day."""
    return jours_feries.get_nth_working_day(jour + timedelta(days=8), 0)


def decalage_paris(utc):
    """Offset of Paris by the European rule: summer time from the last Sunday of March to that of October, 01:00 UTC."""
    ete, hiver = (datetime(utc.year, mois, 31, 1) + relativedelta(weekday=SU(-1)) for mois in (3, 10))
    return timedelta(hours=2 if ete <= utc < hiver else 1)


def minuit_utc(jour):
    """The instant, UTC, at which this Paris day begins: no clock changes near midnight."""
    minuit = datetime.combine(jour, time())
    ete = minuit - timedelta(hours=2)
    return ete if decalage_paris(ete) == timedelta(hours=2) else minuit - timedelta(hours=1)


def quarante_huit_heures(depart):
    """SOU-2 in seconds of the week, Paris clock: last day counted and instant, UTC."""
    local = depart + decalage_paris(depart)
    lundi = local.date() - timedelta(days=local.weekday())
    jour = 86_400
    secondes = int((local - datetime.combine(lundi, time())).total_seconds())
    fin = min(secondes, 5 * jour) + 2 * jour + (2 * jour if secondes >= 5 * jour else 0)
    if secondes < 5 * jour < fin:
        fin += 2 * jour
    dernier = lundi + timedelta(days=(fin - 1) // jour)
    reste = fin - (dernier - lundi).days * jour
    return dernier, minuit_utc(dernier) + timedelta(seconds=reste)


def iso(instant):
    return instant.replace(tzinfo=timezone.utc).isoformat()


def compare_jour(jour, ligne, comparaison):
    """Every answer about one day; False once enough differences are known."""
    compare = comparaison.compare
    for nom, feries in (("metropole", METROPOLE), ("alsace_moselle", ALSACE)):
        trouve = ligne[nom]
        compare(f"{jour} férié ({nom})", trouve["ferie"] in noms(feries, jour), True)
        compare(f"{jour} procédure civile ({nom})", trouve["procedure_civile"], str(procedure_civile(feries, jour)))
        compare(f"{jour} SIG-8 ({nom}) : valeurs", sorted(trouve["sig_8"]), sorted(JOURS_OUVRES))
        for n, echeance in trouve["sig_8"].items():
            attendu = feries.get_nth_working_day(jour, int(n))
            compare(f"{jour} SIG-8, {n} jour(s) ({nom})", echeance, str(attendu))
    compare(f"{jour} EVA-3 opp", ligne["opp"], str(jour + relativedelta(days=7)))
    compare(f"{jour} EVA-3 hors_opp : valeurs", sorted(ligne["hors_opp"]), sorted(SURSIS))
    for sursis, echeance in ligne["hors_opp"].items():
        attendu = jour + relativedelta(months=3) + relativedelta(days=int(sursis or 0))
        compare(f"{jour} EVA-3 hors_opp, sursis {sursis or 'absent'}", echeance, str(attendu))
    compare(f"{jour} fin de journée", ligne["fin_de_jour"], iso(minuit_utc(jour + timedelta(days=1))))
    compare(f"{jour} SOU-2 : départs", len(ligne["sou_2"]), 6)
    for depart, trouve in ligne["sou_2"].items():
        instant = datetime.fromisoformat(depart).replace(tzinfo=None)
        dernier, fin = quarante_huit_heures(instant)
        compare(f"{depart} SOU-2", trouve, [str(dernier), iso(fin)])
    return len(comparaison.ecarts) < ECARTS_MONTRES


def compare_lignes(lignes, comparaison):
    """Each day of 2020–2099, in order: a missing line is a difference."""
    comparaison.compare("Alsace et Moselle", dict(ALSACE), dict(MOSELLE))
    jour = PREMIER
    for texte in lignes:
        ligne = json.loads(texte)
        if not comparaison.compare(f"ligne du {jour}", ligne["jour"], str(jour)):
            return
        if not compare_jour(jour, ligne, comparaison):
            return
        jour += timedelta(days=1)
    if jour == PREMIER:
        sys.exit("Erreur : aucune ligne n’a été lue, rien n’est comparé.")
    comparaison.compare("jour qui suit la dernière ligne", str(jour), str(DERNIER + timedelta(days=1)))


def compare_serveur(url, jeton, comparaison):
    """The simulation of a live server whose territoire has no holiday of its own, for a sample of days."""
    jour = PREMIER
    while jour <= DERNIER:
        for parametres, attendu in (
            ({"regle": "SIG-8"}, METROPOLE.get_nth_working_day(jour, 2)),
            ({"regle": "EVA-3", "voie": "opp"}, jour + relativedelta(days=7)),
            ({"regle": "EVA-3", "voie": "hors_opp"}, jour + relativedelta(months=3)),
            ({"regle": "EVA-3", "voie": "hors_opp", "sursis_jours": 10}, jour + relativedelta(months=3, days=10)),
        ):
            question = urllib.parse.urlencode({**parametres, "depart": str(jour)})
            requete = urllib.request.Request(f"{url}/v1/echeances/simulation?{question}")
            requete.add_header("Authorization", f"Bearer {jeton}")
            try:
                with urllib.request.urlopen(requete, timeout=10) as reponse:
                    trouve = json.load(reponse)["echeance"]
            except urllib.error.HTTPError as erreur:
                trouve = f"le statut {erreur.code}"
            if not comparaison.compare(f"serveur, {question}", trouve, str(attendu)):
                return
        jour += timedelta(days=JOURS_ENTRE_QUESTIONS)


def main():
    comparaison = Comparaison()
    if sys.argv[1:] == ["-"]:
        compare_lignes(sys.stdin, comparaison)
    else:
        with subprocess.Popen(EXEMPLE, stdout=subprocess.PIPE, text=True, encoding="utf-8") as exemple:
            compare_lignes(exemple.stdout, comparaison)
            exemple.stdout.close()
        if exemple.returncode != 0 and not comparaison.ecarts:
            sys.exit(f"Erreur : l’exemple « echeances » a échoué (code {exemple.returncode}).")
    url, jeton = os.environ.get("URL_SERVEUR"), os.environ.get("JETON")
    if url and jeton and not comparaison.ecarts:
        compare_serveur(url, jeton, comparaison)
    if comparaison.ecarts:
        print("Erreur : les échéances diffèrent de l’oracle ; premières différences :", file=sys.stderr)
        for ecart in comparaison.ecarts:
            print(f"  {ecart}", file=sys.stderr)
        sys.exit(1)
    print(f"Échéances égales à l’oracle, du {PREMIER} au {DERNIER} : {comparaison.nombre} comparaisons.")


if __name__ == "__main__":
    main()
