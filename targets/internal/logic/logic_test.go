package logic

import (
	"strings"
	"testing"
)

// tokens parts a text at blanks; what is a letter is a word.
func tokens(s string) []Token {
	var out []Token
	for i, text := range strings.Fields(s) {
		kind := byte(Sign)
		if text[0] >= 'A' && text[0] <= 'z' {
			kind = Word
		}
		out = append(out, Token{kind, text, i})
	}
	return out
}

// read reads a condition whose tests are y, n and u.
func read(s string) (Condition[struct{}], error) {
	r := &Reader{Tokens: tokens(s), What: "text"}
	g := Grammar[struct{}]{r, func() (Condition[struct{}], error) {
		at := strings.Index("nuy", r.Peek().Text)
		if r.Done() || at < 0 {
			return nil, r.Unexpected()
		}
		r.Next()
		return func(struct{}) Truth { return Truth(at) }, nil
	}}
	c, err := g.Condition()
	if err == nil && !r.Done() {
		err = r.Unexpected()
	}
	return c, err
}

func TestCondition(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Truth{
		"y": Yes, "n": No, "u": Unknown, "NOT y": No, "not u": Unknown, "! n": Yes, "y AND u": Unknown, "n and u": No, "y OR u": Yes, "n OR u": Unknown,
		"y OR n AND n": Yes, "( y OR n ) AND n": No, "NOT n AND y": Yes, "NOT ( n OR y )": No, "NOT NOT y": Yes, "n OR n OR y": Yes, "y AND y AND n": No,
	} {
		c, err := read(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := c(struct{}{}); got != want {
			t.Errorf("%s: got %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"": "the text ends too early", "y y": `2: unexpected "y"`, "( y": "the text ends too early", "( y y": `3: unexpected "y"`, "y AND": "the text ends too early",
		") y": `1: unexpected ")"`, strings.Repeat("( ", 2000): "1001: more than 1000 parentheses and nots within each other",
	} {
		if _, err := read(text); err == nil || err.Error() != want {
			t.Errorf("%.40s: got %v, want %s", text, err, want)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	for operator, want := range map[string]string{"=": "=", "==": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": "=>"} {
		got := ""
		for sign, name := range []string{"<", "=", ">"} {
			if Order(operator)(sign - 1) {
				got += name
			}
		}
		if got != want {
			t.Errorf("%s holds for %q, want %q", operator, got, want)
		}
	}
	if Order("~") != nil {
		t.Error("~ is an operator")
	}
	if sign, ok := CompareNumber("9.5", 10); sign != -1 || !ok {
		t.Error("9.5 is not less than 10")
	}
	if sign, ok := CompareNumber("10", 9.5); sign != 1 || !ok {
		t.Error("10 is not greater than 9.5")
	}
	if _, ok := CompareNumber("x", 1); ok {
		t.Error("x is a number")
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"( a , b )": "", "( a": "the text ends too early", "a": `1: unexpected "a"`, "( a b": `3: unexpected "b"`} {
		r := &Reader{Tokens: tokens(text), What: "text"}
		err := r.List(func() error { r.Next(); return nil })
		if got := ""; err != nil {
			if got = err.Error(); got != want {
				t.Errorf("%s: got %s, want %s", text, got, want)
			}
		} else if want != "" {
			t.Errorf("%s: no error, want %s", text, want)
		}
	}
}
