# One way to run everything. Needs Python 3.11 to 3.14 and make; all else is installed into .venv, once.
.DEFAULT_GOAL := help
.PHONY: help lab test check bench bench-felt processors test-torch test-frameworks test-nbgrader test-hub test-binder notebooks site lite lock clean

PYTHON ?= python3
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
# The site is made with extensions that JupyterLab itself must not see, so it has an environment of its own.
DOCS := .venv-docs
DOCS_PY := $(subst $(VENV)/,$(DOCS)/,$(PY))
# nbgrader brings extensions too.
NBGRADER := .venv-nbgrader
NBGRADER_PY := $(subst $(VENV)/,$(NBGRADER)/,$(PY))
# Nine frameworks whose weights are read: a gigabyte.
FRAMEWORKS := .venv-frameworks
FRAMEWORKS_PY := $(subst $(VENV)/,$(FRAMEWORKS)/,$(PY))
# A JupyterHub for a class. Other accounts must be able to run what is in there: if this folder or its Python is closed to
# them, say another place and another Python, for instance HUB=/opt/bptt-hub HUB_PYTHON=/usr/bin/python3.
HUB ?= .venv-hub
HUB_PYTHON ?= $(PYTHON)
BINDER := .venv-binder
BINDER_PY := $(subst $(VENV)/,$(BINDER)/,$(PY))
# In a container you are often root, and JupyterLab wants to be told that this is meant.
AS_ROOT := $(if $(filter 0,$(shell id -u 2>/dev/null)),--allow-root)
# More for JupyterLab, for instance LAB_ARGS=--no-browser.
LAB_ARGS ?=
# What `make processors` runs, for instance PROCESSORS=oldest, or PROCESSORS=--pytest for the tests too.
PROCESSORS ?=
# As which processor `make site` runs the notebooks, for instance SITE=oldest; it then compares what they print with what they kept.
SITE ?=
# What `make bench-felt` measures, for instance FELT=--quick or FELT="--rows terms,ledger", and REVISION, beside which.
FELT ?=
# What is handed to pip when PyTorch is installed, for instance the index of its CPU builds on Linux.
PIP_TORCH_ARGS ?=
# What is installed: `pins`, as the README says; `hashes`, the same with the hash of every file compared, as CI does; or
# `newest`, the newest that pyproject.toml allows, which a weekly run tries before a learner meets it.
INSTALL ?= pins
ifeq ($(INSTALL),hashes)
COURSE_NEEDS := --require-hashes -r .ci/test.lock
TEST_NEEDS := --require-hashes -r .ci/test.lock
DOCS_NEEDS := --require-hashes -r .ci/docs.lock
PACKAGE = $(1) -m pip install --quiet --no-deps --no-build-isolation -e .
else ifeq ($(INSTALL),newest)
COURSE_NEEDS := --upgrade -e .[course,test]
TEST_NEEDS := -e .[test]
DOCS_NEEDS := --upgrade -e .[course,docs]
else
COURSE_NEEDS := -r requirements.txt
TEST_NEEDS := -r requirements-test.txt
DOCS_NEEDS := -r requirements.txt -r requirements-docs.txt
endif
# Loaded by all that reads a notebook, it builds 39 grammars: 1.5 s of a processor in each of some hundred programs of the tests,
# and of JupyterLab. It checks addresses in other alphabets than ours where it is there, and no notebook has one.
LEAVE_OUT = $(1) -m pip uninstall --quiet --yes rfc3987-syntax
# Of these environments most files are never read: Python compiles those that are, when they are. For the site's that is two thirds
# of 24 s of a processor.
PIP_ONCE = -m pip install --quiet --no-compile
# One thread for products of this size: two on a busy machine can be a hundred times slower.
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export PYTHONUTF8 := 1

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

lab: $(VENV)/course.done  ## install the course and open it in JupyterLab
	$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb $(AS_ROOT) $(LAB_ARGS)

test: $(VENV)/test.done  ## run all tests: package, notebooks, browser
	$(PY) -m tools.notebooks solved & solved=$$!; $(PY) -m pytest --numprocesses=auto --maxprocesses=4; passed=$$?; \
		wait $$solved && exit $$passed

check: $(VENV)/test.done  ## format, lint, types, clean notebooks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PY) -m tools.notebooks check

bench: $(VENV)/test.done  ## speed of the core, of training, of the explorers and of the exercises' check
	$(PY) -m benchmarks.core
	$(PY) -m benchmarks.revision $(REVISION)
	$(PY) -m benchmarks.training
	$(PY) -m benchmarks.exercises
	$(PY) -m benchmarks.explorers

bench-felt: $(VENV)/test.done  ## what one waits for: opening, running, moving, beside an earlier revision
	$(PY) -m benchmarks.felt $(FELT) $(REVISION)

processors: $(VENV)/test.done  ## run the notebooks as other processors would, and list the cells that differ
	$(PY) -m tools.processors $(PROCESSORS)

test-torch: $(VENV)/torch.done  ## compare live with PyTorch (installs it)
	$(PY) -m pytest tests/torch --no-header -p no:cacheprovider

test-frameworks: $(FRAMEWORKS)/done  ## compare what is read of nine frameworks with them, live (installs them)
	$(FRAMEWORKS_PY) -m pytest tests/frameworks --no-header -p no:cacheprovider

