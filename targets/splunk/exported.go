package splunk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sigproof/sigproof/targets/pack"
)

// wants is what a search head exports, in a few words.
const wants = "savedsearches.conf, or JSON of saved/searches of the REST API (output_mode=json, count=0) or of | rest"

// Exported reads saved searches: savedsearches.conf, or JSON of the REST API:
// its answer, or rows of the search command rest. What is not a file's to say
// is no field: one of local/ has only what it sets otherwise, and may be empty.
func Exported(data []byte) ([]pack.Object, error) {
	data = pack.Trimmed(data)
	if len(data) == 0 {
		return nil, nil
	}
	if data[0] == '<' {
		return nil, &pack.Foreign{Looks: "XML", Wants: wants}
	}
	isJSON := data[0] == '{' || data[0] == '[' && json.Valid(data)
	read := readConf
	if isJSON {
		read = readREST
	}
	stanzas, err := read(data)
	if err != nil {
		return nil, err
	}
	stanzas = slices.DeleteFunc(stanzas, func(s stanza) bool { return s.name == "default" })
	if len(stanzas) > 0 && !slices.ContainsFunc(stanzas, stanza.isSearch) {
		looks := "a .conf file of other things: its stanzas set " + strings.Join(stanzas[0].keys(), ", ")
		if isJSON {
			looks = pack.Looks(data)
		}
		return nil, &pack.Foreign{Looks: looks, Wants: wants}
	}
	var out []pack.Object
	for _, s := range stanzas {
		out = append(out, s.object())
	}
	return out, nil
}

// isSearch tells whether a stanza can be one of a saved search. It has a setting
// that other things lack, or none but those that all things have: local/ may say
// of a search only that it is disabled.
func (s stanza) isSearch() bool {
	other := false
	for _, x := range s.settings {
		switch {
		case slices.Contains([]string{"search", "cron_schedule", "enableSched", "counttype", "realtime_schedule"}, x.key):
			return true
		case slices.ContainsFunc([]string{"dispatch.", "alert.", "action.", "display.", "request."}, func(p string) bool { return strings.HasPrefix(x.key, p) }):
			return true
		case x.key != "disabled" && x.key != "description":
			other = true
		}
	}
	return !other
}

// keys names a few settings.
func (s stanza) keys() []string {
	var out []string
	for _, x := range s.settings[:min(len(s.settings), 5)] {
		out = append(out, fmt.Sprintf("%.40q", x.key))
	}
	return out
}

// A restAnswer is any of the forms: {"entry": []}, one entry, the row {"result":
// {}} of an exported search, or its {"results": []}.
type restAnswer struct {
	restEntry
	Entry   []restEntry      `json:"entry"`
	Result  map[string]any   `json:"result"`
	Results []map[string]any `json:"results"`
	Paging  struct {
		Total  int `json:"total"`
		Offset int `json:"offset"`
	} `json:"paging"`
}

// A restEntry is a saved search as the REST API answers.
type restEntry struct {
	Name    string         `json:"name"`
	Content map[string]any `json:"content"`
}

// readREST reads the JSON forms: answers or rows one after the other, or a list
// of entries.
func readREST(data []byte) ([]stanza, error) {
	var out []stanza
	dec := json.NewDecoder(bytes.NewReader(data))
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		var whole restAnswer
		var err error
		keys := pack.Keys(raw)
		switch {
		case raw[0] == '[':
			err = pack.Decode(raw, &whole.Entry)
		case keys["entry"] == nil && keys["result"] == nil && keys["results"] == nil && keys["content"] == nil:
			err = &pack.Foreign{Looks: pack.Looks(raw), Wants: wants}
		default:
			err = pack.Decode(raw, &whole)
		}
		if err != nil {
			return nil, err
		}
		if n := len(whole.Entry) + whole.Paging.Offset; whole.Paging.Offset > 0 || n < whole.Paging.Total {
			return nil, fmt.Errorf("it has %d of %d searches, and drift wants all: ask with count=0", len(whole.Entry), whole.Paging.Total)
		}
		out = append(out, whole.stanzas()...)
	}
}

// stanzas gives the searches of an answer. Rows without a title are of other
// searches.
func (a *restAnswer) stanzas() []stanza {
	var out []stanza
	if a.Content != nil {
		a.Entry = append(a.Entry, a.restEntry)
	}
	if a.Result != nil {
		a.Results = append(a.Results, a.Result)
	}
	for _, e := range a.Entry {
		out = append(out, restStanza(e.Name, e.Content))
	}
	for _, r := range a.Results {
		out = append(out, restStanza(text(r["title"]), r))
	}
	return out
}

// restStanza gives the settings of a search by the names that they have in a
// file.
func restStanza(name string, content map[string]any) stanza {
	s := stanza{name: name}
	for _, key := range slices.Sorted(maps.Keys(content)) {
		s.set(cmp.Or(inFile[key], key), strings.ReplaceAll(text(content[key]), "\r\n", "\n"))
	}
	return s
}

// inFile tells what the REST API calls otherwise than the file.
var inFile = map[string]string{
	"is_scheduled": "enableSched", "alert_type": "counttype", "alert_comparator": "relation", "alert_threshold": "quantity",
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case nil:
		return ""
	}
	return compact(v)
}
