package compiler

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/sigma"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	define := map[string][]string{"a": {"1", "2"}, "b": {"x", "%a%"}, "none": {}}
	for _, test := range []struct {
		value string
		want  []string
	}{
		{"plain", []string{"plain"}},
		{"%a%", []string{"1", "2"}},
		{"<%a%%b%>", []string{"<1x>", "<1%a%>", "<2x>", "<2%a%>"}},
		{"%a%-%a%", []string{"1-1", "2-2"}}, // one name has one value
		{`\%plain%a%`, []string{"%plain1", "%plain2"}},
		{`100\%`, []string{"100%"}},
		{"50% of %a%", []string{"50% of 1", "50% of 2"}},
		{"%none%", nil},
	} {
		src := "title: t\nlogsource: {category: x}\ndetection:\n  s: {f|expand: '" + test.value + "'}\n  condition: s\n"
		docs, diags := sigma.Parse("rule.yml", []byte(src))
		if len(diags) > 0 {
			t.Fatal(diags)
		}
		rule := docs[0].(*sigma.Rule)
		u := &unit{compilation: &compilation{opts: &Options{Define: define, Log: schema.Generic}}, rule: rule}
		item := rule.Detection.Searches[0].Body.(*sigma.All).Items[0]
		l := &lowering{unit: u, file: rule.File}
		if diff := cmp.Diff(test.want, l.expand(item, item.Values[0])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.value, diff)
		}
	}
}
