#!/usr/bin/env bash
# Checks the dependencies: licences, bans and sources always, advisories where their database can be reached.
set -euo pipefail
. "$(dirname "$0")/commun.sh"

outils/installer.sh cargo-deny
PATH="$PATH:$outils/bin"

cargo deny --locked check licenses bans sources

if timeout 120 cargo deny --locked fetch db >/dev/null 2>&1; then
    cargo deny --locked check --disable-fetch advisories
else
    printf '\n%s\n%s\n%s\n\n' \
        '*****************************************************************************' \
        '** AVIS DE SÉCURITÉ NON VÉRIFIÉS : la base RustSec est injoignable ici.    **' \
        '*****************************************************************************'
fi
