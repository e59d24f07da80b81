"""The mail server goes wrong in every way: nothing leaves in clear, nothing is lost, nothing is sent twice."""

from datetime import datetime

from serveur import attend


def echeance_essai(m, identifiant):
    """Moves the clock to the next try, if there is one; true once everything is out."""
    envois = m.envois(identifiant)
    if len(envois) >= 2 and all(e["remis_a"] for e in envois):
        return True
    prochains = [e["prochain_essai_a"] for e in envois if e["prochain_essai_a"] and not e["remis_a"]]
    if prochains:
        instant = min(datetime.fromisoformat(p.replace("Z", "+00:00")).timestamp() for p in prochains)
        ecart = instant + 1 - m.horloge.maintenant()
        if 2 < ecart < 86400:
            m.avance(ecart)
    return False


def rejoue(m, vues, delai=40):
    """Waits until every report is out, the clock helping."""
    for vue in vues:
        attend(lambda v=vue: echeance_essai(m, v["id"]), delai, 0.2)
    return vues


def unique(m, vues, quoi):
    """Each report: accepted once by each, under the Message-ID of the register."""
    b = m.bilan
    for vue in vues:
        envois = m.envois(vue["id"])
        b.egal(
            [(e["destinataire"]["code"], bool(e["remis_a"])) for e in sorted(envois, key=lambda e: e["nature"])],
            [("crip-77", True), ("parquet-meaux", True)],
            f"{quoi} : tout est remis",
        )
        for envoi in envois:
            recus = m.courrier.pour(f"{envoi['destinataire']['code']}@example.org", vue["reference"])
            b.egal([r.identifiant() for r in recus], [envoi["message_id"]], f"{quoi} : une fois à chacun")
        b.verifie(m.vue(vue["id"])["effectue_a"], f"{quoi} : effectué")


def smtp(m):
    """Down, without TLS, with another's certificate, refusing: nothing leaves; then up, and all of it arrives."""
    b, courrier, vues = m.bilan, m.courrier, []

    def essaie(quoi):
        """A report handed over while sending cannot work; returns once both sendings were tried."""
        vue = m.transmis()
        vues.append(vue)
        attend(lambda: sum(e["tentatives"] > 0 for e in m.envois(vue["id"])) >= 2)
        envois = m.envois(vue["id"])
        b.verifie(
            len(envois) == 2 and all(e["tentatives"] and e["erreur"] and e["prochain_essai_a"] for e in envois),
            f"{quoi} : essayé, et l’erreur est un code",
            envois,
        )
        b.verifie(
            not any(e["remis_a"] or e["statut"] in ("remis", "accuse") for e in envois), f"{quoi} : pas remis", envois
        )
        lue = m.vue(vue["id"])
        b.egal(
            (lue["statut"], lue["effectue_a"], lue["copie_manquante"]),
            ("transmis", None, True),
            f"{quoi} : pas effectué",
        )
        return vue

    courrier.arrete()
    essaie("messagerie arrêtée")
    essaie("messagerie arrêtée")
    m.serveur.tue()
    m.serveur.demarre()
    for facon in ("clair", "inconnu", "autre_nom"):
        courrier.demarre(facon)
        avant = len(courrier.essais)
        vue = essaie(f"messagerie « {facon} »")
        b.egal((courrier.en_clair, len(courrier.essais) - avant), ([], 0), f"« {facon} » : aucun texte n’est confié")
        b.egal(courrier.pour("parquet-meaux@example.org", vue["reference"]), [], f"« {facon} » : rien de remis")
    # Refused once the text was read: the same message, byte for byte, comes again.
    courrier.demarre("starttls")
    courrier.refus_contenu = "451 4.3.0 plus tard"
    lue = essaie("451 après le texte")
    courrier.refus_contenu = None
    # The CRIP's address refused for good: the Parquet has its mail all the same, and the copy is shown missing.
    courrier.refus_adresse["crip-77@example.org"] = "550 5.1.1 inconnue"
    sans_copie = m.transmis()
    vues.append(sans_copie)
    attend(
        lambda: (
            m.vue(sans_copie["id"])["effectue_a"]
            and [e["tentatives"] for e in m.envois(sans_copie["id"]) if e["nature"] == "copie_crip"] > [0]
        )
    )
    vue, envois = m.vue(sans_copie["id"]), {e["nature"]: e for e in m.envois(sans_copie["id"])}
    b.verifie(vue["effectue_a"] and vue["copie_manquante"] and vue["statut"] == "transmis", "copie_manquante", vue)
    b.verifie(envois["copie_crip"]["statut"] in ("a_envoyer", "echec"), "la copie n’est pas remise", envois)
    courrier.refus_adresse.clear()
    # Everything goes out, and a kill in the middle of it may repeat a message but not lose one.
    unique(m, rejoue(m, vues), "messagerie revenue")
    b.egal(m.vue(sans_copie["id"])["copie_manquante"], False, "la copie ne manque plus")
    for code in ("crip-77", "parquet-meaux"):
        bruts = [
            r.brut
            for r in courrier.essais
            if lue["reference"] in r.tout() and r.destinataires == [f"{code}@example.org"]
        ]
        b.verifie(len(bruts) > 1 and len(set(bruts)) == 1, f"chaque essai à {code} porte le même message", len(bruts))
    vues = [m.transmis() for _ in range(3)]
    m.serveur.tue()
    m.avance(300)  # Whoever was sending holds its work for a while.
    m.serveur.demarre()
    for vue in rejoue(m, vues):
        for envoi in m.envois(vue["id"]):
            recus = courrier.pour(f"{envoi['destinataire']['code']}@example.org", vue["reference"])
            b.verifie(
                recus and {r.identifiant() for r in recus} == {envoi["message_id"]},
                "kill -9 pendant l’envoi : rien de perdu, et un double porte le même Message-ID",
                [r.identifiant() for r in recus],
            )


def smtps(m):
    """The same over smtps://, the URL read from a file."""
    courrier = m.courrier
    courrier.demarre("smtps")
    secret = f"{m.serveur.dossier}/smtp"
    with open(secret, "w", encoding="utf-8") as fichier:
        fichier.write(courrier.url("smtps") + "\n")
    m.serveur.arrete()
    m.serveur.demarre(MAILLAGE_SMTP_URL=None, MAILLAGE_SMTP_URL_FILE=secret)
    vue = m.transmis()
    m.attend_remis(vue["id"])
    unique(m, [vue], "smtps://")
    m.serveur.arrete()
    courrier.demarre("starttls")
    m.serveur.demarre()
