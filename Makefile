# `make` alone lists what there is. Needs Python 3.11 or newer; another one: make PYTHON=python3.12 demo
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-16s %s\n", $$1, $$2 }'

.PHONY: setup
setup: ## install everything into .venv; nothing to do the second time
	@$(PYTHON) shared/local/bootstrap.py

.PHONY: demo
demo: setup ## play the twelve-partner story on a real PostgreSQL, Kafka and four services, then stop them
	@$(VENV_PYTHON) -m shared.local demo

.PHONY: up
up: setup ## the same, and stay up
	@$(VENV_PYTHON) -m shared.local demo --stay

.PHONY: down
down: ## stop everything; the data stay until the next demo
	@if [ -x $(VENV_PYTHON) ]; then $(VENV_PYTHON) -m shared.local down; fi

.PHONY: status
status: setup ## how each process is
	@$(VENV_PYTHON) -m shared.local status

.PHONY: test
test: setup ## all tests
	@$(VENV_PYTHON) -m pytest -q -n auto --dist loadscope

.PHONY: judges
judges: setup ## outside judges: OpenAPI linters, schemathesis (make judges EXAMPLES=200), AsyncAPI, JSON Schema and CloudEvents readers on a whole run; hash chains (needs Node and Go)
	@$(VENV_PYTHON) -m tests.judges $(EXAMPLES)

.PHONY: keycloak
keycloak: setup ## a real Keycloak on loopback with the realm singo; fetched once (180 MB, needs Java)
	@$(VENV_PYTHON) -m deploy.keycloak

.PHONY: keycloak-down
keycloak-down: setup ## stop it
	@$(VENV_PYTHON) -m deploy.keycloak stop

.PHONY: keycloak-test
keycloak-test: setup ## a service against a real Keycloak: its tokens, rights, rotation of keys (two minutes, 0.5 GB, needs Java)
	@$(VENV_PYTHON) -m pytest -q tests/identity/keycloak.py

.PHONY: mutants
mutants: setup ## one mistake each in a copy of the event core: the test that is named for it must notice
	@$(VENV_PYTHON) -m tests.mutants

RUNS ?= 20
SEED ?= 1
.PHONY: faults
faults: setup ## seeded runs in which everything is killed, cut off and put back: make faults RUNS=1 SEED=17
	@$(VENV_PYTHON) -m tests.faults --runs $(RUNS) --seed $(SEED)

.PHONY: bench
bench: setup ## what the event core costs, into build/bench.json: make bench QUICK=1; with Debezium beside it: DEBEZIUM=1 (needs Java)
	@$(VENV_PYTHON) -m tests.bench $(if $(QUICK),--quick) $(if $(DEBEZIUM),--debezium)

.PHONY: soak
soak: setup ## ten minutes of writes and reads over HTTP at 80 % of the limit, into build/bench.json
	@$(VENV_PYTHON) -m tests.bench soak $(if $(QUICK),--quick)

.PHONY: register
register: setup ## the public register under load: searches on one core, who does what where, downloads' memory, into build/bench.json
	@$(VENV_PYTHON) -m tests.bench register $(if $(QUICK),--quick)

.PHONY: check
check: setup ## format, lint, types, import rules, SQL, contracts, secrets, licences
	@bash tests/check.sh

.PHONY: contracts
contracts: setup ## write schemas, examples and asyncapi.yaml of the events anew
	@$(VENV_PYTHON) -m tests.contracts.generate

.PHONY: openapi
openapi: setup ## write the services' OpenAPI documents anew
	@$(VENV_PYTHON) -m tests.openapi.generate

.PHONY: clients
clients: setup ## generate the Python and the TypeScript client of the APIs into build/clients (needs Node)
	@$(VENV_PYTHON) -m clients

.PHONY: lock
lock: ## resolve the dependencies anew (needs uv) and write both lock files
	uv lock --quiet --upgrade
	uv export --quiet --format requirements-txt --no-emit-project --all-groups --no-header -o requirements.lock
	uv export --quiet --format requirements-txt --no-emit-project --no-default-groups --no-header -o requirements-runtime.lock

.PHONY: clean
clean: ## stop everything and remove what was made here: data, environment, caches
	@if [ -x $(VENV_PYTHON) ]; then $(VENV_PYTHON) -m shared.local down --wipe; fi
	@rm -rf .venv .run .cache build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache tests/judges/node_modules clients/node_modules clients/build
	@find . -name __pycache__ -prune -exec rm -rf {} +