test-nbgrader: $(NBGRADER)/done  ## hand in, grade and export an assignment with nbgrader (installs it)
	$(NBGRADER_PY) -m pytest tests/classroom/test_nbgrader.py --no-header -p no:cacheprovider

test-hub: $(VENV)/test.done $(HUB)/done build/hub/done  ## ten accounts on a real JupyterHub (installs it; Linux, as root)
	$(HUB)/bin/python -m pip install --quiet --no-deps .
	BPTT_HUB=$(HUB) $(PY) -m pytest tests/classroom/test_hub.py --no-header -p no:cacheprovider

test-binder: $(BINDER)/done  ## what Binder would build, without building it (installs repo2docker)
	$(BINDER_PY) -m pytest tests/tools/test_binder.py --noconftest --no-header -p no:cacheprovider

notebooks: $(VENV)/test.done  ## run every notebook and keep the outputs that are to be kept
	$(PY) -m tools.notebooks run

site: $(DOCS)/done  ## the course as web pages with living sliders, into build/site
	$(DOCS_PY) -m tools.site $(SITE)

lite: $(DOCS)/done  ## the course running in the browser alone, into build/lite
	$(DOCS_PY) -m tools.lite

lock: $(VENV)/made  ## pin all dependencies anew, for all platforms
	$(PY) -m pip install --quiet uv
	$(PY) -m tools.lock

clean:  ## remove what was installed and built
	rm -rf $(VENV) $(DOCS) $(NBGRADER) $(FRAMEWORKS) .venv-hub $(BINDER) build .pytest_cache .ruff_cache

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { echo "No $(PYTHON) here. This course needs Python 3.11 to 3.14. Say which to use: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -c "import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 14) else f'This course needs Python 3.11 to 3.14; {sys.executable} is {v[0]}.{v[1]}. Say which to use: make PYTHON=python3.12 …')"
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { echo "Python is here, but not its venv module. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/course.done: $(VENV)/made requirements.txt pyproject.toml
	@echo "Installing the course into $(VENV): once, a minute or two."
	$(PY) -m pip install --quiet $(COURSE_NEEDS)
	$(call PACKAGE,$(PY))
	$(call LEAVE_OUT,$(PY))
	@touch $@

$(VENV)/test.done: $(VENV)/course.done requirements-test.txt
	@echo "Installing what the tests need into $(VENV): once."
	$(PY) -m pip install --quiet $(TEST_NEEDS)
	$(call LEAVE_OUT,$(PY))
	@touch $@

$(DOCS)/done: $(VENV)/made requirements.txt requirements-docs.txt pyproject.toml
	@echo "Installing what the site is made with into $(DOCS): once."
	$(PY) -m venv $(DOCS)
	$(DOCS_PY) $(PIP_ONCE) $(DOCS_NEEDS)
	$(call PACKAGE,$(DOCS_PY))
	$(call LEAVE_OUT,$(DOCS_PY))
	@touch $@

$(FRAMEWORKS)/done: $(VENV)/made tests/frameworks/requirements.txt pyproject.toml
	@echo "Installing the frameworks into $(FRAMEWORKS): once, a gigabyte. PIP_TORCH_ARGS as for test-torch."
	$(PY) -m venv $(FRAMEWORKS)
	$(FRAMEWORKS_PY) -m pip install --quiet $(PIP_TORCH_ARGS) "torch==2.13.0"
	$(FRAMEWORKS_PY) -m pip install --quiet -r tests/frameworks/requirements.txt -e .
	@touch $@

$(NBGRADER)/done: $(VENV)/made requirements.txt requirements-test.txt pyproject.toml
	@echo "Installing nbgrader into $(NBGRADER): once."
	$(PY) -m venv $(NBGRADER)
	$(NBGRADER_PY) -m pip install --quiet -r requirements.txt -r requirements-test.txt "nbgrader==0.9.6"
	@touch $@

$(HUB)/done: $(VENV)/made requirements.txt classroom/requirements.txt pyproject.toml
	@echo "Installing JupyterHub into $(HUB): once."
	$(HUB_PYTHON) -m venv $(HUB)
	$(HUB)/bin/python -m pip install --quiet -r requirements.txt -r classroom/requirements.txt
	$(HUB)/bin/jupyter labextension disable --level=sys_prefix @jupyterlab/debugger-extension @jupyterlab/apputils-extension:announcements
	@touch $@

# The hub's proxy is a program for Node.js.
build/hub/done:
	@command -v npm >/dev/null || { echo "No npm here, which brings JupyterHub's proxy. On Debian and Ubuntu: apt install npm"; exit 1; }
	npm install --silent --no-package-lock --prefix build/hub "configurable-http-proxy@5.3.0"
	@touch $@

$(BINDER)/done: $(VENV)/made
	@echo "Installing repo2docker into $(BINDER): once."
	$(PY) -m venv $(BINDER)
	$(BINDER_PY) $(PIP_ONCE) "jupyter-repo2docker==2026.4.0" "pytest>=8.3"
	@touch $@

$(VENV)/torch.done: $(VENV)/test.done
	@echo "Installing PyTorch. On Linux the ordinary build is large; PIP_TORCH_ARGS can name the index of the CPU builds."
	$(PY) $(PIP_ONCE) $(PIP_TORCH_ARGS) "torch==2.13.0"
	@touch $@
