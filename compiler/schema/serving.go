package schema

import "strings"

// A Source is a Sigma logsource; an empty part fits any.
type Source struct {
	Product, Service, Category string
}

// A Serving is a logsource that a log serves, and how.
type Serving struct {
	Source

	// Where tells the events of the logsource from the others of the log: all
	// of it holds of them. A rule need not say it, for its logsource does.
	Where []Gate

	// Names are what rules of the logsource call fields, where the log calls
	// them otherwise. A name may stand for several, the first one above all.
	Names []Alias
}

// A Gate holds when a field has one of some values.
type Gate struct {
	Field string // canonical
	Is    []string
}

// Serves tells whether the log serves a Sigma logsource, and how closely: the
// number of parts that are named on both sides. Zero means that it does not.
func (l *Log) Serves(s Source) int {
	_, n := l.closest(s)
	return n
}

// Serving gives how the log serves a logsource; nil if it does not.
func (l *Log) Serving(s Source) *Serving {
	serving, _ := l.closest(s)
	return serving
}

func (l *Log) closest(s Source) (best *Serving, most int) {
	for _, own := range l.Sources {
		if n := own.fits(s); n > most {
			best, most = own, n
		}
	}
	return best, most
}

// Gated tells whether the log holds events of several logsources, which only
// a rule's logsource tells apart.
func (l *Log) Gated() bool {
	for _, s := range l.Sources {
		if len(s.Where) > 0 {
			return true
		}
	}
	return false
}

// fits counts the parts that agree; a part that the log names must be named by
// the rule, and one that the rule names must be the log's or free there. A log
// that names a product alone holds what has no service and no category.
func (s Source) fits(rule Source) int {
	if s.Service == "" && s.Category == "" && (rule.Service != "" || rule.Category != "") {
		return 0
	}
	n := 0
	for _, p := range [][2]string{{s.Product, rule.Product}, {s.Service, rule.Service}, {s.Category, rule.Category}} {
		switch {
		case p[0] == "":
		case strings.EqualFold(p[0], p[1]):
			n++
		default:
			return 0
		}
	}
	return n
}

// For finds the log that serves a Sigma logsource: the one that names most of
// its parts. It returns nil if none does.
func For(source Source) *Log { return Among(Logs(), source) }

// Among is For among some logs. Of two that serve the logsource as closely the
// first one is meant.
func Among(logs []*Log, source Source) *Log {
	var best *Log
	most := 0
	for _, l := range logs {
		if n := l.Serves(source); n > most {
			best, most = l, n
		}
	}
	return best
}

// Called finds the log of a name, also Generic, or all whose names begin with
// it: xdr for the tables of Defender XDR. Both are nil if there is none.
func Called(name string) (log *Log, among []*Log) {
	if log = ByName(name); log != nil {
		return log, nil
	}
	for _, l := range Logs() {
		if strings.HasPrefix(l.Name, name+"_") {
			among = append(among, l)
		}
	}
	return nil, among
}

// ResolveFor is Resolve for a rule of a logsource that the log serves, or of
// another one if that is nil.
func (l *Log) ResolveFor(s *Serving, name string) *Ref {
	var ref *Ref
	if s != nil {
		for _, a := range s.Names {
			r := l.Resolve(a.For)
			switch {
			case a.Name != name || r == nil:
			case ref == nil:
				ref = r.spelt(a)
			default:
				ref.Also = append(ref.Also, r)
			}
		}
	}
	if ref != nil {
		return ref
	}
	return l.Resolve(name)
}
