"""Invented names that no other text holds, and the search for them in all that the server leaves behind."""

import base64
import hashlib
import os
import re
import unicodedata

NOM, PRENOMS = "Zélandrin-Quoxart", "Éloïse Vréholta"
TELEPHONE, RUE, LIEU = "06 39 98 77 61", "17 impasse des Hélicebleues", "Gîte du Vergnoûlet, 77000 Melun"
ECOLE, MESURE, ELEMENTS = "Collège Ybrasquelin", "Mesure Oltramuche en cours", "Repérée par Kwendulaire"
MOTIF = "Entretien avec Mme Fribourdelle à venir"
AUTEUR, COURRIEL, TELEPHONE_AUTEUR = "Théodule Mirvanchot", "theodule.mirvanchot@example.org", "01 99 00 88 42"
LOGICIEL, MAGISTRAT = "NUMERO-QZX-8842-W", "Ondine Barquevelle"
NAISSANCE = "2011-07-19"

# The birth date is too common a text to look for, and is sealed with the name anyway.
TOUT = (
    NOM,
    PRENOMS,
    TELEPHONE,
    RUE,
    LIEU,
    ECOLE,
    MESURE,
    ELEMENTS,
    MOTIF,
    AUTEUR,
    COURRIEL,
    TELEPHONE_AUTEUR,
    LOGICIEL,
    MAGISTRAT,
)
# A word of each is enough, and is found even where the text was cut.
MOTS = (
    "Zélandrin",
    "Quoxart",
    "Éloïse",
    "Vréholta",
    TELEPHONE,
    TELEPHONE.replace(" ", ""),
    "Hélicebleues",
    "Vergnoûlet",
    "Ybrasquelin",
    "Oltramuche",
    "Kwendulaire",
    "Fribourdelle",
    "Théodule",
    "Mirvanchot",
    COURRIEL,
    TELEPHONE_AUTEUR,
    TELEPHONE_AUTEUR.replace(" ", ""),
    LOGICIEL,
    "Ondine",
    "Barquevelle",
)


def signalement(ressort="meaux", **autres):
    """A whole report, ready to be sent, full of planted names."""
    corps = {
        "ressort": ressort,
        "situation": "risque",
        "auteurs": [{"nom": AUTEUR, "telephone": TELEPHONE_AUTEUR, "courriel": COURRIEL}],
        "identite_mineur": {"valeur": {"nom": NOM, "prenoms": PRENOMS, "date_naissance": NAISSANCE, "sexe": "feminin"}},
        "contact_mineur": {"valeur": f"Téléphone : {TELEPHONE}"},
        "domicile_parents": {"valeur": f"{RUE}, Meaux"},
        "lieu_effectif": {"valeur": LIEU},
        "situation_scolaire": {"valeur": ECOLE},
        "mesure_educative": {"valeur": MESURE},
        "elements_situation": {"valeur": ELEMENTS},
        "contexte_revelation": {"inconnu": True, "motif": MOTIF},
    }
    return {nom: valeur for nom, valeur in {**corps, **autres}.items() if valeur is not ...}


def formes(mot):
    """The bytes under which a word may lie: encodings, capitals, without accents, base64 at its three places, hex."""
    nu = "".join(c for c in unicodedata.normalize("NFD", mot) if not unicodedata.combining(c))
    textes = {mot, mot.upper(), mot.lower(), nu, nu.upper(), nu.lower(), unicodedata.normalize("NFD", mot)}
    trouves = set()
    for texte in textes:
        for codage in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
            try:
                trouves.add(texte.encode(codage))
            except UnicodeEncodeError:
                pass
    octets = mot.encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for decalage in range(3):
            bloc = encode(bytes(decalage) + octets)
            # The first and last characters depend on the neighbours.
            debut, fin = (0, 2, 3)[decalage], len(bloc.rstrip(b"=")) - (1 if (decalage + len(octets)) % 3 else 0)
            trouves.add(bloc[debut:fin])
    trouves |= {octets.hex().encode(), octets.hex().upper().encode()}
    trouves.add(mot.encode("unicode_escape"))
    return {f for f in trouves if len(f) >= 6}


def fichiers(dossiers):
    for dossier in dossiers:
        if os.path.isfile(dossier):
            yield dossier
        for racine, _, noms in os.walk(dossier):
            yield from (os.path.join(racine, nom) for nom in noms)


def cherche(dossiers, mots=MOTS):
    """(word, file) wherever a planted word lies; and the number of bytes read."""
    cherches = [(mot, forme) for mot in mots for forme in formes(mot)]
    trouves, lus, vus = [], 0, set()
    for chemin in fichiers(dossiers):
        try:
            with open(chemin, "rb") as fichier:
                contenu = fichier.read()
        except OSError:
            continue  # PostgreSQL removes files while we look.
        lus += len(contenu)
        contenu = re.sub(rb"\0{32,}", b"\0", contenu)
        empreinte = hashlib.sha256(contenu).digest()
        if empreinte in vus:
            continue  # A new base of PostgreSQL is a copy of another.
        vus.add(empreinte)
        trouves += [(mot, chemin) for mot, forme in cherches if forme in contenu]
    return sorted(set(trouves)), lus
