package spleval

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// setCommands bring rows of their own, or join those of several searches.
func setCommands() map[string]*commandInfo {
	return map[string]*commandInfo{
		"append":      {parse: parseAppend},
		"appendpipe":  {parse: parseAppendpipe},
		"multisearch": {parse: parseMultisearch, generating: true},
		"union":       {parse: parseUnion, source: true},
		"join":        {parse: parseJoin},
		"makeresults": {parse: parseMakeresults, generating: true},
		"format":      {parse: parseFormat},
		"return":      {parse: parseReturn},
	}
}

// groups reads options, of which known says the names, and subsearches.
func (p *parser) groups(s *scanner, name string, known ...string) ([]*plan, *Error) {
	var plans []*plan
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			if !slices.Contains(known, opt.name) {
				return nil, s.errorf(opt.lo, opt.value.hi, "%s has no option %q", name, opt.name)
			}
			continue
		}
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		if t.isPunct(",") {
			continue
		}
		if t.kind != tokGroup {
			return nil, s.unexpected(t, "a [subsearch]")
		}
		pl, err := p.subsearch(t)
		if err != nil {
			return nil, err
		}
		plans = append(plans, pl)
	}
	return plans, nil
}

// maxOptions bound subsearches by rows and time on Splunk; here the limits of the
// input do.
var maxOptions = []string{"maxout", "maxtime", "timeout", "extendtimerange"}

// joined puts the rows and columns of b after those of a.
func joined(a, b table) table {
	if len(a.rows) == 0 && a.cols == nil {
		return b
	}
	out := table{rows: slices.Concat(a.rows, b.rows)}
	if a.cols != nil && b.cols != nil {
		out.cols = slices.Clone(a.cols)
		for _, c := range b.cols {
			if !slices.Contains(out.cols, c) {
				out.cols = append(out.cols, c)
			}
		}
	}
	return out
}

func parseAppend(p *parser, s *scanner) (command, *Error) {
	lo := s.pos
	plans, err := p.groups(s, "append", maxOptions...)
	if err != nil {
		return nil, err
	}
	if len(plans) != 1 {
		return nil, s.errorf(lo, s.end, "append takes one [subsearch], and %d stand here", len(plans))
	}
	s.log.plan(useUnion, plans[0])
	return func(rt *runtime, in table) (table, error) {
		more, err := plans[0].run(rt, nil)
		return joined(in, more), err
	}, nil
}

// parseAppendpipe runs its commands on the rows so far and adds what they give.
func parseAppendpipe(p *parser, s *scanner) (command, *Error) {
	lo := s.pos
	plans, err := p.groups(s, "appendpipe", "run_in_preview")
	if err != nil {
		return nil, err
	}
	if len(plans) != 1 {
		return nil, s.errorf(lo, s.end, "appendpipe takes one [subpipeline], and %d stand here", len(plans))
	}
	s.log.plan(useBranch, plans[0])
	return func(rt *runtime, in table) (table, error) {
		copied := table{cols: in.cols, rows: make([]*record, len(in.rows))}
		for i, r := range in.rows {
			copied.rows[i] = r.clone()
			if !rt.room(int(r.size())) {
				return in, nil
			}
		}
		more, err := plans[0].run(rt, &copied)
		return joined(in, more), err
	}, nil
}

// parseMultisearch: "The multisearch command requires at least two subsearches and
// allows only streaming operations in each subsearch." The rows come by time.
func parseMultisearch(p *parser, s *scanner) (command, *Error) {
	lo := s.pos
	plans, err := p.groups(s, "multisearch")
	if err != nil {
		return nil, err
	}
	if len(plans) < 2 {
		return nil, s.errorf(lo, s.end, "multisearch takes at least two [subsearches], and %d stand here", len(plans))
	}
	for _, pl := range plans {
		if st := pl.notStreaming(); st != nil {
			return nil, s.errorf(st.lo, st.lo+len(st.name), "multisearch takes only commands that work row by row, and %s does not", st.name)
		}
	}
	s.log.begins(plans)
	return func(rt *runtime, _ table) (table, error) { return runAll(rt, plans, true) }, nil
}

