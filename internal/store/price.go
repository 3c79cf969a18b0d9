package store

import (
	"regexp"
	"time"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// PriceEntry is one decision about what an agency's code costs. Entry is JSON: the line of the price map.
type PriceEntry struct {
	ID               id.Price
	Agency           id.Agency
	Code, Unit       string
	Entry            string
	State            string // proposed, approved
	MadeAt           time.Time
	MadeBy           id.Account
	ApprovedAt       time.Time
	ApprovedBy       id.Account
	ApprovedAs       string // who approved it in words, where the area's own file says so
	EndedAt          time.Time
	EndedBy          id.Account
	MadeName, OKName string // of the accounts
}

var (
	priceInsert = query("price.insert", `insert into price_entries (area, id, agency, code, unit, entry, state, made_at, made_by, approved_at, approved_by, approved_as)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	priceEnd = query("price.end", `update price_entries set ended_at = $1, ended_by = $2 where area = $3 and agency = $4 and code = $5 and unit = $6
		and state = $7 and ended_at = ''`)
	priceGiveWay = query("price.give-way", `update price_entries set ended_at = $1, ended_by = $2 where area = $3 and state = 'approved' and ended_at = ''
		and (agency, code, unit) = (select agency, code, unit from price_entries where id = $4 and area = $3 and state = 'proposed' and ended_at = '')`)
	priceOK = query("price.approve", `update price_entries set state = 'approved', approved_at = $1, approved_by = $2, approved_as = $3
		where id = $4 and state = 'proposed' and ended_at = '' and area = $5`)
	priceList    = query("price.list", priceFields+`where p.area = $1 and p.ended_at = '' order by p.agency, p.code, p.unit, p.state`)
	priceSince   = query("price.since", priceFields+`where p.area = $1 and (p.ended_at = '' or p.ended_at > $2) order by p.agency, p.code, p.unit, p.id`)
	priceHistory = query("price.history", priceFields+`where p.area = $1 and p.agency = $2 and p.code = $3 and p.unit = $4 order by p.id desc limit 50`)
)

const priceFields = `select p.id, p.agency, p.code, p.unit, p.entry, p.state, p.made_at, p.made_by, p.approved_at, p.approved_by, p.approved_as,
	p.ended_at, p.ended_by, coalesce(m.name, ''), coalesce(o.name, '') from price_entries p
	left join accounts m on m.id = p.made_by left join accounts o on o.id = p.approved_by `

// Whoever makes price maps ready asks first whether anything that they are made from has changed, rather than read all of it for each page.
// Each statement that changes it counts up, wherever it is.
const priceMapsMade = "price-maps"

var changesPrices = regexp.MustCompile(`(insert into|update|delete from) (price_entries|service_codes|agencies)\b`)

var priceMapsVersion = query("price.version", `select coalesce(max(next), 0) from counters where name = $1`)

// PriceMapsVersion goes up whenever a price decision, a service code or an agency changes. It is not known within an act that has changed
// one itself and may yet be rolled back.
func (tx *Tx) PriceMapsVersion() (n int64, known bool, err error) {
	return n, !tx.priced, tx.one(priceMapsVersion, []any{priceMapsMade}, &n)
}

// SetPrice makes a new decision about a code, in the place of one that stands in the same state: a proposal replaces a proposal, and what is
// approved stands until another is approved. What was decided before stays in the history.
func (tx *Tx) SetPrice(e PriceEntry) (id.Price, error) {
	if _, err := tx.exec(priceEnd, instant(tx.now), int64(tx.actor.Account), tx.area, int64(e.Agency), e.Code, e.Unit, e.State); err != nil {
		return 0, err
	}
	n, err := tx.next("prices", 1)
	if err != nil {
		return 0, err
	}
	approvedAt := ""
	if e.State == "approved" {
		approvedAt = instant(e.ApprovedAt)
	}
	_, err = tx.exec(priceInsert, tx.area, n, int64(e.Agency), e.Code, e.Unit, e.Entry, e.State, instant(tx.now), int64(tx.actor.Account),
		approvedAt, int64(e.ApprovedBy), e.ApprovedAs)
	tx.creates(policy.PriceMap, n)
	return id.Price(n), err
}

// ApprovePrice records that the actor approved a proposed price, which ends the one approved before it.
func (tx *Tx) ApprovePrice(n id.Price) error {
	if _, err := tx.exec(priceGiveWay, instant(tx.now), int64(tx.actor.Account), tx.area, int64(n)); err != nil {
		return err
	}
	changed, err := tx.exec(priceOK, instant(tx.now), int64(tx.actor.Account), tx.actor.Name, int64(n), tx.area)
	if err == nil && changed == 0 {
		return fault.New(fault.Conflict, "price-changed", "Somebody has approved or changed this price already.", "Open the price map again.")
	}
	return err
}

// Prices gives the price decisions that stand. Of a code there may be two: what is approved, and after it a proposal that waits.
func (tx *Tx) Prices() ([]PriceEntry, error) {
	return list(tx, priceList, []any{tx.area}, scanPrice)
}

// PricesSince gives the price decisions that stood at any moment from an instant to now, a code's own in the order in which they were made.
func (tx *Tx) PricesSince(t time.Time) ([]PriceEntry, error) {
	return list(tx, priceSince, []any{tx.area, instant(t)}, scanPrice)
}

// PriceHistory gives what was decided about a code, the newest first.
func (tx *Tx) PriceHistory(agency id.Agency, code, unit string) ([]PriceEntry, error) {
	return list(tx, priceHistory, []any{tx.area, int64(agency), code, unit}, scanPrice)
}

func scanPrice(scan func(...any) error) (p PriceEntry, err error) {
	var made, approved, ended string
	err = scan(&p.ID, &p.Agency, &p.Code, &p.Unit, &p.Entry, &p.State, &made, &p.MadeBy, &approved, &p.ApprovedBy, &p.ApprovedAs,
		&ended, &p.EndedBy, &p.MadeName, &p.OKName)
	p.MadeAt, p.ApprovedAt, p.EndedAt = moment(made), moment(approved), moment(ended)
	return p, err
}
