package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
)

// account is throughline account ….
type account struct {
	List    accountList    `cmd:"" help:"List accounts."`
	Restore accountRestore `cmd:"" help:"Let a suspended account in again."`
	Reset   accountReset   `cmd:"" help:"Give an account a temporary password, printed once. Its sessions end."`
}

// accountLine is an account as JSON shows it.
type accountLine struct {
	ID        id.Account `json:"id"`
	Email     string     `json:"email"`
	Name      string     `json:"name"`
	Agency    string     `json:"agency"`
	Roles     []string   `json:"roles"`
	Suspended bool       `json:"suspended"`
	SeenAt    *time.Time `json:"seen_at,omitempty"`
}

func lineOf(row app.AccountRow) accountLine {
	l := accountLine{ID: row.ID, Email: string(row.Email), Name: row.Name, Agency: row.AgencyName, Suspended: !row.SuspendedAt.IsZero()}
	for _, r := range row.Roles {
		l.Roles = append(l.Roles, string(r))
	}
	if !row.SeenAt.IsZero() {
		l.SeenAt = &row.SeenAt
	}
	return l
}

// all gives every account that who may know of.
func all(ctx context.Context, a *app.App, who app.Who) ([]app.AccountRow, error) {
	var rows []app.AccountRow
	for page := 1; ; page++ {
		p, err := a.Accounts(ctx, who, app.AccountsAsked{Page: page})
		if err != nil {
			return nil, err
		}
		if rows = append(rows, p.Accounts...); len(p.Accounts) == 0 || len(rows) >= p.Total {
			return rows, nil
		}
	}
}

// find gives the account with an e-mail address.
func find(ctx context.Context, a *app.App, who app.Who, email string) (app.AccountRow, error) {
	rows, err := all(ctx, a, who)
	for _, row := range rows {
		if strings.EqualFold(string(row.Email), strings.TrimSpace(email)) {
			return row, nil
		}
	}
	if err == nil {
		err = fault.Missing("account")
	}
	return app.AccountRow{}, err
}

type accountList struct{ operator }

// Run lists accounts.
func (c accountList) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		rows, err := all(ctx, a, who)
		if err != nil {
			return err
		}
		lines := make([]accountLine, len(rows))
		var b strings.Builder
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "E-MAIL\tNAME\tAGENCY\tROLES\tSUSPENDED")
		for i, row := range rows {
			l := lineOf(row)
			suspended := ""
			if l.Suspended {
				suspended = "suspended"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", l.Email, l.Name, l.Agency, strings.Join(l.Roles, ", "), suspended)
			lines[i] = l
		}
		if err := t.Flush(); err != nil {
			return err
		}
		return c.print(w, lines, strings.TrimRight(b.String(), "\n"))
	})
}

type accountRestore struct {
	operator
	Email string `arg:"" help:"The account’s e-mail address."`
}

// Run restores an account.
func (c accountRestore) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		row, err := find(ctx, a, who, c.Email)
		if err != nil {
			return err
		}
		if err := a.RestoreAccount(ctx, who, row.ID, row.Version); err != nil {
			return err
		}
		return c.print(w, map[string]any{"id": row.ID, "suspended": false}, row.Name+" may sign in again.")
	})
}

type accountReset struct {
	operator
	Email string `arg:"" help:"The account’s e-mail address."`
}

// Run gives an account a temporary password.
func (c accountReset) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		row, err := find(ctx, a, who, c.Email)
		if err != nil {
			return err
		}
		made, err := a.ResetPassword(ctx, who, row.ID)
		if err != nil {
			return err
		}
		return c.print(w, map[string]any{"id": made.Account, "temporary_password": made.Temporary, "until": made.Until},
			fmt.Sprintf("%s signs in with %s until %s, and then chooses a password.", made.Name, made.Temporary, made.Until.Format("2 January 2006, 15:04 MST")))
	})
}
