package store

import (
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// Layout is one version of a column layout, its text as the analyst wrote it.
type Layout struct {
	ID         id.Layout
	Agency     id.Agency
	Name       string
	Version    int64
	Hash       string // SHA-256 of Text
	Text       string
	AddedAt    time.Time
	AddedBy    id.Account
	ApprovedAt time.Time // zero while the governance lead has not approved it
	ApprovedBy id.Account
}

const layoutFields = `id, agency, name, version, hash, text, added_at, added_by, approved_at, approved_by`

var (
	layoutInsert  = query("layout.insert", `insert into layouts (area, id, agency, name, version, hash, text, added_at, added_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	layoutByID    = query("layout.by-id", `select `+layoutFields+` from layouts where id = $1 and area = $2`)
	layoutByHash  = query("layout.by-hash", `select `+layoutFields+` from layouts where area = $1 and agency = $2 and hash = $3`)
	layoutList    = query("layout.list", `select `+layoutFields+` from layouts where area = $1 order by agency, name, version desc`)
	layoutApprove = query("layout.approve", `update layouts set approved_at = $1, approved_by = $2 where id = $3 and approved_at = '' and area = $4`)
)

// AddLayout adds a version of a layout. Adding the same text again gives the version that is there.
func (tx *Tx) AddLayout(l Layout) (Layout, error) {
	known, err := tx.layoutsBy(layoutByHash, tx.area, int64(l.Agency), l.Hash)
	if err != nil || len(known) > 0 {
		if len(known) > 0 {
			return known[0], nil
		}
		return Layout{}, err
	}
	n, err := tx.next("layouts", 1)
	if err != nil {
		return Layout{}, err
	}
	l.ID, l.AddedAt, l.AddedBy = id.Layout(n), tx.now, tx.actor.Account
	_, err = tx.exec(layoutInsert, tx.area, n, int64(l.Agency), l.Name, l.Version, l.Hash, l.Text, instant(tx.now), int64(l.AddedBy))
	if unique(err) {
		return Layout{}, fault.InvalidField("version", "There is already another layout with this name and version.", "Give the changed layout the next version number.")
	}
	tx.creates(policy.Layout, n)
	return l, err
}

// ApproveLayout records that the actor approved the layout. Approving twice is a Conflict.
func (tx *Tx) ApproveLayout(n id.Layout) error {
	changed, err := tx.exec(layoutApprove, instant(tx.now), int64(tx.actor.Account), int64(n), tx.area)
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "approved-already", "This layout is approved already.", "")
	}
	return err
}

// Layout gives one version of a layout.
func (tx *Tx) Layout(n id.Layout) (Layout, error) {
	some, err := tx.layoutsBy(layoutByID, int64(n), tx.area)
	if err == nil && len(some) == 0 {
		err = fault.Missing("layout")
	}
	if err != nil {
		return Layout{}, err
	}
	return some[0], nil
}

// Layouts gives every version of every layout of the area, by agency, the newest version of each first.
func (tx *Tx) Layouts() ([]Layout, error) { return tx.layoutsBy(layoutList, tx.area) }

func (tx *Tx) layoutsBy(s *statement, args ...any) ([]Layout, error) {
	return list(tx, s, args, func(scan func(...any) error) (l Layout, err error) {
		var added, approved string
		err = scan(&l.ID, &l.Agency, &l.Name, &l.Version, &l.Hash, &l.Text, &added, &l.AddedBy, &approved, &l.ApprovedBy)
		l.AddedAt, l.ApprovedAt = moment(added), moment(approved)
		return l, err
	})
}
