// Package sentinel makes packs for Microsoft Sentinel: analytics rules and
// hunting queries as YAML of the Azure-Sentinel repository and as ARM
// templates, in a solution folder, with the tables and watchlists that they
// need. It reads back what a workspace exports, and holds it against a pack.
//
// It knows what Sentinel takes. The queries are those of package kql, to the
// byte: whoever replays Emitter replays what is packed.
package sentinel

import (
	"github.com/google/uuid"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/sigma"
	"github.com/sigproof/sigproof/targets"
	"github.com/sigproof/sigproof/targets/kql"
)

// The kinds of what a document becomes.
const (
	Scheduled = "Scheduled" // runs by a schedule: correlations, and rules that need not be told at once
	NRT       = "NRT"       // near real time: runs each minute over what has come in
	Hunting   = "Hunting"   // runs when somebody asks: rules of informational level
)

// Emitter writes the queries that packs hold. Its zero value is ready.
type Emitter struct {
	// NoNRT makes scheduled rules of those that would be NRT.
	NoNRT bool
}

// Language is "kql".
func (Emitter) Language() string { return "kql" }

// Emit writes the query of a program, with the columns of its log's entities.
func (e Emitter) Emit(p *ir.Program) (*targets.Query, []*sigma.Diagnostic) {
	inner := kql.Emitter{Scheduled: e.Kind(p) == Scheduled}
	if v := viewOf(p.Log); v != nil {
		inner.Columns = v.columns
	}
	q, diags := targets.Write(inner, p)
	if q != nil && !inner.Scheduled {
		q.Schedule = targets.Schedule{} // it has none in Sentinel
	}
	return q, diags
}

// Kind says what a program becomes.
func (e Emitter) Kind(p *ir.Program) string {
	switch {
	case p.Level == "informational":
		return Hunting
	case p.Correlation == nil && severity(p.Level) == "High" && !e.NoNRT:
		return NRT
	}
	return Scheduled
}

// severity is Sentinel's word for a level. A document without one is as bad as
// most.
func severity(level string) string {
	switch level {
	case "informational":
		return "Informational"
	case "low":
		return "Low"
	case "high", "critical":
		return "High"
	}
	return "Medium"
}

// namespace is that of all ids that packs make.
var namespace = uuid.NewSHA1(uuid.NameSpaceURL, []byte("https://github.com/sigproof/sigproof/sentinel"))

// artifactID is the id of what a document becomes: the same in each pack.
func artifactID(ruleID string) string { return uuid.NewSHA1(namespace, []byte(ruleID)).String() }
