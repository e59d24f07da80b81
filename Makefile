# Every command of the house; `make help` lists them.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

# `make run` keeps its data here, unless told otherwise.
MAILLAGE_DATA ?= ./donnees-demo
CIBLE := $(or $(CARGO_TARGET_DIR),target)

.PHONY: help run test lint contract contract-check build deny oracle outils

help: ## Affiche cette aide
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-15s %s\n", $$1, $$2 }'

run: ## Construit le serveur et le démarre avec des données de démonstration, sur http://127.0.0.1:8080
	cargo build --release --locked
	MAILLAGE_DATA="$(MAILLAGE_DATA)" $(CIBLE)/release/maillage demo

test: ## Exécute tous les essais, sur SQLite et PostgreSQL, puis le contrat ; installe ce qui leur manque
	outils/installer.sh postgresql python npm
	$(MAKE) build
	cargo test --workspace --locked --no-fail-fast
	outils/oracle.sh
	outils/dehors.sh
	outils/contrat.sh

lint: ## Vérifie le format, les avertissements, la documentation du code et les dépendances
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked
	$(MAKE) deny

contract: build ## Régénère openapi/openapi.json depuis le code
	$(CIBLE)/debug/maillage openapi > $(CIBLE)/openapi.json
	cp $(CIBLE)/openapi.json openapi/openapi.json

contract-check: build ## Vérifie le contrat : dérive, validité, règles de la maison, serveur en marche
	outils/installer.sh python npm
	outils/contrat.sh

oracle: build ## Compare les échéances à celles de bibliothèques Python indépendantes
	outils/installer.sh python
	outils/oracle.sh

deny: ## Vérifie les licences, les bannissements, les sources et les avis de sécurité des dépendances
	outils/deny.sh

# The binary comes with the tests, in one build: the tests that kill it or use its commands run it, and a build of
# `api` alone would choose other features for its dependencies (num-traits, hence chrono) and compile them again.
build: ## Construit en mode développement le serveur, les essais et les exemples
	cargo build --workspace --lib --bins --tests --examples --locked

outils: ## Installe dans .outils/ tout ce que les essais et les vérifications demandent
	outils/installer.sh postgresql python npm cargo-deny
