# make run and make test set up what is missing and do everything; make help lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PROGRAM := .build/release/dptrain
PRUNE ?= 0.98
ARGUMENTS ?=
BUILD_ARGUMENTS ?=
BENCH_ARGUMENTS ?=
# How long the chaos driver goes on, or after how many faults it stops; what it and the parsers' inputs follow from.
MINUTES ?= 10
FAULTS ?=
SEED ?=
# Inputs for each parser; seconds for each under libFuzzer.
INPUTS ?= 1000000
SECONDS := 60
# What make data fetches.
DATASET ?= cifar-10
SANITIZERS ?= address thread
PYTHON := Benchmarks/.venv/bin/python

# Where make install puts things; DESTDIR goes in front, for those who make packages.
PREFIX ?= /usr/local
DESTDIR ?=
INSTALLED = bin/dptrain share/man/man1/dptrain.1 share/bash-completion/completions/dptrain \
  share/zsh/site-functions/_dptrain share/fish/vendor_completions.d/dptrain.fish

# One rank per physical core that we may use, the largest power of two that fits, at most 8: those divide every batch.
RANKS ?= $(shell cores=$$(lscpu -p=CORE,SOCKET | grep -v '^\#' | sort -u | wc -l || true); allowed=$$(nproc); \
  if [ "$$cores" -lt 1 ] || [ "$$cores" -gt "$$allowed" ]; then cores=$$allowed; fi; \
  ranks=1; while [ $$((ranks * 2)) -le "$$cores" ] && [ $$ranks -lt 8 ]; do ranks=$$((ranks * 2)); done; echo $$ranks)

# Open MPI refuses to start as root, as in a container, unless told.
MPIRUN := mpirun$(if $(filter 0,$(shell id -u)), --allow-run-as-root)

.PHONY: help run test peers test-mpich test-cluster chaos fuzz fuzz-coverage sanitize build install uninstall setup data bench check-plan \
  results python lint format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  make run RANKS=$(RANKS) PRUNE=$(PRUNE) ARGUMENTS='--epochs 5'   the defaults, and more flags for dptrain"

run: build ## set up, build, then train, prune and fine-tune (synthetic images if there are no others)
	$(MPIRUN) -n $(RANKS) $(PROGRAM) --prune $(PRUNE) $(ARGUMENTS)

test: setup ## set up, build and run every test, those under mpirun too
	swift test -c release

peers: ## install what tests let read dptrain's files: compilers, Chromium, PyTorch and others (tests skip what is missing)
	@.ci/peers

test-mpich: setup ## build a second time over MPICH, and compare what both do
	@.ci/mpich

test-cluster: build ## run the batch scripts on a real Slurm, and jobs on several hosts, all emulated on this machine
	@.ci/test-cluster

chaos: build ## interrupt short runs by faults at random, resume them, and compare how they end; MINUTES, FAULTS, SEED
	@.ci/setup python3
	python3 Tests/Chaos/chaos.py --minutes $(MINUTES) $(if $(FAULTS),--faults $(FAULTS)) $(if $(SEED),--seed $(SEED))

fuzz: setup ## feed every parser INPUTS inputs that are almost right
	swift build -c release --product fuzz
	.build/release/fuzz --inputs $(INPUTS) $(if $(SEED),--seed $(SEED))

fuzz-coverage: setup ## the same parsers under libFuzzer, for SECONDS each
	@.ci/fuzz-coverage $(SECONDS)

sanitize: setup ## run the tests under the address and the thread sanitizer
	@for sanitizer in $(SANITIZERS); do .ci/sanitize $$sanitizer; done

build: setup ## set up and build the program
	swift build -c release --product dptrain $(BUILD_ARGUMENTS)

install: ## install the program that 'make build' built, its manual page and completions (PREFIX, DESTDIR)
	@test -x $(PROGRAM) || { echo "install: there is no $(PROGRAM); run 'make build' first" >&2; exit 1; }
	@files=$$(mktemp -d); trap 'rm -rf "$$files"' EXIT; root="$(DESTDIR)$(PREFIX)"; \
	cp $(PROGRAM) "$$files/1"; $(PROGRAM) manual >"$$files/2"; number=3; \
	for shell in bash zsh fish; do $(PROGRAM) --generate-completion-script $$shell >"$$files/$$number"; number=$$((number + 1)); done; \
	number=1; for name in $(INSTALLED); do \
	  mode=644; if [ $$number = 1 ]; then mode=755; fi; \
	  install -D -m $$mode "$$files/$$number" "$$root/$$name"; echo "install: $$root/$$name"; number=$$((number + 1)); \
	done

uninstall: ## remove what make install installed (the same PREFIX, DESTDIR)
	@for name in $(INSTALLED); do rm -f "$(DESTDIR)$(PREFIX)/$$name"; echo "uninstall: $(DESTDIR)$(PREFIX)/$$name"; done

setup: ## install what is missing: Open MPI, OpenBLAS, xxHash, libpng, libjpeg, pkg-config
	@.ci/setup

data: ## download CIFAR-10 to data/, or DATASET=cifar-100
	@.ci/setup curl
	@.ci/download-data data $(DATASET)

results: python ## make docs/results.md's tables and plots anew from the logs in docs/results/runs
	$(PYTHON) Benchmarks/results.py tables

python: # what Benchmarks/ needs
	@.ci/setup python3-venv
	@test -x $(PYTHON) || python3 -m venv Benchmarks/.venv
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check -r Benchmarks/requirements.txt

bench: build python ## measure against PyTorch, ONNX Runtime and OpenVINO and write docs/benchmarks.md
	swift build -c release --product kernel-bench
	$(PYTHON) Benchmarks/bench.py $(BENCH_ARGUMENTS)

check-plan: build ## compare what 'dptrain plan' predicts with what steps take, here and over slowed links
	python3 Benchmarks/check_plan.py $(BENCH_ARGUMENTS)

lint: ## check formatting, shell scripts and Python syntax
	@.ci/lint

format: ## format the Swift sources in place
	swift format --in-place --recursive Sources Tests Benchmarks Examples Plugins Package.swift

clean: ## remove what was built; data and runs stay
	rm -rf .build .build-* Benchmarks/.venv Tests/Peers/.venv
	find Tests Benchmarks -name __pycache__ -prune -exec rm -rf {} +
