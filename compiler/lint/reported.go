package lint

// reportedBy makes the rows of the catalogue for what another room reports.
// They are explained here, so that each code that a person can meet is in one
// place; what they find and mend is that room's.
func reportedBy(room string, checks ...Check) []*Check {
	out := make([]*Check, len(checks))
	for i, c := range checks {
		c.From, c.Since = room, "0.1"
		out[i] = &c
	}
	return out
}
