"""Deadlines against an independent count; the alert of SIG-8, with the clock moved."""

import random
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

import plantes
from monde import PARIS, jour_paris, jours_ouvres
from serveur import attend


def simulation(m):
    """The question without a dossier, for days of all kinds."""
    b, a, hasard = m.bilan, m.api("crip"), random.Random(2026)

    def demande(**parametres):
        return a.get("/v1/echeances/simulation?" + "&".join(f"{n}={v}" for n, v in parametres.items()))

    jours = [
        date(2026, 12, 24),
        date(2026, 11, 30),
        date(2024, 2, 29),
        date(2023, 11, 30),
        date(2025, 5, 30),
        date(2027, 5, 14),
        date(2028, 12, 31),
        date(2099, 12, 24),
        date(2026, 5, 22),
    ]
    jours += [date(2020, 1, 1) + timedelta(days=hasard.randrange(29_000)) for _ in range(12)]
    for jour in jours:
        sursis = hasard.choice((0, 1, 10, 45))
        attendus = [
            ({"regle": "SIG-8"}, jours_ouvres(jour, 2)),
            ({"regle": "EVA-3", "voie": "opp"}, jour + timedelta(days=7)),
            ({"regle": "EVA-3", "voie": "hors_opp"}, jour + relativedelta(months=3)),
            (
                {"regle": "EVA-3", "voie": "hors_opp", "sursis_jours": sursis},
                jour + relativedelta(months=3) + timedelta(days=sursis),
            ),
        ]
        for parametres, echeance in attendus:
            reponse = demande(**parametres, depart=jour)
            vue = reponse.json()
            b.egal(
                (reponse.status_code, vue.get("echeance"), vue.get("depart"), vue.get("regle")),
                (200, str(echeance), str(jour), parametres["regle"]),
                f"{parametres} depuis {jour}",
            )
            b.verifie({"regle", "source", "depart", "echeance", "etapes", "version_regle"} <= set(vue), "membres", vue)
            b.verifie(isinstance(vue["etapes"], list) and vue["etapes"] and vue["source"], "les étapes se disent", vue)
            b.verifie(not vue.get("echeance_a"), "echeance_a pour les règles en heures seulement", vue)
    heures = demande(regle="SOU-2", depart="2026-11-27T16:00:00Z").json()
    b.egal(heures.get("echeance_a"), "2026-12-01T16:00:00Z", "SOU-2 : 48 h depuis un vendredi, sans le week-end")
    refus = [
        ({"regle": "EVA-3", "voie": "opp", "depart": "2026-12-24", "sursis_jours": "10"}, {422}),
        ({"regle": "SIG-8", "depart": "2026-12-24", "sursis_jours": "10"}, {422}),
        ({"regle": "SIG-8", "depart": "2026-12-24", "voie": "opp"}, {400, 422}),
        ({"regle": "EVA-3", "depart": "2026-12-24"}, {400, 422}),
        ({"regle": "EVA-3", "voie": "autre", "depart": "2026-12-24"}, {400, 422}),
        ({"regle": "XXX-1", "depart": "2026-12-24"}, {400, 422}),
        ({"regle": "SIG-8"}, {400, 422}),
        ({"regle": "SIG-8", "depart": "2026-02-30"}, {400, 422}),
        ({"depart": "2026-12-24"}, {400, 422}),
        ({"regle": "SIG-8", "depart": "24/12/2026"}, {400, 422}),
        ({"regle": "EVA-3", "voie": "hors_opp", "depart": "2026-12-24", "sursis_jours": "-1"}, {400, 422}),
        ({"regle": "EVA-3", "voie": "hors_opp", "depart": "2026-12-24", "sursis_jours": "999999999999"}, {400, 422}),
        ({"regle": "SIG-8", "depart": "999999-01-01"}, {400, 422}),
        ({"regle": "SIG-8", "depart": ""}, {400, 422}),
        ({"regle": "SIG-8", "depart": "2026-12-24", "autre": "1"}, {400}),
    ]
    for parametres, statuts in refus:
        reponse = demande(**parametres)
        b.verifie(reponse.status_code in statuts, f"{parametres} : refusé par {statuts}", reponse.text)
    for jour in ("9999-12-31", "0001-01-01"):
        for parametres in ({"regle": "SIG-8"}, {"regle": "EVA-3", "voie": "hors_opp"}):
            b.verifie(demande(**parametres, depart=jour).status_code in (200, 400, 422), f"{jour} ne casse rien")


def alerte(m):
    """SIG-8 passes: a fact, an e-mail to the author and the CRIP, once, without any name."""
    b, courrier = m.bilan, m.courrier
    vue, tenu = m.transmis(), m.transmis()
    b.egal(m.accuse(tenu).status_code, 200, "l’un est accusé à temps")
    m.attend_remis(vue["id"])
    depart = jour_paris(vue["transmis_a"])
    fin = jours_ouvres(depart, 2)

    def alertes():
        return [r for r in list(courrier.recus) if vue["reference"] in r.tout() and not r.pieces()]

    minuit = datetime.combine(fin + timedelta(days=1), datetime.min.time(), PARIS).timestamp()
    m.avance(minuit - 120 - m.horloge.maintenant())
    m.patiente(3)
    b.egal(
        (alertes(), [e["etat"] for e in m.tous(m.auteur(), "/v1/echeances") if e["sujet"] == vue["id"]]),
        ([], ["proche"]),
        "deux minutes avant la fin du jour : aucune alerte",
    )
    m.avance(125)
    attend(lambda: len(alertes()) >= 2, 30)
    m.patiente(1)
    trouvees = alertes()
    b.egal(
        sorted(r.destinataires[0] for r in trouvees),
        ["crip-77@example.org", "foyer-77@example.org"],
        "l’alerte va à l’auteur et à la CRIP, une fois",
    )
    for recu in trouvees:
        texte = recu.tout()
        b.verifie(not [mot for mot in plantes.MOTS if mot in texte], "l’alerte ne porte aucun nom", texte)
        b.verifie(recu.chiffre, "l’alerte passe par TLS")
    b.egal(
        [r for r in courrier.recus if tenu["reference"] in r.tout() and not r.pieces()],
        [],
        "rien pour celui qui est accusé",
    )
    etats = {e["sujet"]: e["etat"] for e in m.tous(m.auteur(), "/v1/echeances", limite=200)}
    b.egal((etats[vue["id"]], etats[tenu["id"]]), ("depassee", "tenue"), "l’état des échéances")
    types = [e["type"] for e in m.tous(m.auteur(), f"/v1/dossiers/{vue['dossier']}/chronologie")]
    b.egal(types.count("echeance_depassee"), 1, f"l’échéance dépassée est un fait, une fois : {types}")
    natures = sorted(e["nature"] for e in m.envois(vue["id"]))
    b.egal(natures, ["alerte_accuse", "alerte_accuse", "copie_crip", "signalement"], "les alertes sont au registre")
    m.serveur.arrete()
    m.serveur.demarre()
    m.patiente(3)
    b.egal(len(alertes()), 2, "un redémarrage n’alerte pas deux fois")
    b.egal(m.accuse(vue).status_code, 200, "un accusé tardif est reçu")
    etats = {e["sujet"]: e["etat"] for e in m.tous(m.auteur(), "/v1/echeances", limite=200)}
    b.egal(etats[vue["id"]], "tenue_en_retard", "et l’échéance est tenue en retard")
