package kqleval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadTable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, in string
		columns  []Column
		want     string
	}{
		{"inferred", `{"a":1,"b":"x","c":true,"d":1.5,"e":{"k":1},"f":null}
{"a":2,"b":"y","g":[1]}`, nil,
			`{"columns":[{"name":"a","type":"long"},{"name":"b","type":"string"},{"name":"c","type":"bool"},{"name":"d","type":"real"},{"name":"e","type":"dynamic"},{"name":"f","type":"dynamic"},{"name":"g","type":"dynamic"}],` +
				`"rows":[[1,"x",true,1.5,{"k":1},null,null],[2,"y",null,null,null,null,[1]]]}`},
		{"mixed", `[{"a":1,"b":1},{"a":"x","b":1.5}]`, nil,
			`{"columns":[{"name":"a","type":"dynamic"},{"name":"b","type":"real"}],"rows":[[1,1.0],["x",1.5]]}`},
		{"absent string", `{} {"a":null} {"a":"x"}`, []Column{{"a", TString}, {"n", TLong}},
			`{"columns":[{"name":"a","type":"string"},{"name":"n","type":"long"}],"rows":[["",null],["",null],["x",null]]}`},
		{"declared", `{"t":"2024-02-29T10:00:00Z","d":{"a":[]},"s":{"k":1},"n":"5","r":2,"other":1}`,
			[]Column{{"t", TDateTime}, {"d", TDynamic}, {"s", TString}, {"n", TLong}, {"r", TReal}},
			`{"columns":[{"name":"t","type":"datetime"},{"name":"d","type":"dynamic"},{"name":"s","type":"string"},{"name":"n","type":"long"},{"name":"r","type":"real"}],` +
				`"rows":[["2024-02-29T10:00:00.0000000Z",{"a":[]},"{\"k\":1}",5,2.0]]}`},
		{"empty", ``, []Column{{"a", TLong}}, `{"columns":[{"name":"a","type":"long"}],"rows":[]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			table, err := ReadTable(strings.NewReader(test.in), test.columns)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(table.JSON())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadTableErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"a":`:     "JSON value 1: unexpected EOF",
		`{} 5`:      "JSON value 2 is no object",
		`[{}, "x"]`: "JSON value 1: item 1 is no object",
	} {
		_, err := ReadTable(strings.NewReader(in), nil)
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", in, err, want)
		}
	}
}

// run answers a query over no tables, with limits.
func run(ctx context.Context, text string, in *Input) (*Table, error) {
	q, err := Parse(text)
	if err != nil {
		return nil, err
	}
	p, err := q.Bind(nil)
	if err != nil {
		return nil, err
	}
	return p.Run(ctx, in)
}

func TestParseAll(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, want string
	}{
		{"print 1", "1"},
		{"print 1;;print 2;", "1, 2"},
		{"let a = 1; print a; let b = a + 1; print a + b; let c = 3;", "1, 3"},
		{"let T = print x = 1; T | extend y = x + 1; T", "1 2, 1"},
		{"print b; let b = 1;", `1:7: no column or variable is named "b"`},
		{"print 1 print 2", `1:9: "print" stands where "|", ";" or the end should`},
		{"let a = 1;\nprint a\n\n// another\n\nlet a = 2;\nprint a\n \n| extend b = 3", "1, 2 3"}, // a paragraph begins anew
		{"let a = 1; print a\n\nprint a", `3:7: no column or variable is named "a"`},
		{"print 1\n// no blank line\nprint 2", `3:1: "print" stands where "|", ";" or the end should`},
		{"let a = 1;", "1:11: the query ends where a tabular expression should follow"},
		{strings.Repeat("print 1;", maxQueries+1), "1:801: the text holds more than 100 queries"},
	} {
		got, err := results(test.text)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.text, got, test.want)
		}
	}
}

