package kqleval

import "slices"

// harmlessOptions are the request properties that change how a query is run
// and not what it gives.
var harmlessOptions = []string{
	"best_effort", "client_max_redirect_count", "materialized_view_shuffle", "maxmemoryconsumptionperiterator",
	"max_memory_consumption_per_query_per_node", "maxoutputcolumns", "norequesttimeout", "notruncation",
	"query_cursor_disabled", "query_distribution_nodes_span", "query_fanout_nodes_percent",
	"query_fanout_threads_percent", "query_force_row_level_security", "query_optimize_fts_at_relop",
	"query_results_cache_force_refresh", "query_results_cache_max_age", "query_results_cache_per_shard",
	"queryconsistency", "query_weakconsistency_session_id", "request_app_name", "request_description",
	"request_readonly", "request_user", "results_error_reporting_placement", "results_progressive_enabled",
	"results_v2_fragment_primary_tables", "servertimeout", "truncationmaxsize", "query_datascope",
	"query_log_query_parameters", "query_max_entities_in_union", "query_max_entities_to_search_in",
	"query_python_debug", "request_callout_disabled", "request_external_data_disabled",
	"request_external_table_disabled", "request_impersonation_disabled", "request_remote_entities_disabled",
	"request_sandboxed_execution_disabled", "tabledata_wide_scope", "results_v2_newlines_between_frames",
}

// setOptions keeps the options of set statements that change the answer, and
// refuses those that are not known.
func (b *binder) setOptions(options []optionStmt) {
	b.options = map[string]*litNode{}
	for _, o := range options {
		name := o.name.name
		switch {
		case slices.Contains(harmlessOptions, name):
		case name == "query_language":
			if v, ok := optionValue(o).(String); !ok || v != "csl" && v != "kql" {
				b.unsupported(o.name.at, "a language other than kql")
			}
		case name == "query_now":
			if t, ok := b.optionTime(o); ok {
				b.rt.now = t
				b.options[name] = o.val
			}
		case name == "query_take_max_records":
			if n, ok := optionValue(o).(Long); !ok || n < 0 {
				b.fail(o.name.at, "", "%s takes a number of rows", name)
			}
			b.options[name] = o.val
		case name == "query_bin_auto_size" || name == "query_bin_auto_at":
			if o.val == nil {
				b.fail(o.name.at, "", "%s takes a value", name)
			}
			b.options[name] = o.val
		default:
			b.unsupported(o.name.at, "the option %q", name)
		}
	}
}

func optionValue(o optionStmt) Value {
	if o.val == nil {
		return nil
	}
	return o.val.val
}

// optionTime reads the datetime of an option, which may stand as text.
func (b *binder) optionTime(o optionStmt) (DateTime, bool) {
	switch v := optionValue(o).(type) {
	case DateTime:
		return v, true
	case String:
		if t, ok := parseDateTime(string(v)); ok {
			return t, true
		}
	}
	b.fail(o.name.at, "", "%s takes a datetime", o.name.name)
	return 0, false
}

// limited gives the first rows of a result whose query sets
// query_take_max_records, and sees that now() is as query_now says.
func (b *binder) limited(rel *relation) *relation {
	most := -1
	if lit := b.options["query_take_max_records"]; lit != nil {
		n, _ := asInt(lit.val)
		most = int(n)
	}
	now := Value(nil)
	if b.options["query_now"] != nil {
		now = b.rt.now
	}
	if most < 0 && now == nil {
		return rel
	}
	out := *rel
	out.run = func(rt *runtime) (*rowset, error) {
		if t, ok := now.(DateTime); ok {
			rt.now = t
		}
		set, err := rel.run(rt)
		if err == nil && most >= 0 && len(set.rows) > most {
			set.rows = set.rows[:most]
		}
		return set, err
	}
	return &out
}

// binAuto binds bin_auto(x), whose step and fixed point are options.
func (b *binder) binAuto(n *callNode) *bound {
	if !b.wantArgs(n, 1, 1) {
		return unknown(n.at)
	}
	size := b.options["query_bin_auto_size"]
	if size == nil {
		b.fail(n.nameAt, "", "bin_auto() needs a size of its bins, as in: set query_bin_auto_size=1h;")
		return unknown(n.at)
	}
	call := &callNode{name: "bin", nameAt: n.nameAt, at: n.at, args: []argNode{n.args[0], {x: size}}}
	if at := b.options["query_bin_auto_at"]; at != nil {
		call.name = "bin_at"
		call.args = append(call.args, argNode{x: at})
	}
	return b.call(call)
}

// queryParameter binds a parameter of declare query_parameters. Its value is
// its default, for nothing else gives one here.
func (b *binder) queryParameter(p *param) *bound {
	if p.def == nil {
		b.fail(p.at, "", "the query parameter %q has no default, and no value is given", p.name)
		return unknown(p.at)
	}
	return b.argument(*p, argNode{}, false).scalar
}

// isPatternCall says whether x is a pattern's call with a path after it.
func (b *binder) isPatternCall(x *pathNode) bool {
	call, ok := x.x.(*callNode)
	if !ok {
		return false
	}
	v := b.names.find(call.name)
	return v != nil && v.pattern != nil
}

// patternCall binds the case of a pattern that the arguments and the path
// name.
func (b *binder) patternCall(n *callNode, path *nameNode) *relation {
	v := b.names.find(n.name)
	args := make([]Value, len(n.args))
	for i, arg := range n.args {
		x := b.expr(arg.x)
		if !x.konst {
			b.fail(arg.x.span(), "", "an argument of a pattern must be a constant")
			return empty()
		}
		args[i] = x.val
	}
	for _, c := range v.pattern.cases {
		if c.matches(args, path) {
			return b.callTable(&binding{fn: c.fn, scope: v.scope}, &callNode{name: n.name, nameAt: n.nameAt, at: n.at})
		}
	}
	b.fail(n.at, "SEM0036", "the pattern %q has no case for these arguments", n.name)
	return empty()
}

func (c *patternCase) matches(args []Value, path *nameNode) bool {
	if len(args) != len(c.args) || (path == nil) != (c.path == nil) {
		return false
	}
	for i, lit := range c.args {
		if lit.val != args[i] {
			return false
		}
	}
	return path == nil || c.path.val == String(path.name)
}
