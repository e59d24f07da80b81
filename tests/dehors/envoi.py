"""The transmission: the mails, the register, the deadline, and who sees what afterwards; what one may not see."""

import hashlib
import html
import uuid

import plantes
from client import sans_variable
from monde import OBJET, jour_paris, jours_ouvres


def transmission(m):
    """The mails: one each, exactly what was asked; the register; SIG-8; and what the others see afterwards."""
    b, a, vue = m.bilan, m.auteur(), m.premier
    chemin = f"/v1/signalements/{vue['id']}"
    b.egal(a.post(chemin + "/transmission", {"x": 1}).status_code in (400, 422), True, "un corps inconnu est refusé")
    reponse = a.post(chemin + "/transmission")
    b.egal((reponse.status_code, reponse.json()["statut"]), (200, "transmis"), "transmission, sans corps")
    envois = m.attend_remis(vue["id"])
    par_code = {e["destinataire"]["code"]: e for e in envois}
    b.egal(sorted(par_code), ["crip-77", "parquet-meaux"], "un envoi au parquet compétent, un à la CRIP")
    b.egal(
        {c: e["nature"] for c, e in par_code.items()},
        {"parquet-meaux": "signalement", "crip-77": "copie_crip"},
        "la nature des envois",
    )
    for code, envoi in par_code.items():
        recus = m.courrier.pour(f"{code}@example.org", vue["reference"])
        if b.egal(len(recus), 1, f"un courriel, et un seul, à {code}"):
            courriel(m, code, envoi, recus[0], vue)
    lue = m.vue(vue["id"])
    b.verifie(lue["effectue_a"] and not lue["copie_manquante"], "effectue une fois remis au parquet", lue)
    b.egal(a.post(chemin + "/transmission", {}).status_code, 409, "une seconde transmission")
    tard = a.patch(chemin, {"lieu_effectif": {"valeur": "x"}}, "*")
    b.egal((tard.status_code, tard.json()["regle"]), (409, "SIG-4"), "un signalement transmis ne se modifie plus")
    depart = jour_paris(lue["transmis_a"])
    attendue = {"depart": str(depart), "echeance": str(jours_ouvres(depart, 2)), "regle": "SIG-8"}
    for role, organisation in (("etablissement", None), ("crip", None), ("parquet", "parquet-meaux")):
        autre = m.api(role, organisation=organisation)
        trouvees = [e for e in m.tous(autre, "/v1/echeances", regle="SIG-8") if e["sujet"] == vue["id"]]
        b.egal([{n: e[n] for n in attendue} for e in trouvees], [attendue], f"l’échéance SIG-8 vue par {role}")
        b.egal(autre.get(chemin).status_code, 200, f"{role} voit le signalement transmis")
        liste = [e for e in m.tous(autre, "/v1/signalements") if e["id"] == vue["id"]]
        b.egal(len(liste), 1, f"il est dans la liste de {role}")
        b.verifie("actions" not in liste[0] and plantes.NOM not in m.texte(liste), "ni actions ni nom en liste", liste)
        dossier = autre.get(f"/v1/dossiers/{vue['dossier']}")
        b.egal(dossier.json().get("identite", {}).get("nom"), plantes.NOM, f"l’identité du dossier vue par {role}")
        b.verifie(plantes.NOM not in m.texte(m.tous(autre, "/v1/dossiers")), "aucun nom dans la liste des dossiers")
    for role in ("crip", "parquet"):
        vu = m.api(role, organisation="parquet-meaux" if role == "parquet" else None).get(chemin).json()
        b.egal(vu["identifiants_externes"], [], f"{role} ne voit pas les numéros d’un autre logiciel")
    chronologie = m.tous(a, f"/v1/dossiers/{vue['dossier']}/chronologie")
    b.egal([e["seq"] for e in chronologie], sorted(e["seq"] for e in chronologie), "la chronologie est en ordre")
    b.verifie("signalement_transmis" in [e["type"] for e in chronologie], "la transmission y est", chronologie)
    b.verifie(plantes.NOM not in m.texte(chronologie), "la chronologie ne dit aucun nom")
    voisin = m.brouillon({"dossier": vue["dossier"]}, m.api("crip"))
    b.egal(a.get(f"/v1/signalements/{voisin['id']}").status_code, 404, "le brouillon d’un autre, dans le même dossier")
    b.egal(
        [e["id"] for e in m.tous(a, "/v1/signalements", dossier=vue["dossier"]) if e["id"] == voisin["id"]],
        [],
        "ni dans la liste",
    )
    b.egal(m.tous(a, f"/v1/dossiers/{vue['dossier']}/chronologie"), chronologie, "ni dans la chronologie")
    piege = "<script>alert(1)</script>&amp;\"'>" + "é" * 2000
    vide = m.brouillon(plantes.signalement("melun", lieu_effectif={"valeur": piege}))
    envoi = a.post(f"/v1/signalements/{vide['id']}/transmission", brut=b"", entetes={})
    b.egal(envoi.json()["parquet"]["code"], "parquet-melun", "le ressort désigne le parquet compétent")
    m.attend_remis(vide["id"])
    b.egal(len(m.courrier.pour("parquet-meaux@example.org", vide["reference"])), 0, "rien au parquet de Meaux")
    (recu,) = m.courrier.pour("parquet-melun@example.org", vide["reference"])
    (piece,) = recu.pieces()
    lu = piece.get_content() if piece.get_content_type() == "text/plain" else html.unescape(piece.get_content())
    b.verifie(piege in lu, "un texte long, à balises, arrive entier", lu)
    b.verifie(piece.get_content_type() == "text/plain" or "<script" not in piece.get_content(), "et n’est pas exécuté")
    b.verifie(
        max(map(len, recu.brut.split(b"\r\n"))) <= 998 and b"\n" not in recu.brut.replace(b"\r\n", b""),
        "des lignes que la messagerie admet (RFC 5322)",
    )
    b.verifie(
        not m.courrier.en_clair and all(r.chiffre and r.identifie for r in m.courrier.recus),
        "chaque courriel passe par TLS",
    )


