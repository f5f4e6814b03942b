package entra

// A Role is a privileged one: of the directory, or of Azure's resources. Its id
// is the same in each tenant.
type Role struct {
	Item     int // of the guide that sets a baseline for it: 1 or 2; zero if none does
	ID, Name string
	Azure    bool // it is one of Azure's resources, and not of the directory
}

// Scope says what the role is one of: directory, or azure.
func (r Role) Scope() string {
	if r.Azure {
		return "azure"
	}
	return "directory"
}

// Roles lists the roles that the guide sets baselines for.
func Roles() []Role {
	var out []Role
	for _, r := range Privileged() {
		if r.Item > 0 {
			out = append(out, r)
		}
	}
	return out
}

// Privileged lists the roles that the guide names, and the directory's others
// that Microsoft labels PRIVILEGED, as of October 2026, in
// https://learn.microsoft.com/en-us/entra/identity/role-based-access-control/permissions-reference
// and its page of each role. Only lists that others keep of that page vouch for AI
// Administrator, Authentication Extensibility Password Administrator, Identity
// Governance Administrator and the id of Entra SOC Identity Responder. A tenant is
// asked for them by isPrivileged of Graph's unifiedRoleDefinition.
func Privileged() []Role {
	return []Role{
		{1, "62e90394-69f5-4237-9190-012177145e10", "Global Administrator", false},
		{1, "e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator", false},
		{1, "194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", false},
		{2, "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", true},
		{2, "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", true},

		{0, "db506228-d27e-4b7d-95e5-295956d6615f", "Agent ID Administrator", false},
		{0, "d2562ede-74db-457e-a7b6-544e236ebb61", "AI Administrator", false},
		{0, "1fe13547-53f6-408d-ac04-7f8eed167b38", "AI Reader", false},
		{0, "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator", false},
		{0, "cf1c38e5-3621-4004-a7cb-879624dced7c", "Application Developer", false},
		{0, "ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe", "Attribute Provisioning Administrator", false},
		{0, "422218e4-db15-4ef9-bbe0-8afb41546d79", "Attribute Provisioning Reader", false},
		{0, "c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator", false},
		{0, "25a516ed-2fa0-40ea-a2d0-12923a21473a", "Authentication Extensibility Administrator", false},
		{0, "0b00bede-4072-4d22-b441-e7df02a1ef63", "Authentication Extensibility Password Administrator", false},
		{0, "aaf43236-0c0d-4d5f-883a-6955382ac081", "B2C IEF Keyset Administrator", false},
		{0, "158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator", false},
		{0, "7698a772-787b-4ac8-901f-60d6b08affd2", "Cloud Device Administrator", false},
		{0, "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator", false},
		{0, "9360feb5-f418-4baa-8175-e2a00bac4301", "Directory Writers", false},
		{0, "8329153b-31d0-4727-b945-745eb3bc5f31", "Domain Name Administrator", false},
		{0, "58f930cc-fcf4-4152-852c-1d7dbf502139", "Entra SOC Identity Responder", false},
		{0, "be2f45a1-457d-42af-a067-6ec1fa63bc45", "External Identity Provider Administrator", false},
		{0, "f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", false},
		{0, "729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator", false},
		{0, "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "Hybrid Identity Administrator", false},
		{0, "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e", "Identity Governance Administrator", false},
		{0, "3a2c62db-5318-420d-8d74-23affee5d9d5", "Intune Administrator", false},
		{0, "59d46f88-662b-457b-bceb-5c3809e5908f", "Lifecycle Workflows Administrator", false},
		{0, "4ba39ca4-527c-499a-b93d-d9b492c50246", "Partner Tier1 Support", false},
		{0, "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8", "Partner Tier2 Support", false},
		{0, "966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator", false},
		{0, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator", false},
		{0, "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", "Security Operator", false},
		{0, "5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader", false},
		{0, "1981f584-96e9-4a6f-95b0-f522373f8fae", "Tenant Governance Administrator", false},
		{0, "fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator", false},
	}
}
