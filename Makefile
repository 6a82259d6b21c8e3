# Every task of the project. `make help` lists them; each sets up what it needs, and nothing twice.
# PYTHON is the interpreter (3.11 or newer) that makes the virtual environment; everything else runs inside it.

VENV := .venv
ifeq ($(OS),Windows_NT)
PYTHON ?= py -3
BIN := $(VENV)/Scripts
else
PYTHON ?= python3
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
RUN_READY := $(VENV)/run.stamp
DEV_READY := $(VENV)/dev.stamp
LOCK_READY := $(VENV)-lock/lock.stamp
COMPILE := pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-strip-extras --python-version 3.11
# in this order: later ones take the versions of run.txt
LOCKS := requirements/lock requirements/run requirements/dev requirements/sqlserver bench/requirements-clients bench/requirements-former

TARGET ?=
SOURCE ?=
ARGS ?=
SEED ?=
SECONDS ?=
SERVER ?=
WORKBOOKS := data/workbooks
# one more than cores: tests wait for processes, servers and pauses a fifth of the time (measured)
WORKERS = $(shell $(PY) -c "import os; print(len(getattr(os, 'sched_getaffinity', lambda _: range(os.cpu_count() or 1))(0)) + 1)")
LINTED := target/lint
CONTRACT := models/marts/order_list.yml
# one of each kind, and those that a model treats differently: SQLFluff need not read what macros write 160 times alike
LINTED_COLUMNS := aag_order_number, customer_name, drop, planned_delivery_method, customer_style, unit_of_measure, total_qty, ex_factory_date, order_type, customer_price
OPTIONS := $(if $(TARGET),--target "$(TARGET)") $(if $(SOURCE),--source "$(SOURCE)") $(ARGS)

# UTF-8 whatever the locale says; no telemetry from dbt
export PYTHONUTF8 := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.DEFAULT_GOAL := help
.PHONY: help run samples board docs setup test test-fast lint lint-types lint-sql contract format lock bench soak rehearsal fuzz clean sqlserver-driver tsql-parse test-sqlserver bench-sqlserver

##@ Work

