# Dateline: `make demo` shows the map, `make test` runs everything. `make` alone lists what there is.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STORE := var/demo.gpkg
# One process of tests more than processors: they wait for browsers, databases and commands a third of their time.
TESTERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)

.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' $(firstword $(MAKEFILE_LIST)))

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dateline needs Python 3.11 or newer, this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python locks/run.lock setup.cfg setup.py geo/cover.c geo/shares.c geo/tiles/kernel.c
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/run.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run locks/test.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/test.lock
	@touch $@

$(VENV)/.ogctests: $(BIN)/python locks/ogctests.lock
	$(PYTHON) -m venv $(VENV)/ogctests
	$(VENV)/ogctests/bin/pip install --quiet --disable-pip-version-check --require-hashes -r locks/ogctests.lock
	@touch $@

$(VENV)/.fuzz: $(VENV)/.test locks/fuzz.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r locks/fuzz.lock
	@touch $@

$(VENV)/.audit: $(BIN)/python locks/audit.lock
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes -r locks/audit.lock
	@touch $@

install: $(VENV)/.run  ## Install what Dateline needs into .venv

install-test: $(VENV)/.test $(VENV)/.ogctests  ## Install what the tests need too: Chromium, Firefox, GDAL and QGIS from the system's packages
	sh tools/install_system.sh
	$(BIN)/python setup.py --quiet build_ext --inplace

demo-store: install  ## Load the gazetteer, the fronts and the sample stories into var/demo.gpkg
	@mkdir -p var
	@rm -rf $(STORE) $(STORE)-wal $(STORE)-shm $(STORE).tiles
	$(BIN)/dateline --store $(STORE) init --demo

demo: demo-store  ## Serve the map of the sample stories on http://127.0.0.1:8000/ (PORT= to change)
	$(BIN)/dateline --store $(STORE) serve --port $(PORT)

test: install-test lint types contracts pytest  ## Run everything: lint, types, contracts, tests

lint: $(VENV)/.test  ## Check style
	$(BIN)/ruff check bench geo server tests tools

types: $(VENV)/.test  ## Check types
	$(BIN)/mypy

contracts: $(VENV)/.test  ## Check who imports whom
	$(BIN)/lint-imports --no-cache

pytest: $(VENV)/.test  ## Run the tests
	$(BIN)/python -m pytest --numprocesses $(TESTERS) --maxprocesses 4 --dist loadfile