def courriel(m, code, envoi, recu, vue):
    """One mail, as its recipient reads it."""
    b, message = m.bilan, recu.message
    b.egal(str(message["Subject"]), OBJET, f"l’objet reçu par {code}")
    b.egal(recu.destinataires, [f"{code}@example.org"], "l’enveloppe ne porte que ce destinataire")
    b.egal([d.addr_spec for d in message["To"].addresses], [f"{code}@example.org"], "To")
    b.verifie(message["Cc"] is None and message["Bcc"] is None and message["From"] and message["Date"], "en-têtes")
    b.verifie(recu.chiffre and recu.identifie, "TLS et identification")
    b.egal(envoi["adresses"], [f"{code}@example.org"], "l’adresse au registre")
    b.egal(envoi["message_id"], recu.identifiant(), "Message-ID au registre")
    empreintes = {hashlib.sha256(brut).hexdigest() for brut in (recu.brut, recu.brut.removesuffix(b"\r\n"))}
    b.verifie(envoi["empreinte"] in empreintes, "l’empreinte au registre est celle de ce qui est arrivé", envoi)
    b.egal((envoi["statut"], envoi["tentatives"]), ("remis", 1), "l’envoi est remis au premier essai")
    texte = message.get_body(("plain",))
    b.egal(texte.get_content_charset(), "utf-8", "le texte est en UTF-8")
    b.verifie(vue["reference"] in recu.texte(), "le texte donne notre référence à rappeler", recu.texte())
    pieces = recu.pieces()
    if b.egal(len(pieces), 1, "le signalement est joint"):
        piece = pieces[0]
        b.verifie(piece.get_content_type() in ("text/plain", "text/html"), "un texte ou du HTML", piece)
        b.egal(piece.get_content_charset(), "utf-8", "la pièce est en UTF-8")
        contenu = piece.get_content()
        for mot in plantes.TOUT:
            if mot not in (plantes.LOGICIEL, plantes.MAGISTRAT):
                b.verifie(mot in contenu, f"la pièce porte {mot!r}", contenu)
        b.verifie(vue["reference"] in contenu, "la pièce porte notre référence")
        b.verifie(plantes.LOGICIEL not in recu.tout(), "le numéro d’un logiciel ne sort pas")
    entetes = "\n".join(f"{n}: {v}" for n, v in message.items()) + str(pieces[0].get_filename() if pieces else "")
    for mot in plantes.MOTS:
        b.verifie(mot not in entetes, f"aucun nom dans les en-têtes ni le nom du fichier : {mot!r}", entetes)


