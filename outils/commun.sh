# Sourced by the scripts beside it: places, messages, and a demo server on a free port.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

outils="$PWD/.outils"
python="$outils/venv/bin/python"
cible="${CARGO_TARGET_DIR:-target}/debug"
maillage="$cible/maillage"

etape() { printf '\n── %s\n' "$*"; }

abandonner() {
    printf 'Erreur : %s\n' "$*" >&2
    exit 1
}

exiger_maillage() {
    [ -x "$maillage" ] || abandonner "$maillage manque : lancez d’abord « make build »."
}

exiger_python() {
    [ -x "$python" ] || abandonner "les outils Python manquent : lancez d’abord « outils/installer.sh python »."
}

# Starts `maillage demo` on embedded databases in a folder of its own, gone at the end of the script.
# Sets `url` and `donnees`; `jeton ROLE` then prints a token.
demarrer_demo() {
    exiger_maillage
    exiger_python
    unset "${!MAILLAGE_@}" # the settings of whoever calls must not reach this server
    dossier_demo=$(mktemp -d)
    trap arreter_demo EXIT
    donnees="$dossier_demo/donnees"
    export MAILLAGE_DATA="$donnees" MAILLAGE_LISTEN
    MAILLAGE_LISTEN="127.0.0.1:$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    url="http://$MAILLAGE_LISTEN"
    "$maillage" demo >"$dossier_demo/journal" 2>&1 </dev/null &
    pid_demo=$!
    for _ in $(seq 150); do
        if ! kill -0 "$pid_demo" 2>/dev/null; then break; fi
        if repond "$url/sante/pret"; then return; fi
        sleep 0.2
    done
    tail -n 40 "$dossier_demo/journal" >&2
    abandonner "le serveur de démonstration n’est pas prêt ; la fin de son journal est ci-dessus."
}

# Stops the demo server; its data stay until the script ends.
eteindre_demo() {
    if [ -n "${pid_demo:-}" ]; then
        kill "$pid_demo" 2>/dev/null || true
        wait "$pid_demo" 2>/dev/null || true
        pid_demo=
    fi
}

arreter_demo() {
    eteindre_demo
    rm -rf "$dossier_demo"
}

repond() {
    "$python" -c 'import sys, urllib.request as u; u.urlopen(sys.argv[1], timeout=2)' "$1" 2>/dev/null
}

jeton() {
    "$maillage" token --territoire 77 --role "$1" | tail -n 1
}
