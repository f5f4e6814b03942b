package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// comments is a pull request as GitHub's GraphQL gives it, which fakes the
// three operations that the action's comment asks for.
type comments struct {
	Nodes   []pullComment
	refuse  string // what is wrong with every change
	queries int
}

type pullComment struct {
	ID   string `json:"id"`
	Body string `json:"body"`
	Mine bool   `json:"viewerDidAuthor"`
}

const commentToken = "ghs_0123456789"

func (c *comments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		OperationName string
		Variables     struct{ Owner, Repository, Subject, Comment, Body, Before string }
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || r.Header.Get("Authorization") != "Bearer "+commentToken {
		http.Error(w, "Bad credentials", http.StatusUnauthorized)
		return
	}
	c.queries++
	v := asked.Variables
	switch {
	case asked.OperationName == "find" && v.Owner+"/"+v.Repository == "soc/rules":
		c.page(w, v.Before)
	case c.refuse != "":
		fmt.Fprintf(w, `{"data": null, "errors": [{"type": "FORBIDDEN", "message": %q}]}`, c.refuse)
	case asked.OperationName == "create" && v.Subject == "PR_7":
		c.Nodes = append(c.Nodes, pullComment{fmt.Sprint("IC_", len(c.Nodes)), v.Body, true})
		fmt.Fprint(w, `{"data": {"addComment": {"clientMutationId": null}}}`)
	case asked.OperationName == "replace":
		i := slices.IndexFunc(c.Nodes, func(n pullComment) bool { return n.ID == v.Comment })
		c.Nodes[i].Body = v.Body
		fmt.Fprint(w, `{"data": {"updateIssueComment": {"clientMutationId": null}}}`)
	}
}

// page gives the last hundred comments before a cursor, which is a number.
func (c *comments) page(w http.ResponseWriter, before string) {
	end := len(c.Nodes)
	if before != "" {
		fmt.Sscan(before, &end)
	}
	start := max(0, end-100)
	var answer struct {
		Data struct {
			Repository struct {
				PullRequest struct {
					ID       string `json:"id"`
					Comments struct {
						Nodes []pullComment `json:"nodes"`
						Info  struct {
							More  bool   `json:"hasPreviousPage"`
							Start string `json:"startCursor"`
						} `json:"pageInfo"`
					} `json:"comments"`
				} `json:"pullRequest"`
			} `json:"repository"`
		} `json:"data"`
	}
	pull := &answer.Data.Repository.PullRequest
	pull.ID, pull.Comments.Nodes = "PR_7", append([]pullComment{}, c.Nodes[start:end]...)
	pull.Comments.Info.More, pull.Comments.Info.Start = start > 0, fmt.Sprint(start)
	if err := json.NewEncoder(w).Encode(&answer); err != nil {
		panic(err)
	}
}

// comment runs the action's comment with a text, and gives what it printed.
func comment(t *testing.T, c *comments, token, text string) string {
	t.Helper()
	for _, tool := range []string{"bash", "curl", "jq", "awk"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("skipped: %s is not installed, which the action's comment needs", tool)
		}
	}
	server := httptest.NewServer(c)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "summary.md")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", filepath.Join(root(t), ".github", "comment"), "detections", file)
	cmd.Env = append(os.Environ(), "TOKEN="+token, "PULL_REQUEST=7", "GITHUB_REPOSITORY=soc/rules", "GITHUB_GRAPHQL_URL="+server.URL)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("the comment fails: %v\n%s", err, out)
	}
	return string(out)
}

const commentMarker = "<!-- sigproof: detections -->\n"

// TestCommentIsReplaced has comments of others, one under the same name, and
// one of its own under another name.
func TestCommentIsReplaced(t *testing.T) {
	t.Parallel()
	others := []pullComment{
		{"a", commentMarker + "not ours", false},
		{"b", "<!-- sigproof: other -->\nours", true},
	}
	for i := range 150 {
		others = append(others, pullComment{fmt.Sprint("c", i), "chatter", i%2 == 0})
	}
	c := &comments{Nodes: slices.Clone(others)}
	hostile := "| `$(touch x)` ${{ secrets.X }} \"quoted\" \\ Ünïcode |\n"
	for _, text := range []string{"first\n", hostile} {
		if out := comment(t, c, commentToken, text); out != "" {
			t.Errorf("it prints %q", out)
		}
		want := append(slices.Clone(others), pullComment{"IC_152", commentMarker + text, true})
		if diff := cmp.Diff(want, c.Nodes); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}

	// The comment is behind others by then.
	for i := range 250 {
		c.Nodes = append(c.Nodes, pullComment{fmt.Sprint("d", i), "more", false})
	}
	comment(t, c, commentToken, "third\n")
	if len(c.Nodes) != 403 || c.Nodes[152].Body != commentMarker+"third\n" {
		t.Errorf("%d comments; the first of ours is %q", len(c.Nodes), c.Nodes[152].Body)
	}
}

func TestCommentFits(t *testing.T) {
	t.Parallel()
	line := "| " + strings.Repeat("ä", 200) + " |\n"
	c := &comments{}
	comment(t, c, commentToken, strings.Repeat(line, 1000))
	body, note, ok := strings.Cut(c.Nodes[0].Body, "\n*More does not fit")
	if len(c.Nodes[0].Body) > 65536 || !ok || !strings.HasSuffix(body, line) {
		t.Errorf("%d bytes, and after them %q", len(body), note)
	}
}

// TestCommentThatIsRefused is what forks see: a warning, and no failure.
func TestCommentThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, token, refuse, want string }{
		{"may not", commentToken, "Resource not accessible by integration", "of this run: Resource not accessible by integration. A comment needs"},
		{"no token", "", "", "401. A comment needs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := &comments{refuse: test.refuse}
			out := comment(t, c, test.token, "text\n")
			if !strings.HasPrefix(out, "::warning title=sigproof::") || !strings.Contains(out, test.want) || strings.Count(out, "\n") != 1 {
				t.Errorf("it prints %q", out)
			}
			if strings.Contains(out, commentToken) || len(c.Nodes) > 0 {
				t.Errorf("%d comments; it prints %q", len(c.Nodes), out)
			}
		})
	}
}
