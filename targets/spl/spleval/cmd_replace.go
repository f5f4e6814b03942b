package spleval

import "strings"

// replaceCommands write values anew.
func replaceCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"replace": {parse: parseReplace, streaming: true},
		"strcat":  {parse: parseStrcat, streaming: true},
	}
}

// parseReplace: replace old WITH new [, old WITH new ...] IN fields. The whole value
// is compared, with stars; those of the new value are what the old ones met.
// Without IN it is of "all non-generated fields", which rows do not tell.
func parseReplace(_ *parser, s *scanner) (command, *Error) {
	var all []renaming
	for {
		old, err := s.fieldName()
		if err != nil {
			return nil, err
		}
		with, err := s.next()
		if err != nil {
			return nil, err
		}
		if !with.isKeyword("with") {
			return nil, s.unexpected(with, "WITH and the new value")
		}
		value, err := s.fieldName()
		if err != nil {
			return nil, err
		}
		if strings.Count(value.text, "*") > strings.Count(old.text, "*") {
			return nil, s.errorf(value.lo, value.hi, "%q has more stars than %q", value.text, old.text)
		}
		all = append(all, renaming{old.text, value.text})
		t, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case t.isPunct(","):
			continue
		case t.isKeyword("in"):
		case t.kind == tokEnd:
			return nil, s.errorf(t.lo, t.hi, "replace is read with IN and fields only: which fields are generated rows do not tell")
		default:
			s.pos = t.lo // another pair without a comma
			continue
		}
		break
	}
	list, err := s.fieldList()
	if err == nil && len(list) == 0 {
		err = s.errorf(s.end, s.end, "IN lacks its fields")
	}
	s.log.reads(list...)
	return func(rt *runtime, in table) (table, error) {
		names := expandNames(texts(list), in.names())
		return change(rt, in, func(r *record) {
			for _, n := range names {
				if r.has(n) {
					rt.put(r, n, replaceValues(r.get(n), all))
				}
			}
		}), nil
	}, err
}

func replaceValues(values []string, all []renaming) []string {
	out := make([]string, len(values))
	for i, v := range values {
		for _, pair := range all {
			if stars, ok := nameMatch(pair.from, v); ok {
				v = fillStars(pair.to, stars)
			}
		}
		out[i] = v
	}
	return out
}

// parseStrcat: strcat [allrequired=f] sources destination. What stands in quotes is
// text. A source that is missing is empty, unless all are required.
func parseStrcat(_ *parser, s *scanner) (command, *Error) {
	all := false
	if opt, err := s.option(); err != nil {
		return nil, err
	} else if opt != nil {
		if opt.name != "allrequired" {
			return nil, s.errorf(opt.lo, opt.value.hi, "strcat has no option %q: allrequired is", opt.name)
		}
		all = isYes(opt.value.text)
	}
	list, err := s.fieldList()
	if err != nil {
		return nil, err
	}
	if len(list) < 2 {
		return nil, s.errorf(s.end, s.end, "strcat takes fields or texts, and the field for what they make")
	}
	parts, to := list[:len(list)-1], list[len(list)-1].text
	for _, p := range parts {
		if p.kind != tokQuoted {
			s.log.reads(p)
		}
	}
	s.log.makes(to)
	return func(rt *runtime, in table) (table, error) {
		return change(rt, in, func(r *record) {
			var b strings.Builder
			for _, p := range parts {
				v, ok := p.text, true
				if p.kind != tokQuoted {
					v, ok = r.first(p.text)
				}
				if !ok && all {
					return
				}
				b.WriteString(v)
			}
			rt.put(r, to, []string{b.String()})
		}), nil
	}, nil
}
