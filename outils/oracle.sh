#!/usr/bin/env bash
# Compares our deadlines, every day of 2020–2099, with those of independent Python libraries; and a live server's.
set -euo pipefail
. "$(dirname "$0")/commun.sh"

demarrer_demo
JETON=$(jeton crip)
export URL_SERVEUR="$url" JETON

etape "Les échéances sont celles de holidays et de python-dateutil (2020-2099)"
"$cible/examples/echeances" | "$python" tests/oracle/echeances.py -
