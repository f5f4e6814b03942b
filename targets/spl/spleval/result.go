package spleval

import (
	"bytes"
	"encoding/json"
)

// A Column is one column of a result. Type is "number" if all its values are
// numbers, "multivalue" if any row has several values, else "string".
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Columns gives the columns with the types that their values have.
func (r *Result) Columns() []Column {
	cols := make([]Column, len(r.Fields))
	for i, name := range r.Fields {
		cols[i] = Column{name, r.columnType(name)}
	}
	return cols
}

func (r *Result) columnType(name string) string {
	kind, seen := "number", false
	for _, e := range r.Events {
		v := e.Get(name)
		if len(v) > 1 {
			return "multivalue"
		}
		for _, s := range v {
			seen = true
			if !isJSONNumber(s) {
				kind = "string"
			}
		}
	}
	if !seen {
		return "string"
	}
	return kind
}

func isJSONNumber(s string) bool {
	n, err := parseJSON(s)
	return err == nil && n.kind == jsonNumber && n.text == s
}

// JSON writes {"columns":[{"name":..., "type":...}],"rows":[[...]]}: numbers in
// number columns as they are written, a multivalue as an array of strings, and an
// absent value as null.
func (r *Result) JSON() ([]byte, error) {
	cols := r.Columns()
	rows := make([][]any, len(r.Events))
	for i, e := range r.Events {
		row := make([]any, len(cols))
		for k, c := range cols {
			row[k] = cell(c, e.Get(c.Name))
		}
		rows[i] = row
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Columns []Column `json:"columns"`
		Rows    [][]any  `json:"rows"`
	}{cols, rows})
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

func cell(c Column, values []string) any {
	switch {
	case len(values) == 0:
		return nil
	case len(values) > 1:
		return values
	case c.Type == "number":
		return json.RawMessage(values[0])
	default:
		return values[0]
	}
}
