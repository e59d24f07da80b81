"""Settings and commands: what is refused at start, what is left alone, what `migrate` and `serve` need."""

import hashlib
import os
import re
import socket

import plantes
from monde import Monde, cle
from serveur import Serveur, attend


def empreintes(dossier):
    """Every file of a folder, with its digest."""
    tout = {}
    for chemin in plantes.fichiers([dossier]):
        with open(chemin, "rb") as fichier:
            tout[os.path.relpath(chemin, dossier)] = hashlib.sha256(fichier.read()).hexdigest()
    return tout


def ecrit(chemin, texte):
    os.makedirs(os.path.dirname(chemin), exist_ok=True)
    with open(chemin, "w", encoding="utf-8") as fichier:
        fichier.write(texte)
    return chemin


def refuse(b, serveur, quoi, commande, code=None, contient=None, **reglages):
    """The command ends by itself, soon, with a reason."""
    fait = serveur.commande(*commande.split(), delai=30, **reglages)
    juste = fait.returncode not in (0, -6, -11, 101) and (code is None or fait.returncode == code)
    b.verifie(juste and fait.stderr.strip(), f"{quoi} : « {commande} » est refusé", (fait.returncode, fait.stderr))
    b.verifie("panicked" not in fait.stderr, f"{quoi} : sans panique", fait.stderr)
    if contient:
        b.verifie(contient in fait.stdout + fait.stderr, f"{quoi} : le message nomme {contient}", fait)


def commun(b, nouveau):
    """Unknown settings, values that mean nothing, keys inside the data."""
    s = nouveau("reglages")
    os.makedirs(s.donnees)
    for commande in (
        "serve",
        "demo",
        "migrate",
        "verify",
        "token --territoire 77 --role crip",
        "client create --territoire 77 --organisation parquet-meaux",
    ):
        refuse(b, s, "réglage inconnu", commande, 2, "MAILLAGE_INCONNU", MAILLAGE_INCONNU="1")
    b.egal(os.listdir(s.donnees), [], "un réglage inconnu n’a rien fait")
    toml = ecrit(f"{s.dossier}/inconnu.toml", 'inconnu = "x"\n')
    refuse(b, s, "clé TOML inconnue", f"serve --config {toml}", 2, "inconnu")
    refuse(b, s, "fichier TOML absent", f"serve --config {s.dossier}/absent.toml", 2)
    refuse(b, s, "TOML mal formé", f"serve --config {ecrit(f'{s.dossier}/faux.toml', '= =')}", 2)
    for nom, valeur in (
        ("MAILLAGE_LISTEN", "8080"),
        ("MAILLAGE_LISTEN", "127.0.0.1:99999"),
        ("MAILLAGE_LISTEN", ""),
        ("MAILLAGE_SMTP_URL", "http://127.0.0.1"),
        ("MAILLAGE_SMTP_URL", "x"),
        ("MAILLAGE_DATABASE_URL", "mysql://a@127.0.0.1/b"),
        ("MAILLAGE_PUBLIC_URL", "pas une url"),
        ("MAILLAGE_TRUSTED_PROXIES", "partout"),
        ("MAILLAGE_SMTP_CA", "/nulle/part.pem"),
        ("MAILLAGE_SMTP_URL_FILE", "/nulle/part"),
        ("MAILLAGE_DATABASE_URL_FILE", "/nulle/part"),
    ):
        autres = {"MAILLAGE_SMTP_URL": "smtp://127.0.0.1:25"} if nom == "MAILLAGE_SMTP_CA" else {}
        refuse(b, s, f"{nom}={valeur}", "demo", **autres, **{nom: valeur})
    b.egal(os.listdir(s.donnees), [], "un réglage faux n’a rien fait")
    refuse(
        b,
        s,
        "JWKS absent",
        "demo",
        MAILLAGE_JWKS="/nulle/part.json",
        MAILLAGE_AUDIENCE="a",
        MAILLAGE_ISSUER="https://identite.example.org",
    )
    refuse(b, s, "JWKS sans émetteur", "demo", MAILLAGE_JWKS="/nulle/part.json")
    secret = "mot-de-passe-visible"
    fait = s.commande("demo", MAILLAGE_DATABASE_URL=f"mysql://a:{secret}@127.0.0.1/b")
    b.verifie(secret not in fait.stdout + fait.stderr, "un mot de passe n’est jamais répété", fait.stderr)


