package xdr

import (
	"github.com/sigproof/sigproof/compiler/ir"
	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/kql"
)

// entities says which columns of a log's rows name the entities that an alert is
// about, by the properties of Graph's entityMappingConfiguration.
type entities struct {
	added []kql.Added // columns that are made for it

	Accounts []account `json:"accounts,omitempty"`
	Hosts    []host    `json:"hosts,omitempty"`
	IPs      []address `json:"ips,omitempty"`
}

type account struct {
	ID   string `json:"aadUserIdColumn,omitempty"`
	Name string `json:"nameColumn,omitempty"`
	SID  string `json:"sidColumn,omitempty"`
	UPN  string `json:"upnColumn,omitempty"`
}

type host struct {
	ID   string `json:"deviceIdColumn,omitempty"`
	Name string `json:"nameColumn,omitempty"`
}

type address struct {
	Column string `json:"addressColumn"`
}

var (
	device = []host{{"DeviceId", "DeviceName"}}
	acting = account{"InitiatingProcessAccountObjectId", "InitiatingProcessAccountName", "InitiatingProcessAccountSid", "InitiatingProcessAccountUpn"}
)

// byLog are the entities of logs, by their names.
var byLog = map[string]entities{
	"xdr_process":  {Hosts: device, Accounts: []account{{"AccountObjectId", "AccountName", "AccountSid", "AccountUpn"}, acting}},
	"xdr_event":    {Hosts: device, Accounts: []account{acting}},
	"xdr_file":     {Hosts: device, Accounts: []account{acting}},
	"xdr_image":    {Hosts: device, Accounts: []account{acting}},
	"xdr_logon":    {Hosts: device, Accounts: []account{{Name: "AccountName", SID: "AccountSid"}}, IPs: []address{{"RemoteIP"}}},
	"xdr_network":  {Hosts: device, Accounts: []account{acting}, IPs: []address{{"RemoteIP"}}},
	"xdr_registry": {Hosts: device, Accounts: []account{acting}},
	"entra_audit": {
		added: []kql.Added{
			{Name: "AccountUpn", Field: "initiatedBy.user.userPrincipalName"}, {Name: "AccountObjectId", Field: "initiatedBy.user.id"},
			{Name: "IPAddress", Field: "actor.ip"},
		},
		Accounts: []account{{ID: "AccountObjectId", UPN: "AccountUpn"}}, IPs: []address{{"IPAddress"}},
	},
	"entra_signin":    {Accounts: []account{{ID: "UserId", UPN: "UserPrincipalName"}}, IPs: []address{{"IPAddress"}}},
	"risk_detection":  {Accounts: []account{{ID: "UserId", UPN: "UserPrincipalName"}}, IPs: []address{{"IpAddress"}}},
	"activity":        {Accounts: []account{{Name: "Caller"}}, IPs: []address{{"CallerIpAddress"}}},
	"tenant_activity": {Accounts: []account{{ID: "CallerId", Name: "Caller"}}, IPs: []address{{"CallerIpAddress"}}},
	"keyvault_audit": {
		added:    []kql.Added{{Name: "AccountUpn", Field: "identity.claim.upn"}, {Name: "AccountObjectId", Field: "identity.claim.objectidentifier"}},
		Accounts: []account{{ID: "AccountObjectId", UPN: "AccountUpn"}}, IPs: []address{{"CallerIpAddress"}},
	},
	"m365_audit": {
		added:    []kql.Added{{Name: "IPAddress", Field: "actor.ip"}},
		Accounts: []account{{UPN: "UserId"}}, IPs: []address{{"IPAddress"}},
	},
	"office_activity": {Accounts: []account{{UPN: "UserId"}}, IPs: []address{{"ClientIP"}}},
}

func entitiesOf(log *schema.Log) entities { return byLog[log.Name] }

// groupProperties says which property of an account a value is by which
// correlations group.
var groupProperties = map[string]func(column string) account{
	"actor.id":                           func(c string) account { return account{ID: c} },
	"actor.name":                         func(c string) account { return account{Name: c} },
	"initiatedBy.user.id":                func(c string) account { return account{ID: c} },
	"initiatedBy.user.userPrincipalName": func(c string) account { return account{UPN: c} },
	"userId":                             func(c string) account { return account{ID: c} },
	"userPrincipalName":                  func(c string) account { return account{UPN: c} },
	"AccountUpn":                         func(c string) account { return account{UPN: c} },
	"AccountSid":                         func(c string) account { return account{SID: c} },
	"InitiatingProcessAccountUpn":        func(c string) account { return account{UPN: c} },
	"InitiatingProcessAccountSid":        func(c string) account { return account{SID: c} },
}

// mapped gives the entities of a program's rows. Those of a correlation are its
// groups, and the machine of the event that completes it.
func mapped(p *ir.Program) entities {
	if p.Correlation == nil {
		e := entitiesOf(p.Log)
		e.added = nil
		return e
	}
	var e entities
	if allNative(p) {
		e.Hosts = []host{{ID: deviceColumn}}
	}
	for _, g := range p.Correlation.GroupBy {
		column := kql.Column(g.Name)
		field := g.Fields[0].Name
		if make := groupProperties[field]; make != nil {
			e.Accounts = append(e.Accounts, make(column))
		}
		if field == "Computer" {
			if len(e.Hosts) == 0 {
				e.Hosts = []host{{}}
			}
			e.Hosts[0].Name = column
		}
	}
	return e
}
