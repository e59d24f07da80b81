"""Counts what the outside script checks, goes on after a failure, and tells all of them at the end."""

import threading
import time
import traceback


class Bilan:
    """The checks made so far, and the sentences of those that failed."""

    def __init__(self):
        self.nombre = 0
        self.echecs = []
        self.partie, self.verrou = "", threading.Lock()

    def verifie(self, condition, quoi, vu=None):
        """One check: `quoi` says what must hold, `vu` what was seen instead. Returns whether it holds."""
        with self.verrou:
            self.nombre += 1
        if not condition:
            self.echec(quoi if vu is None else f"{quoi} ; vu : {str(vu)[:600]}")
        return bool(condition)

    def egal(self, vu, attendu, quoi):
        """One check: what was seen is what was expected."""
        return self.verifie(vu == attendu, f"{quoi} : {str(attendu)[:300]} attendu", vu)

    def echec(self, texte):
        """Notes a failure, and shows it at once."""
        self.echecs.append(f"{self.partie} : {texte}")
        print(f"  ÉCHEC {texte}", flush=True)

    def joue(self, partie, fonction, *arguments):
        """Runs one part of the script; an exception is one more failure, and the next part still runs."""
        self.partie = partie
        avant, debut = (self.nombre, len(self.echecs)), time.monotonic()
        print(f"· {partie}", flush=True)
        try:
            fonction(*arguments)
        except Exception:
            self.nombre += 1
            self.echec("la partie s’arrête en chemin\n" + traceback.format_exc(limit=-6))
        nombre, echecs = self.nombre - avant[0], len(self.echecs) - avant[1]
        print(f"    {nombre} vérifications, {echecs} échec(s), {time.monotonic() - debut:.1f} s", flush=True)
