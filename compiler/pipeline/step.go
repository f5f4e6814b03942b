package pipeline

import (
	"fmt"

	"github.com/sigproof/sigproof/sigma"
)

// A step is one transformation with the conditions that stand before it.
type step struct {
	file   *sigma.File
	at     sigma.Span // of its type
	what   string     // for messages: transformation "case"
	id     string
	rules  gate[ruleCondition]
	items  gate[itemCondition]
	fields gate[fieldCondition]
	do     transformation
}

// transformation is what a step does to a document.
type transformation interface {
	apply(r *run, s *step)
}

// transformations is the table of types, in the order of pySigma's.
func transformations() []kind[transformation] {
	return []kind[transformation]{
		{"field_name_mapping", readMapping},
		{"field_name_prefix_mapping", readPrefixMapping},
		{"field_name_transform", refuse("calls a function of Python, which no file can hold", "field_name_mapping, field_name_prefix and field_name_suffix are there")},
		{"drop_detection_item", func(*params) transformation { return dropItem{} }},
		{"hashes_fields", readHashes},
		{"extract_fields", readExtract},
		{"field_name_suffix", func(p *params) transformation { return affix{suffix: p.text("suffix").Value} }},
		{"field_name_prefix", func(p *params) transformation { return affix{prefix: p.text("prefix").Value} }},
		{"wildcard_placeholders", func(p *params) transformation { return fillPlaceholders{pick: readPick(p), wildcard: true} }},
		{"value_placeholders", func(p *params) transformation { return fillPlaceholders{pick: readPick(p)} }},
		{"query_expression_placeholders", readQueryExpression},
		{"file_placeholders", readFilePlaceholders},
		{"http_placeholders", refuse("asks a server", "vars, or --define name=@file, give the values")},
		{"command_placeholders", refuse("runs a command", "vars, or --define name=@file, give the values")},
		{"add_condition", readAddCondition},
		{"change_logsource", readChangeLogsource},
		{"add_field", func(p *params) transformation { return addFields{p.texts("field")} }},
		{"remove_field", func(p *params) transformation { return removeFields{values(p.texts("field"))} }},
		{"set_field", readSetFields},
		{"replace_string", readReplace},
		{"map_string", readMapString},
		{"set_state", func(p *params) transformation { return setState{p.text("key").Value, p.datum("val")} }},
		{"regex", readRegex},
		{"set_value", readSetValue},
		{"convert_type", func(p *params) transformation { return convertType{p.choice("target_type", "", "str", "num")} }},
		{"rule_failure", func(p *params) transformation { return failRule{p.text("message").Value} }},
		{"detection_item_failure", func(p *params) transformation { return failItem{p.text("message").Value} }},
		{"strict_field_mapping_failure", func(*params) transformation { return strictMapping{} }},
		{"set_custom_attribute", readSetAttribute},
		{"nest", readNest},
		{"case", func(p *params) transformation {
			return changeCase{p.choice("method", "lower", "lower", "upper", "snake_case")}
		}},
	}
}

// refuse reads a type that this package can't apply.
func refuse(does, instead string) func(*params) transformation {
	return func(p *params) transformation {
		p.errorAt("refused", p.at, "%s %s; it is not supported", p.what, does).Label = instead
		for _, e := range p.m.Entries {
			p.known = append(p.known, e.Key.Value)
		}
		return nil
	}
}

// step reads one transformation.
func (r *reader) step(d sigma.Data) *step {
	p, ok := r.mapOf("a transformation", d)
	if !ok {
		return nil
	}
	k, t, ok := typed(p, transformations())
	if !ok {
		return nil
	}
	p.what, p.at = fmt.Sprintf("transformation %q", t.Value), t.At
	s := &step{
		file: r.file, at: t.At, what: p.what,
		id:     p.optional("id", "").Value,
		rules:  readGate(p, "rule", ruleConditions()),
		items:  readGate(p, "detection_item", itemConditions()),
		fields: readGate(p, "field_name", fieldConditions()),
	}
	s.do = k.read(p)
	p.done()
	return s
}

// stepsOf reads a list of transformations.
func (r *reader) stepsOf(list []sigma.Data) []*step {
	var steps []*step
	for _, d := range list {
		if s := r.step(d); s != nil {
			steps = append(steps, s)
		}
	}
	return steps
}

// nest applies transformations of its own. Unlike pySigma's it has the state
// and the variables of the pipeline around it.
type nest struct{ steps []*step }

func readNest(p *params) transformation {
	p.need("items")
	list := p.list("items")
	if !p.deeper("transformations") {
		return nil
	}
	defer p.shallower()
	return nest{p.stepsOf(list)}
}

func (t nest) apply(r *run, _ *step) { r.steps(t.steps) }
