package cli

import (
	"context"
	"fmt"
	"strings"

	"throughline/internal/app"
	"throughline/internal/fault"
)

// audit is throughline audit ….
type audit struct {
	Verify auditVerify `cmd:"" help:"Recompute the whole audit and compare it with the signed checkpoints outside the database."`
}

type auditVerify struct {
	operator
	Checkpoints string `help:"A folder of checkpoints brought from another machine; those in the data directory otherwise." type:"path" placeholder:"DIR"`
}

// errBroken ends a verification that found something; what it found is printed before.
var errBroken = fault.New(fault.Conflict, "audit-broken", "The audit does not agree with itself or with its checkpoints.",
	"Keep the data directory as it is and tell the governance lead.")

// Run verifies the audit.
func (c auditVerify) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		v, err := a.VerifyAudit(ctx, who, c.Checkpoints)
		if err != nil {
			return err
		}
		words := fmt.Sprintf("%d events recomputed, %d not yet sealed, %d checkpoints agree", v.Events, v.Unsealed, v.Checkpoints)
		if v.Through != "" {
			words += ", the newest of " + v.Through
		}
		words += "."
		if len(v.Broken) > 0 {
			words = strings.Join(v.Broken, "\n") + "\n" + words
		}
		answer := map[string]any{"events": v.Events, "unsealed": v.Unsealed, "checkpoints": v.Checkpoints, "through": v.Through,
			"broken": append([]string{}, v.Broken...)}
		if err := c.print(w, answer, words); err != nil {
			return err
		}
		if len(v.Broken) > 0 {
			return errBroken
		}
		return nil
	})
}