// results gives the first rows of all queries of a text.
func results(text string) (string, error) {
	all, err := ParseAll(text)
	if err != nil {
		return "", err
	}
	var rows []string
	for _, q := range all {
		p, err := q.Bind(nil)
		if err != nil {
			return "", err
		}
		out, err := p.Run(context.Background(), nil)
		if err != nil {
			return "", err
		}
		var cells []string
		for _, v := range out.Rows[0] {
			cells = append(cells, FormatValue(v))
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return strings.Join(rows, ", "), nil
}

func TestLimits(t *testing.T) {
	t.Parallel()
	doubling := `let a0 = "0123456789";`
	for i := range 40 {
		doubling += fmt.Sprintf(" let a%d = strcat(a%d, a%d);", i+1, i, i)
	}
	calls := "let f0 = (x:long) { x };"
	for i := range 40 {
		calls += fmt.Sprintf(" let f%d = (x:long) { f%d(x) + f%d(x) };", i+1, i, i)
	}
	unions := "let t0 = range x from 1 to 1000 step 1;"
	for i := range 40 {
		unions += fmt.Sprintf(" let t%d = union t%d, t%d;", i+1, i, i)
	}
	for _, test := range []struct{ name, text, want string }{
		{"range", "range x from 1 to 1000000000 step 1 | count", "more than 10000 rows"},
		{"cross", "range x from 1 to 5000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 5000 step 1 | extend k = 1) on k", "more than 10000 rows"},
		{"expand", "range x from 1 to 1000 step 1 | extend a = range(1, 1000) | mv-expand a", "limit of this run"},
		{"bytes", `range x from 1 to 9000 step 1 | extend a = strrep("0123456789", 10000)`, "bytes of memory"},
		{"list", `range x from 1 to 9000 step 1 | summarize make_list(strrep("0123456789", 1000))`, "bytes of memory"},
		{"apply", `range x from 1 to 900 step 1 | mv-apply a = range(1, 100000) on (where false)`, "expands to more than 10000"},
		{"doubling", doubling + "print strlen(a40)", "grew beyond"},
		{"calls", calls + "print f40(1)", "when its functions are expanded"},
		{"unions", unions + "t40 | count", "rows"},
		{"unpack", "range x from 1 to 9000 step 1 | extend b = pack(strcat('k', x), x) | evaluate bag_unpack(b)", "bytes of memory"},
		{"array", "print a = range(1, 1000000) | extend b = array_concat(a, a, a, a, a, a, a, a)", "limit of this run"},
		{"parentheses", "print " + strings.Repeat("(", 100000) + "1" + strings.Repeat(")", 100000), "nests too deep"},
		{"nots", "print " + strings.Repeat("not(", 1000) + "true" + strings.Repeat(")", 1000), "nests too deep"},
		{"minus", "print " + strings.Repeat("-", 100000) + "1", "nests too deep"},
		{"chain", "print 1" + strings.Repeat(" + 1", 100000), "more than 4,000 operands"},
		{"path", "print dynamic({})" + strings.Repeat(".a", 100000), "longer than"},
		{"json", "print parse_json('" + strings.Repeat("[", 100000) + "')", ""},
		{"dynamic", "print dynamic(" + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + ")", "nests too deep"},
		{"tables", strings.Repeat("(", 3000) + "print 1" + strings.Repeat(")", 3000), "nests too deep"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := run(context.Background(), test.text, &Input{MaxRows: 10000, MaxBytes: 16 << 20})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %.300v, want %q", err, test.want)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

// TestCancelFunction ends a run within one call of a function.
func TestCancelFunction(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	for _, f := range []string{"series_fir(a, a)", "series_iir(a, a, a)"} {
		_, err := run(ctx, "print a = range(1, 200000) | extend b = "+f, nil)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v, want the end of the time", f, err)
		}
	}
}

// TestLongConstants binds what takes hours, and is made of constants alone: a
// query can be checked, and its run can be ended.
func TestLongConstants(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("folds arrays of a million numbers")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	for _, f := range []string{"series_fir(range(1, 1000000), range(1, 1000000))", "series_iir(range(1, 1000000), range(1, 1000000), range(1, 1000000))"} {
		q, err := Parse("print b = " + f + " | where b[0] > 1")
		if err != nil {
			t.Fatal(err)
		}
		p, err := q.Bind(Schema{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Run(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v, want the end of the time", f, err)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := run(ctx, `range x from 1 to 900000 step 1 | extend k = x % 2 | join kind=leftsemi (range x from 1 to 900000 step 1 | extend k = x % 7) on k
| summarize count() by tostring(x * 3), hash_sha256(x) | sort by count_`, nil)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the end of the deadline", err)
	}
}

// A plan is used by many goroutines at once; go test -race watches.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	q, err := Parse(`let m = materialize(E | where n > 0); let top1 = toscalar(m | summarize max(n));
m | where n == top1 or s matches regex "a" | parse s with a:string "b" * | sort by n asc | extend p = prev(n), r = row_number()
| mv-apply x = pack_array(n, p) to typeof(long) on (summarize t = sum(x)) | join kind=leftouter (m | summarize c = count() by s) on s`)
	if err != nil {
		t.Fatal(err)
	}
	schema := Schema{"E": {{"s", TString}, {"n", TLong}}}
	p, err := q.Bind(schema)
	if err != nil {
		t.Fatal(err)
	}
	table, err := ReadTable(strings.NewReader(`{"s":"xbz","n":1} {"s":"abc","n":2} {"s":"q","n":3}`), schema["E"])
	if err != nil {
		t.Fatal(err)
	}
	var want []byte
	var wait sync.WaitGroup
	for i := range 8 {
		out, err := p.Run(context.Background(), &Input{Tables: map[string]*Table{"E": table}})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			want = out.JSON()
		}
		wait.Go(func() {
			out, err := p.Run(context.Background(), &Input{Tables: map[string]*Table{"E": table}})
			if err != nil || !bytes.Equal(out.JSON(), want) {
				t.Errorf("got %s, %v, want %s", out.JSON(), err, want)
			}
		})
	}
	wait.Wait()
}

// Columns in another order, absent ones and other types are fitted to the
// schema.
func TestLoadFits(t *testing.T) {
	t.Parallel()
	q, _ := Parse("E")
	p, err := q.Bind(Schema{"E": {{"a", TString}, {"n", TLong}, {"d", TDynamic}}})
	if err != nil {
		t.Fatal(err)
	}
	table := &Table{Columns: []Column{{"n", TInt}, {"a", TString}}, Rows: [][]Value{{Int(5), nil}, {nil, String("x")}, {}}}
	out, err := p.Run(context.Background(), &Input{Tables: map[string]*Table{"E": table}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"columns":[{"name":"a","type":"string"},{"name":"n","type":"long"},{"name":"d","type":"dynamic"}],"rows":[["",5,null],["x",null,null],["",null,null]]}`
	if diff := cmp.Diff(want, string(out.JSON())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestErrorPlace(t *testing.T) {
	t.Parallel()
	_, err := run(context.Background(), "print 1\n| where ö == 2", nil)
	var one *Error
	if !errors.As(err, &one) {
		t.Fatalf("got %T %v", err, err)
	}
	want := &Error{Offset: 16, End: 18, Line: 2, Column: 9, Msg: `unexpected character "ö"`}
	if diff := cmp.Diff(want, one); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func BenchmarkWhere(b *testing.B) {
	schema := Schema{"E": {{"OperationName", TString}, {"Result", TString}, {"Ip", TString}, {"TargetResources", TDynamic}}}
	var rows bytes.Buffer
	for i := range 1000 {
		fmt.Fprintf(&rows, `{"OperationName":"Add member to role %d","Result":"success","Ip":"10.0.%d.%d","TargetResources":[{"displayName":"x%d","type":"User"}]}`, i%17, i%256, i%251, i)
	}
	table, err := ReadTable(&rows, schema["E"])
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct{ name, text string }{
		{"strings", `E | where OperationName has "role" and Result =~ "SUCCESS" and not(OperationName endswith "3")`},
		{"list", `E | where OperationName in~ ("add member to role 3", "add member to role 5") or Ip startswith "10.0.9."`},
		{"dynamic", `E | where tostring(TargetResources[0].displayName) == "x5"`},
		{"apply", `E | mv-apply t = TargetResources on (summarize n = countif(t.type == "User")) | where n > 0`},
		{"summarize", `E | summarize count(), make_set(Ip) by OperationName`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			q, err := Parse(bench.text)
			if err != nil {
				b.Fatal(err)
			}
			p, err := q.Bind(schema)
			if err != nil {
				b.Fatal(err)
			}
			in := &Input{Tables: map[string]*Table{"E": table}}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Run(context.Background(), in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*1000/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
