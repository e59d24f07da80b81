"""An issuer of our own (EdDSA, ES256, RS256) and the tokens that an attacker would try."""

import base64
import hashlib
import hmac
import json
import uuid

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

EMETTEUR, PUBLIC = "https://identite.example.org", "maillage-essai"
ORDRE_ED25519 = 2**252 + 27742317777372353535851937790883648493


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def entier(nombre, taille=None):
    return b64(nombre.to_bytes(taille or (nombre.bit_length() + 7) // 8, "big"))


class Emetteur:
    """Three keys, their public set, and tokens made with them."""

    def __init__(self):
        self.ed, self.es = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
        self.rs = rsa.generate_private_key(65537, 2048)
        self.etrangere = ed25519.Ed25519PrivateKey.generate()

    def jwks(self):
        es, rs = self.es.public_key().public_numbers(), self.rs.public_key().public_numbers()
        return {
            "keys": [
                {
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "kid": "cle-ed",
                    "alg": "EdDSA",
                    "use": "sig",
                    "x": b64(self.brute_ed()),
                },
                {
                    "kty": "EC",
                    "crv": "P-256",
                    "kid": "cle-es",
                    "alg": "ES256",
                    "use": "sig",
                    "x": entier(es.x, 32),
                    "y": entier(es.y, 32),
                },
                {"kty": "RSA", "kid": "cle-rs", "alg": "RS256", "use": "sig", "n": entier(rs.n), "e": entier(rs.e)},
            ]
        }

    def brute_ed(self):
        return self.ed.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def pem(self, cle):
        return cle.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def signe(self, alg, contenu):
        if alg == "EdDSA":
            return self.ed.sign(contenu)
        if alg == "ES256":
            r, s = decode_dss_signature(self.es.sign(contenu, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        empreinte = {"RS256": hashes.SHA256, "RS384": hashes.SHA384, "RS512": hashes.SHA512}.get(alg)
        if empreinte:
            return self.rs.sign(contenu, padding.PKCS1v15(), empreinte())
        return self.rs.sign(contenu, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())  # PS256


KID = {"EdDSA": "cle-ed", "ES256": "cle-es", "RS256": "cle-rs"}


class Fabrique:
    """Tokens for one agent, at one instant: the good one, and all that is wrong with the others."""

    def __init__(self, emetteur, agent, territoire, maintenant):
        self.emetteur, self.maintenant = emetteur, int(maintenant)
        self.claims = {
            "iss": EMETTEUR,
            "aud": PUBLIC,
            "sub": agent,
            "iat": self.maintenant,
            "nbf": self.maintenant,
            "exp": self.maintenant + 600,
            "jti": str(uuid.uuid4()),
            "territoire": territoire,
        }

    def entete(self, alg="EdDSA", **autres):
        tout = {"alg": alg, "typ": "at+jwt", "kid": KID.get(str(alg), "cle-ed"), **autres}
        return {nom: valeur for nom, valeur in tout.items() if valeur is not ...}

    def corps(self, **autres):
        return {nom: valeur for nom, valeur in {**self.claims, **autres}.items() if valeur is not ...}

    def brut(self, entete, corps, alg="EdDSA", signature=None):
        """A token from texts or objects, signed as `alg` whatever the header says."""
        morceaux = [m if isinstance(m, (str, bytes)) else json.dumps(m) for m in (entete, corps)]
        contenu = ".".join(b64(m.encode() if isinstance(m, str) else m) for m in morceaux)
        signature = self.emetteur.signe(alg, contenu.encode()) if signature is None else signature
        return f"{contenu}.{b64(signature)}"

    def bon(self, alg="EdDSA", **claims):
        return self.brut(self.entete(alg), self.corps(**claims), alg)

    def avec_entete(self, **membres):
        return self.brut(self.entete(**membres), self.corps())

    def hmac(self, secret, **membres):
        contenu = b64(json.dumps(self.entete(**membres)).encode()) + "." + b64(json.dumps(self.corps()).encode())
        return f"{contenu}.{b64(hmac.new(secret, contenu.encode(), hashlib.sha256).digest())}"

    def hostiles(self, autre_agent):
        """(what it is, token): each must be refused. `autre_agent` belongs to another territoire."""
        yield from self.entetes_hostiles()
        yield from self.claims_hostiles(autre_agent)
        yield from self.formes_hostiles()

    def entetes_hostiles(self):
        e = self.emetteur
        for alg in ("none", "None", "NoNe", "NONE", "nONE"):
            yield f"alg {alg}", self.brut(self.entete(alg=alg), self.corps(), signature=b"")
            yield f"alg {alg}, signé", self.brut(self.entete(alg=alg), self.corps())
        yield "HS256, clé publique RSA", self.hmac(e.pem(e.rs), alg="HS256", kid="cle-rs")
        yield "HS256, clé publique EC", self.hmac(e.pem(e.es), alg="HS256", kid="cle-es")
        yield "HS256, clé publique Ed25519", self.hmac(e.brute_ed(), alg="HS256", kid="cle-ed")
        yield "HS256, secret vide", self.hmac(b"", alg="HS256", kid="cle-ed")
        for alg in ("PS256", "RS384", "RS512"):
            yield alg, self.brut(self.entete(alg=alg, kid="cle-rs"), self.corps(), alg)
        yield "EdDSA sous la clé RSA", self.brut(self.entete(kid="cle-rs"), self.corps())
        yield "ES256 sous la clé Ed25519", self.brut(self.entete("ES256", kid="cle-ed"), self.corps(), "ES256")
        yield "RS256 sous la clé EC", self.brut(self.entete("RS256", kid="cle-es"), self.corps(), "RS256")
        yield "alg ES256, signature EdDSA", self.brut(self.entete("ES256", kid="cle-ed"), self.corps())
        yield "alg absent", self.avec_entete(alg=...)
        yield "alg nombre", self.avec_entete(alg=1)
        yield "alg liste", self.avec_entete(alg=["EdDSA"])
        for nom, kid in (
            ("absent", ...),
            ("inconnu", "autre"),
            ("vide", ""),
            ("nombre", 1),
            ("nul", None),
            ("chemin", "../../../../etc/passwd"),
            ("SQL", "cle-ed' OR '1'='1"),
            ("liste", ["cle-ed"]),
        ):
            yield f"kid {nom}", self.avec_entete(kid=kid)
        for nom, typ in (
            ("absent", ...),
            ("JWT", "JWT"),
            ("id_token", "id+jwt"),
            ("vide", ""),
            ("nul", None),
            ("nombre", 1),
        ):
            yield f"typ {nom}", self.avec_entete(typ=typ)
        publique = e.jwks()["keys"][0]
        for nom, valeur in (
            ("crit", ["exp"]),
            ("crit", []),
            ("b64", False),
            ("jku", "https://example.org/jwks"),
            ("x5u", "https://example.org/x"),
            ("jwk", publique),
            ("x5c", ["AA"]),
            ("x5t", "AA"),
            ("cty", "JWT"),
            ("zip", "DEF"),
            ("url", "https://example.org"),
            ("nonce", "1"),
            ("inconnu", 1),
        ):
            yield f"en-tête {nom} = {valeur}", self.avec_entete(**{nom: valeur})
        yield "en-tête crit et b64", self.avec_entete(crit=["b64"], b64=False)
        double = '{"alg":"EdDSA","typ":"at+jwt","kid":"autre","kid":"cle-ed"}'
        yield "kid en double", self.brut(double, self.corps())
        yield "alg en double", self.brut('{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"cle-ed"}', self.corps())
        yield "en-tête non JSON", self.brut("{", self.corps())
        yield "en-tête liste", self.brut("[]", self.corps())

    def claims_hostiles(self, autre_agent):
        m = self.maintenant
        for nom in self.claims:
            yield f"{nom} absent", self.bon(**{nom: ...})
            yield f"{nom} nul", self.bon(**{nom: None})
        mauvais = {
            "iss": [
                7,
                [EMETTEUR],
                ["https://autre.example.org", EMETTEUR],
                "https://autre.example.org",
                "maillage",
                "",
                EMETTEUR + "/",
            ],
            "aud": [7, "autre", "", [], ["autre"], [7], "maillage", {"a": PUBLIC}],
            "sub": [
                7,
                "",
                "moi",
                str(uuid.UUID(int=7)),
                str(uuid.uuid4()),
                [self.claims["sub"]],
                autre_agent,
                self.claims["sub"] + " ",
            ],
            "territoire": [
                77,
                "",
                "99",
                "../77",
                "77 ",
                "69M" if self.claims["territoire"] == "77" else "77",
                ["77"],
                "77\u0000",
            ],
            "exp": [m - 6, m - 3600, m + 3600, m + 10 * 365 * 86400, str(m + 600), 1e300, -1, 0, True],
            "nbf": [m + 60, m + 3600, str(m), "hier"],
            "iat": [m + 60, m + 3600, str(m), m - 3600],
            "jti": [7, ["x"]],
        }
        for nom, valeurs in mauvais.items():
            for valeur in valeurs:
                yield f"{nom} = {valeur!r}", self.bon(**{nom: valeur})
        texte = json.dumps(self.corps())
        for nom in ("sub", "exp", "iss", "territoire"):
            yield (
                f"{nom} en double",
                self.brut(self.entete(), texte[:-1] + f', "{nom}": {json.dumps(self.claims[nom])}}}'),
            )

    def formes_hostiles(self):
        bon = self.bon()
        entete, corps, signature = bon.split(".")
        octets = bytearray(base64.urlsafe_b64decode(signature + "=="))
        octets[10] ^= 1
        yield "un bit de la signature", f"{entete}.{corps}.{b64(bytes(octets))}"
        autre = self.corps(jti="autre")
        yield "corps d’un autre jeton", f"{entete}.{b64(json.dumps(autre).encode())}.{signature}"
        yield "signature vide", f"{entete}.{corps}."
        yield "signature tronquée", f"{entete}.{corps}.{signature[:-4]}"
        yield "deux segments", f"{entete}.{corps}"
        yield "quatre segments", f"{bon}.{signature}"
        yield "cinq segments", f"{bon}.{signature}.{signature}"
        yield "remplissage", f"{bon}=="
        yield "plus de 8 Kio", self.bon(jti="x" * 9000)
        yield "corps non JSON", self.brut(self.entete(), "{")
        yield "corps liste", self.brut(self.entete(), "[]")
        yield "corps suivi d’autre chose", self.brut(self.entete(), json.dumps(self.corps()) + "{}")
        yield (
            "signé par une clé étrangère",
            self.brut(
                self.entete(), self.corps(), signature=self.emetteur.etrangere.sign(f"{entete}.{corps}".encode())
            ),
        )
        es = self.bon("ES256").rsplit(".", 1)[0]
        der = self.emetteur.es.sign(es.encode(), ec.ECDSA(hashes.SHA256()))
        yield "ES256 en DER", f"{es}.{b64(der)}"
        yield "ES256 nulle", f"{es}.{b64(bytes(64))}"
        juste = base64.urlsafe_b64decode(signature + "==")
        double = juste[:32] + (int.from_bytes(juste[32:], "little") + ORDRE_ED25519).to_bytes(32, "little")
        yield "EdDSA malléable", f"{entete}.{corps}.{b64(double)}"
        yield "pas un jeton", "x"
        yield "mot vide", ""
        yield "latin-1", "é.é.é"
