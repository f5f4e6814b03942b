package kql

// What the tests of package kql_test hold against the evaluator.
var (
	Quote      = quote
	QuoteRegex = quoteRegex
	Name       = name
)
