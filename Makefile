# make demo and make test are all that a newcomer needs; each installs what it lacks and says what it is doing.

SHELL := /bin/bash
.DEFAULT_GOAL := demo
.PHONY: demo test quick bench frontend release lint clean

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
GO_FILES := $(shell find cmd internal areas reference -name testdata -prune -o -type f -print 2>/dev/null)
STYLES := internal/web/static/build/throughline.css
FRONTEND_FILES := $(shell find frontend -name node_modules -prune -o -type f -print 2>/dev/null)
export CGO_ENABLED := 0

demo: bin/throughline ## build everything, invent an area and serve it on this machine; ADDR=HOST:PORT says where
	bin/throughline demo$(if $(ADDR), --addr $(ADDR))

test: ## every check and test, on SQLite and PostgreSQL and in a real browser
	scripts/test

quick: ## go test alone, with what is installed already
	go test ./...

bench: bin/throughline ## the measurements of docs/benchmarks.md
	scripts/bench

frontend: $(STYLES) ## styles and scripts into the folder that the binary embeds

lint: ## gofmt, vet, staticcheck and errcheck
	scripts/lint

bin/throughline: $(STYLES) go.mod go.sum $(GO_FILES)
	@scripts/need go
	@echo '» building bin/throughline'
	go build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o $@ ./cmd/throughline

$(STYLES): $(FRONTEND_FILES)
	scripts/frontend
	@touch $@

release: $(STYLES) ## binaries for Linux, macOS and Windows in dist/, with their sums
	VERSION='$(VERSION)' scripts/release

clean: ## remove what these commands made; what they installed stays
	rm -rf bin dist frontend/node_modules
	git clean -qfX internal/web/static/build
