#!/usr/bin/env bash
# Installs what the tests and lints need and does not find: `installer.sh [postgresql] [python] [npm] [cargo-deny]`.
set -euo pipefail
. "$(dirname "$0")/commun.sh"

version_deny=0.20.2

# Installs Debian packages where that is possible, else says what is missing and how to get it.
paquets() {
    local raison=$1
    shift
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        abandonner "$raison Installez-le (Debian, Ubuntu : « sudo apt-get install $* »), puis recommencez."
    fi
    printf '%s Installation par apt-get : %s\n' "$raison" "$*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

# Whether a PostgreSQL server, 15 or newer, stands in Debian's place or on the PATH.
postgresql_present() {
    local postgres version
    for postgres in /usr/lib/postgresql/*/bin/postgres "$(command -v postgres || true)"; do
        [ -x "$postgres" ] || continue
        version=$("$postgres" --version | grep -oE '[0-9]+' | head -n 1)
        if [ "$version" -ge 15 ] && [ -x "$(dirname "$(readlink -f "$postgres")")/initdb" ]; then return 0; fi
    done
    return 1
}

installer_postgresql() {
    postgresql_present || paquets "Les essais demandent un serveur PostgreSQL 15 ou plus récent." postgresql
    postgresql_present || abandonner "PostgreSQL 15 ou plus récent est introuvable après l’installation."
}

# Whether what a folder of .outils/ holds was made from these very files.
a_jour() {
    local dossier=$1
    shift
    cat "$@" | cmp -s - "$dossier/.origine"
}

installer_python() {
    local venv="$outils/venv"
    if a_jour "$venv" outils/requirements.txt; then return; fi
    if ! python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
        paquets "Les essais demandent Python 3.10 ou plus récent, avec le module venv." python3 python3-venv
    fi
    printf 'Outils Python : installation dans %s\n' "$venv"
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement outils/requirements.txt
    cat outils/requirements.txt >"$venv/.origine"
}

installer_npm() {
    local dossier="$outils/npm"
    if a_jour "$dossier" outils/package.json outils/package-lock.json; then return; fi
    if ! command -v npm >/dev/null; then
        paquets "Les essais demandent Node.js et npm." nodejs npm
    fi
    printf 'Outils npm : installation dans %s\n' "$dossier"
    mkdir -p "$dossier"
    cp outils/package.json outils/package-lock.json "$dossier/"
    # No package needs its install scripts here: what they would do is measure its audience.
    npm ci --prefix "$dossier" --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
    cat outils/package.json outils/package-lock.json >"$dossier/.origine"
}

installer_cargo_deny() {
    if command -v cargo-deny >/dev/null || [ -x "$outils/bin/cargo-deny" ]; then return; fi
    cargo install --locked --debug --root "$outils" --version "$version_deny" cargo-deny
}

for outil in "$@"; do
    case $outil in
        postgresql) installer_postgresql ;;
        python) installer_python ;;
        npm) installer_npm ;;
        cargo-deny) installer_cargo_deny ;;
        *) abandonner "outil inconnu : $outil" ;;
    esac
done
