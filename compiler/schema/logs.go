package schema

import (
	"embed"
	"fmt"
	"sync"
)

//go:embed logs/*.yml
var files embed.FS

// order is the order of the logs: of two that serve a logsource as closely,
// or that an event may be of, the first one is meant.
var order = []string{
	"entra_audit", "entra_signin", "activity", "tenant_activity", "pim_alert", "pim_policy",
	"m365_audit", "risk_detection", "workload_risk", "keyvault_audit",
}

var load = sync.OnceValue(func() []*Log {
	var logs []*Log
	for _, name := range order {
		data, err := files.ReadFile("logs/" + name + ".yml")
		if err != nil {
			panic(err)
		}
		l, err := parse(data, logs)
		if err != nil {
			panic(fmt.Sprintf("schema: logs/%s.yml: %v", name, err))
		}
		logs = append(logs, l)
	}
	return logs
})

// Logs lists the logs that are known, without Generic. They are shared: do
// not change them.
func Logs() []*Log { return load() }

// Generic takes every field as a rule writes it, whatever the log.
var Generic = &Log{
	Name:  "generic",
	Title: "any log",
	Doc:   "Every field is taken as a rule writes it.",
	Open:  true,
	KQL:   Table{Name: "Events"},
}

// ByName finds a log by its name, also Generic. It returns nil if there is
// none.
func ByName(name string) *Log {
	if name == Generic.Name {
		return Generic
	}
	for _, l := range Logs() {
		if l.Name == name {
			return l
		}
	}
	return nil
}

// For finds the log that serves a Sigma logsource: the one that names most of
// its parts. It returns nil if none does.
func For(source Source) *Log {
	var best *Log
	most := 0
	for _, l := range Logs() {
		if n := l.Serves(source); n > most {
			best, most = l, n
		}
	}
	return best
}

// Shape finds a shape of the log by its name. It returns nil if there is none.
func (l *Log) Shape(name string) *Shape {
	for _, s := range l.Shapes {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Row gives the shape that is a row of the log's table, nil if none is.
func (l *Log) Row() *Shape {
	for _, s := range l.Shapes {
		if s.Table {
			return s
		}
	}
	return nil
}
