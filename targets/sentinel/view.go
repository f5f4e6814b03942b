package sentinel

import (
	"slices"

	"github.com/sigproof/sigproof/compiler/schema"
	"github.com/sigproof/sigproof/targets/kql"
)

// A view is how Sentinel shows the alerts of a log: who and what they are
// about.
type view struct {
	log       string
	connector connector // zero if none brings the log: its table is ours

	// columns are made for the rows of rules; the others that are named here
	// are the table's.
	columns  []kql.Added
	entities []entity
	details  []detail
	who      string // the column that stands in the name of an alert; empty if none does

	// polled logs are objects that a collector reads again and again. The time
	// of a row is when it was read.
	polled bool
}

// A connector brings tables into the workspace.
type connector struct {
	ID        string   `yaml:"connectorId"`
	DataTypes []string `yaml:"dataTypes,flow"`
}

// An entity is something that alerts are joined by.
type entity struct {
	Type   string       `yaml:"entityType" json:"entityType"`
	Fields []identifier `yaml:"fieldMappings" json:"fieldMappings"`
}

// An identifier is a property of an entity, and the column that holds it.
type identifier struct {
	Identifier string `yaml:"identifier" json:"identifier"`
	Column     string `yaml:"columnName" json:"columnName"`
}

// A detail is a column that alerts show under a key.
type detail struct{ key, column string }

func account(name, id string) entity {
	return entity{"Account", []identifier{{"FullName", name}, {"AadUserId", id}}}
}

func application(name, id string) entity {
	return entity{"CloudApplication", []identifier{{"Name", name}, {"AppId", id}}}
}

func address(column string) entity { return entity{"IP", []identifier{{"Address", column}}} }

func resource(column string) entity {
	return entity{"AzureResource", []identifier{{"ResourceId", column}}}
}

func host(column string) entity { return entity{"Host", []identifier{{"FullName", column}}} }

func process(column string) entity { return entity{"Process", []identifier{{"CommandLine", column}}} }

// entraID is the connector of Microsoft Entra ID for one of its tables.
func entraID(table string) connector { return connector{"AzureActiveDirectory", []string{table}} }

// views are of logs of Azure and Microsoft 365, of machines and of AWS.
var views = slices.Concat(azureViews, deviceViews, otherViews)