fuzz: $(VENV)/.test  ## Run the property tests on 2,000 fresh examples each
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest $$(grep -l "from hypothesis import given" tests/*.py)

fuzz-api: $(VENV)/.test  ## Ask each operation of the OGC API 250 questions that its own document allows, rows 1,250
	HYPOTHESIS_PROFILE=parsers $(BIN)/python -m pytest tests/test_ogc_fuzz.py

hostile-files: $(VENV)/.test  ## Send more than 600 hostile files through the door by library, command and service
	$(BIN)/python -m bench.hostile

fuzz-parsers: $(VENV)/.fuzz  ## Give each parser of ours 1,000,000 inputs by atheris, 10,000 by hypothesis
	$(BIN)/python -m bench.hostile.fuzz
	HYPOTHESIS_PROFILE=parsers $(BIN)/python -m pytest tests/test_fuzz_parsers.py

audit: $(VENV)/.audit  ## Look up what is known to be wrong with every locked package (asks the vulnerability service)
	for lock in run postgis test ogctests fuzz audit; do \
		$(VENV)/audit/bin/pip-audit --require-hashes --disable-pip --strict -r locks/$$lock.lock || exit 1; done

sbom: $(VENV)/.audit  ## List every package that a release installs, as CycloneDX (dist/sbom.json); asks nobody
	@mkdir -p dist
	$(VENV)/audit/bin/cyclonedx-py requirements --output-reproducible --output-file dist/sbom.json locks/run.lock

hostile-requests: $(VENV)/.test  ## Send 10,000 hostile requests to a running service
	$(BIN)/python -m bench.hostile.probe

half-open: $(VENV)/.test  ## Ask the shipped deployment while 500 clients hold it with half a request (apt: nginx-light)
	$(BIN)/python -m bench.hostile.half_open

score: $(VENV)/.test  ## Measure the reader on our dispatches and on the corpora beside the checkout
	$(BIN)/python -m tools.score

bench: $(VENV)/.test  ## Measure how fast the reader is (AGAINST=another checkout to compare)
	$(BIN)/python -m bench.reading $(if $(AGAINST),--against $(AGAINST))

bench-join: $(VENV)/.test  ## Measure how fast points are joined to zones, against geopandas and loops over days
	$(BIN)/python -m bench.join

bench-years: $(VENV)/.test  ## Measure whether an answer costs more after 1, 3, 10 years
	$(BIN)/python -m bench.years

bench-table: $(VENV)/.test  ## Measure the memory and the time of `dateline join` on 50,000 and 500,000 rows
	$(BIN)/python -m bench.table

bench-load: $(VENV)/.test  ## Measure how fast a year of daily front lines loads, and one more day after 1, 3, 10 years
	$(BIN)/python -m bench.loading

bench-derive: $(VENV)/.test  ## Measure what one more town report costs, against deriving all zones anew
	$(BIN)/python -m bench.derive

bench-tiles: $(VENV)/.test  ## Measure what a vector tile costs to make, old encoder, numpy and compiled kernel
	$(BIN)/python -m bench.tiles

check-tiles: $(VENV)/.test  ## Read every tile of a small war back by another decoder: validity, slivers, flicker
	$(BIN)/python -m tools.check_tiles

bench-png: $(VENV)/.test  ## Measure what a PNG tile costs beside Mapnik's (apt: python3-mapnik)
	$(BIN)/python -m bench.png

bench-publish: $(VENV)/.test  ## Measure what a whole history costs as one PMTiles file: bytes and seconds
	$(BIN)/python -m bench.publish

bench-encoder: $(VENV)/.test  ## Measure what a tile costs to encode beside ST_AsMVT (apt: postgresql-15-postgis-3)
	$(BIN)/python -m bench.encoder

bench-serving: $(VENV)/.test  ## Measure tiles over HTTP beside tipg on PostGIS and nginx (apt: postgresql-15-postgis-3 wrk nginx-light)
	$(BIN)/python -m bench.serving

bench-agree: $(VENV)/.test  ## Compare the features of our tiles with those of PostGIS (apt: postgresql-15-postgis-3)
	$(BIN)/python -m bench.agree

bench-frame: $(VENV)/.test  ## Measure how soon a framed map is there, and what it weighs
	$(BIN)/python -m bench.frame $(STORE)

bench-slider: $(VENV)/.test  ## Measure how smoothly the map moves through time, beside Leaflet.TimeDimension and folium (Node.js)
	$(BIN)/python -m bench.slider

bench-ogc: $(VENV)/.test  ## Measure pages of 1,000,000 mentions over the OGC API (PYGEOAPI=a Python that has it, to compare)
	$(BIN)/python -m bench.mentions var/mentions.gpkg $(if $(PYGEOAPI),--pygeoapi $(PYGEOAPI))

bench-worker: $(VENV)/.test  ## Measure how soon a worker answers, and its memory over 1,000,000 requests (apt: wrk)
	$(BIN)/python -m bench.worker

bench-downloads: $(VENV)/.test  ## Measure the memory of a download of 1,000,000 mentions, in every format
	$(BIN)/python -m bench.downloads

bench-dask: $(VENV)/.test  ## Measure what two workers of a Dask cluster read beside one
	$(BIN)/python -m bench.dask_scaling

kill-loop: $(VENV)/.test  ## Kill ingests, loads and the service 1,300 times, and before every call that writes or syncs
	$(BIN)/python -m bench.faults.kill_loop

kill-loop-postgis: $(VENV)/.test  ## The same over PostGIS, whose server crashes as often as the command is killed
	$(BIN)/python -m bench.faults.databases

disk-full: $(VENV)/.test  ## Ingest and load on a disk that is full after 100 byte counts, and on a read-only one
	$(BIN)/python -m bench.faults.disk_full

disk-full-postgis: $(VENV)/.test  ## The same for PostGIS, on a small disk in memory (as root: only root may make one)
	$(BIN)/python -m bench.faults.database_full

power-cut: $(VENV)/.test  ## Cut the power 5,000 times in an init, an ingest, a load and a restore
	$(BIN)/python -m bench.faults.power_cut

power-cut-postgis: $(VENV)/.test  ## The same for PostgreSQL's own files, a server begun on each state (as root or postgres)
	$(BIN)/python -m bench.faults.database_cut

soak: $(VENV)/.test  ## Read, ingest and edit at once: 60 s for errors and torn answers, 15 minutes for memory
	$(BIN)/python -m bench.faults.soak

pictures: $(VENV)/.test  ## Take the docs' pictures from the running demo
	$(BIN)/python tools/picture.py http://127.0.0.1:$(PORT)
	$(BIN)/python -m tools.qgis_pictures http://127.0.0.1:$(PORT)
	$(BIN)/python -m tools.ground_pictures $(STORE) docs/img

tour: $(VENV)/.test  ## Take the newcomer's walk on the running demo, and its pictures for docs/tour.md
	$(BIN)/python -m tools.tour http://127.0.0.1:$(PORT)

docs: $(VENV)/.test  ## Build the docs into build/docs; a warning is an error
	$(BIN)/python -m mkdocs build --strict --quiet

promises: $(VENV)/.test  ## List anew what must not change (docs/compatibility.md)
	$(BIN)/python -m tools.promises > tests/compatibility.txt

release: $(VENV)/.test  ## Build source archive and wheel, try them in a fresh environment, date CHANGES.md
	$(BIN)/python -m tools.release

lock: $(BIN)/python  ## Pin every dependency anew, with hashes and no address
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --no-header --output-file locks/run.lock setup.cfg
	$(BIN)/pip-compile --quiet --strip-extras --extra postgis --generate-hashes --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --output-file locks/postgis.lock setup.cfg
	$(BIN)/pip-compile --quiet --strip-extras --extra test --allow-unsafe --generate-hashes --no-emit-index-url \
		--no-emit-trusted-host --no-emit-find-links --no-header --output-file locks/test.lock setup.cfg
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host \
		--no-emit-find-links --no-header --output-file locks/ogctests.lock locks/ogctests.in
	for name in fuzz audit; do $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-header \
		--output-file locks/$$name.lock locks/$$name.in; done

clean:  ## Remove what was built or installed here
	rm -rf $(VENV) var build dist *.egg-info
