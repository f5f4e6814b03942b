package spleval

func tableCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"table": {parse: parseTable},
	}
}

func parseTable(p *parser, s *scanner) (command, *Error) {
	names, err := s.fieldList()
	return func(rt *runtime, in table) (table, error) {
		out := table{cols: names}
		for _, r := range in.rows {
			c := newRecord(len(names))
			c.origin, c.owned = r.origin, true
			for _, n := range names {
				c.set(n, r.get(n))
			}
			out.rows = append(out.rows, c)
		}
		return out, nil
	}, err
}
