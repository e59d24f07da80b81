"""Starts what the outside script talks to: the binary, its clock, a private PostgreSQL cluster; and stops it all."""

import glob
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.parse
import urllib.request

# Shifts the clock of the binary by the seconds written in a file, so that a deadline passes without waiting for it.
HORLOGE_C = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static volatile long long *decalage;
__attribute__((constructor)) static void ouvre(void) {
    const char *chemin = getenv("DECALAGE_HORLOGE");
    int fd = chemin ? open(chemin, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *page = mmap(0, 8, PROT_READ, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) decalage = page;
    close(fd);
}
int clock_gettime(clockid_t horloge, struct timespec *instant) {
    int resultat = (int)syscall(SYS_clock_gettime, horloge, instant);
    if (resultat == 0 && decalage && (horloge == CLOCK_REALTIME || horloge == CLOCK_REALTIME_COARSE))
        instant->tv_sec += *decalage;
    return resultat;
}
"""


def port_libre():
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


def attend(condition, delai=20.0, pas=0.05):
    """Waits until the condition holds and gives its value; its last value after the delay."""
    fin = time.monotonic() + delai
    while True:
        valeur = condition()
        if valeur or time.monotonic() > fin:
            return valeur
        time.sleep(pas)


class Horloge:
    """The clock that the binary sees: ours, plus a shift that may change while it runs."""

    def __init__(self, dossier):
        source, self.bibliotheque = os.path.join(dossier, "horloge.c"), os.path.join(dossier, "horloge.so")
        with open(source, "w", encoding="ascii") as fichier:
            fichier.write(HORLOGE_C)
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.bibliotheque, source], check=True)
        self.fichier = os.path.join(dossier, "decalage")
        self.secondes = 0
        self.regle(0)

    def regle(self, secondes):
        self.secondes = int(secondes)
        with open(self.fichier, "r+b" if os.path.exists(self.fichier) else "wb") as fichier:
            fichier.write(struct.pack("=q", self.secondes))

    def maintenant(self):
        return time.time() + self.secondes

    def environnement(self):
        return {"LD_PRELOAD": self.bibliotheque, "DECALAGE_HORLOGE": self.fichier}


class Serveur:
    """One place of data, the settings that go with it, and the binary run on them."""

    def __init__(self, binaire, dossier, horloge, reglages):
        os.makedirs(dossier, exist_ok=True)
        self.binaire, self.dossier, self.horloge = binaire, dossier, horloge
        self.donnees = os.path.join(dossier, "donnees")
        self.journal, self.sortie = os.path.join(dossier, "journal"), os.path.join(dossier, "sortie")
        self.adresse = f"127.0.0.1:{port_libre()}"
        self.url = f"http://{self.adresse}"
        self.reglages = {"MAILLAGE_DATA": self.donnees, "MAILLAGE_LISTEN": self.adresse, **reglages}
        self.processus = None

    def environnement(self, **autres):
        """Nothing of the caller's own settings reaches the binary."""
        garde = {nom: os.environ[nom] for nom in ("PATH", "HOME", "TMPDIR", "TZ") if nom in os.environ}
        tout = {**garde, "LANG": "C.UTF-8", **self.horloge.environnement(), **self.reglages, **autres}
        return {nom: valeur for nom, valeur in tout.items() if valeur is not None}

    def commande(self, *arguments, delai=60, **reglages):
        """Runs a command of the binary to its end."""
        return subprocess.run(
            [self.binaire, *arguments],
            env=self.environnement(**reglages),
            capture_output=True,
            text=True,
            timeout=delai,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def demarre(self, commande="demo", delai=30, **reglages):
        """Starts the server and waits until it is ready; gives the seconds that it took."""
        debut = time.monotonic()
        with open(self.journal, "ab") as journal, open(self.sortie, "wb") as sortie:
            self.processus = subprocess.Popen(
                [self.binaire, commande],
                env=self.environnement(**reglages),
                stdin=subprocess.DEVNULL,
                stdout=sortie,
                stderr=journal,
            )
        pret = attend(lambda: self.processus.poll() is not None or self.pret(), delai)
        if not pret or self.processus.poll() is not None:
            self.arrete()
            raise RuntimeError(f"« {commande} » n’est pas prêt :\n{self.texte_journal()[-3000:]}")
        return time.monotonic() - debut

    def pret(self):
        try:
            with urllib.request.urlopen(f"{self.url}/sante/pret", timeout=5) as reponse:
                return reponse.status == 200
        except OSError:
            return False

    def tue(self):
        """kill -9, as a power cut would."""
        self.processus.kill()
        self.processus.wait()

    def arrete(self):
        """Stops the server as an administrator would; gives its exit code."""
        if self.processus is None:
            return None
        if self.processus.poll() is None:
            self.processus.send_signal(signal.SIGTERM)
            try:
                self.processus.wait(40)
            except subprocess.TimeoutExpired:
                self.tue()
        return self.processus.returncode

    def texte_journal(self):
        with open(self.journal, encoding="utf-8", errors="replace") as fichier:
            return fichier.read()

    def texte_sortie(self):
        with open(self.sortie, encoding="utf-8", errors="replace") as fichier:
            return fichier.read()

    def jeton(self, role, territoire="77", organisation=None):
        """What an outside user does: the token is alone on the last line."""
        choix = ["--organisation", organisation] if organisation else []
        fait = self.commande("token", "--territoire", territoire, "--role", role, *choix)
        if fait.returncode != 0:
            raise RuntimeError(f"token {territoire} {role} {organisation} : {fait.stderr}")
        return fait.stdout.splitlines()[-1]

    def client(self, organisation, territoire="77"):
        fait = self.commande("client", "create", "--territoire", territoire, "--organisation", organisation)
        if fait.returncode != 0:
            raise RuntimeError(f"client create {territoire} {organisation} : {fait.stderr}")
        return tuple(fait.stdout.splitlines()[-2:])


class Grappe:
    """A private PostgreSQL cluster on 127.0.0.1, passwords by SCRAM, never run as root."""

    ADMIN, SECRET = "proprio", "secret-d'admin/é@1"

    def __init__(self, dossier):
        self.outils = self.trouve()
        self.dossier, self.port = dossier, port_libre()
        os.makedirs(dossier)
        self.comme = []
        if os.getuid() == 0:
            shutil.chown(dossier, "postgres")
            self.comme = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--reset-env"]
        secret = os.path.join(dossier, "secret")
        with open(secret, "w", encoding="utf-8") as fichier:
            fichier.write(self.SECRET)
        os.chmod(secret, 0o644)
        self.lance(
            "initdb",
            "-D",
            f"{dossier}/base",
            "-U",
            self.ADMIN,
            "--pwfile",
            secret,
            "-A",
            "scram-sha-256",
            "--no-sync",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        )
        self.demarre("start")

    @staticmethod
    def trouve():
        """The newest server among Debian's, or the one on the PATH; 15 or newer."""

        def version(dossier):
            texte = subprocess.run([f"{dossier}/postgres", "--version"], capture_output=True, text=True, check=True)
            return int(re.search(r"\d+", texte.stdout)[0])

        dossiers = glob.glob("/usr/lib/postgresql/*/bin")
        sur_le_chemin = shutil.which("postgres")
        if sur_le_chemin:
            dossiers.append(os.path.dirname(os.path.realpath(sur_le_chemin)))
        dossiers = [d for d in dossiers if os.path.exists(f"{d}/postgres") and version(d) >= 15]
        if not dossiers:
            raise RuntimeError("un serveur PostgreSQL 15 ou plus récent est nécessaire")
        return max(dossiers, key=version)

    def lance(self, outil, *arguments):
        fait = subprocess.run(
            [*self.comme, f"{self.outils}/{outil}", *arguments],
            cwd="/",
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if fait.returncode != 0:
            raise RuntimeError(f"{outil} : {fait.stdout}")

    def demarre(self, ordre):
        """`start`, or `restart` as after a crash."""
        options = f"-p {self.port} -k {self.dossier} -c listen_addresses=127.0.0.1"
        self.lance(
            "pg_ctl",
            "-D",
            f"{self.dossier}/base",
            "-w",
            "-m",
            "immediate",
            "-l",
            f"{self.dossier}/journal",
            "-o",
            options,
            ordre,
        )

    def url(self, base, utilisateur, secret):
        cache = urllib.parse.quote(secret, safe="")
        return f"postgres://{utilisateur}:{cache}@127.0.0.1:{self.port}/{base}"

    def admin(self, base):
        return self.url(base, self.ADMIN, self.SECRET)

    def cree(self, base):
        self.sql("postgres", f'CREATE DATABASE "{base}"')

    def sql(self, base, ordre, utilisateur=None, secret=None, verifie=True, variables=()):
        """Runs SQL as this user; the lines of the answer, or with `verifie` off the exit code and the text."""
        environnement = {**os.environ, "PGPASSWORD": secret or self.SECRET, "PGCLIENTENCODING": "UTF8"}
        fait = subprocess.run(
            [
                f"{self.outils}/psql",
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-U",
                utilisateur or self.ADMIN,
                "-d",
                base,
                *(f"-v{v}" for v in variables),
                "-f",
                "-",
            ],
            env=environnement,
            input=ordre,
            capture_output=True,
            text=True,
            check=False,
        )
        if not verifie:
            return fait.returncode, fait.stdout + fait.stderr
        if fait.returncode != 0:
            raise RuntimeError(f"psql : {fait.stderr}")
        return fait.stdout.splitlines()

    def arrete(self):
        subprocess.run(
            [*self.comme, f"{self.outils}/pg_ctl", "-D", f"{self.dossier}/base", "-m", "immediate", "-w", "stop"],
            cwd="/",
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
