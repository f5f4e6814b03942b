package splunk

import (
	"slices"

	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
)

// A view is how Splunk shows the alerts of a log.
type view struct {
	log    string
	domain string // the security domain of Enterprise Security

	// polled logs are objects that a collector reads again and again: an event
	// is one as it was found.
	polled bool

	tags []string // of the event type: what data models look for
}

var views = []view{
	{log: "entra_audit", domain: "identity", tags: []string{"change", "cloud"}},
	{log: "entra_signin", domain: "access", tags: []string{"authentication", "cloud"}},
	{log: "risk_detection", domain: "identity", tags: []string{"cloud"}},
	{log: "workload_risk", domain: "identity", tags: []string{"cloud"}},
	{log: "activity", domain: "audit", tags: []string{"change", "cloud"}},
	{log: "tenant_activity", domain: "audit", tags: []string{"change", "cloud"}},
	{log: "keyvault_audit", domain: "audit", tags: []string{"change", "cloud"}},
	{log: "m365_audit", domain: "audit", tags: []string{"change", "cloud"}},
	{log: "pim_alert", domain: "identity", polled: true, tags: []string{"alert", "cloud"}},
	{log: "pim_policy", domain: "identity", polled: true, tags: []string{"cloud"}},
	{log: "windows_security", domain: "endpoint"},
	{log: "windows_sysmon", domain: "endpoint"},
}

// viewOf finds the view of a log.
func viewOf(log *schema.Log) view {
	for _, v := range views {
		if log != nil && v.log == log.Name {
			return v
		}
	}
	return view{domain: "threat"}
}

// A subject is a field of results that says who or what an alert is about.
type subject struct {
	field string
	of    string // whom: of several fields about one, the first that is there counts
	kind  string // as risk calls it
}

// threat marks what is no risk object, but comes with one.
const threat = "ip_address"

var subjects = []subject{
	{"actor.name", "actor", "user"},
	{"actor.id", "actor", "user"},
	{"initiatedBy.user.userPrincipalName", "actor", "user"},
	{"initiatedBy.user.id", "actor", "user"},
	{"userPrincipalName", "actor", "user"},
	{"userId", "actor", "user"},
	{"caller", "actor", "user"},
	{"callerId", "actor", "user"},
	{"UserId", "actor", "user"},
	{"subject.upn", "subject", "user"},
	{"subject.name", "subject", "user"},
	{"subject.id", "subject", "user"},
	{"Computer", "computer", "system"},
	{"SubjectUserName", "actor", "user"},
	{"TargetUserName", "subject", "user"},
	{"User", "actor", "user"},
	{"alertName", "object", "other"},
	{"roleName", "object", "other"},
	{"servicePrincipalDisplayName", "application", "other"},
	{"appDisplayName", "application", "other"},
	{"appId", "application", "other"},
	{"actor.ip", "address", threat},
	{"ipAddress", "address", threat},
	{"callerIpAddress", "address", threat},
}

// subjectsOf lists those that the rows of a program's query have: the declared
// fields of the log, or what a correlation groups by.
func subjectsOf(p *ir.Program) []subject {
	var out []subject
	for _, s := range subjects {
		if slices.ContainsFunc(out, func(x subject) bool { return x.of == s.of }) {
			continue
		}
		if p.Correlation == nil {
			if slices.ContainsFunc(p.Log.Fields, func(f *schema.Field) bool { return f.Name == s.field }) {
				out = append(out, s)
			}
			continue
		}
		for _, g := range p.Correlation.GroupBy {
			if g.Fields[0].Name == s.field {
				out = append(out, subject{g.Name, s.of, s.kind})
				break
			}
		}
	}
	return out
}
