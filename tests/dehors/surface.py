"""The HTTP surface: methods, sizes, forms, unknown members, lists, and the tokens of an attacker."""

import http.client
import json
import re
import urllib.parse
import uuid

import plantes
from client import pointeurs
from monde import cle

METHODES = ("GET", "POST", "PUT", "PATCH", "DELETE")


def methodes(m):
    """405 with Allow on every path of the contract; 404 elsewhere; headers even then."""
    b, a = m.bilan, m.api("crip")
    for chemin, operations in m.contrat["paths"].items():
        concret = re.sub(r"\{[^}]+\}", str(uuid.uuid4()), chemin)
        connues = {methode.upper() for methode in operations}
        for methode in (*METHODES, "TRACE", "PROPFIND"):
            if methode not in connues and (methode, chemin) != ("PUT", "/v1/accuses-reception/lots"):  # A reference?
                reponse = a.demande(methode, concret)
                permises = {x.strip() for x in reponse.headers.get("Allow", "").split(",")}
                b.egal((reponse.status_code, permises - {"HEAD", "OPTIONS"}), (405, connues), f"{methode} {chemin}")
    for inconnu in ("/v1", "/v1/inconnu", "/v1/signalements/", "/v2/moi", "/v1//moi", "/.env", "/v1/../openapi"):
        b.egal(a.get(inconnu).status_code, 404, f"GET {inconnu}")
    croise = a.get("/v1/moi", entetes={"Origin": "https://example.org"})
    b.verifie("Access-Control-Allow-Origin" not in croise.headers, "aucun partage entre origines par défaut")
    csp = croise.headers["Content-Security-Policy"]
    b.verifie("default-src 'none'" in csp, "CSP de l’API", csp)
    ids = {a.get("/v1/moi").headers["X-Request-Id"] for _ in range(5)}
    b.egal(len(ids), 5, "un identifiant par requête")
    for mauvais in ("x" * 500, "a b\tc", "<script>"):
        rendu = a.get("/v1/moi", entetes={"X-Request-Id": mauvais}).headers["X-Request-Id"]
        b.verifie(rendu != mauvais, "un X-Request-Id hostile n’est pas repris", rendu)


