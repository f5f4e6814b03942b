// Package sigma reads and writes Sigma documents: rules, correlations and
// filters. It knows YAML, bytes and Sigma's spelling; what a modifier means,
// what a log looks like and how a query is written it does not know.
//
// Parse turns a file into trees in which every node knows its place, with
// diagnostics for all that is wrong. NewCollection joins documents that name
// each other, Print and Format write text, Preorder walks.
package sigma
