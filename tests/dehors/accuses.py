"""The acknowledgements of a Parquet's machine: alone, and in a batch with bad lines."""

import urllib.parse
import uuid

import plantes
from client import pointeurs, sans_variable, verifie_probleme
from concurrence import ensemble
from monde import cle


def chemin(reference):
    return "/v1/accuses-reception/" + urllib.parse.quote(reference, safe="")


def seuls(m):
    """One by one: the same again, another content, a hidden signalement, a malformed body."""
    b, outil, vue = m.bilan, m.outil("parquet-meaux"), m.premier
    corps = {
        "reference": vue["reference"],
        "date": m.aujourdhui(),
        "service": "Parquet des mineurs – été",
        "magistrat": plantes.MAGISTRAT,
        "sursis": True,
    }
    reference = "MEAUX/2026 É+1%2F?#é~"
    fait = outil.put(chemin(reference), corps)
    b.egal(fait.status_code, 200, "PUT d’un accusé par l’outil du parquet")
    for nom, valeur in {**corps, "reference_parquet": reference, "signalement": vue["id"]}.items():
        b.egal(fait.json().get(nom), valeur, f"l’accusé rend {nom}")
    encore = outil.put(chemin(reference), corps)
    b.egal((encore.status_code, encore.content), (200, fait.content), "le même accusé : la même réponse")
    autrement = "/v1/accuses-reception/" + "".join(f"%{octet:02x}" for octet in reference.encode())
    b.egal(outil.put(autrement, corps).content, fait.content, "la même référence, tout entière en %xx")
    for nom, valeur in (
        ("date", "2026-01-02"),
        ("service", "Autre"),
        ("magistrat", "Autre"),
        ("magistrat", None),
        ("sursis", False),
    ):
        b.egal(outil.put(chemin(reference), {**corps, nom: valeur}).status_code, 409, f"un autre contenu ({nom})")
    lue = m.vue(vue["id"])
    b.egal(
        (lue["statut"], lue["accuse_reception"]["reference_parquet"]), ("recu", reference), "le signalement est reçu"
    )
    b.egal(
        {e["destinataire"]["code"]: e["statut"] for e in m.envois(vue["id"])},
        {"parquet-meaux": "accuse", "crip-77": "remis"},
        "l’envoi au parquet est accusé",
    )
    etats = [e["etat"] for e in m.tous(m.auteur(), "/v1/echeances", regle="SIG-8") if e["sujet"] == vue["id"]]
    b.egal(etats, ["tenue"], "l’échéance SIG-8 est tenue")
    # Absent and null say the same; so do an absent and a false request to suspend.
    simple = m.transmis()
    minimal = {"reference": simple["reference"], "date": m.aujourdhui(), "service": "Parquet"}
    fait = outil.put(chemin("SIMPLE-" + simple["reference"]), minimal)
    b.egal((fait.json()["magistrat"], fait.json()["sursis"]), (None, False), "sans magistrat ni sursis")
    encore = outil.put(chemin("SIMPLE-" + simple["reference"]), {**minimal, "magistrat": None, "sursis": False})
    b.egal(encore.content, fait.content, "null et absent : le même contenu")
    # Another signalement under a reference already given, and another reference for the same signalement.
    second = m.transmis()
    b.egal(m.accuse(second, reference).status_code, 409, "la même référence pour un autre signalement")
    b.egal(m.vue(second["id"])["statut"], "transmis", "et rien n’a changé")
    b.egal(m.accuse(simple, f"AUTRE-{cle()}").status_code, 409, "un second accusé du même signalement")
    ailleurs = m.transmis(plantes.signalement("melun"))
    melun = m.outil("parquet-melun")
    b.egal(m.accuse(ailleurs, reference, melun).status_code, 200, "la même référence chez un autre parquet")
    # Hidden and unknown are one.
    etranger = m.tous(m.api("crip", "69M"), "/v1/signalements")[0]["reference"]
    caches = {
        "autre parquet": m.transmis(plantes.signalement("melun"))["reference"],
        "brouillon": m.brouillon()["reference"],
        "autre territoire": etranger,
        "référence mal formée": "n'importe quoi",
    }
    for ou in (f"NOUVELLE-{cle()}", reference):
        inconnu = outil.put(chemin(ou), {**minimal, "reference": "SIG-77-2026-99999"})
        for nom, cachee in caches.items():
            b.egal(
                sans_variable(outil.put(chemin(ou), {**minimal, "reference": cachee})),
                sans_variable(inconnu),
                f"accusé d’un {nom} = d’un inconnu",
            )
        b.egal(inconnu.status_code, 404 if ou != reference else inconnu.status_code, "une référence inconnue")
    ensembles(m, outil)
    mauvais = {
        "/reference": (7, "", None),
        "/date": ("2026-02-30", "hier", 7, "24/12/2026"),
        "/service": ("", 7, None),
        "/magistrat": (7, " "),
        "/sursis": ("oui", 1),
        "/autre": (1,),
        "/id": (str(uuid.uuid4()),),
    }
    for champ, valeurs in mauvais.items():
        for valeur in valeurs:
            refus = outil.put(chemin(f"MAUVAIS-{cle()}"), {**minimal, champ[1:]: valeur})
            quoi = f"accusé avec {champ} = {valeur!r}"
            if b.verifie(refus.status_code in (400, 422), f"{quoi} est refusé", refus.text):
                b.egal(sorted(set(pointeurs(refus))), [champ], f"{quoi} : pointeur")
    b.egal(outil.put(chemin(f"VIDE-{cle()}"), {}).status_code in (400, 422), True, "un accusé vide")
    b.egal(outil.put(chemin("x" * 129), minimal).status_code in (400, 404, 422), True, "une référence trop longue")
    for role in ("crip", "etablissement", "association"):
        b.egal(m.api(role).put(chemin(f"ROLE-{cle()}"), minimal).status_code, 403, f"{role} n’accuse pas réception")


