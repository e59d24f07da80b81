#!/usr/bin/env bash
# Plays the first circuit from outside: the binary, a PostgreSQL and a mail server of the script's own, on both databases.
set -euo pipefail
. "$(dirname "$0")/commun.sh"

exiger_maillage
exiger_python

etape "Le premier circuit, vu de dehors"
"$python" tests/dehors/circuit.py "$maillage" "$@"
