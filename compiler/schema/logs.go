package schema

import "sync"

//go:generate go run ./internal/declare/generate

var load = sync.OnceValue(declared)

// Logs lists the logs that are known, without Generic. They are shared: do
// not change them.
func Logs() []*Log { return load() }

// Generic takes every field as a rule writes it, whatever the log.
var Generic = &Log{
	Name:  "generic",
	Title: "any log",
	Doc:   "Every field is taken as a rule writes it.",
	Open:  true,
	Time:  "TimeGenerated",
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