var azureViews = []view{
	{
		log: "entra_audit", connector: entraID("AuditLogs"),
		columns: []kql.Added{
			{Name: "ActorName", Field: "actor.name"}, {Name: "ActorUpn", Field: "initiatedBy.user.userPrincipalName"},
			{Name: "ActorUserId", Field: "initiatedBy.user.id"}, {Name: "ActorAppName", Field: "initiatedBy.app.displayName"},
			{Name: "ActorAppId", Field: "initiatedBy.app.appId"}, {Name: "ActorIp", Field: "actor.ip"},
			{Name: "SubjectName", Field: "subject.name"}, {Name: "SubjectUpn", Field: "subject.upn"},
			{Name: "SubjectUserId", Field: "targetResources[User].id"}, {Name: "SubjectGroupId", Field: "targetResources[Group].id"},
			{Name: "RoleName", Field: "role.name"},
		},
		entities: []entity{
			account("ActorUpn", "ActorUserId"), application("ActorAppName", "ActorAppId"), address("ActorIp"),
			account("SubjectUpn", "SubjectUserId"), {"SecurityGroup", []identifier{{"ObjectGuid", "SubjectGroupId"}}},
		},
		details: []detail{
			{"Activity", "OperationName"}, {"Category", "Category"}, {"Service", "LoggedByService"}, {"Result", "Result"},
			{"Reason", "ResultReason"}, {"Role", "RoleName"}, {"Subject", "SubjectName"}, {"CorrelationId", "CorrelationId"},
		},
		who: "ActorName",
	},
	{
		log: "entra_signin", connector: entraID("SigninLogs"),
		entities: []entity{account("UserPrincipalName", "UserId"), address("IPAddress"), application("AppDisplayName", "AppId")},
		details: []detail{
			{"ResultType", "ResultType"}, {"ResultText", "ResultDescription"}, {"Client", "ClientAppUsed"},
			{"UserAgent", "UserAgent"}, {"ConditionalAccess", "ConditionalAccessStatus"}, {"RiskLevel", "RiskLevelDuringSignIn"},
			{"CorrelationId", "CorrelationId"},
		},
		who: "UserPrincipalName",
	},
	{
		log: "risk_detection", connector: entraID("AADUserRiskEvents"),
		entities: []entity{account("UserPrincipalName", "UserId"), address("IpAddress")},
		details: []detail{
			{"RiskEventType", "RiskEventType"}, {"RiskLevel", "RiskLevel"}, {"RiskState", "RiskState"}, {"RiskDetail", "RiskDetail"},
			{"Source", "Source"},
		},
		who: "UserPrincipalName",
	},
	{
		log: "workload_risk", connector: entraID("AADServicePrincipalRiskEvents"),
		entities: []entity{application("ServicePrincipalDisplayName", "AppId"), address("IpAddress")},
		details: []detail{
			{"RiskEventType", "RiskEventType"}, {"RiskLevel", "RiskLevel"}, {"RiskState", "RiskState"}, {"RiskDetail", "RiskDetail"},
			{"ServicePrincipalId", "ServicePrincipalId"},
		},
		who: "ServicePrincipalDisplayName",
	},
	{
		log: "activity", connector: connector{"AzureActivity", []string{"AzureActivity"}},
		entities: []entity{
			{"Account", []identifier{{"FullName", "Caller"}}}, address("CallerIpAddress"), resource("_ResourceId"),
		},
		details: []detail{
			{"Operation", "OperationNameValue"}, {"Status", "ActivityStatusValue"}, {"Subscription", "SubscriptionId"},
			{"ResourceGroup", "ResourceGroup"}, {"CorrelationId", "CorrelationId"},
		},
		who: "Caller",
	},
	{
		log:      "tenant_activity",
		entities: []entity{account("Caller", "CallerId"), address("CallerIpAddress"), resource("AzureResourceId")},
		details: []detail{
			{"Operation", "OperationName"}, {"Status", "Status"}, {"Provider", "ResourceProviderName"}, {"CorrelationId", "CorrelationId"},
		},
		who: "Caller",
	},
	{
		log: "keyvault_audit", connector: connector{"AzureKeyVault", []string{"KeyVaultData"}},
		columns: []kql.Added{
			{Name: "ActorName", Field: "actor.name"}, {Name: "ActorUpn", Field: "identity.claim.upn"},
			{Name: "ActorUserId", Field: "identity.claim.objectidentifier"}, {Name: "ActorAppId", Field: "identity.claim.appid"},
		},
		entities: []entity{
			account("ActorUpn", "ActorUserId"), {"CloudApplication", []identifier{{"AppId", "ActorAppId"}}},
			address("CallerIpAddress"), resource("_ResourceId"),
		},
		details: []detail{{"Operation", "OperationName"}, {"Result", "ResultSignature"}, {"Uri", "RequestUri"}, {"Client", "ClientInfo"}},
		who:     "ActorName",
	},
	{
		log: "m365_audit",
		columns: []kql.Added{
			{Name: "ActorIp", Field: "actor.ip"}, {Name: "SubjectUpn", Field: "subject.upn"}, {Name: "RoleName", Field: "role.name"},
		},
		entities: []entity{
			{"Account", []identifier{{"FullName", "UserId"}}}, address("ActorIp"), {"Account", []identifier{{"FullName", "SubjectUpn"}}},
		},
		details: []detail{
			{"Operation", "Operation"}, {"Workload", "Workload"}, {"Result", "ResultStatus"}, {"Role", "RoleName"}, {"Object", "ObjectId"},
		},
		who: "UserId",
	},
	{
		log: "pim_alert", polled: true,
		details: []detail{
			{"Alert", "AlertName"}, {"Incidents", "IncidentCount"}, {"AlertSeverity", "SeverityLevel"}, {"Scope", "ScopeId"}, {"AlertId", "AlertId"},
		},
	},
	{
		log: "pim_policy", polled: true,
		details: []detail{
			{"Role", "RoleName"}, {"RoleId", "RoleDefinitionId"}, {"Policy", "PolicyId"}, {"Scope", "ScopeId"},
			{"MaximumMinutes", "MaximumDurationMinutes"}, {"Mfa", "MfaRequired"}, {"Justification", "JustificationRequired"},
			{"Approval", "ApprovalRequired"}, {"ApprovalStages", "ApprovalStageCount"}, {"Approvers", "ApproverCount"},
		},
		who: "RoleName",
	},
}

// viewOf finds the view of a log; nil if there is none.
func viewOf(log *schema.Log) *view {
	for i := range views {
		if views[i].log == log.Name {
			return &views[i]
		}
	}
	return nil
}

// groupEntities says what the values are by which correlations group: of whom,
// as which entity, by which property.
var groupEntities = []struct{ field, of, entity, identifier string }{
	{"actor.id", "actor", "Account", "AadUserId"},
	{"actor.name", "actor", "Account", "FullName"},
	{"initiatedBy.user.id", "actor", "Account", "AadUserId"},
	{"initiatedBy.user.userPrincipalName", "actor", "Account", "FullName"},
	{"userId", "actor", "Account", "AadUserId"},
	{"userPrincipalName", "actor", "Account", "FullName"},
	{"caller", "actor", "Account", "FullName"},
	{"callerId", "actor", "Account", "AadUserId"},
	{"UserId", "actor", "Account", "FullName"},
	{"subject.id", "subject", "Account", "AadUserId"},
	{"subject.upn", "subject", "Account", "FullName"},
	{"actor.ip", "address", "IP", "Address"},
	{"ipAddress", "address", "IP", "Address"},
	{"callerIpAddress", "address", "IP", "Address"},
	{"appId", "application", "CloudApplication", "AppId"},
	{"appDisplayName", "application", "CloudApplication", "Name"},
	{"resourceId", "resource", "AzureResource", "ResourceId"},
	{"Computer", "host", "Host", "FullName"},
	{"TargetUserName", "subject", "Account", "Name"},
	{"SubjectUserName", "actor", "Account", "Name"},
	{"IpAddress", "address", "IP", "Address"},
	{"ClientIP", "address", "IP", "Address"},
	{"sourceIPAddress", "address", "IP", "Address"},
	{"userIdentity.arn", "actor", "Account", "FullName"},
}