// notStreaming gives the first command that does not work row by row.
func (pl *plan) notStreaming() *planStep {
	for i := range pl.steps {
		if !pl.steps[i].info.streaming {
			return &pl.steps[i]
		}
	}
	return nil
}

func runAll(rt *runtime, plans []*plan, byTime bool) (table, error) {
	var out table
	for i, pl := range plans {
		t, err := pl.run(rt, nil)
		if err != nil {
			return out, err
		}
		if i == 0 {
			out = t
			continue
		}
		out = joined(out, t)
		if len(out.rows) > rt.maxEvents() {
			return out, fmt.Errorf("%w: more than %d rows", ErrLimit, rt.maxEvents())
		}
	}
	if byTime {
		newestFirst(out.rows)
	}
	return out, nil
}

// parseUnion: "merges the results from two or more datasets", here subsearches. If
// all work row by row the rows come by time, else one after the other. Rows that
// came before union are the first dataset.
func parseUnion(p *parser, s *scanner) (command, *Error) {
	lo := s.pos
	plans, err := p.groups(s, "union", maxOptions...)
	if err != nil {
		return nil, err
	}
	if len(plans) == 0 {
		return nil, s.errorf(lo, s.end, "union takes [subsearches]: named datasets are not known here")
	}
	if s.first {
		s.log.begins(plans)
	} else {
		for _, pl := range plans {
			s.log.plan(useUnion, pl)
		}
	}
	byTime := !slices.ContainsFunc(plans, func(pl *plan) bool { return pl.notStreaming() != nil })
	return func(rt *runtime, in table) (table, error) {
		out, err := runAll(rt, plans, byTime)
		if err != nil {
			return out, err
		}
		out = joined(in, out)
		if byTime {
			newestFirst(out.rows)
		}
		return out, nil
	}, nil
}

type joinArgs struct {
	outer, overwrite bool
	max              int
	fields           []string
	plan             *plan
}

// parseJoin: join [type=inner|left|outer] [max=1] [overwrite=t] [fields] [subsearch].
// "max: the maximum number of subsearch results that each main search result can
// join with. If set to max=0, there is no limit. Default: 1".
func parseJoin(p *parser, s *scanner) (command, *Error) {
	j := &joinArgs{max: 1, overwrite: true}
	lo := s.pos
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			if err := j.set(s, opt); err != nil {
				return nil, err
			}
			continue
		}
		t, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case t.kind == tokGroup:
			if j.plan, err = p.subsearch(t); err != nil {
				return nil, err
			}
		case t.isPunct(","):
		case t.kind == tokPunct:
			return nil, s.unexpected(t, "a field or a [subsearch]")
		default:
			s.log.reads(t)
			j.fields = append(j.fields, t.text)
		}
	}
	if j.plan == nil {
		return nil, s.errorf(lo, s.end, "join lacks its [subsearch]")
	}
	s.log.plan(useUnion, j.plan)
	return j.run, nil
}

func (j *joinArgs) set(s *scanner, opt *option) *Error {
	switch opt.name {
	case "type":
		switch opt.value.text {
		case "inner":
		case "left", "outer":
			j.outer = true
		default:
			return s.errorf(opt.value.lo, opt.value.hi, "type of join is inner, left or outer")
		}
	case "max":
		n, bad := strconv.Atoi(opt.value.text)
		if bad != nil || n < 0 {
			return s.errorf(opt.value.lo, opt.value.hi, "max takes a whole number, 0 for all")
		}
		j.max = n
	case "overwrite":
		j.overwrite = isYes(opt.value.text)
	default:
		return s.errorf(opt.lo, opt.value.hi, "join has no option %q here: type, max and overwrite are", opt.name)
	}
	return nil
}

