package compiler

// A pass does one thing to a unit. It knows no other pass.
type pass struct {
	name string
	run  func(*unit)
}

// passes run in this order; passOrder has the reasons.
var passes = []pass{
	{"filters", findFilters},   // which filters apply to the rule
	{"pipeline", rewriteRule},  // what the user's pipeline makes of both
	{"log", findLog},           // which log the rule reads
	{"resolve", resolveFields}, // field names -> paths and types of the log
	{"lower", lowerRule},       // tree -> ir, every modifier resolved
	{"gate", gate},             // what the logsource says -> tests
	{"negate", pushNegations},  // not only over tests and members
	{"fold", foldConstants},    // what can't change the answer goes
	{"factor", factorCommon},   // tests of one field become one list
}

// passOrder says which pass must come before which, and why.
var passOrder = []struct{ before, after, why string }{
	{"filters", "pipeline", "a filter is rewritten like the rule that it is part of"},
	{"pipeline", "log", "a pipeline may change the logsource"},
	{"log", "resolve", "a name means something only in a log"},
	{"resolve", "lower", "items whose fields share a selector become one Member"},
	{"lower", "gate", "the events of the logsource are told apart before the rule is asked"},
	{"gate", "negate", "negate works on the whole ir"},
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