def cles(b, nouveau):
    """`serve` refuses keys inside the data folder, however the place is written."""
    s = nouveau("cles")
    lien = f"{s.dossier}/lien"
    os.makedirs(f"{s.donnees}/cles")
    os.symlink(f"{s.donnees}/cles", lien)
    for ou in (
        f"{s.donnees}/cles",
        s.donnees,
        f"{s.donnees}/../donnees/cles",
        f"{s.donnees}/neuf/loin",
        lien,
        f"{s.donnees}//cles/",
    ):
        refuse(
            b, s, f"clés dans les données ({os.path.relpath(ou, s.dossier)})", "serve", None, None, MAILLAGE_KEYS_DIR=ou
        )
    os.chdir(s.dossier)
    refuse(
        b,
        s,
        "clés dans les données (relatif)",
        "serve",
        None,
        None,
        MAILLAGE_KEYS_DIR="donnees/cles",
        MAILLAGE_DATA="donnees",
    )
    os.chdir("/")


def etranger(b, nouveau):
    """`demo` leaves alone what it did not make: other files, other bases, other programs' files."""
    s = nouveau("migre")
    ailleurs = f"{s.dossier}/trousseau"
    fait = s.commande("migrate", "--territoire", "77", "--nom", "Un département", MAILLAGE_KEYS_DIR=ailleurs)
    b.egal(fait.returncode, 0, f"migrate sur des fichiers : {fait.stdout}{fait.stderr}")
    b.verifie(os.path.exists(f"{s.donnees}/77.sqlite"), "77.sqlite", os.listdir(s.donnees))
    avant = empreintes(s.donnees)
    for reglages in ({"MAILLAGE_KEYS_DIR": ailleurs}, {}):
        refuse(b, s, "une base que demo n’a pas faite", "demo", None, None, **reglages)
    refuse(
        b,
        s,
        "une base que demo n’a pas faite",
        "token --territoire 77 --role crip",
        None,
        None,
        MAILLAGE_KEYS_DIR=ailleurs,
    )
    apres = empreintes(s.donnees)
    b.egal({n: apres.get(n) for n in avant}, avant, "elle est restée telle quelle")
    b.egal(s.commande("verify", MAILLAGE_KEYS_DIR=ailleurs).returncode, 0, "verify d’une base neuve")
    b.egal(s.commande("migrate", MAILLAGE_KEYS_DIR=ailleurs).returncode, 0, "migrate deux fois")
    s.demarre("serve", MAILLAGE_KEYS_DIR=ailleurs)
    b.verifie(s.pret(), "serve sur une base migrée")
    s.arrete()
    faux = nouveau("faux")
    ecrit(f"{faux.donnees}/77.sqlite", "ceci n’est pas une base\n" * 100)
    avant = empreintes(faux.donnees)
    refuse(b, faux, "un fichier 77.sqlite étranger", "demo")
    b.verifie(empreintes(faux.donnees).get("77.sqlite") == avant["77.sqlite"], "il est resté tel quel")