def corps(m):
    """Sizes, media types, depth, duplicate keys, encodings: refused, never an error of ours."""
    b, a = m.bilan, m.auteur()

    def poste(octets, type_="application/json", chemin="/v1/signalements", **entetes):
        return a.post(chemin, brut=octets, entetes={"Content-Type": type_, **entetes} if type_ else entetes)

    gros = json.dumps(plantes.signalement(elements_situation={"valeur": "x" * 300_000})).encode()
    b.egal(poste(gros).status_code, 413, "un corps de 300 000 octets")
    b.egal(poste(b" " * 3_000_000).status_code, 413, "trois millions d’espaces")
    b.verifie(
        poste(json.dumps({"lieu_effectif": {"valeur": "x" * 4001}}).encode()).status_code in (400, 422),
        "un texte de 4001 caractères",
    )
    b.egal(poste(json.dumps({"lieu_effectif": {"valeur": "é" * 4000}}).encode()).status_code, 201, "4000 caractères")
    for type_ in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "json",
        "application/merge-patch+json",
        None,
    ):
        b.egal(poste(b"{}", type_).status_code, 415, f"POST en {type_}")
    b.egal(poste(b"{}", "application/json; charset=utf-8").status_code, 201, "POST en JSON, UTF-8 dit")
    b.verifie(poste(b"{}", **{"Content-Encoding": "gzip"}).status_code in (400, 415), "un corps dit compressé")
    profonds = [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"lieu_effectif":' * 40 + b"1" + b"}" * 40,
        b'{"lieu_effectif":' + b"[" * 200 + b"]" * 200 + b"}",
    ]
    doubles = [
        b'{"ressort":"meaux","ressort":"melun"}',
        b'{"ressort":"meaux","\\u0072essort":"melun"}',
        b'{"lieu_effectif":{"valeur":"a","valeur":"b"}}',
        b'{"identite_mineur":{"valeur":{"nom":"a","nom":"b"}}}',
        b'{"auteurs":[],"auteurs":[]}',
    ]
    formes = [
        b"",
        b"{",
        b"{}{}",
        b"{} x",
        b"{'a':1}",
        b'{"a":NaN}',
        b"{,}",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"ressort":"\xe9"}',
        b'{"ressort":"\\ud800"}',
        b'{"ressort":1e999}',
        b"[]",
        b'"x"',
        b"7",
        b"null",
        b"true",
        b"[{}]",
        b"// x\n{}",
    ]
    for octets in profonds + doubles + formes:
        b.verifie(poste(octets).status_code in (400, 422), f"le corps {octets[:40]!r} est refusé")
    for texte in ("a\u0000b", "\u0000"):
        for champ in (
            {"ressort": texte},
            {"lieu_effectif": {"valeur": texte}},
            {"identite_mineur": {"valeur": {"nom": texte}}},
            {"identifiants_externes": [{"systeme": texte, "valeur": "x"}]},
        ):
            b.verifie(a.post("/v1/signalements", champ).status_code in (400, 422), f"un octet nul dans {champ}")
    for texte in (
        "\u202e\u2066",
        "𝕏 émoji 🙂",
        "‘’“”",
        "a" * 100 + "\u0301",
        "'; DROP TABLE fait; --",
        "{{7*7}}",
        "%00%n",
    ):
        vue = m.brouillon({"lieu_effectif": {"valeur": texte}})
        b.egal(vue["lieu_effectif"]["valeur"], texte, "un texte étrange est rendu tel quel")
    inconnus = a.post("/v1/signalements", {"inconnu": 1, "lieu_effectif": {"valeur": "x", "autre": 2}})
    b.verifie(
        inconnus.status_code in (400, 422) and "/inconnu" in pointeurs(inconnus),
        "membres inconnus : pointeur",
        inconnus.text,
    )
    for chemin in ("/v1/moi", "/v1/signalements?limite=1"):
        b.egal(a.demande("GET", chemin, brut=b"x" * 100).status_code, 200, f"GET {chemin} avec un corps")
    # A header line that is too long, and many headers: refused, and the server goes on.
    connexion = http.client.HTTPConnection("127.0.0.1", int(m.serveur.adresse.rsplit(":", 1)[1]), timeout=20)
    try:
        connexion.request("GET", "/v1/moi", headers={"X-Long": "x" * 200_000})
        statut = connexion.getresponse().status
    except OSError:
        statut = 431
    b.verifie(statut in (400, 413, 431), "un en-tête de 200 000 octets", statut)
    b.egal(a.get("/v1/moi").status_code, 200, "et le serveur répond toujours")