func (j *joinArgs) run(rt *runtime, in table) (table, error) {
	right, err := j.plan.run(rt, nil)
	if err != nil {
		return in, err
	}
	fields := j.fields
	if len(fields) == 0 {
		names := right.names()
		for _, n := range in.names() {
			if slices.Contains(names, n) && !strings.HasPrefix(n, "_") {
				fields = append(fields, n)
			}
		}
	}
	index := map[string][]*record{}
	for _, r := range right.rows {
		if key, ok := r.key(fields); ok && (j.max == 0 || len(index[key]) < j.max) {
			index[key] = append(index[key], r)
		}
	}
	out := joined(table{cols: in.cols}, table{cols: right.cols})
	for _, r := range in.rows {
		key, ok := r.key(fields)
		matches := index[key]
		if !ok || len(matches) == 0 {
			if j.outer {
				out.rows = append(out.rows, r)
			}
			continue
		}
		for _, m := range matches {
			c := r.clone()
			for i, n := range m.names {
				if len(m.vals[i]) > 0 && (j.overwrite || !c.has(n)) {
					rt.put(c, n, m.vals[i])
				}
			}
			out.rows = append(out.rows, c)
			if !rt.step(1) || len(out.rows) > rt.maxEvents() {
				return out, nil
			}
		}
	}
	return out, nil
}

// parseMakeresults: makeresults [count=1] [annotate=f] [format=csv|json data="..."].
func parseMakeresults(_ *parser, s *scanner) (command, *Error) {
	count, annotate := 1, false
	opts := map[string]token{}
	if n, err := s.count(1); err != nil {
		return nil, err
	} else if n != 1 {
		count = n
	}
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt == nil {
			t, _ := s.peek()
			return nil, s.unexpected(t, "an option (count, annotate, format, data)")
		}
		if !slices.Contains([]string{"count", "annotate", "format", "data"}, opt.name) {
			return nil, s.errorf(opt.lo, opt.value.hi, "makeresults has no option %q here: count, annotate, format and data are", opt.name)
		}
		opts[opt.name] = opt.value
	}
	if t, ok := opts["count"]; ok {
		n, bad := strconv.Atoi(t.text)
		if bad != nil || n < 0 {
			return nil, s.errorf(t.lo, t.hi, "count takes a whole number")
		}
		count = n
	}
	annotate = isYes(opts["annotate"].text)
	data, hasData := opts["data"]
	s.log.keeps("_time")
	if annotate || hasData {
		s.log.opens()
	}
	if !hasData {
		return func(rt *runtime, _ table) (table, error) { return emptyRows(rt, count, annotate), nil }, nil
	}
	rows, err := inlineRows(opts["format"].text, data.text)
	if err != nil {
		return nil, s.errorf(data.lo, data.hi, "%s", err)
	}
	return func(rt *runtime, _ table) (table, error) {
		out := table{cols: slices.Clone(rows.cols)}
		for _, r := range rows.rows {
			out.rows = append(out.rows, r.clone())
		}
		return out, nil
	}, nil
}

func emptyRows(rt *runtime, count int, annotate bool) table {
	var out table
	for range count {
		r := newRecord(2)
		r.owned = true
		r.set("_time", []string{formatNumber(float64(int64(rt.now)))})
		if annotate {
			r.set("splunk_server", []string{"local"})
		}
		out.rows = append(out.rows, r)
		if !rt.room(200) || len(out.rows) > rt.maxEvents() {
			break
		}
	}
	return out
}

