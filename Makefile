.PHONY: all build test race lint golden fuzz bench kusto ci

all: build test

build:
	go build ./...

test:
	go test ./...

race:
	go test -race -short ./...

lint:
	./.ci/lint

golden:
	go test ./... -run Golden -update

fuzz:
	./.ci/fuzz 30s

bench:
	go test -run '^$$' -bench . -benchmem ./...

kusto:
	./.ci/kusto

ci:
	./.ci/run
