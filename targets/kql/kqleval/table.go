package kqleval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// A Table is columns and rows. A value of a column is of the column's type or
// nil; a string is never nil.
type Table struct {
	Columns []Column
	Rows    [][]Value
}

// JSON writes {"columns":[{"name":…,"type":…}],"rows":[[…],…]}: datetimes as RFC
// 3339 with seven digits, timespans as [-][d.]hh:mm:ss[.fffffff], null as null.
func (t *Table) JSON() []byte {
	b := []byte(`{"columns":[`)
	for i, c := range t.Columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = appendQuoted(b, c.Name)
		b = append(b, `,"type":`...)
		b = appendQuoted(b, c.Type.String())
		b = append(b, '}')
	}
	b = append(b, `],"rows":[`...)
	for i, row := range t.Rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, Array(row))
	}
	return append(b, "]}"...)
}

// ReadTable reads JSON objects, one after the other or in one array. Without
// columns each key is one, in order of appearance: its type is that of its
// values if they agree (integers long, other numbers real, bool, string), else
// dynamic. With columns, values are cast to the declared types and other keys
// are left out. An absent string is "", all else that is absent is null.
func ReadTable(r io.Reader, columns []Column) (*Table, error) {
	objects, err := readObjects(r)
	if err != nil {
		return nil, err
	}
	if columns == nil {
		columns = inferColumns(objects)
	}
	t := &Table{Columns: slices.Clone(columns), Rows: make([][]Value, len(objects))}
	for i, o := range objects {
		row := make([]Value, len(columns))
		for j, c := range columns {
			v, _ := o.Get(c.Name)
			row[j] = cast(v, c.Type)
		}
		t.Rows[i] = row
	}
	return t, nil
}

func readObjects(r io.Reader) ([]*Bag, error) {
	buf := bufio.NewReader(r)
	dec := json.NewDecoder(buf)
	dec.UseNumber()
	var out []*Bag
	for n := 1; ; n++ {
		v, err := readJSON(dec, 0)
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("JSON value %d: %w", n, err)
		}
		switch v := v.(type) {
		case *Bag:
			out = append(out, v)
		case Array:
			for i, x := range v {
				o, ok := x.(*Bag)
				if !ok {
					return nil, fmt.Errorf("JSON value %d: item %d is no object", n, i)
				}
				out = append(out, o)
			}
		default:
			return nil, fmt.Errorf("JSON value %d is no object", n)
		}
	}
}

func inferColumns(objects []*Bag) []Column {
	cols := []Column{}
	index := map[string]int{}
	for _, o := range objects {
		for i, k := range o.keys {
			at, ok := index[k]
			if !ok {
				at = len(cols)
				index[k] = at
				cols = append(cols, Column{k, TUnknown})
			}
			cols[at].Type = joinTypes(cols[at].Type, o.vals[i])
		}
	}
	for i := range cols {
		if cols[i].Type == TUnknown {
			cols[i].Type = TDynamic
		}
	}
	return cols
}

func joinTypes(t Type, v Value) Type {
	if v == nil {
		return t
	}
	kind := v.kind()
	switch {
	case t == TUnknown || t == kind:
		return kind
	case t.isNumber() && kind.isNumber():
		return TReal
	}
	return TDynamic
}

// load gives the rows of a table of the input, in the order of cols and with
// the types that were bound.
func (rt *runtime) load(name string, cols []Column) (*rowset, error) {
	t := rt.in.Tables[name]
	if t == nil {
		return &rowset{}, nil
	}
	if len(t.Rows) > rt.maxRows {
		return nil, fmt.Errorf("table %s has %d rows, and the limit of this run is %d", name, len(t.Rows), rt.maxRows)
	}
	if slices.Equal(t.Columns, cols) && wellTyped(t) {
		return &rowset{rows: t.Rows}, nil
	}
	from := make([]int, len(cols))
	for i, c := range cols {
		from[i] = slices.IndexFunc(t.Columns, func(have Column) bool { return have.Name == c.Name })
	}
	out := rt.builder(span{})
	for _, row := range t.Rows {
		next := make([]Value, len(cols))
		for i, j := range from {
			var v Value
			if j >= 0 && j < len(row) {
				v = row[j]
			}
			next[i] = cast(v, cols[i].Type)
		}
		if err := out.add(next); err != nil {
			return nil, err
		}
	}
	return &out.out, nil
}

func wellTyped(t *Table) bool {
	for _, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return false
		}
		for i, v := range row {
			want := t.Columns[i].Type
			if v == nil {
				if want == TString {
					return false
				}
			} else if want != TDynamic && v.kind() != want {
				return false
			}
		}
	}
	return true
}

// MarshalJSON is JSON.
func (t *Table) MarshalJSON() ([]byte, error) { return bytes.Clone(t.JSON()), nil }
