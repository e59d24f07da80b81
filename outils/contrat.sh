#!/usr/bin/env bash
# Checks the contract: no drift, valid OpenAPI 3.1, rules of the house, then the live server against what it says.
set -euo pipefail
. "$(dirname "$0")/commun.sh"

document=openapi/openapi.json

exiger_maillage
exiger_python

etape "Le document versionné est celui que le serveur écrit"
"$maillage" openapi | diff -u "$document" - ||
    abandonner "$document n’est pas à jour : lancez « make contract » et versionnez le résultat."

etape "Le document est un OpenAPI valide (openapi-spec-validator)"
"$python" -m openapi_spec_validator "$document"

etape "Le document suit les règles de la maison (spectral)"
"$outils/npm/node_modules/.bin/spectral" lint --ruleset openapi/.spectral.yaml --fail-severity warn "$document"

# Whether the token in JETON is let in there.
accepte() {
    "$python" -c '
import os, sys, urllib.request as web
web.urlopen(web.Request(sys.argv[1], headers={"Authorization": "Bearer " + os.environ["JETON"]}), timeout=10)
' "$1"
}

# A parquet reads and acknowledges, the CRIP writes: each reaches operations that the other may not use.
demarrer_demo
identifiants=$("$maillage" client create --territoire 77 --organisation parquet-meaux | tail -n 2 | paste -s -d :)
CLIENT=$(printf %s "$identifiants" | base64 -w 0)
export CLIENT HYPOTHESIS_STORAGE_DIRECTORY="$dossier_demo/hypothesis"
for role in crip parquet; do
    etape "Le serveur tient ce que le document promet (schemathesis, rôle $role)"
    JETON=$(jeton "$role")
    export JETON
    accepte "$url/v1/moi" ||
        abandonner "le jeton du rôle $role est refusé : les questions qui suivent ne prouveraient rien."
    "$outils/venv/bin/schemathesis" --config-file tests/contrat/schemathesis.toml --no-color \
        run --url "$url" "$url/openapi.json"
done

etape "Les journaux sont intacts après toutes ces requêtes (maillage verify)"
eteindre_demo
"$maillage" verify