// inlineRows reads the data of makeresults: CSV with a header, or a JSON array of
// objects, whose members are fields of text.
func inlineRows(format, data string) (table, error) {
	switch format {
	case "csv":
		l, err := ParseLookupCSV(strings.TrimSpace(data))
		if err != nil {
			return table{}, err
		}
		return l.table(), nil
	case "json":
		n, err := parseJSON(data)
		if err != nil || n.kind != jsonArray {
			return table{}, fmt.Errorf("data is no JSON array of objects")
		}
		var out table
		for _, kid := range n.kids {
			r := newRecord(len(kid.keys))
			r.owned = true
			for i, k := range kid.keys {
				r.set(k, []string{kid.kids[i].scalar()})
			}
			out.rows = append(out.rows, r)
		}
		return out, nil
	}
	return table{}, fmt.Errorf("format of makeresults is csv or json")
}

// parseFormat turns the rows into one with the field search, as a subsearch does by
// itself; six strings replace its words.
func parseFormat(_ *parser, s *scanner) (command, *Error) {
	words := defaultFormat
	var given []string
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			if opt.name != "maxresults" && opt.name != "mvsep" && opt.name != "emptystr" {
				return nil, s.errorf(opt.lo, opt.value.hi, "format has no option %q here", opt.name)
			}
			return nil, s.errorf(opt.lo, opt.value.hi, "option %q of format is not read here", opt.name)
		}
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		if t.kind != tokQuoted {
			return nil, s.unexpected(t, "a string in double quotes")
		}
		given = append(given, t.text)
	}
	if len(given) != 0 && len(given) != 6 {
		return nil, s.errorf(s.pos, s.end, "format takes no strings or six, and %d stand here", len(given))
	}
	if len(given) == 6 {
		words = [6]string(given)
	}
	s.log.keeps()
	s.log.makes("search")
	return func(rt *runtime, in table) (table, error) {
		r := newRecord(1)
		r.owned = true
		rt.put(r, "search", []string{formatRows(in, words)})
		return table{rows: []*record{r}, cols: []string{"search"}}, nil
	}, nil
}

// parseReturn: return [N] field ..., where field gives field="value", $field the
// value alone, and alias=field the test under another name.
func parseReturn(_ *parser, s *scanner) (command, *Error) {
	count, err := s.count(1)
	if err != nil {
		return nil, err
	}
	var names, aliases []string
	for !s.atEnd() {
		opt, err := s.option()
		if err != nil {
			return nil, err
		}
		if opt != nil {
			s.log.reads(bare(opt.value))
			aliases, names = append(aliases, opt.name), append(names, opt.value.text)
			continue
		}
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		if t.isPunct(",") {
			continue
		}
		if t.kind == tokPunct || t.kind == tokGroup {
			return nil, s.unexpected(t, "a field")
		}
		s.log.reads(bare(t))
		aliases, names = append(aliases, t.text), append(names, t.text)
	}
	s.log.keeps()
	s.log.makes("search")
	return func(rt *runtime, in table) (table, error) {
		text := returnText(in.rows[:min(count, len(in.rows))], names, aliases)
		r := newRecord(1)
		r.owned = true
		rt.put(r, "search", []string{text})
		return table{rows: []*record{r}, cols: []string{"search"}}, nil
	}, nil
}

// bare is the field that $field names.
func bare(t token) token {
	if rest, ok := strings.CutPrefix(t.text, "$"); ok {
		t.text, t.lo = rest, t.lo+1
	}
	return t
}

func returnText(rows []*record, names, aliases []string) string {
	var parts []string
	for _, r := range rows {
		var tests []string
		for i, name := range names {
			bare := strings.TrimPrefix(name, "$")
			v, ok := r.first(bare)
			switch {
			case !ok:
			case bare != name:
				tests = append(tests, quoteSearch(v))
			default:
				tests = append(tests, formatName(aliases[i])+"="+quoteSearch(v))
			}
		}
		if len(tests) > 0 {
			parts = append(parts, "("+strings.Join(tests, " ")+")")
		}
	}
	if parts == nil {
		return "NOT *"
	}
	return strings.Join(parts, " OR ")
}

func readCSV(text string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	return r.ReadAll()
}
