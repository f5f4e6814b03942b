package spleval

// Meta is what Splunk knows of an event besides its text.
type Meta struct {
	Time       float64 // _time, seconds since 1970; 0 is none
	IndexTime  float64 // _indextime; 0 is none
	Index      string  // an empty text is no field
	Source     string
	Sourcetype string
	Host       string

	// MaxChars is how much of the text the fields are taken from. 0 is all of it;
	// Splunk's default is 10240 (limits.conf, [kv] maxchars), so that fields of
	// longer events are missing there.
	MaxChars int
}

// EventFromJSON makes the event that Splunk has of a JSON text by KV_MODE=json:
// _raw, and each leaf as a field. Members of objects are joined by dots (a.b); an
// array adds {} to the name (a{}, a{}.b), and its elements are values of one
// multivalue field, so that which name belongs to which value is lost. true, false
// and null are these words; empty arrays and objects give no field. A text that
// is no JSON object or array has _raw only.
func EventFromJSON(raw []byte, meta Meta) Event {
	text := string(raw)
	r := meta.record(text)
	if n, err := parseJSON(text); err == nil {
		cutoff := len(text)
		if meta.MaxChars > 0 {
			cutoff = meta.MaxChars
		}
		flatten(r, n, cutoff)
	}
	return Event{r}
}

// EventFromFields makes an event of fields that were extracted elsewhere, with
// what the Meta says before them.
func EventFromFields(raw string, meta Meta, fields ...Field) Event {
	r := meta.record(raw)
	for _, f := range fields {
		r.add(f.Name, f.Values...)
	}
	return Event{r}
}

// WithField is a copy of the event in which the field has these values.
func (e Event) WithField(name string, values ...string) Event {
	r := newRecord(1)
	if e.rec != nil {
		r = e.rec.clone()
	}
	r.set(name, values)
	r.owned = false
	return Event{r}
}

func (m Meta) record(raw string) *record {
	r := newRecord(16)
	number := func(name string, f float64) {
		if f != 0 {
			r.set(name, []string{formatNumber(f)})
		}
	}
	word := func(name, s string) {
		if s != "" {
			r.set(name, []string{s})
		}
	}
	number("_time", m.Time)
	number("_indextime", m.IndexTime)
	word("_raw", raw)
	word("index", m.Index)
	word("host", m.Host)
	word("source", m.Source)
	word("sourcetype", m.Sourcetype)
	return r
}

// flatten adds the leaves of a document to a record, as spath does in its
// auto-extract mode and KV_MODE=json does for each event. Values that end after
// the cutoff are left out.
func flatten(r *record, n *jsonNode, cutoff int) {
	if n.kind != jsonObject && n.kind != jsonArray {
		return
	}
	flat := map[string][]string{}
	var order []string
	var walk func(n *jsonNode, name string)
	walk = func(n *jsonNode, name string) {
		switch n.kind {
		case jsonObject:
			for i, kid := range n.kids {
				key := n.keys[i]
				if name != "" {
					key = name + "." + key
				}
				walk(kid, key)
			}
		case jsonArray:
			for _, kid := range n.kids {
				walk(kid, name+"{}")
			}
		default:
			if n.end > cutoff {
				return
			}
			if _, ok := flat[name]; !ok {
				order = append(order, name)
			}
			flat[name] = append(flat[name], leafText(n))
		}
	}
	walk(n, "")
	for _, name := range order {
		r.add(name, flat[name]...)
	}
}

// leafText is the text that a leaf has as a field. A JSON null is the word null:
// it is not the absence of the field, so that isnull() is false of it.
func leafText(n *jsonNode) string {
	if n.kind == jsonNull {
		return "null"
	}
	return n.text
}
