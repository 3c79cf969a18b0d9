package store

import (
	"throughline/internal/id"
)

var accountName = query("account.name", `select name from accounts where id = $1 and area = $2`)

// NameOf gives the display name of an account; number 0 is the operator at the command line.
func (tx *Tx) NameOf(a id.Account) (string, error) {
	if a == 0 {
		return "the operator", nil
	}
	var name string
	err := tx.one(accountName, []any{int64(a), tx.area}, &name)
	if noRow(err) {
		return "a former account", nil
	}
	return name, err
}

// NamedAccount is an account by its name, for choosing from.
type NamedAccount struct {
	ID     id.Account
	Name   string
	Agency id.Agency // 0 for the partnership's own people
}

var accountNames = query("account.names", `select id, name, agency from accounts where area = $1 order by name, id`)

// AccountNames gives every account of the area by name.
func (tx *Tx) AccountNames() ([]NamedAccount, error) {
	return list(tx, accountNames, []any{tx.area}, func(scan func(...any) error) (a NamedAccount, err error) {
		return a, scan(&a.ID, &a.Name, &a.Agency)
	})
}
