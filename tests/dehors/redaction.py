"""A draft: what it shows, its revisions, its missing mentions, and the numbers of someone's software."""

import random
import re
import uuid

import plantes
from client import pointeurs
from monde import EXIGES, MENTIONS, cle


INCONNUE = {"inconnu": True, "motif": "L’entretien n’a pas encore eu lieu."}


def brouillon(m):
    """A draft: what its answer shows, its revisions, and nobody else."""
    b, a = m.bilan, m.auteur()
    reponse = a.post(
        "/v1/signalements",
        plantes.signalement(identifiants_externes=[{"systeme": "LOGICIEL", "valeur": plantes.LOGICIEL}]),
    )
    b.egal(reponse.status_code, 201, "POST /v1/signalements")
    vue = reponse.json()
    b.egal(str(uuid.UUID(vue["id"])), vue["id"], "id est un UUID")
    b.egal(vue["statut"], "brouillon", "statut")
    b.verifie(vue["reference"] and vue["actions"], "reference et actions", vue)
    for action in vue["actions"]:
        b.verifie(
            {"nom", "href", "methode", "possible"}
            <= set(action)
            <= {"nom", "href", "methode", "possible", "motif_refus"},
            "une action",
            action,
        )
        b.verifie(action["possible"] != bool(action.get("motif_refus")), "motif_refus quand elle est refusée", action)
    chemin = f"/v1/signalements/{vue['id']}"
    lue = a.get(chemin)
    b.egal(lue.json(), vue, "GET rend ce que POST a répondu")
    for nom, valeur in plantes.signalement().items():
        if nom != "situation":
            b.egal(vue[nom], valeur, f"{nom} est rendu tel quel")
    etag = lue.headers["ETag"]
    b.verifie(re.fullmatch(r'"[^"]+"', etag), "un ETag fort", etag)
    nouveau = {"lieu_effectif": {"valeur": "Foyer, Melun"}}
    b.egal(a.patch(chemin, nouveau, None).status_code, 428, "PATCH sans If-Match")
    b.egal(a.patch(chemin, nouveau, '"périmé"'.encode("latin-1")).status_code in (400, 412), True, "If-Match inconnu")
    b.egal(a.patch(chemin, nouveau, '"autre"').status_code, 412, "PATCH d’une autre révision")
    modifie = a.patch(chemin, nouveau, etag)
    b.egal((modifie.status_code, modifie.json()["lieu_effectif"]), (200, nouveau["lieu_effectif"]), "PATCH")
    b.verifie(modifie.headers.get("ETag") not in (None, etag), "PATCH rend un nouvel ETag", modifie.headers.get("ETag"))
    b.egal(a.patch(chemin, nouveau, etag).status_code, 412, "PATCH de l’ancienne révision")
    fusion = a.patch(
        chemin,
        {"lieu_effectif": plantes.signalement()["lieu_effectif"]},
        modifie.headers["ETag"],
        entetes={"Content-Type": "application/merge-patch+json"},
    )
    b.egal(fusion.status_code, 200, "PATCH en application/merge-patch+json")
    b.egal(m.vue(vue["id"])["contact_mineur"], vue["contact_mineur"], "un champ absent du PATCH reste")
    for role, organisation in (("crip", None), ("parquet", "parquet-meaux"), ("association", None)):
        autre = m.api(role, organisation=organisation)
        b.egal(autre.get(chemin).status_code, 404, f"un brouillon n’existe pas pour {role}")
        b.verifie(vue["id"] not in m.texte(m.tous(autre, "/v1/signalements")), f"ni dans la liste de {role}")
        b.egal(autre.get(f"/v1/dossiers/{vue['dossier']}").status_code, 404, f"ni son dossier pour {role}")
        b.verifie(vue["dossier"] not in m.texte(m.tous(autre, "/v1/dossiers")), f"ni dans les dossiers de {role}")
    autre = m.brouillon({"dossier": vue["dossier"]})
    b.egal(autre["dossier"], vue["dossier"], "un second signalement du même dossier")
    b.verifie(m.brouillon({})["dossier"] != vue["dossier"], "sans dossier, un dossier s’ouvre")
    b.verifie(len(m.tous(a, "/v1/signalements", dossier=vue["dossier"])) == 2, "le filtre par dossier")
    m.premier = m.vue(vue["id"])