def absences(m):
    """What one may not see does not exist: the same bytes, whatever the reason."""
    b, vue = m.bilan, m.premier
    brouillon_ = m.brouillon()
    lyon = m.api("crip", "69M")
    etranger = m.tous(lyon, "/v1/signalements")[0]["id"]
    etag = m.etag(brouillon_["id"])
    caches = {"un autre ressort": vue["id"], "un brouillon": brouillon_["id"], "un autre territoire": etranger}
    qui = [
        m.api("parquet", organisation="parquet-melun"),
        m.outil("parquet-melun"),
        m.api("association"),
        m.api("dpo"),
        m.api("administrateur"),
        m.api("observatoire"),
        m.api("crip", "69M"),
    ]
    noms = ["parquet-melun", "outil de parquet-melun", "association", "dpo", "administrateur", "observatoire", "69M"]
    gestes = {
        "GET": lambda api, i: api.get(f"/v1/signalements/{i}"),
        "envois": lambda api, i: api.get(f"/v1/signalements/{i}/envois"),
        "PATCH": lambda api, i: api.patch(f"/v1/signalements/{i}", {"lieu_effectif": {"valeur": "x"}}, etag),
        "PATCH *": lambda api, i: api.patch(f"/v1/signalements/{i}", {"ressort": "meaux"}, "*"),
        "PATCH sans If-Match": lambda api, i: api.patch(f"/v1/signalements/{i}", {"ressort": "meaux"}, None),
        "transmission": lambda api, i: api.post(f"/v1/signalements/{i}/transmission", {}),
        "abandon": lambda api, i: api.post(f"/v1/signalements/{i}/abandon", {}),
        "cloture": lambda api, i: api.post(f"/v1/signalements/{i}/cloture", {"motif": "doublon"}),
        "liste du dossier": lambda api, i: api.get(f"/v1/signalements?dossier={m.dossiers.get(i, i)}"),
        "dossier": lambda api, i: api.get(f"/v1/dossiers/{m.dossiers.get(i, i)}"),
        "chronologie": lambda api, i: api.get(f"/v1/dossiers/{m.dossiers.get(i, i)}/chronologie"),
        "POST dans le dossier": lambda api, i: api.post("/v1/signalements", {"dossier": m.dossiers.get(i, i)}),
    }
    m.dossiers = {
        vue["id"]: vue["dossier"],
        brouillon_["id"]: brouillon_["dossier"],
        etranger: lyon.get(f"/v1/signalements/{etranger}").json()["dossier"],
    }
    for nom, api in zip(noms, qui, strict=True):
        for geste, fait in gestes.items():
            absent = fait(api, str(uuid.uuid4()))
            for pourquoi, identifiant in caches.items():
                if nom == "69M" and identifiant == etranger:
                    continue
                cache = fait(api, identifiant)
                b.verifie(
                    cache.status_code >= 400 or geste == "liste du dossier",
                    f"{nom}, {geste}, {pourquoi}",
                    cache.status_code,
                )
                b.egal(sans_variable(cache), sans_variable(absent), f"{nom}, {geste} : {pourquoi} = inconnu")
    malforme, absent = (m.api("association").get(f"/v1/signalements/{i}") for i in ("pas-un-uuid", uuid.uuid4()))
    b.egal(sans_variable(malforme), sans_variable(absent), "un identifiant mal formé = un inconnu")
    b.egal(absent.status_code, 404, "et c’est 404")
    for role in ("observatoire", "copil", "administrateur"):
        api = m.api(role)
        b.egal(m.tous(api, "/v1/signalements"), [], f"{role} ne voit aucun signalement")
        b.egal(m.tous(api, "/v1/dossiers"), [], f"{role} ne voit aucun dossier")
        b.egal(m.tous(api, "/v1/echeances"), [], f"{role} ne voit aucune échéance")
        b.egal(api.post("/v1/signalements", {}).status_code, 403, f"{role} n’écrit pas de signalement")
    melun = m.texte([m.tous(qui[0], f"/v1/{liste}") for liste in ("signalements", "dossiers", "echeances")])
    b.verifie(vue["id"] not in melun and vue["dossier"] not in melun, "rien dans les listes d’un autre parquet")
    lus = {e["id"] for e in m.tous(lyon, "/v1/signalements")} & {
        e["id"] for e in m.tous(m.api("crip"), "/v1/signalements")
    }
    b.egal(lus, set(), "deux territoires n’ont rien en commun")