def ensembles(m, outil):
    """Pushed by several machines at once: one acknowledgement, and the same answer to whoever says the same."""
    b, memes, autres = m.bilan, m.transmis(), m.transmis()
    corps = {"date": m.aujourdhui(), "service": "Parquet"}
    reponses = ensemble(
        20,
        lambda _: outil.put(
            chemin(f"ENSEMBLE-{memes['reference']}"), {**corps, "reference": memes["reference"]}, verifie=False
        ),
    )
    b.egal({(r.status_code, r.content) for r in reponses}, {(200, reponses[0].content)}, "vingt fois le même accusé")
    reponses = ensemble(
        20,
        lambda i: (
            outil.put(
                chemin(f"ENSEMBLE-{autres['reference']}-{i}"),
                {**corps, "reference": autres["reference"]},
                verifie=False,
            ).status_code
        ),
    )
    b.egal(sorted(reponses), [200] + [409] * 19, "vingt accusés différents du même signalement : un seul")
    genres = [e["type"] for e in m.tous(m.auteur(), f"/v1/dossiers/{memes['dossier']}/chronologie")]
    b.egal(genres.count("signalement_recu"), 1, f"un seul fait : {genres}")


def lots(m):
    """A batch: each line for itself, in order, and the same again for the same batch."""
    b, outil = m.bilan, m.outil("parquet-meaux")
    bons = [m.transmis() for _ in range(3)]
    cache, brouillon = m.transmis(plantes.signalement("fontainebleau")), m.brouillon()

    def ligne(vue, **autres):
        corps = {
            "reference_parquet": f"LOT-{vue['reference']}",
            "reference": vue["reference"],
            "date": m.aujourdhui(),
            "service": "Parquet des mineurs",
            **autres,
        }
        return {nom: valeur for nom, valeur in corps.items() if valeur is not ...}

    attendu = [
        (ligne(bons[0], magistrat=plantes.MAGISTRAT, sursis=True), {200}, None),
        ("pas un objet", {400, 422}, ""),
        (None, {400, 422}, ""),
        (7, {400, 422}, ""),
        ([], {400, 422}, ""),
        ({}, {400, 422}, "/reference_parquet"),
        (ligne(bons[1], date="2026-02-30"), {400, 422}, "/date"),
        (ligne(bons[1], service=...), {400, 422}, "/service"),
        (ligne(bons[1], reference_parquet=...), {400, 422}, "/reference_parquet"),
        (ligne(bons[1], reference_parquet=7), {400, 422}, "/reference_parquet"),
        (ligne(bons[1], reference_parquet="x" * 129), {400, 422}, "/reference_parquet"),
        (ligne(bons[1], inconnu=1), {400, 422}, "/inconnu"),
        (ligne(bons[1], sursis="oui"), {400, 422}, "/sursis"),
        (ligne(bons[1]), {200}, None),
        (ligne(bons[1]), {200}, None),
        (ligne(bons[1], service="Autre"), {409}, None),
        (ligne(bons[2], reference_parquet=f"LOT-{bons[0]['reference']}"), {409}, None),
        (ligne(bons[2], reference="SIG-77-2026-99999", reference_parquet="JAMAIS-1"), {404}, None),
        (ligne(cache, reference_parquet="JAMAIS-2"), {404}, None),
        (ligne(brouillon, reference_parquet="JAMAIS-3"), {404}, None),
        (ligne(bons[2]), {200}, None),
    ]
    envoi = [corps for corps, _, _ in attendu]
    reponse = outil.demande("POST", "/v1/accuses-reception/lots", envoi)
    b.egal(reponse.status_code, 200, "un lot avec de mauvaises lignes")
    lignes = reponse.json()
    b.egal([ligne_["ligne"] for ligne_ in lignes], list(range(1, len(attendu) + 1)), "ligne compte à partir de 1")
    for rendue, (corps, statuts, ou) in zip(lignes, attendu, strict=True):
        quoi = f"lot, ligne {rendue['ligne']} ({str(corps)[:60]})"
        b.verifie(rendue["statut"] in statuts, f"{quoi} : statut parmi {statuts}", rendue)
        b.verifie(set(rendue) <= {"ligne", "statut", "probleme"}, f"{quoi} : membres", rendue)
        probleme = rendue.get("probleme")
        b.egal(bool(probleme), rendue["statut"] != 200, f"{quoi} : probleme quand elle est refusée")
        if probleme:
            verifie_probleme(b, quoi, probleme, rendue["statut"])
            b.verifie(plantes.MAGISTRAT not in m.texte(probleme), f"{quoi} : aucune valeur soumise")
        if ou is not None and probleme:
            trouves = [e.get("pointeur") for e in probleme["erreurs"]]
            rang = f"/{rendue['ligne'] - 1}"
            # In the line or in the whole batch: the issue can be read both ways.
            b.verifie(trouves in ([ou], [rang + ou]), f"{quoi} : pointeur", trouves)
    inconnus = [m.texte(lignes[i]["probleme"]) for i in (17, 18, 19)]
    b.egal(len(set(inconnus)), 1, "lot : autre parquet, brouillon et inconnu se ressemblent")
    encore = outil.demande("POST", "/v1/accuses-reception/lots", envoi)
    b.egal(encore.content, reponse.content, "le même lot : la même réponse")
    b.egal([m.vue(v["id"])["statut"] for v in bons], ["recu"] * 3, "les bonnes lignes ont compté")
    b.egal(m.vue(cache["id"])["statut"], "transmis", "les autres non")
    doubles = (
        b'[{"reference":"a","reference":"b"},'
        + m.texte(ligne(bons[0], magistrat=plantes.MAGISTRAT, sursis=True)).encode()
        + b"]"
    )
    reponse = outil.demande(
        "POST", "/v1/accuses-reception/lots", brut=doubles, entetes={"Content-Type": "application/json"}
    )
    b.verifie(
        reponse.status_code == 200 and [ligne_["statut"] for ligne_ in reponse.json()][1] == 200,
        "une clé en double est l’erreur de sa seule ligne",
        reponse.text,
    )
    b.egal(outil.demande("POST", "/v1/accuses-reception/lots", []).json(), [], "un lot vide")
    inconnue = ligne(bons[0], reference="SIG-77-2026-99999", reference_parquet="JAMAIS")
    plein = outil.demande("POST", "/v1/accuses-reception/lots", [inconnue] * 500)
    b.egal((plein.status_code, {ligne_["statut"] for ligne_ in plein.json()}), (200, {404}), "500 lignes")
    b.egal(outil.demande("POST", "/v1/accuses-reception/lots", [inconnue] * 501).status_code, 413, "501 lignes")
    longue = {**inconnue, "reference_parquet": "é" * 128, "service": "é" * 200, "magistrat": "é" * 200}
    large = outil.demande("POST", "/v1/accuses-reception/lots", [longue] * 500)
    b.egal((large.status_code, len(large.json())), (200, 500), "500 lignes aussi longues que le contrat le permet")
    for corps in ({}, "x", 7, None):
        refus = outil.demande(
            "POST",
            "/v1/accuses-reception/lots",
            brut=m.texte(corps).encode(),
            entetes={"Content-Type": "application/json"},
        )
        b.verifie(refus.status_code in (400, 422), f"un lot qui n’est pas une liste : {corps!r}", refus.text)
    b.egal(m.api("crip").demande("POST", "/v1/accuses-reception/lots", []).status_code, 403, "la CRIP n’en dépose pas")