def courriels(b, nouveau):
    """Without a mail server, `demo` writes each e-mail as a file and says so; other files stay."""
    s = nouveau("courriels")
    for nom in ("notes.txt", "sous/dossier/image.bin", "autre.sqlite", "69M.txt"):
        ecrit(f"{s.donnees}/{nom}", f"contenu de {nom}")
    avant = empreintes(s.donnees)
    duree = s.demarre()
    print(f"    demo prêt en {duree:.1f} s", flush=True)
    b.verifie(duree < 15, "demo est prêt vite", duree)
    apres = empreintes(s.donnees)
    b.egal({n: apres.get(n) for n in avant}, avant, "demo laisse les autres fichiers")
    b.verifie(f"{s.donnees}/courriels" in s.texte_sortie(), "demo dit où sont les courriels", s.texte_sortie())
    b.verifie(f"{s.donnees}/cles" in s.texte_sortie(), "demo dit où sont les clés", s.texte_sortie())
    return s


def pareils(m, nouveau):
    """Two demonstrations of one day are the same, whoever makes them."""
    autre = nouveau("pareil")
    autre.demarre()
    try:
        n = Monde(m.bilan, None, autre, None)
        for role, chemin in (
            ("crip", "/v1/signalements"),
            ("crip", "/v1/dossiers"),
            ("crip", "/v1/organisations"),
            ("etablissement", "/v1/signalements"),
            ("crip", "/v1/echeances"),
        ):
            m.bilan.egal(n.tous(n.api(role), chemin), m.tous(m.api(role), chemin), f"deux demo, {chemin} de {role}")
    finally:
        autre.arrete()


def eml(m):
    """The files of `courriels`, one by message."""
    vue = m.transmis()
    m.attend_remis(vue["id"])
    dossier = f"{m.serveur.donnees}/courriels"
    textes = []
    for nom in sorted(os.listdir(dossier)):
        with open(os.path.join(dossier, nom), encoding="utf-8") as fichier:
            textes.append((nom, fichier.read()))
    m.bilan.egal(len([n for n, t in textes if vue["reference"] in t and n.endswith(".eml")]), 2, "deux fichiers .eml")
    m.bilan.verifie(all(re.search(r"^Subject: ", t, re.M) for _, t in textes), "des messages entiers")
    modes = {oct(os.stat(os.path.join(dossier, nom)).st_mode & 0o077) for nom, _ in textes}
    m.bilan.egal(modes, {"0o0"}, "lisibles de leur seul propriétaire")
    m.serveur.arrete()


def sante(b, nouveau):
    """`/sante/pret` says 503 before the data are complete, and an address in use is an error, not a loop."""
    s = nouveau("occupe")
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", int(s.adresse.rsplit(":", 1)[1])))
        prise.listen()
        fait = s.commande("demo", delai=30)
        b.verifie(fait.returncode not in (0, 101) and fait.stderr.strip(), "une adresse déjà prise", fait.stderr[-300:])


