package entra

// A Role is one whose settings the guide has a baseline for.
type Role struct {
	Item     int // of the guide: 1 for the directory's roles, 2 for those of Azure
	ID, Name string
}

// Roles lists the privileged roles that the guide names, by their ids, which are
// the same in each tenant.
func Roles() []Role {
	return []Role{
		{1, "62e90394-69f5-4237-9190-012177145e10", "Global Administrator"},
		{1, "e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator"},
		{1, "194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator"},
		{2, "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"},
		{2, "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator"},
	}
}

// Scope says what the role is one of: directory, or azure.
func (r Role) Scope() string {
	if r.Item == 1 {
		return "directory"
	}
	return "azure"
}
