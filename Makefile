# make help lists the targets. Everything that a fresh Debian machine lacks is
# installed or built by the target that needs it; only Go itself must be there.

GO          ?= go
TOOLS       := .cache/bin
STATICCHECK := $(TOOLS)/staticcheck-v0.8.2
GOFUMPT     := $(TOOLS)/gofumpt-v0.12.0
SQLC        := $(TOOLS)/sqlc-v1.31.1
NFPM        := $(TOOLS)/nfpm-v2.43.4
GOVULNCHECK := $(TOOLS)/govulncheck-v1.9.0
BINARY      ?= bin/beredskab
SQLC_CONFIG := $(firstword $(wildcard sqlc.yaml internal/store/sqlc.yaml))
FIGURES     := $(CURDIR)/.cache/figures.jsonl
BENCHED     := internal/plan internal/check internal/store internal/app internal/bundle internal/preparedness internal/runner cmd/beredskab-verify

# go test begins packages in the order in which they are named: the longest first, so
# that none of them is left to the end. The cluster and the soak mostly wait, so one
# more than there are cores runs at a time.
LONGEST := $(addprefix beredskab/internal/,torture/cluster torture/powerloss torture/crash torture/soak register runner torture/installed)

# These do the same over and over and only compute, so the race detector would take
# ten times as long at full size and find no more than at the size of make check.
COMPUTING := $(addprefix beredskab/internal/,torture/simulation schedule drill action/supervisor/mask)

# The version is the commit, stamped by Go itself and read with
# debug.ReadBuildInfo; an unpacked archive has none and still builds.
STAMP := $(if $(shell git rev-parse HEAD 2>/dev/null),true,false)

# The SQLite driver is C, and so is the race detector.
export CGO_ENABLED = 1

.DEFAULT_GOAL := help
.PHONY: help demo run build test check torture simulate fuzz bench fmt generate format vet lint house generated compiler
.PHONY: torture-register shots package sbom reproducible vulnerabilities computed fuzzed

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## show the program with a sample municipality, on this machine only
	bin/beredskab demo

run: build ## start the server on the data folder .beredskab
	bin/beredskab serve

build: compiler ## build bin/beredskab and bin/beredskab-verify
	$(GO) build -trimpath -buildvcs=$(STAMP) -ldflags='-s -w -buildid=' -o $(BINARY) ./cmd/beredskab
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=$(STAMP) -ldflags='-s -w -buildid=' -o $(dir $(BINARY))beredskab-verify ./cmd/beredskab-verify

test: ## set up what is missing and run every test with the race detector
	.ci/setup compiler postgres faults packages browser pages
	.ci/test ./...

# Fault tests come in three sizes (internal/proof); check takes the middle one.
check: export BEREDSKAB_SET = check
check: format vet lint house generated test simulate ## everything a change must pass

torture: ## the fault tests at full size, and their figures into docs/reliability.md
	.ci/setup compiler postgres faults packages browser pages
	rm -f $(FIGURES)
	BEREDSKAB_SET=torture BEREDSKAB_FIGURES=$(FIGURES) .ci/test -count=1 -p $$(($$(nproc) + 1)) -timeout 4h $(LONGEST) \
		$(filter-out $(COMPUTING),$(shell $(GO) list ./...))
	BEREDSKAB_SET=check .ci/test -count=1 $(COMPUTING)
	+$(MAKE) --no-print-directory --jobs=2 computed fuzzed
	BEREDSKAB_FIGURES=$(FIGURES) $(GO) test -count=1 ./internal/proof -run TestPage -update

# The tests by which the register says what happened to it, and where they stand.
REGISTER := ./cmd/beredskab-verify ./internal/notary ./internal/torture/trace ./internal/torture/powerloss ./internal/app ./internal/bundle