def listes(m):
    """Pages, cursors, filters: nothing twice, nothing missed, nothing forged."""
    b, crip, a = m.bilan, m.api("crip"), m.auteur()
    for api, chemin, parametres in (
        (crip, "/v1/organisations", {}),
        (crip, "/v1/signalements", {}),
        (crip, "/v1/signalements", {"statut": "transmis"}),
        (crip, "/v1/dossiers", {}),
        (crip, "/v1/echeances", {}),
        (a, f"/v1/dossiers/{m.premier['dossier']}/chronologie", {}),
    ):
        entier = api.get(chemin + "?" + urllib.parse.urlencode({**parametres, "limite": 200})).json()
        b.verifie(
            set(entier) == {"elements", "curseur_suivant"}, f"{chemin} : elements et curseur_suivant", set(entier)
        )
        for limite in (1, 3):
            pages = m.tous(api, chemin, **parametres, limite=limite)
            b.egal(
                [p.get("id", p.get("seq")) for p in pages][:200],
                [p.get("id", p.get("seq")) for p in entier["elements"]],
                f"{chemin} par pages de {limite} : la même liste",
            )
        for question in (
            "inconnu=1",
            "limite=0",
            "limite=201",
            "limite=abc",
            "limite=-1",
            "limite=1.5",
            "limite=",
            "limite=1&limite=2",
            "curseur=abc",
            "curseur=",
            "Limite=1",
            "limite=%2B5",
        ):
            reponse = api.get(f"{chemin}?{question}")
            if b.egal(reponse.status_code, 400, f"{chemin}?{question}"):
                nom = question.split("=")[0]
                b.verifie(
                    any(
                        e.get("parametre") == nom or nom in (e.get("pointeur") or "") for e in reponse.json()["erreurs"]
                    ),
                    f"{chemin}?{question} : le paramètre est nommé",
                    reponse.text,
                )
    for question in ("statut=autre", "dossier=x", "statut=transmis&statut=recu", "statut="):
        b.egal(crip.get(f"/v1/signalements?{question}").status_code, 400, f"/v1/signalements?{question}")
    for chemin in ("/v1/moi?x=1", "/v1/territoire?x=1", f"/v1/signalements/{m.premier['id']}?x=1"):
        b.egal(crip.get(chemin).status_code, 400, f"{chemin} : paramètre inconnu")
    premiere = crip.get("/v1/signalements?limite=1").json()
    curseur = premiere["curseur_suivant"]
    for i in range(0, len(curseur), 5):
        faux = curseur[:i] + ("A" if curseur[i] != "A" else "B") + curseur[i + 1 :]
        b.egal(crip.get(f"/v1/signalements?limite=1&curseur={faux}").status_code, 400, f"curseur falsifié en {i}")
    for faux in (curseur[:-1], curseur + "A", curseur * 2, curseur.upper()):
        b.egal(crip.get(f"/v1/signalements?limite=1&curseur={faux}").status_code, 400, "curseur falsifié")
    ailleurs = {
        "une autre liste": (crip, "/v1/dossiers?curseur="),
        "un autre filtre": (crip, "/v1/signalements?statut=recu&curseur="),
        "un autre territoire": (m.api("crip", "69M"), "/v1/signalements?curseur="),
    }
    for quoi, (api, chemin) in ailleurs.items():
        b.egal(api.get(chemin + curseur).status_code, 400, f"curseur porté dans {quoi}")
    # What is created while one reads pages disturbs nothing that was there before.
    avant = [e["id"] for e in m.tous(a, "/v1/signalements", limite=200)]
    page = a.get("/v1/signalements?limite=2").json()
    vus = [e["id"] for e in page["elements"]]
    while page["curseur_suivant"]:
        m.brouillon({}) if len(vus) < 10 else None
        page = a.get(f"/v1/signalements?limite=20&curseur={page['curseur_suivant']}").json()
        vus += [e["id"] for e in page["elements"]]
    b.egal(vus, avant, "des écritures pendant la lecture des pages")


def jetons(m, fabrique_pour):
    """R1: three good algorithms; every hostile token gets the very bytes of no token at all."""
    b, moi = m.bilan, m.api("crip").get("/v1/moi").json()
    lyon = m.api("crip", "69M").get("/v1/moi").json()
    fabrique = fabrique_pour(moi["agent"], "77")
    for alg in ("EdDSA", "ES256", "RS256"):
        reponse = m.public.avec(fabrique.bon(alg)).get("/v1/moi")
        b.egal((reponse.status_code, reponse.json()), (200, moi), f"un jeton {alg} d’un émetteur ajouté")
    roles = m.public.avec(fabrique.bon(roles=["administrateur"], role="administrateur")).get("/v1/moi")
    b.verifie(roles.status_code == 401 or roles.json()["roles"] == moi["roles"], "un rôle dans le jeton ne donne rien")
    temoin = m.public.get("/v1/moi")
    b.egal(temoin.status_code, 401, "sans jeton")
    b.verifie(temoin.headers.get("WWW-Authenticate", "").startswith("Bearer"), "WWW-Authenticate: Bearer")
    nombre = 0
    for quoi, jeton in fabrique.hostiles(lyon["agent"]):
        nombre += 1
        reponse = m.public.get("/v1/moi", entetes={"Authorization": f"Bearer {jeton}".encode("latin-1", "replace")})
        b.egal((reponse.status_code, reponse.content), (401, temoin.content), f"jeton hostile, {quoi}")
    b.verifie(nombre >= 50, "au moins cinquante jetons hostiles", nombre)
    bon = fabrique.bon()
    for quoi in (
        f"Basic {bon}",
        bon,
        f"Bearer {bon} {bon}",
        f"Bearer {bon}, Bearer {bon}",
        f"Bearer\t{bon}x",
        "Bearer",
    ):
        reponse = m.public.get("/v1/moi", entetes={"Authorization": quoi})
        b.egal((reponse.status_code, reponse.content), (401, temoin.content), f"Authorization: {quoi[:12]}…")
    hostile = dict(fabrique.hostiles(lyon["agent"]))["sub = " + repr(lyon["agent"])]
    for methode, chemin in (
        ("POST", "/v1/signalements"),
        ("GET", "/v1/signalements"),
        ("PUT", "/v1/accuses-reception/x"),
        ("GET", f"/v1/signalements/{m.premier['id']}"),
        ("GET", "/v1/echeances/simulation"),
    ):
        reponse = m.public.avec(hostile).demande(methode, chemin, brut=b"{" if methode != "GET" else None)
        b.egal(
            (reponse.status_code, reponse.content), (401, temoin.content), f"{methode} {chemin} sans droit, 401 d’abord"
        )
    dans_l_url = m.public.get(f"/v1/moi?access_token={bon}")
    b.verifie(dans_l_url.status_code in (400, 401), "un jeton dans l’URL", dans_l_url.status_code)
    dit = m.serveur.commande("token", "--territoire", "77", "--role", "crip").stdout.splitlines()[-1]
    b.egal(
        m.public.avec(dit[:-2] + ("AA" if dit[-2:] != "AA" else "BB")).get("/v1/moi").content,
        temoin.content,
        "notre propre émetteur, signature changée",
    )


