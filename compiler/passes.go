package compiler

// A pass does one thing to a unit. It knows no other pass.
type pass struct {
	name string
	run  func(*unit)
}

// passes run in this order; passOrder has the reasons.
var passes = []pass{
	{"log", findLog},           // which log the rule reads
	{"filters", findFilters},   // which filters apply to it
	{"resolve", resolveFields}, // field names -> paths and types of the log
	{"lower", lowerRule},       // tree -> ir, every modifier resolved
	{"negate", pushNegations},  // not only over tests and members
	{"fold", foldConstants},    // what can't change the answer goes
	{"factor", factorCommon},   // tests of one field become one list
}

// passOrder says which pass must come before which, and why.
var passOrder = []struct{ before, after, why string }{
	{"log", "resolve", "a name means something only in a log"},
	{"filters", "resolve", "the fields of a filter are resolved like the rule's"},
	{"resolve", "lower", "items whose fields share a selector become one Member"},
	{"lower", "negate", "negate works on the ir"},
	{"negate", "fold", "fold looks at tests, and not at not"},
	{"fold", "factor", "factor looks for lists that are flat"},
}

// PassNames lists the passes in order.
func PassNames() []string {
	names := make([]string, len(passes))
	for i, p := range passes {
		names[i] = p.name
	}
	return names
}
