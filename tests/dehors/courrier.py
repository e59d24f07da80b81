"""A mail server of our own, with its own authority: what Parquet and CRIP receive, and how sending can go wrong."""

import datetime
import email
import email.policy
import ipaddress
import os
import ssl
import threading
import warnings
import logging

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from serveur import port_libre

# The library warns of what is wanted here: a server that asks for names inside TLS only.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module="aiosmtpd")
UTILISATEUR, SECRET = "maillage@example.org", "mot de passe/é:@%"


class Autorite:
    """A certification authority, and the server certificates that it signs."""

    def __init__(self, dossier, nom):
        self.dossier, self.nom = dossier, nom
        self.cle = ec.generate_private_key(ec.SECP256R1())
        sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Autorite d'essai {nom}")])
        self.certificat = (
            self.batit(sujet, sujet, self.cle.public_key(), 400)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
            .sign(self.cle, hashes.SHA256())
        )
        self.chemin = self.ecrit(f"{nom}-autorite.pem", self.certificat.public_bytes(serialization.Encoding.PEM))

    @staticmethod
    def batit(sujet, emetteur, publique, jours):
        maintenant = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder()
            .subject_name(sujet)
            .issuer_name(emetteur)
            .public_key(publique)
            .serial_number(x509.random_serial_number())
            .not_valid_before(maintenant - datetime.timedelta(days=1))
            .not_valid_after(maintenant + datetime.timedelta(days=jours))
        )

    def ecrit(self, nom, octets):
        chemin = os.path.join(self.dossier, nom)
        with open(chemin, "wb") as fichier:
            fichier.write(octets)
        return chemin

    def contexte(self, nom, noms, jours=100):
        """The TLS context of a server that bears these names."""
        cle = ec.generate_private_key(ec.SECP256R1())
        sujet = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nom)])
        certificat = (
            self.batit(sujet, self.certificat.subject, cle.public_key(), jours)
            .add_extension(x509.SubjectAlternativeName(noms), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self.cle, hashes.SHA256())
        )
        octets = cle.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chemin = self.ecrit(f"{self.nom}-{nom}.pem", octets + certificat.public_bytes(serialization.Encoding.PEM))
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexte.load_cert_chain(chemin)
        return contexte


ICI = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]


class Recu:
    """One message that the mail server accepted."""

    def __init__(self, enveloppe, chiffre, identifie):
        self.brut = enveloppe.original_content
        self.expediteur, self.destinataires = enveloppe.mail_from, list(enveloppe.rcpt_tos)
        self.chiffre, self.identifie = chiffre, identifie
        self.message = email.message_from_bytes(self.brut, policy=email.policy.default)

    def identifiant(self):
        return str(self.message["Message-ID"])

    def texte(self):
        return self.message.get_body(("plain",)).get_content()

    def pieces(self):
        return list(self.message.iter_attachments())

    def tout(self):
        """Every text that the message carries, headers included."""
        morceaux = [f"{nom}: {valeur}" for nom, valeur in self.message.items()]
        for partie in self.message.walk():
            if not partie.is_multipart():
                contenu = partie.get_content()
                morceaux.append(contenu if isinstance(contenu, str) else contenu.decode("utf-8", "replace"))
                morceaux.append(str(partie.get_filename() or ""))
        return "\n".join(morceaux)


class Courrier:
    """The mail server: what it has, what it refuses, and whether it answers at all."""

    def __init__(self, dossier):
        self.autorite, self.etrangere = Autorite(dossier, "amie"), Autorite(dossier, "etrangere")
        self.contextes = {
            "starttls": self.autorite.contexte("serveur", ICI),
            "smtps": self.autorite.contexte("serveur-smtps", ICI),
            "inconnu": self.etrangere.contexte("serveur", ICI),
            "autre_nom": self.autorite.contexte("autre", [x509.DNSName("autre.example.org")]),
        }
        self.port = port_libre()
        self.verrou = threading.Lock()
        self.recus, self.essais, self.en_clair = [], [], []
        self.refus_adresse, self.refus_contenu = {}, None
        self.controleur = None

    def url(self, schema="smtp"):
        return f"{schema}://maillage%40example.org:mot%20de%20passe%2F%C3%A9%3A%40%25@127.0.0.1:{self.port}"

    def demarre(self, facon="starttls"):
        """`starttls`, `smtps`, `clair` (no TLS at all), `inconnu` (another authority), `autre_nom`."""
        self.arrete()
        options = {"auth_require_tls": True, "authenticator": self.authentifie, "auth_required": True}
        if facon == "clair":
            options = {"auth_require_tls": False, "authenticator": self.authentifie}
        elif facon == "smtps":
            options["ssl_context"] = self.contextes[facon]
            options["auth_require_tls"] = False  # The whole connection is TLS.
        else:
            options |= {"tls_context": self.contextes[facon], "require_starttls": True}
        self.controleur = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            data_size_limit=2**24,
            enable_SMTPUTF8=True,
            ident="essai.example.org",
            **options,
        )
        self.controleur.start()

    def arrete(self):
        if self.controleur is not None:
            self.controleur.stop(no_assert=True)
            self.controleur = None

    @staticmethod
    def authentifie(_serveur, _session, _enveloppe, _methode, donnees):
        juste = donnees.login == UTILISATEUR.encode() and donnees.password == SECRET.encode()
        return AuthResult(success=juste, handled=False)

    async def handle_MAIL(self, serveur, session, enveloppe, adresse, options):
        if session.ssl is None and not self.smtps():
            with self.verrou:
                self.en_clair.append(adresse)
        enveloppe.mail_from = adresse
        enveloppe.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _serveur, _session, enveloppe, adresse, options):
        if adresse in self.refus_adresse:
            return self.refus_adresse[adresse]
        enveloppe.rcpt_tos.append(adresse)
        enveloppe.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _serveur, session, enveloppe):
        recu = Recu(enveloppe, session.ssl is not None or self.smtps(), session.authenticated)
        with self.verrou:
            self.essais.append(recu)
            if self.refus_contenu:
                return self.refus_contenu
            self.recus.append(recu)
        return "250 OK"

    def smtps(self):
        return self.controleur is not None and self.controleur.ssl_context is not None

    def pour(self, adresse, contient=""):
        """The accepted messages to this address that quote this text."""
        with self.verrou:
            recus = list(self.recus)
        return [r for r in recus if adresse in r.destinataires and contient in r.tout()]
