package pack

import "testing"

func TestMarkdownText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Plain title (a, b): 50% of c-d": "Plain title (a, b): 50% of c-d",
		"a|b `c` *d* __e__ ~~f~~ \\g":    "a\\|b \\`c\\` \\*d\\* \\_\\_e\\_\\_ \\~\\~f\\~\\~ \\\\g",
		"<!-- <img src=x> &lt;":          "&lt;!-- &lt;img src=x> &amp;lt;",
		"![x](https://x.example/p.png)":  "!\\[x](https://x.example/p.png)",
		"@org/team, eve@x.example (@a)":  "@&#8203;org/team, eve@x.example (@&#8203;a)",
		"fixes #12 of o/r#3, C#":         "fixes #&#8203;12 of o/r#&#8203;3, C#",
	} {
		if got := MarkdownText(in); got != want {
			t.Errorf("%s\nis written %s\nand not     %s", in, got, want)
		}
	}
}

// TestChangelogIsText has a title that is markup: the action makes a comment of
// the changelog.
func TestChangelogIsText(t *testing.T) {
	t.Parallel()
	got := string(Changelog("1.0.0", []Change{{"id", "<b>@team</b>", "added", "", "1.0.0"}}, nil))
	if want := "# Changelog\n\n## 1.0.0\n\n- added id: &lt;b>@&#8203;team&lt;/b> 1.0.0\n"; got != want {
		t.Errorf("it is %q and not %q", got, want)
	}
}
