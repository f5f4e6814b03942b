package kqleval

import (
	"slices"
	"strings"
)

// A Refusal is a part of the language that is known and not run, and why.
type Refusal struct {
	Kind  string // function, operator, plugin or statement
	Why   string
	Names []string
}

// Refusals lists what the language has and this package has not. Whatever else
// of it is met, runs.
func Refusals() []Refusal {
	words := strings.Fields
	const (
		outside = "reads what lies outside the tables"
		service = "asks the service about itself, its storage or who runs the query"
		several = "gives several results"
		unsaid  = "its answer is not documented exactly"
		shapes  = "shapes are not cut, joined or covered here"
		needed  = "queries of events have no need of it"
	)
	return []Refusal{
		{"statement", outside, words("alias")},
		{"statement", service, words("restrict")},
		{"operator", outside, words("externaldata")},
		{"operator", several, words("facet fork")},
		{"operator", unsaid, words("reduce")},
		{"operator", needed, words("assert-schema graph-where-edges graph-where-nodes macro-expand")},
		{"function", outside, words("cluster database entity_group external_table geo_info_from_ip_address graph materialized_view stored_query_result")},
		{"function", "Defender knows it, and the language does not", words("AssignedIPAddresses DeviceFromIP FileProfile SeenBy")},
		{"function", service, words("current_cluster_endpoint current_database current_principal current_principal_details " +
			"current_principal_is_member_of cursor_after cursor_before_or_at cursor_current datetime_list_timezones extent_id extent_tags row_id")},
		{"function", unsaid, words("gzip_compress_to_base64_string hash_combine hash_many parse_user_agent series_fit_2lines " +
			"series_fit_2lines_dynamic series_periods_detect series_periods_validate zlib_compress_to_base64_string")},
		{"function", "the table of the cells of H3 is not here", words("geo_h3cell_children geo_h3cell_level geo_h3cell_neighbors " +
			"geo_h3cell_parent geo_h3cell_rings geo_h3cell_to_central_point geo_h3cell_to_polygon geo_point_to_h3cell geo_polygon_to_h3cells")},
		{"function", shapes, words("geo_closest_point_on_polygon geo_intersection_2lines geo_intersection_2polygons " +
			"geo_intersection_line_with_polygon geo_intersects_2lines geo_intersects_2polygons geo_intersects_line_with_polygon " +
			"geo_line_buffer geo_line_densify geo_line_simplify geo_line_to_s2cells geo_point_buffer geo_polygon_buffer " +
			"geo_polygon_densify geo_polygon_simplify geo_polygon_to_s2cells geo_simplify_polygons_array geo_union_lines_array " +
			"geo_union_polygons_array")},
		{"function", "make-graph gives no labels", words("labels")},
		{"plugin", outside, words("ai_chat_completion ai_chat_completion_prompt ai_embeddings azure_digital_twins_query_request " +
			"cosmosdb_sql_request execute_query execute_show_command external_datatable http_request http_request_post " +
			"infer_storage_schema infer_storage_schema_with_suggestions mysql_request sql_request")},
		{"plugin", service, words("estimate_rows_count identity identity_v3 preview")},
		{"plugin", "runs programs in other languages", words("csharp python r")},
		{"plugin", unsaid, words("autocluster basket diffpatterns")},
		{"plugin", shapes, words("geo_line_lookup geo_polygon_lookup")},
		{"plugin", needed, words("active_users_count activity_counts_metrics activity_engagement activity_metrics funnel_sequence " +
			"funnel_sequence_completion new_activity_metrics rolling_percentile sequence_detect session_count sliding_window_counts")},
	}
}

// refused gives why a name is refused; empty if it is not.
func refused(kind, name string) string {
	for _, r := range Refusals() {
		if r.Kind == kind && slices.Contains(r.Names, name) {
			return r.Why
		}
	}
	return ""
}

// graphOnly are the functions of the patterns of a graph.
var graphOnly = []string{"all", "any", "inner_nodes", "map", "node_degree_in", "node_degree_out", "node_id"}
