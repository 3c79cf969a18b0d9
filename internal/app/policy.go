package app

import "throughline/internal/policy"

// WhoMayDo is an act of the table with the roles that the policies open it to.
type WhoMayDo struct {
	policy.Info
	Roles []policy.Role
}

// WhoMay is who may do what. It rests on the built-in policies alone and tells nothing of anybody.
func (a *App) WhoMay() []WhoMayDo {
	var out []WhoMayDo
	for _, info := range policy.Acts() {
		out = append(out, WhoMayDo{info, policy.Default().RolesFor(info.Act)})
	}
	return out
}
