.PHONY: all build test race lint golden fuzz bench bench-peers kusto ci

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
	go generate ./...
	grep -rl 'flag.Bool("update"' --include=*_test.go . | xargs -n1 dirname | sort -u | xargs -n1 sh -c 'go test "$$0" -update'
	UPDATE=1 go test ./cmd/sigproof -run Scripts

fuzz:
	./.ci/fuzz

bench:
	go test -run '^$$' -bench . -benchmem ./...

bench-peers:
	./.ci/peers

kusto:
	./.ci/kusto

ci:
	./.ci/run
