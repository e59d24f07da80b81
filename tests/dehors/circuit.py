"""The first circuit seen from outside: the binary, its own PostgreSQL, a mail server with TLS, and only public words.

`circuit.py BINARY [sqlite|postgres …]` plays every part on each engine and ends with status 1 if anything failed.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time

import accueil
import accuses
import concurrence
import delais
import envoi
import integrite
import pannes
import redaction
import reglages
import surface
from bilan import Bilan
from client import Api
from courrier import SECRET, Courrier
from jetons import EMETTEUR, PUBLIC, Emetteur, Fabrique
from monde import Monde
from serveur import Grappe, Horloge, Serveur


def joue_moteur(b, nom, binaire, dossier, grappe):
    """Every part, on one engine."""
    horloge, courrier, emetteur = Horloge(dossier), Courrier(dossier), Emetteur()
    jwks = os.path.join(dossier, "jwks.json")
    with open(jwks, "w", encoding="ascii") as fichier:
        json.dump(emetteur.jwks(), fichier)
    prives = {
        "MAILLAGE_SMTP_URL": courrier.url(),
        "MAILLAGE_SMTP_CA": courrier.autorite.chemin,
        "MAILLAGE_JWKS": jwks,
        "MAILLAGE_ISSUER": EMETTEUR,
        "MAILLAGE_AUDIENCE": PUBLIC,
        "MAILLAGE_PUBLIC_URL": "https://maillage.example.org",
    }
    utilisateur, secret = "maillage", "mot de passe/é@:%"
    if grappe:
        grappe.cree("essai")
        prives |= {
            "MAILLAGE_DATABASE_URL": grappe.url("essai", utilisateur, secret),
            "MAILLAGE_DATABASE_ADMIN_URL": grappe.admin("essai"),
            "MAILLAGE_KEYS_DIR": os.path.join(dossier, "trousseau"),
        }
    serveur = Serveur(binaire, os.path.join(dossier, "principal"), horloge, prives)
    moteur = integrite.JournalPostgres(grappe, "essai", serveur) if grappe else integrite.JournalSqlite(serveur)
    courrier.demarre()
    try:
        duree = serveur.demarre()
        print(f"  {nom} : demo prêt en {duree:.1f} s", flush=True)
        m = Monde(b, moteur, serveur, courrier)
        m.secrets = (courrier.url().split("//")[1].split("@")[0], SECRET, secret)
        m.contrat = m.public.get("/openapi.json").json()
        Api.apprend(m.contrat)

        def fabrique(agent, territoire):
            return Fabrique(emetteur, agent, territoire, horloge.maintenant())

        parties = [
            ("ce que dit demo", accueil.accueil),
            ("les exemples du contrat", accueil.exemples),
            ("un brouillon", redaction.brouillon),
            ("les mentions obligatoires", redaction.mentions),
            ("la transmission et les courriels", envoi.transmission),
            ("les identifiants externes", redaction.identifiants),
            ("les jetons d’outil", accueil.oauth),
            ("un accusé de réception", accuses.seuls),
            ("un lot d’accusés", accuses.lots),
            ("l’alerte SIG-8", delais.alerte),
            ("ce qu’on ne voit pas", envoi.absences),
            ("les méthodes", surface.methodes),
            ("les corps", surface.corps),
            ("les listes", surface.listes),
            ("les jetons hostiles", lambda m: surface.jetons(m, fabrique)),
            ("les actions", surface.actions),
            ("l’idempotence", concurrence.idempotence),
            ("les révisions", concurrence.revisions),
            ("les délais simulés", delais.simulation),
            ("la messagerie en panne", pannes.smtp),
            ("smtps", pannes.smtps),
            ("kill -9", concurrence.coupures),
            ("les secrets", integrite.secrets),
        ]
        if grappe:
            parties.append(("les rôles de PostgreSQL", lambda m: integrite.roles_postgres(m, utilisateur, secret)))
        parties += [("les journaux intacts", integrite.intacts), ("les journaux altérés", integrite.alterations)]
        if not grappe:
            parties.append(("une base remise en arrière", integrite.retour_en_arriere))
        for partie, fonction in parties:
            b.joue(f"{nom}, {partie}", fonction, m)
        serveur.arrete()
        b.joue(f"{nom}, serve", lambda: sert(m, grappe))
    finally:
        serveur.arrete()
        courrier.arrete()


def sert(m, grappe):
    """The same data under `serve`, the keys elsewhere, and its logs."""
    s = m.serveur
    if not grappe:
        trousseau = os.path.join(s.dossier, "trousseau")
        shutil.move(os.path.join(s.donnees, "cles"), trousseau)
        s.reglages["MAILLAGE_KEYS_DIR"] = trousseau
    else:
        secret = os.path.join(s.dossier, "base")
        with open(secret, "w", encoding="utf-8") as fichier:
            fichier.write(s.reglages.pop("MAILLAGE_DATABASE_URL") + "\n")
        s.reglages["MAILLAGE_DATABASE_URL_FILE"] = secret
    s.reglages.pop("MAILLAGE_DATABASE_ADMIN_URL", None)
    s.journal += "-serve"
    s.demarre("serve")
    vue = m.transmis()
    m.attend_remis(vue["id"])
    pannes.unique(m, [vue], "serve")
    m.auteur().get(f"/v1/signalements/{vue['id']}?x=1")
    s.arrete()
    integrite.journal_json(m, s.texte_journal())


def joue_reglages(b, nom, binaire, dossier, grappe):
    """Settings and commands, each in a place of its own."""
    horloge = Horloge(dossier)
    nouveau = reglages.nouveau_serveur(binaire, dossier, horloge, {})
    if grappe:
        b.joue(f"{nom}, réglages et commandes", reglages.postgres, b, nouveau, grappe)
        return
    for partie, fonction in (
        ("réglages", reglages.commun),
        ("clés", reglages.cles),
        ("bases étrangères", reglages.etranger),
        ("adresse prise", reglages.sante),
    ):
        b.joue(f"{nom}, {partie}", fonction, b, nouveau)

    def sans_messagerie():
        s = reglages.courriels(b, nouveau)
        try:
            m = Monde(b, None, s, None)
            reglages.pareils(m, nouveau)
            reglages.eml(m)
        finally:
            s.arrete()

    b.joue(f"{nom}, courriels en fichiers", sans_messagerie)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that everything is stopped and removed then too.
    binaire, moteurs = os.path.abspath(sys.argv[1]), sys.argv[2:] or ["sqlite", "postgres"]
    b, debut = Bilan(), time.monotonic()
    racine = tempfile.mkdtemp(prefix="dehors-")
    os.chmod(racine, 0o755)  # PostgreSQL's own user must reach its folder.
    try:
        for nom in moteurs:
            dossier, grappe = os.path.join(racine, nom), None
            os.mkdir(dossier)
            try:
                if nom == "postgres":
                    grappe = Grappe(os.path.join(racine, "grappe"))
                joue_moteur(b, nom, binaire, dossier, grappe)
                joue_reglages(b, nom, binaire, dossier, grappe)
            finally:
                if grappe:
                    grappe.arrete()
    finally:
        shutil.rmtree(racine, ignore_errors=True)
    print(f"{b.nombre} vérifications, {len(b.echecs)} échec(s), {time.monotonic() - debut:.0f} s")
    for echec in b.echecs:
        print(f"  - {echec}", file=sys.stderr)
    sys.exit(1 if b.echecs else 0)


if __name__ == "__main__":
    random.seed(1)
    main()
