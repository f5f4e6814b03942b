package arcsight

// searchNames are what the search calls keys of the Common Event Format, by the
// dictionary of the format.
var searchNames = map[string]string{
	"act": "deviceAction", "app": "applicationProtocol", "cat": "deviceEventCategory",
	"cs1": "deviceCustomString1", "cs2": "deviceCustomString2", "cs3": "deviceCustomString3", "cs4": "deviceCustomString4",
	"cs5": "deviceCustomString5", "cs6": "deviceCustomString6", "cn1": "deviceCustomNumber1", "cn2": "deviceCustomNumber2", "cn3": "deviceCustomNumber3",
	"dhost": "destinationHostName", "dpid": "destinationProcessId", "dproc": "destinationProcessName", "dpt": "destinationPort", "dst": "destinationAddress",
	"duid": "destinationUserId", "duser": "destinationUserName", "dvc": "deviceAddress", "dvchost": "deviceHostName", "fname": "fileName", "fsize": "fileSize", "msg": "message",
	"outcome": "eventOutcome", "request": "requestUrl", "shost": "sourceHostName", "sproc": "sourceProcessName", "spt": "sourcePort", "src": "sourceAddress",
	"suid": "sourceUserId", "suser": "sourceUserName",
}

// searchName is the name that the search has for a key; other names it has as
// they are.
func searchName(key string) string {
	if name := searchNames[key]; name != "" {
		return name
	}
	return key
}

// sources are the filters that find the events of logs. The FlexConnector's
// parsers that packs have say so of what they read.
var sources = map[string]string{
	"entra_audit":     `deviceVendor = "Microsoft" AND deviceProduct = "Entra ID" AND deviceEventClassId = "AuditLogs"`,
	"entra_signin":    `deviceVendor = "Microsoft" AND deviceProduct = "Entra ID" AND deviceEventClassId = "SignInLogs"`,
	"activity":        `deviceVendor = "Microsoft" AND deviceProduct = "Azure" AND deviceEventClassId = "Administrative"`,
	"tenant_activity": `deviceVendor = "Microsoft" AND deviceProduct = "Azure" AND deviceEventClassId = "Administrative"`,
}

// keys are the keys of the format into which those parsers put the fields of logs:
// which into which is our choice.
var keys = map[string]map[string]string{
	"entra_audit": {
		"activityDisplayName": "name", "category": "cat", "result": "outcome", "resultReason": "reason", "operationType": "act", "correlationId": "externalId",
		"loggedByService": "cs1", "initiatedBy.app.appId": "cs2", "initiatedBy.app.servicePrincipalId": "cs3", "initiatedBy.app.displayName": "sourceServiceName",
		"initiatedBy.user.id": "suid", "initiatedBy.user.userPrincipalName": "suser", "initiatedBy.user.ipAddress": "src", "callerIpAddress": "dvc",
		"userAgent": "requestClientApplication", "tenantId": "cs4", "identity": "cs5",
	},
	"entra_signin": {
		"userPrincipalName": "suser", "userId": "suid", "ipAddress": "src", "appDisplayName": "sourceServiceName", "appId": "cs2", "status.errorCode": "reason",
		"correlationId": "externalId", "userAgent": "requestClientApplication", "clientAppUsed": "cs1",
	},
	"activity":        activityKeys,
	"tenant_activity": activityKeys,
}

var activityKeys = map[string]string{
	"operationName": "name", "status": "outcome", "category": "cat", "caller": "suser", "callerIpAddress": "src",
	"correlationId": "externalId", "resourceProviderName": "cs1", "resourceId": "cs2", "authorization.scope": "cs3", "level": "cs4",
}
