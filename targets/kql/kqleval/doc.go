// Package kqleval runs KQL, the Kusto Query Language, over rows in memory.
//
// It knows the language as the vendor's documentation describes it and as the
// engine was measured. It knows nothing of Sigma, of the compiler that writes
// queries or of the products that run them, so that its answer is a second
// opinion. What it does not implement it refuses, with the place in the text;
// it never guesses.
//
// A query goes through three steps:
//
//	q, err := kqleval.Parse(text)                     // syntax
//	p, err := q.Bind(schema)                          // names, types, functions
//	t, err := p.Run(ctx, &kqleval.Input{Tables: ...}) // rows
//
// The files follow them: lexer and parse read the text into the tree; bind
// resolves it, and makes of each expression a closure over a row and of each
// operator a relation, which gives its rows when it is run; the op files hold
// both halves of an operator, the fn and agg files the tables of functions.
//
// It differs from the service in these declared ways: dcount and percentiles
// are exact where the service estimates, and sketches hold the values
// themselves; now() is Input.Now; rand() and
// new_guid() give the same in every run; sample takes the first rows; rows
// whose order the language leaves open come in order of appearance; of the left
// rows that an innerunique join may choose from it keeps the first.
//
// It is stricter than Microsoft's analyser in one way: a string is not compared
// with a number, for which a cast says what is meant.
//
// Refused are clusters and external data, stored graphs and labels, of geography
// H3 cells and what makes shapes of shapes, finding periods and anomalies of
// series and machine learning, fork, facet, reduce, and several results in one
// query.
package kqleval
