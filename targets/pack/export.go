package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Foreign text is no export of the product, though it may be one of another.
// To take it for an empty one would tell that all rules are missing.
type Foreign struct {
	Looks string // what it looks like
	Wants string // what the product exports
}

// Error says both.
func (f *Foreign) Error() string {
	return fmt.Sprintf("it is %s; what is read is %s", f.Looks, f.Wants)
}

// An Export says how the JSON reads that a product exports: one object, an array
// of them, or a list of them under a key of an object.
type Export struct {
	Wants string   // in a few words
	Lists []string // the keys

	// Object reads one object. It is of the product or not; of the product, it
	// may still be none that packs have.
	Object func(json.RawMessage) (found []Object, ours bool, err error)
}

// Read reads an export. One that lists nothing is empty; one that lists only
// what is not of the product is foreign.
func (x *Export) Read(data []byte) ([]Object, error) {
	if data = Trimmed(data); len(data) == 0 {
		return nil, errors.New("it is empty")
	}
	items, err := x.items(data)
	if err != nil {
		return nil, err
	}
	var out []Object
	ours := len(items) == 0
	for _, item := range items {
		found, known, err := x.Object(item)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
		ours = ours || known
	}
	if !ours {
		return nil, &Foreign{Looks: Looks(data), Wants: x.Wants}
	}
	for _, key := range []string{"nextLink", "@odata.nextLink"} {
		if Text(Keys(data)[key]) != "" {
			return nil, fmt.Errorf("it is one page of several: %q names the next one, and drift wants all in one list", key)
		}
	}
	return out, nil
}

// items lists the objects of an export.
func (x *Export) items(data []byte) ([]json.RawMessage, error) {
	if data[0] != '{' {
		var list []json.RawMessage
		return list, Decode(data, &list)
	}
	var keys map[string]json.RawMessage
	if err := Decode(data, &keys); err != nil {
		return nil, err
	}
	var out []json.RawMessage
	listed := false
	for _, key := range x.Lists {
		var list []json.RawMessage
		if json.Unmarshal(keys[key], &list) == nil && list != nil {
			listed = true
			out = append(out, list...)
		}
	}
	if !listed {
		out = append(out, data)
	}
	return out, nil
}

// Decode reads JSON, and tells of a value that is of another type by its place.
func Decode(data []byte, to any) error {
	err := json.Unmarshal(data, to)
	if other, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		where := "the JSON"
		if other.Field != "" {
			where = other.Field
		}
		return fmt.Errorf("%s is of the wrong type: %s", where, other.Value)
	}
	return err
}

// Trimmed is a text without what editors put around it.
func Trimmed(data []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
}

// Keys gives the members of a JSON object; nil if it is none.
func Keys(data json.RawMessage) map[string]json.RawMessage {
	var keys map[string]json.RawMessage
	if json.Unmarshal(data, &keys) != nil {
		return nil
	}
	return keys
}

// Text gives a JSON string; empty if it is none.
func Text(data json.RawMessage) string {
	var s string
	if json.Unmarshal(data, &s) != nil {
		return ""
	}
	return s
}

// Looks says in a few words what a JSON text is: what an API says that has
// failed, or which keys its objects have.
func Looks(data []byte) string {
	const most = 5
	keys := Keys(data)
	if failed := failure(keys); failed != "" {
		return fmt.Sprintf("an answer that something failed: %q", failed)
	}
	var list []json.RawMessage
	what := "JSON"
	if keys != nil {
		what = "a JSON object"
	} else if json.Unmarshal(data, &list) == nil {
		what = "an array of JSON"
	}
	for _, key := range []string{"value", "resources", "entry", "results"} {
		if len(list) == 0 && json.Unmarshal(keys[key], &list) == nil && len(list) > 0 {
			what = fmt.Sprintf("a JSON object with %q", key)
		}
	}
	if len(list) > 0 {
		keys = Keys(list[0])
	}
	if len(keys) == 0 {
		return what
	}
	names := slices.Sorted(maps.Keys(keys))
	for i, name := range names {
		names[i] = fmt.Sprintf("%.40q", name)
	}
	if more := len(names) - most; more > 0 {
		names = append(names[:most], fmt.Sprintf("%d more", more))
	}
	if len(list) > 0 {
		what += " of objects"
	}
	return what + " with the keys " + strings.Join(names, ", ")
}

// failure is what an API answers that has failed: {"error": {"message": ...}} of
// Azure and Graph, {"messages": [{"text": ...}]} of Splunk.
func failure(keys map[string]json.RawMessage) string {
	var one struct{ Code, Message string }
	if json.Unmarshal(keys["error"], &one) == nil && one.Code+one.Message != "" {
		return strings.Trim(one.Code+": "+OneLine(one.Message), ": ")
	}
	var list []struct{ Type, Text string }
	if len(keys) == 1 && json.Unmarshal(keys["messages"], &list) == nil && len(list) > 0 {
		return OneLine(list[0].Text)
	}
	return ""
}