def postgres(b, nouveau, grappe):
    """On PostgreSQL: TLS that this build lacks, a superuser, a base not migrated, the SQL for its administrator."""
    grappe.cree("divers")
    secret = "secret/é@ :%divers"
    url = grappe.url("divers", "divers", secret)
    s = nouveau("pg")
    trousseau = f"{s.dossier}/trousseau"
    s.reglages |= {"MAILLAGE_KEYS_DIR": trousseau, "MAILLAGE_DATABASE_URL": url}
    refuse(b, s, "migrate sans administrateur", "migrate --territoire 77 --nom N")
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_name = 'fait'"
    b.egal(grappe.sql("divers", tables), ["0"], "rien n’a été fait")
    # The SQL for the DBA changes nothing by itself, and is enough.
    fait = s.commande(
        "migrate",
        "--territoire",
        "77",
        "--nom",
        "Un département",
        "--print-sql",
        MAILLAGE_DATABASE_ADMIN_URL=grappe.admin("divers"),
    )
    b.egal(fait.returncode, 0, f"migrate --print-sql : {fait.stderr}")
    b.egal(grappe.sql("divers", tables), ["0"], "--print-sql ne change rien")
    b.verifie("CREATE" in fait.stdout.upper(), "--print-sql écrit du SQL", fait.stdout[:300])
    code, texte = grappe.sql("divers", fait.stdout, verifie=False, variables=[f"mot_de_passe={secret}"])
    b.egal(code, 0, f"le SQL de --print-sql s’exécute : {texte[-500:]}")
    fait = s.commande("migrate", "--territoire", "77", "--nom", "Un département")
    b.egal(fait.returncode, 0, f"migrate sans administrateur, après son SQL : {fait.stdout}{fait.stderr}")
    fait = s.commande(
        "migrate", "--territoire", "77", "--nom", "Un département", MAILLAGE_DATABASE_ADMIN_URL=grappe.admin("divers")
    )
    b.egal(fait.returncode, 0, f"migrate avec l’administrateur : {fait.stdout}{fait.stderr}")
    s.demarre("serve")
    b.egal(s.pret(), True, "serve après migrate, sans l’URL de l’administrateur")
    s.arrete()
    refuse(
        b,
        s,
        "demo sur une base PostgreSQL qu’il n’a pas faite",
        "demo",
        None,
        None,
        MAILLAGE_DATABASE_ADMIN_URL=grappe.admin("divers"),
    )
    refuse(b, s, "token sur une base PostgreSQL que demo n’a pas faite", "token --territoire 77 --role crip")
    b.egal(s.commande("verify").returncode, 0, "verify sur PostgreSQL")
    for question in (
        "sslmode=require",
        "sslmode=verify-full",
        "sslmode=verify-ca",
        "sslmode=%72equire",
        "application_name=x&sslmode=require",
        "sslmode=autre",
    ):
        for commande in ("serve", "demo", "verify"):
            refuse(
                b,
                s,
                question,
                commande,
                None,
                "sslmode",
                MAILLAGE_DATABASE_URL=f"{url}?{question}",
                MAILLAGE_DATABASE_ADMIN_URL=grappe.admin("divers"),
            )
    refuse(
        b,
        s,
        "sslmode de l’administrateur",
        "migrate --territoire 77 --nom N",
        None,
        "sslmode",
        MAILLAGE_DATABASE_ADMIN_URL=grappe.admin("divers") + "?sslmode=require",
    )
    # A superuser in the URL: said, never refused.
    fait = s.commande(
        "migrate",
        "--territoire",
        "77",
        "--nom",
        "N",
        MAILLAGE_DATABASE_URL=grappe.admin("divers"),
        MAILLAGE_DATABASE_ADMIN_URL=grappe.admin("divers"),
    )
    dit = fait.stdout + fait.stderr
    grappe.cree("chef")
    chef = nouveau("chef")
    chef.reglages |= {
        "MAILLAGE_DATABASE_URL": grappe.admin("chef"),
        "MAILLAGE_DATABASE_ADMIN_URL": grappe.admin("chef"),
    }
    chef.demarre()
    attend(chef.pret)
    dit += chef.texte_journal() + chef.texte_sortie()
    chef.arrete()
    b.verifie(
        re.search(r"super-?utilisateur|superuser|superutilisateur", dit, re.I), "un superutilisateur est signalé", dit
    )
    # An empty database: serve says so, and does not migrate.
    grappe.cree("vide")
    vide = nouveau("vide")
    vide.reglages |= {
        "MAILLAGE_KEYS_DIR": f"{vide.dossier}/trousseau",
        "MAILLAGE_DATABASE_URL": grappe.url("vide", "divers", secret),
    }
    try:
        vide.demarre("serve", delai=6)
        b.echec("serve est prêt sur une base vide")
    except RuntimeError:
        pass
    vide.arrete()
    b.egal(grappe.sql("vide", tables), ["0"], "serve ne migre jamais PostgreSQL")


def nouveau_serveur(binaire, dossier, horloge, reglages):
    def fait(nom):
        return Serveur(binaire, os.path.join(dossier, f"{nom}-{cle()[:8]}"), horloge, dict(reglages))

    return fait
