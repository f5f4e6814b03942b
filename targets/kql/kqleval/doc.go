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
//	q, err := kqleval.Parse(text)           // syntax
//	p, err := q.Bind(schema)                // names, types, functions
//	t, err := p.Run(ctx, &kqleval.Input{})  // rows
//
// It differs from the service in these declared ways: dcount and hll-free
// percentiles are exact where the service approximates; now() is Input.Now;
// rows whose order the language leaves open come in order of appearance;
// regular expressions are RE2 as package regexp reads it; clusters, external
// data, graphs, geography and machine learning are refused.
package kqleval