def actions(m):
    """`possible` is true exactly when a valid call succeeds, in every state and for each actor."""
    b = m.bilan
    acteurs = {
        "auteur": m.auteur(),
        "crip": m.api("crip"),
        "parquet": m.api("parquet", organisation="parquet-meaux"),
        "outil": m.outil("parquet-meaux"),
    }
    corps_ = {"cloture": {"motif": "suites_connues"}}

    def prepare(etat):
        vue = m.brouillon({} if etat == "brouillon incomplet" else None)
        if etat in ("transmis", "recu", "clos"):
            m.auteur().post(f"/v1/signalements/{vue['id']}/transmission", {})
        if etat in ("recu", "clos"):
            b.egal(m.accuse(vue).status_code, 200, "l’accusé prépare l’état")
        if etat == "clos":
            b.egal(
                acteurs["crip"].post(f"/v1/signalements/{vue['id']}/cloture", corps_["cloture"]).status_code,
                200,
                "la CRIP clôt",
            )
        if etat == "abandonne":
            b.egal(m.auteur().post(f"/v1/signalements/{vue['id']}/abandon").status_code, 200, "l’auteur abandonne")
        return vue

    def appelle(api, action, vue):
        chemin = action["href"].replace("{reference_parquet}", cle())
        b.verifie("{" not in chemin and chemin.startswith("/v1/"), "href se suit", action)
        if action["methode"] == "PATCH":
            return api.patch(chemin, {"lieu_effectif": {"valeur": "x"}}, "*")
        if action["methode"] == "PUT":
            return api.put(chemin, {"reference": vue["reference"], "date": m.aujourdhui(), "service": "Parquet"})
        return api.demande(
            action["methode"], chemin, corps_.get(chemin.rsplit("/", 1)[1], {}), {"Idempotency-Key": cle()}
        )

    noms = set()
    for etat in ("brouillon", "brouillon incomplet", "transmis", "recu", "clos", "abandonne"):
        for nom, api in acteurs.items():
            modele = prepare(etat)
            vue = api.get(f"/v1/signalements/{modele['id']}")
            if vue.status_code == 404:
                b.verifie(
                    nom != "auteur" and etat in ("brouillon", "brouillon incomplet", "abandonne"),
                    f"{etat} invisible pour {nom}",
                )
                continue
            for rang, action in enumerate(vue.json()["actions"]):
                sujet = prepare(etat)
                fraiche = api.get(f"/v1/signalements/{sujet['id']}").json()["actions"][rang]
                b.egal((fraiche["nom"], fraiche["possible"]), (action["nom"], action["possible"]), "les mêmes actions")
                reponse = appelle(api, fraiche, sujet)
                noms.add(action["nom"])
                b.egal(
                    reponse.ok,
                    action["possible"],
                    f"{etat}, {nom}, {action['nom']} : possible ⇔ réussit "
                    f"({reponse.status_code}, {action.get('motif_refus')})",
                )
    b.verifie(len(noms) >= 4, "les actions du circuit sont dites", noms)
