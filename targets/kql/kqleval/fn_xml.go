package kqleval

import (
	"encoding/xml"
	"io"
	"strings"
)

// xmlElement is an element on its way to be a value: its attributes and
// children by their names, and its text.
type xmlElement struct {
	name string
	bag  *Bag
	many map[string]bool // children that came more than once
	text string
}

// parseXML makes a bag of XML. Documentation: an element is null, its text, or a
// bag of its attributes as @name, its text as #text and its children, which are
// an array where a name comes again; as its example has it, a text that is a
// number becomes one.
func parseXML(rt *runtime, a []Value) Value {
	text := str(a[0])
	if len(text) > maxText {
		return nil
	}
	if strings.Contains(text, "<![CDATA[") {
		rt.fail(span{}, "not supported: CDATA in XML")
		return nil
	}
	dec := xml.NewDecoder(strings.NewReader(text))
	stack := []*xmlElement{{bag: &Bag{}, many: map[string]bool{}}}
	for {
		tok, err := dec.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil || len(stack) > maxDepth {
			return nil
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			if len(stack) == 1 && top.bag.Len() > 0 {
				return nil // a second root
			}
			stack = append(stack, openElement(tok))
		case xml.EndElement:
			if len(stack) == 1 || xmlName(tok.Name) != top.name {
				return nil
			}
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].add(top.name, top.value())
		case xml.CharData:
			if !top.write(strings.TrimSpace(string(tok)), len(stack) == 1) {
				rt.fail(span{}, "not supported: XML whose text stands on both sides of an element")
				return nil
			}
		}
	}
	if len(stack) != 1 || stack[0].bag.Len() == 0 || stack[0].text != "" {
		return nil
	}
	return stack[0].bag
}

func xmlName(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

func openElement(tok xml.StartElement) *xmlElement {
	e := &xmlElement{name: xmlName(tok.Name), bag: &Bag{}, many: map[string]bool{}}
	for _, at := range tok.Attr {
		e.bag.set("@"+xmlName(at.Name), String(at.Value))
	}
	return e
}

// write adds text; false if there is some from before a child.
func (e *xmlElement) write(text string, root bool) bool {
	if text == "" {
		return true
	}
	if e.text != "" {
		return root
	}
	e.text = text
	e.bag.set("#text", xmlText(text))
	return true
}

func xmlText(s string) Value {
	if c := s[0]; isDigit(c) || c == '-' {
		if v, ok := parseJSON([]byte(s)); ok {
			return v
		}
	}
	return String(s)
}

func (e *xmlElement) add(name string, v Value) {
	old, seen := e.bag.Get(name)
	switch {
	case !seen:
		e.bag.set(name, v)
	case e.many[name]:
		e.bag.set(name, append(old.(Array), v))
	default:
		e.many[name] = true
		e.bag.set(name, Array{old, v})
	}
}

func (e *xmlElement) value() Value {
	switch {
	case e.bag.Len() == 0:
		return nil
	case e.bag.Len() == 1 && e.text != "":
		v, _ := e.bag.Get("#text")
		return v
	}
	return e.bag
}