def mentions(m):
    """SIG-1: exactly the missing mentions, whatever is missing."""
    b, a, hasard = m.bilan, m.auteur(), random.Random(1)
    entier = plantes.signalement()
    manques = [set(EXIGES), *({e} for e in EXIGES)]
    manques += [set(hasard.sample(EXIGES, hasard.randint(2, 9))) for _ in range(12)]
    for manque in manques:
        corps = {
            n: (INCONNUE if n in MENTIONS and hasard.random() < 0.5 else v)
            for n, v in entier.items()
            if n not in manque
        }
        vue = m.brouillon(corps if len(manque) < len(EXIGES) else {})
        reponse = a.post(f"/v1/signalements/{vue['id']}/transmission", {})
        b.egal(
            (reponse.status_code, pointeurs(reponse)),
            (422, sorted(f"/{e}" for e in manque)),
            "les mentions manquantes, exactement",
        )
        b.verifie(reponse.json()["regle"] == "SIG-1", "la règle SIG-1 est dite", reponse.text)
    # The same draft, completed, erased again, completed: each time the answer follows.
    vue, chemin = m.brouillon({}), None
    chemin = f"/v1/signalements/{vue['id']}"
    for manque in (set(EXIGES[2:]), {"lieu_effectif"}, {"auteurs", "lieu_effectif"}):
        modifie = a.patch(chemin, {e: None if e in manque else entier[e] for e in EXIGES}, m.etag(vue["id"]))
        b.egal(modifie.status_code, 200, "PATCH remplit et efface")
        reponse = a.post(chemin + "/transmission", {})
        b.egal(pointeurs(reponse), sorted(f"/{e}" for e in manque), "les mentions manquantes après PATCH")
    vide = m.brouillon({**entier, "auteurs": []})
    reponse = a.post(f"/v1/signalements/{vide['id']}/transmission", {})
    b.egal((reponse.status_code, pointeurs(reponse)), (422, ["/auteurs"]), "aucun auteur : une mention manque")
    ailleurs = a.post("/v1/signalements", {**entier, "ressort": "lyon"})
    if ailleurs.status_code == 201:
        ailleurs = a.post(f"/v1/signalements/{ailleurs.json()['id']}/transmission", {})
    b.egal((ailleurs.status_code, pointeurs(ailleurs)), (422, ["/ressort"]), "un ressort d’un autre territoire")
    inconnues = {**entier, **{nom: INCONNUE for nom in MENTIONS}}
    b.egal(m.transmis(inconnues)["statut"], "transmis", "tout inconnu avec un motif se transmet")
    mauvaises = {
        "/lieu_effectif": [
            {},
            {"valeur": ""},
            {"valeur": "  "},
            {"inconnu": True},
            {"inconnu": True, "motif": " "},
            {"inconnu": False, "motif": "x"},
            {"valeur": "x", "inconnu": True, "motif": "y"},
            {"valeur": "x", "autre": 1},
            "texte",
            7,
            [],
            {"valeur": 7},
            {"valeur": "a\u0000b"},
        ],
        "/identite_mineur": [
            {},
            {"valeur": {}},
            {"valeur": "x"},
            {"inconnu": True},
            {"valeur": {"nom": 7}},
            {"valeur": {"nom": "A", "date_naissance": "2011-02-30"}},
            {"valeur": {"nom": "A", "date_naissance": "hier"}},
            {"valeur": {"nom": "A", "sexe": "autre"}},
            {"valeur": {"nom": "A", "age": 7}},
        ],
        "/auteurs": [
            {},
            "x",
            [{}],
            [{"nom": "A"}],
            [{"nom": "", "telephone": "0199001122", "courriel": "a@example.org"}],
            [{"nom": "A", "telephone": "0199001122", "courriel": "pas un courriel"}],
            [{"nom": "A", "telephone": "x", "courriel": "a@example.org"}],
            [7],
        ],
        "/ressort": ["", 7, {}],
        "/situation": ["autre", 7],
        "/statut": ["transmis"],
        "/id": [str(uuid.uuid4())],
        "/reference": ["SIG-77-2026-99999"],
        "/actions": [[]],
    }
    for champ, valeurs in mauvaises.items():
        for valeur in valeurs:
            reponse = a.post("/v1/signalements", {**entier, champ[1:]: valeur})
            quoi = f"POST avec {champ} = {valeur!r}"
            if b.verifie(reponse.status_code in (400, 422), f"{quoi} est refusé", reponse.text):
                ou = pointeurs(reponse)
                b.verifie(ou and all(p == champ or p.startswith(champ + "/") for p in ou), f"{quoi} : pointeur", ou)
    precis = a.post("/v1/signalements", {"identite_mineur": {"valeur": {"nom": "A", "date_naissance": "x"}}})
    b.egal(pointeurs(precis), ["/identite_mineur/valeur/date_naissance"], "le pointeur va jusqu’au champ")
    precis = a.post("/v1/signalements", {"auteurs": [entier["auteurs"][0], {**entier["auteurs"][0], "courriel": "x"}]})
    b.egal(pointeurs(precis), ["/auteurs/1/courriel"], "le pointeur compte depuis 0")
    precis = a.post("/v1/signalements", {"a/b~c": 1})
    b.egal(pointeurs(precis), ["/a~1b~0c"], "le pointeur échappe / et ~")


def identifiants(m):
    """A number in someone's software: once per system and organisation, and no oracle for the others."""
    b, a = m.bilan, m.auteur()
    numero = [{"systeme": "REGISTRE", "valeur": f"N-{cle()}"}]
    vue = m.brouillon({"identifiants_externes": numero})
    b.egal(vue["identifiants_externes"], numero, "le numéro est rendu")
    b.egal(a.post("/v1/signalements", {"identifiants_externes": numero}).status_code, 409, "le même numéro, deux fois")
    b.egal(
        m.api("association").post("/v1/signalements", {"identifiants_externes": numero}).status_code,
        201,
        "le même numéro chez un autre",
    )
    double = a.post("/v1/signalements", {"identifiants_externes": numero * 2})
    b.verifie(double.status_code in (400, 409, 422), "le même numéro deux fois dans un corps", double.status_code)
