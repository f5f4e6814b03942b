package spleval

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A command turns a table into the next.
type command func(rt *runtime, in table) (table, error)

// A commandInfo is how a command is read, and what it may do where.
type commandInfo struct {
	parse      func(p *parser, s *scanner) (command, *Error)
	generating bool // brings its own rows, and must come first
	source     bool // brings its own rows if it comes first
	streaming  bool // works row by row, so that multisearch may hold it
	refused    string
}

// brings says whether the command as the first has rows of its own.
func (c *commandInfo) brings() bool { return c.generating || c.source }

// A plan is a pipeline of commands.
type plan struct {
	src   *source
	steps []planStep
}

type planStep struct {
	name   string
	info   *commandInfo
	run    command
	uses   []fieldUse
	lo, hi int
}

// A parser reads a search. It gathers the faults of all commands.
type parser struct {
	src      *source
	funcs    map[string]*function
	commands map[string]*commandInfo
	errs     []*Error
	notes    []*Error
	depth    int
	log      *useLog // of the command that is being read
}

func newParser(src *source) *parser {
	return &parser{src: src, funcs: newFunctions(), commands: newCommands()}
}

// within is a parser of another text, for templates and searchmatch.
func (p *parser) within(src *source) *parser {
	return &parser{src: src, funcs: p.funcs, commands: p.commands, depth: p.depth + 1}
}

// pipeline reads commands separated by pipes. The first is an implied search,
// unless the text begins with a pipe; in a subsearch it may also be a command that
// stands there without its pipe.
func (p *parser) pipeline(lo, hi int, sub bool) *plan {
	pl := &plan{src: p.src}
	ranges, err := p.cut(lo, hi)
	if err != nil {
		p.errs = append(p.errs, err)
		return pl
	}
	for i, r := range ranges {
		lo, hi := trimRange(p.src.text, r[0], r[1])
		if lo == hi {
			switch {
			case len(ranges) == 1:
				p.errs = append(p.errs, p.src.errorf(lo, hi, "search is empty"))
			case i > 0:
				p.errs = append(p.errs, p.src.errorf(max(r[0]-1, 0), r[0], "command is missing after the pipe"))
			}
			continue
		}
		word, body := p.head(lo, hi, i > 0, sub)
		st, err := p.step(word, &scanner{src: p.src, pos: body, end: hi, first: len(pl.steps) == 0}, lo)
		if err == nil && len(pl.steps) > 0 && st.info.generating {
			err = p.src.errorf(lo, lo+len(st.name), "%s brings its own rows: it must be the first command", st.name)
		}
		if err != nil {
			p.errs = append(p.errs, err)
			pl.steps = append(pl.steps, unread(st))
			continue
		}
		if len(pl.steps) == 0 && i > 0 && !st.info.brings() && len(p.errs) == 0 {
			p.notes = append(p.notes, p.src.errorf(lo, lo+len(st.name),
				"search begins with a pipe, and %s brings no events: here it gets all, on Splunk none", st.name))
		}
		pl.steps = append(pl.steps, st)
	}
	return pl
}

// unread stands for a command that can't be read: it may give any field.
func unread(st planStep) planStep {
	st.uses = append(st.uses, fieldUse{kind: useOpen})
	if st.info == nil {
		st.info = &commandInfo{streaming: true}
	}
	return st
}

func trimRange(text string, lo, hi int) (int, int) {
	for lo < hi && isSpace(text[lo]) {
		lo++
	}
	for hi > lo && isSpace(text[hi-1]) {
		hi--
	}
	return lo, hi
}

// cut finds the pipes outside quotes and brackets. Single quotes are quotes only
// to the commands that read eval expressions: to search an apostrophe is a letter.
func (p *parser) cut(lo, hi int) ([][2]int, *Error) {
	var ranges [][2]int
	text, start := p.src.text[:hi], lo
	apostrophe := p.quotesFields(lo, hi, true)
	for i := lo; i < hi; {
		switch c := text[i]; {
		case p.src.callAt(i):
			i = skipMacro(text, i)
		case c == '"' || c == '\'' && apostrophe:
			end := skipQuoted(text, i)
			if end > hi || end-i < 2 || text[end-1] != c {
				return nil, p.src.errorf(i, i+1, "quote is not closed: %c is missing", c)
			}
			i = end
		case c == '\\':
			i += 2
		case c == '[':
			end := skipGroup(text, i)
			if end < 0 {
				return nil, p.src.errorf(i, i+1, "subsearch is not closed: ] is missing")
			}
			i = end
		case c == '|':
			ranges = append(ranges, [2]int{start, i})
			i++
			start = i
			apostrophe = p.quotesFields(i, hi, false)
		default:
			i++
		}
	}
	return append(ranges, [2]int{start, hi}), nil
}