torture-register: ## try to make the register lie or forget: A1-A8, R14, R15, R17 and R21 at the sizes of check
	.ci/setup compiler postgres faults
	BEREDSKAB_SET=check $(GO) test -count=1 -timeout 60m -v -p 1 $(REGISTER) \
		-run 'EveryByte|RowsAre|TailsAre|FilesThat|Insiders|LargeLogs|KnownTrees|BadProofs|TestExport|OlderBackups|ActsAndEntries|NoActWithout|TestErase|TestBackups|Upgrades|TestMove|TestDamage|DamagedBackup|EverythingIsAtHand' \
		| awk '/^(A|R)[0-9]+ |^(--- )?FAIL|^ok|panic:/ { print; fflush() } /^(--- )?FAIL/ { failed = 1 } END { exit failed }'

computed:
	GOGC=400 BEREDSKAB_SET=torture BEREDSKAB_FIGURES=$(FIGURES) .ci/test -race=false -count=1 -timeout 60m $(COMPUTING)

fuzzed:
	BEREDSKAB_FIGURES=$(FIGURES) .ci/fuzz 60

simulate: compiler ## three nodes through simulated weeks with faults, without the race detector
	GOGC=400 $(GO) test -count=1 -timeout 60m -run 'TestWeeks|TestMutants' -v ./internal/torture/simulation

fuzz: compiler ## feed each reader of texts with what nobody would write, 60 seconds each
	.ci/fuzz 60

bench: compiler ## measure each workload beside its limit
	$(GO) test -count=1 -timeout 30m -v -tags bench -run '^TestBench' $(addprefix ./,$(BENCHED))

shots: compiler ## take a picture of every page into .cache/shots
	.ci/setup pages
	$(GO) test -count=1 ./internal/web -run TestShots -shots $(CURDIR)/.cache/shots

package: compiler $(NFPM) ## build .deb and .rpm in .cache/dist
	.ci/package

sbom: build ## list what is linked into bin/beredskab, CycloneDX as JSON
	@$(GO) run .ci/sbom.go bin/beredskab

reproducible: compiler ## build in two folders and compare the bytes
	.ci/reproducible

vulnerabilities: compiler ## check the modules' sums, and known holes where BEREDSKAB_VULNDB is
	.ci/vulnerabilities

fmt: $(GOFUMPT) ## format every Go file
	$(GOFUMPT) -w .

generate: ## write the generated code again
	$(if $(SQLC_CONFIG),$(MAKE) $(SQLC) && $(SQLC) generate -f $(SQLC_CONFIG))
	$(GO) generate ./...

# The parts of make check.

format: $(GOFUMPT)
	@unformatted=$$($(GOFUMPT) -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt mends it):"; echo "$$unformatted"; exit 1; fi

vet: compiler
	$(GO) vet -tags bench ./...

lint: compiler $(STATICCHECK)
	$(STATICCHECK) -tags bench ./...

house:
	$(GO) test ./internal

generated: $(if $(SQLC_CONFIG),$(SQLC))
	$(if $(SQLC_CONFIG),$(SQLC) diff -f $(SQLC_CONFIG))

compiler:
	@.ci/setup compiler

# Tools are built once into a folder that is not under version control; a new
# version has a new file name.

$(STATICCHECK):
	@$(call install,honnef.co/go/tools/cmd/staticcheck,v0.8.2)

$(GOFUMPT):
	@$(call install,mvdan.cc/gofumpt,v0.12.0)

$(SQLC):
	@$(call install,github.com/sqlc-dev/sqlc/cmd/sqlc,v1.31.1)

# The last version whose modules are all to be had everywhere.
$(NFPM):
	@$(call install,github.com/goreleaser/nfpm/v2/cmd/nfpm,v2.43.4)

$(GOVULNCHECK):
	@$(call install,golang.org/x/vuln/cmd/govulncheck,v1.9.0)

# install builds module $(1) at version $(2) as $(TOOLS)/NAME-VERSION.
define install
echo "building $(notdir $(1)) $(2)" && \
GOBIN=$(CURDIR)/$(TOOLS) $(GO) install $(1)@$(2) && \
mv $(TOOLS)/$(notdir $(1)) $(TOOLS)/$(notdir $(1))-$(2)
endef