run: $(RUN_READY) profiles.yml $(if $(SOURCE)$(ORDER_LIST_SOURCE)$(wildcard $(WORKBOOKS)/*.xls*),,samples)  ## Workbooks -> database -> board. SOURCE=<folder or az://container/prefix> TARGET=<local|dev|prod> ARGS="<more options>"
	@$(PY) -m pipeline run $(OPTIONS)

board: $(RUN_READY)  ## Serve the local board (API and page) until Ctrl-C
	@$(PY) -m board_emulator serve $(ARGS)

samples: $(RUN_READY)  ## Generate sample workbooks into data/workbooks, the same ones each time
	@$(PY) -m samples generate --out $(WORKBOOKS)

docs: $(RUN_READY) profiles.yml  ## Generate dbt's documentation of every model and column: one page that opens without a server
	@$(PY) -W ignore::RuntimeWarning -m dbt.cli.main --quiet docs generate --static $(if $(TARGET),--target "$(TARGET)")
	@$(PY) -c "import os, pathlib; print('Open', (pathlib.Path(os.environ.get('DBT_TARGET_PATH') or 'target') / 'static_index.html').resolve().as_uri())"

setup: $(DEV_READY) profiles.yml  ## Only set up: the virtual environment with everything, and profiles.yml

sqlserver-driver: $(RUN_READY)  ## Register Microsoft's ODBC driver for SQL Server, from the package index
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/sqlserver.txt
	@$(PY) -m warehouse.driver

##@ Quality

test: $(DEV_READY) profiles.yml lint  ## Everything that must pass: lint, then all tests. ARGS="<pytest options>"
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-fast: $(DEV_READY)  ## Only the tests that start no process, server or browser, for use while you work. ARGS="<pytest options>"
	@$(PY) -m pytest -n auto -m "not slow" --hypothesis-profile=fast $(ARGS)

tsql-parse: $(DEV_READY)  ## Parse all T-SQL with Microsoft's own grammar as well (Linux on x86-64)
	@$(PY) -m tests.sqlserver.microsoft

test-sqlserver: $(DEV_READY)  ## Test the whole path on a live SQL Server. SERVER=<host:port>; login from ORDER_LIST_SQLSERVER_USER, _PASSWORD
	@$(PY) -c "import sys; sys.exit(None if '$(SERVER)' else 'Name the server: make test-sqlserver SERVER=localhost:1433')"
	@ORDER_LIST_TEST_SERVER="$(SERVER)" $(PY) -m pytest tests/sqlserver_live $(ARGS)

bench-sqlserver: $(DEV_READY) profiles.yml sqlserver-driver  ## Measure on a live SQL Server (target prod): landing, dbt build, bulk inserts. ARGS=--help says more
	@$(PY) -m bench.sqlserver $(ARGS)

# two halves that need nothing of each other, side by side: mypy alone keeps one core busy for half of the time
lint: $(DEV_READY) profiles.yml  ## ruff, mypy (strict), import-linter and SQLFluff; changes nothing
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(MAKE) --no-print-directory -j 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) lint-types lint-sql

lint-types: $(DEV_READY)  ## The half of lint that reads the Python: mypy and import-linter
	@$(PY) -m mypy
	@$(BIN)/lint-imports --no-cache --no-logo

# dbt only compiles: no database file is opened, so a run may go on meanwhile
lint-sql: export ORDER_LIST_DUCKDB := :memory:
lint-sql: $(DEV_READY) profiles.yml  ## The half of lint that reads the SQL, as it is written and as dbt compiles it
	@$(PY) -W ignore::RuntimeWarning -m dbt.cli.main --quiet compile --target local --no-introspect --no-populate-cache \
		--vars "{only_columns: [$(LINTED_COLUMNS)]}" --target-path $(LINTED) --log-path $(LINTED)
	@$(PY) -m sqlfluff lint --disable-progress-bar --processes 0 models tests/dbt
	@$(PY) -m sqlfluff lint --disable-progress-bar --processes 0 --config .sqlfluff-compiled $(LINTED)/compiled/master_schedule

contract: export ORDER_LIST_DUCKDB := :memory:
contract: $(RUN_READY) profiles.yml  ## Write the YAML that dbt needs: ORDER_LIST's contract from its declared columns, the macros' docs from their comments
	@$(PY) macros/describe.py
	@$(PY) -W ignore::RuntimeWarning -m dbt.cli.main --quiet run-operation order_list_contract > $(CONTRACT).new
	@$(PY) -c "import pathlib; pathlib.Path('$(CONTRACT).new').replace('$(CONTRACT)')"

format: $(DEV_READY)  ## Let ruff fix what it can
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench: $(DEV_READY) profiles.yml  ## Measure: loader, dbt, the whole run, the sync engine
	@$(PY) -m bench $(ARGS)

soak: $(DEV_READY) profiles.yml  ## Hundreds of seeded runs with faults and kills. SEED=<n>
	@$(PY) -m bench soak $(if $(SEED),--seed $(SEED)) $(ARGS)

rehearsal: $(DEV_READY)  ## The whole cutover once, on this machine: old tables taken over, moved, used, rolled back, moved, retired
	@$(PY) -m bench rehearsal $(ARGS)

fuzz: $(DEV_READY)  ## Change workbooks at random: no crash, no hang, no difference between the ways of reading. SECONDS=60 SEED=<n>
	@$(PY) -m tests.loader.fuzz --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED)) $(ARGS)

##@ Maintenance

lock: $(LOCK_READY)  ## Resolve the *.in files again into pins with hashes. ARGS=--upgrade for newer versions
	@$(foreach lock,$(LOCKS),$(VENV)-lock/$(notdir $(BIN))/uv $(COMPILE) $(ARGS) $(lock).in -o $(lock).txt &&) echo "Locked: $(LOCKS)"

clean:  ## Remove what the tools made (but not data/, profiles.yml or the virtual environment). ALL=1 removes those as well
	@$(PYTHON) -c "import pathlib, shutil; [shutil.rmtree(p, ignore_errors=True) for p in 'target logs build dist .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis order_list.egg-info $(if $(ALL),$(VENV) $(VENV)-lock data)'.split()]; [shutil.rmtree(p, ignore_errors=True) for p in pathlib.Path('.').rglob('__pycache__')]; $(if $(ALL),pathlib.Path('profiles.yml').unlink(missing_ok=True))"

help:  ## This list
	@$(PYTHON) -c "import re; [print(('\n' + m[2]) if m[1] else f'  make {m[3]:<16} {m[4]}') for m in re.finditer(r'^(?:(##@) (.+)|([a-z-]+):.*?## (.+))$$', open('Makefile', encoding='utf-8').read(), re.M)]"

# The virtual environment: made again only when its pins change.
$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c "import sys; sys.exit(None if sys.version_info >= (3, 11) else 'Python 3.11 or newer is needed; this is ' + sys.version.split()[0] + '. Name another: make PYTHON=python3.12 ...')"
	@echo "Creating the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(RUN_READY): requirements/run.txt pyproject.toml | $(VENV)/pyvenv.cfg
	@echo "Installing the pinned requirements (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(PY) -c "import pathlib; pathlib.Path('$@').touch()"

$(DEV_READY): requirements/dev.txt $(RUN_READY)
	@echo "Installing the pinned requirements of the tests (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(PY) -c "import pathlib; pathlib.Path('$@').touch()"

$(LOCK_READY): requirements/lock.txt
	@$(PYTHON) -m venv $(VENV)-lock
	@$(VENV)-lock/$(notdir $(BIN))/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@$(PYTHON) -c "import pathlib; pathlib.Path('$@').touch()"

profiles.yml: | profiles.example.yml
	@$(PYTHON) -c "import shutil; shutil.copyfile('profiles.example.yml', 'profiles.yml')"
	@echo "Wrote profiles.yml from profiles.example.yml."