// quotesFields says whether the command at lo knows 'single quotes'.
func (p *parser) quotesFields(lo, hi int, first bool) bool {
	word := p.word(lo, hi)
	return !(first && p.commands[word] == nil) && word != "search" && word != "rex" && word != "regex"
}

// word reads the name of a command.
func (p *parser) word(lo, hi int) string {
	lo, hi = trimRange(p.src.text, lo, hi)
	end := lo
	for end < hi && (isDigit(p.src.text[end]) || p.src.text[end] == '_' || p.src.text[end]|0x20 >= 'a' && p.src.text[end]|0x20 <= 'z') {
		end++
	}
	return strings.ToLower(p.src.text[lo:end])
}

// head finds the command at lo and where its arguments begin. Without a pipe
// before it a text is an implied search, unless it says search itself; in a
// subsearch any command may stand so.
func (p *parser) head(lo, hi int, piped, sub bool) (word string, body int) {
	if piped && p.src.callAt(lo) {
		return unknownMacro, lo
	}
	word = p.word(lo, hi)
	body = lo + len(word)
	ends := body >= hi || isSpace(p.src.text[body]) || strings.IndexByte("[(\"-+", p.src.text[body]) >= 0
	if !piped && !(word == "search" && ends) && !(sub && p.commands[word] != nil && ends) {
		return "search", lo
	}
	return word, body
}

// step reads one command, whose name is word.
func (p *parser) step(word string, s *scanner, lo int) (planStep, *Error) {
	info, hi := p.commands[word], s.end
	if info == nil {
		if word == "" {
			return planStep{lo: lo, hi: hi}, p.src.errorf(lo, min(lo+1, hi), "unexpected %q: a command should stand after the pipe", p.src.text[lo:min(lo+1, hi)])
		}
		return planStep{name: word, lo: lo, hi: hi}, p.src.errorf(lo, lo+len(word), "command %q is not known here%s", word, suggest(word, p.commands))
	}
	if info.refused != "" {
		err := p.src.errorf(lo, lo+len(word), "command %q is refused: %s", word, info.refused)
		err.Refused = true
		return planStep{name: word, info: info, lo: lo, hi: hi}, err
	}
	around := p.log
	p.log = &useLog{}
	s.log = p.log
	run, err := info.parse(p, s)
	uses := p.log.uses
	p.log = around
	if err == nil && !s.atEnd() {
		t, _ := s.peek()
		err = s.errorf(s.pos, max(t.hi, s.pos+1), "unexpected %q: %s should end here", p.src.text[s.pos:max(t.hi, s.pos+1)], word)
	}
	return planStep{word, info, run, uses, lo, hi}, err
}

// subsearch reads the pipeline in brackets.
func (p *parser) subsearch(g token) (*plan, *Error) {
	if p.depth++; p.depth > 20 {
		return nil, p.src.errorf(g.lo, g.lo+1, "subsearches are nested more than 20 deep")
	}
	defer func() { p.depth-- }()
	before := len(p.errs)
	pl := p.pipeline(g.lo+1, g.hi-1, true)
	if len(p.errs) > before {
		err := p.errs[before]
		p.errs = p.errs[:before]
		return nil, err
	}
	return pl, nil
}

// run runs the commands. The rows are the input's events, or those given.
func (pl *plan) run(rt *runtime, given *table) (table, error) {
	var t table
	switch {
	case given != nil:
		t = *given
	case len(pl.steps) == 0 || !pl.steps[0].info.brings():
		t.rows = slices.Clone(rt.events())
	}
	for _, st := range pl.steps {
		next, err := st.run(rt, t)
		if err == nil {
			err = rt.err
		}
		if err == nil && len(next.rows) > rt.maxEvents() {
			err = fmt.Errorf("%w: %s gives more than %d rows", ErrLimit, st.name, rt.maxEvents())
		}
		if err != nil {
			return table{}, pl.explain(rt, st, err)
		}
		t = next
	}
	return t, nil
}

// explain adds the place of the command to what stopped it.
func (pl *plan) explain(rt *runtime, st planStep, err error) error {
	var placed *Error
	if errors.As(err, &placed) || rt.ctx.Err() != nil && errors.Is(err, rt.ctx.Err()) {
		return err
	}
	e := pl.src.errorf(st.lo, st.hi, "%s: %s", st.name, err)
	e.Err = err
	return e
}
