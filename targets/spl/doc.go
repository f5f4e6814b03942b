// Package spl writes programs in SPL, the search language of Splunk, and the
// search macros that make a log's events look alike whichever add-on brought
// them in.
//
// What the search command can say stands in one search line, which Splunk can
// answer from its index; the rest stands in where, one boolean expression a
// line. The two languages differ: search compares without case, takes * for a
// wildcard and has no nulls; where has case, nulls that make a row fall out,
// and functions. Only quote.go and regex.go make literals.
//
// The package knows nothing of the evaluator that its queries are tested with.
package spl
