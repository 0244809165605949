# Each target installs what it needs, so any of them can be the first.
# Downloads are Debian packages, Go modules and npm packages, at pinned versions.
.DEFAULT_GOAL := help
.PHONY: help demo demo-once pages build test check bench soak golden screenshots clean

# More arguments for the demo: make demo ARGS="--http 127.0.0.1:9000 --fresh"
ARGS ?=

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | awk -F '\t' '{printf "make %-12s %s\n", $$1, $$2}'

build: ## bin/switchboard, the one binary, with the pages that are built
	go build -o bin/switchboard .

pages: ## the shop's pages, in frontend/dist/app; needs Node 20
	scripts/frontend

demo: pages build ## everything on this machine, two shops, a call that you can watch and join
	@scripts/install demo
	bin/switchboard demo $(ARGS)

demo-once: pages build ## the same call without a person; exits 0 when its story is complete
	@scripts/install demo
	bin/switchboard demo --once $(ARGS)

test: check ## check, then every test, against real PostgreSQL, Redis and SIP peers
	scripts/test

check: build ## what is known without running: format, lint, imports, generated files
	@scripts/install test
	@scripts/install lint
	scripts/check

bench: pages build ## figures beside their yardsticks
	@scripts/install bench
	scripts/bench

soak: build ## the long run: races, random shifts, fuzzing (SOAK_SECONDS for each, 60)
	@scripts/install test
	scripts/soak

golden: build ## rewrite the expected results in testdata and api/openapi.yaml: read the diff
	@scripts/install test
	scripts/golden

screenshots: pages build ## pictures of the demo's pages in .cache/screenshots
	@scripts/install screenshots
	scripts/screenshots

clean: ## remove what was built or fetched; the demo's data stay (demo --fresh begins anew)
	rm -rf bin .cache coverage.out frontend/node_modules
	rm -rf frontend/dist/app
