"""Many at once: one wins per revision, one effect per key, and nothing acknowledged is lost to kill -9."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests

import plantes
from monde import cle
from serveur import attend


def ensemble(nombre, fonction):
    """Calls the function that many times at the same instant; its results."""
    barriere = threading.Barrier(nombre)

    def appelle(i):
        barriere.wait()
        return fonction(i)

    with ThreadPoolExecutor(nombre) as fils:
        return list(fils.map(appelle, range(nombre)))


def revisions(m):
    """100 writers on one ETag: one wins."""
    b, a, vue = m.bilan, m.auteur(), m.brouillon()
    chemin, etag = f"/v1/signalements/{vue['id']}", m.etag(vue["id"])
    for tour in range(2):
        reponses = ensemble(
            100, lambda i, e=etag, t=tour: a.patch(chemin, {"lieu_effectif": {"valeur": f"{t}-{i}"}}, e, verifie=False)
        )
        statuts = [r.status_code for r in reponses]
        b.egal((statuts.count(200), statuts.count(412)), (1, 99), "100 PATCH d’une révision : un seul gagne")
        gagnant = reponses[statuts.index(200)]
        lue = a.get(chemin)
        b.egal(
            (lue.json()["lieu_effectif"], lue.headers["ETag"]),
            (gagnant.json()["lieu_effectif"], gagnant.headers["ETag"]),
            "et c’est lui qu’on lit",
        )
        etag = lue.headers["ETag"]
    transmissions = ensemble(
        8, lambda _: a.post(f"/v1/signalements/{m.brouillon_pret}/transmission", {}, verifie=False).status_code
    )
    b.egal(sorted(transmissions), [200] + [409] * 7, "huit transmissions avec des clés différentes : une seule")


def idempotence(m):
    """R44: a key, one effect, the same bytes; another body, 422; none, 400."""
    b, a, k = m.bilan, m.auteur(), cle()
    avant = len(m.tous(a, "/v1/signalements", limite=200))
    corps = plantes.signalement()
    reponses = ensemble(50, lambda _: a.post("/v1/signalements", corps, k, verifie=False))
    b.egal({r.status_code for r in reponses}, {201}, "50 POST d’une clé : 201 pour tous")
    b.egal(len({r.content for r in reponses}), 1, "et les mêmes octets")
    b.egal(len(m.tous(a, "/v1/signalements", limite=200)), avant + 1, "et un seul effet")
    for _ in range(4):
        autre_cle = cle()
        memes = ensemble(50, lambda _, k=autre_cle: a.post("/v1/signalements", corps, k, verifie=False))
        b.egal(len({(r.status_code, r.content) for r in memes}), 1, "encore cinquante d’une clé : une seule réponse")
    etag = m.etag(reponses[0].json()["id"])
    a.patch(f"/v1/signalements/{reponses[0].json()['id']}", {"lieu_effectif": {"valeur": "Ailleurs"}}, etag)
    b.egal(a.post("/v1/signalements", corps, k).content, reponses[0].content, "la réponse rejouée reste la première")
    autre = a.post("/v1/signalements", plantes.signalement("melun"), k)
    b.egal(autre.status_code, 422, "un autre corps sous la même clé")
    b.egal(
        a.post("/v1/signalements", corps, k, entetes={"Content-Type": "application/json; charset=utf-8"}).content,
        reponses[0].content,
        "la clé ne dépend pas des en-têtes",
    )
    sans = a.demande("POST", "/v1/signalements", corps)
    b.egal(sans.status_code, 400, "sans Idempotency-Key")
    for mauvaise in ("", "x" * 256, "a b", "é".encode("latin-1")):
        reponse = a.demande("POST", "/v1/signalements", corps, {"Idempotency-Key": mauvaise})
        b.egal(reponse.status_code, 400, f"la clé {mauvaise[:4]!r}")
    b.egal(a.post("/v1/signalements", {}, "k" * 255).status_code, 201, "une clé de 255 caractères")
    tiers = m.api("association").post("/v1/signalements", corps, k)
    b.verifie(tiers.status_code == 201 and tiers.json()["id"] != reponses[0].json()["id"], "la clé est à son client")
    identifiant = reponses[0].json()["id"]
    transmis = [a.post(f"/v1/signalements/{identifiant}/transmission", {}, k) for _ in range(3)]
    b.egal([r.status_code for r in transmis], [200] * 3, "la même clé pour un autre chemin, et rejouée")
    b.egal(len({r.content for r in transmis}), 1, "une transmission rejouée rend les mêmes octets")
    b.egal(a.post(f"/v1/signalements/{identifiant}/transmission", {}).status_code, 409, "une autre clé : 409")
    refuse, k2 = m.brouillon({}), cle()
    manque = a.post(f"/v1/signalements/{refuse['id']}/transmission", {}, k2)
    a.patch(f"/v1/signalements/{refuse['id']}", plantes.signalement(situation=...), m.etag(refuse["id"]))
    apres = a.post(f"/v1/signalements/{refuse['id']}/transmission", {}, k2)
    b.egal((manque.status_code, apres.status_code), (422, 200), "un refus n’use pas la clé")
    m.brouillon_pret = m.brouillon()["id"]


class Ecriture:
    """What one writer asked and what it was told, so that both can be compared after a kill."""

    def __init__(self, rang):
        self.rang, self.cle = rang, cle()
        self.numero = f"CHARGE-{rang}"
        self.corps = {
            "identifiants_externes": [{"systeme": "CHARGE", "valeur": self.numero}],
            "lieu_effectif": {"valeur": f"Lieu {rang}"},
        }
        self.reponse = self.modifie = None


def coupures(m, fois=3):
    """kill -9 of the server, or of PostgreSQL, under load: what was acknowledged is there once, doubts are replayed."""
    b, ecritures, verrou = m.bilan, [], threading.Lock()
    hasard = random.Random(7)
    for tour in range(fois):
        api, fin = m.auteur(), threading.Event()

        def ecrit(api=api, fin=fin):
            while not fin.is_set():
                with verrou:
                    e = Ecriture(len(ecritures))
                    ecritures.append(e)
                try:
                    reponse = api.post("/v1/signalements", e.corps, e.cle, verifie=False, delai=10)
                    if reponse.status_code == 503:
                        continue  # PostgreSQL is away: in doubt as well.
                    if reponse.status_code != 201:
                        b.echec(f"pendant la charge : {reponse.status_code} {reponse.text[:200]}")
                        return
                    e.reponse = reponse.json()
                    modifie = api.patch(
                        f"/v1/signalements/{e.reponse['id']}",
                        {"lieu_effectif": {"valeur": f"P{e.rang}"}},
                        "*",
                        verifie=False,
                        delai=10,
                    )
                    if modifie.status_code == 200:
                        e.modifie = modifie.json()
                except requests.RequestException:
                    return  # The server was killed: this writing is in doubt.

        fils = [threading.Thread(target=ecrit) for _ in range(8)]
        for fil in fils:
            fil.start()
        time.sleep(0.7 + hasard.random() * 0.6)
        if tour == 1 and m.moteur.grappe:
            m.moteur.grappe.demarre("restart")  # The base is the one that dies; the server must find it again.
            debut = time.monotonic()
            attend(lambda: any(e.reponse for e in ecritures[-20:]) and m.serveur.pret())
            duree = time.monotonic() - debut
            fin.set()
        else:
            m.serveur.tue()
            fin.set()
        for fil in fils:
            fil.join()
        if m.serveur.processus.poll() is not None:
            duree = m.serveur.demarre()
        b.verifie(duree < 15, f"prêt après la coupure n° {tour + 1}", duree)
    api = m.auteur()
    acquises = [e for e in ecritures if e.reponse]
    douteuses = [e for e in ecritures if not e.reponse]
    b.verifie(len(acquises) > 30 and douteuses, "la charge a eu lieu", (len(acquises), len(douteuses)))
    for e in douteuses:
        rejouee = api.post("/v1/signalements", e.corps, e.cle)
        if b.egal(rejouee.status_code, 201, f"une écriture douteuse se rejoue ({e.numero})"):
            e.reponse = rejouee.json()
    liste = m.tous(api, "/v1/signalements", limite=200)
    ids = [e["id"] for e in liste]
    b.egal(len(ids), len(set(ids)), "aucun signalement en double dans la liste")
    b.egal({e.reponse["id"] for e in ecritures if e.reponse} - set(ids), set(), "aucune écriture acquise n’est perdue")
    b.egal(len({e.reponse["id"] for e in ecritures}), len(ecritures), "une écriture, un signalement")
    for e in acquises:
        lue = m.vue(e.reponse["id"], api)
        b.egal(lue["identifiants_externes"], e.corps["identifiants_externes"], "l’écriture est entière")
        permis = [f"P{e.rang}"] if e.modifie else [f"Lieu {e.rang}", f"P{e.rang}"]
        b.verifie(
            lue["lieu_effectif"]["valeur"] in permis, f"la dernière révision acquise {permis}", lue["lieu_effectif"]
        )
        rejeu = api.post("/v1/signalements", e.corps, e.cle)
        b.egal(rejeu.json(), e.reponse, "une écriture acquise se rejoue à l’identique")
    references = [e["reference"] for e in liste]
    b.egal(len(references), len(set(references)), "aucune référence en double")
