package store

import (
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// Agency is an organisation of the partnership.
type Agency struct {
	ID   id.Agency
	Slug string // short name in files and commands: "riverbank"
	Mark string // three letters for a crowded table: "RIV"
	Name string
}

var (
	agencyInsert = query("agency.insert", `insert into agencies (area, id, slug, mark, name) values ($1, $2, $3, $4, $5)`)
	agencyRename = query("agency.rename", `update agencies set mark = $1, name = $2 where area = $3 and slug = $4`)
	agencyList   = query("agency.list", `select id, slug, mark, name from agencies where area = $1 order by id`)
)

// AddAgency adds an agency of the area, or renames the one that has its slug.
func (tx *Tx) AddAgency(slug, mark, name string) (id.Agency, error) {
	if known, err := tx.Agencies(); err != nil {
		return 0, err
	} else {
		for _, a := range known {
			if a.Slug == slug {
				_, err := tx.exec(agencyRename, mark, name, tx.area, slug)
				return a.ID, err
			}
		}
	}
	n, err := tx.next("agencies", 1)
	if err != nil {
		return 0, err
	}
	if _, err := tx.exec(agencyInsert, tx.area, n, slug, mark, name); err != nil {
		if unique(err) {
			return 0, fault.New(fault.Conflict, "agency-exists", "An agency with this short name is already here.", "Choose another short name.")
		}
		return 0, err
	}
	tx.creates(policy.Agency, n)
	return id.Agency(n), nil
}

// Agencies gives every agency of the area, in the order they were added.
func (tx *Tx) Agencies() ([]Agency, error) {
	return list(tx, agencyList, []any{tx.area}, func(scan func(...any) error) (a Agency, err error) {
		return a, scan(&a.ID, &a.Slug, &a.Mark, &a.Name)
	})
}
