package store

import (
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/money"
)

// PersonSum is what one person's use of one agency's service cost in one month, by who pays. Words are slugs.
type PersonSum struct {
	Person                       id.Person
	Month                        day.Month
	Agency, Service, Payer, Kind string
	Amount                       money.Pence
	Contacts                     int64
}

// PersonTotal is a person in a cost run, in the run's own window to the day.
type PersonTotal struct {
	Person         id.Person
	Rank           int64  // from 1 by total in its place; 0 below the threshold
	Place          string // cohort, single-service, few-agencies, below
	Borough        string
	Agencies       string // slugs of agencies with a priced contact, with spaces between
	Total          money.Pence
	Year1, Year2   money.Pence
	Crisis         money.Pence
	AWeek          money.Pence
	LargestService string // slug
	LargestShare   int64  // tenths of a per cent
	Partial        string // slugs of the person's agencies whose feed does not cover the window, with spaces between
	Contacts       int64
	NotPriced      int64 // contacts with no price: a gap, not nought
	WeakestPPM     int64 // probability of the weakest link that holds the person together, millionths; 1,000,000 for one record alone
}

const totalFields = `person, rank, place, borough, agencies, total, year_1, year_2, crisis, a_week, largest_service, largest_share, partial, contacts, not_priced, weakest_ppm`

var (
	sumColumns   = []string{"area", "run", "person", "month", "agency", "service", "payer", "kind", "amount", "contacts"}
	totalColumns = []string{"area", "run", "person", "rank", "place", "borough", "agencies", "total", "year_1", "year_2", "crisis",
		"a_week", "largest_service", "largest_share", "partial", "contacts", "not_priced", "weakest_ppm"}
)

// StageSums writes sums of a run.
func (tx *Tx) StageSums(run id.Run, some []PersonSum) error {
	values := make([]any, 0, len(some)*len(sumColumns))
	for _, s := range some {
		values = append(values, tx.area, int64(run), int64(s.Person), int64(s.Month), s.Agency, s.Service, s.Payer, s.Kind, int64(s.Amount), s.Contacts)
	}
	return tx.bulk("person_sums", sumColumns, values)
}

// StageTotals writes totals of a run.
func (tx *Tx) StageTotals(run id.Run, some []PersonTotal) error {
	values := make([]any, 0, len(some)*len(totalColumns))
	for _, t := range some {
		values = append(values, tx.area, int64(run), int64(t.Person), t.Rank, t.Place, t.Borough, t.Agencies, int64(t.Total), int64(t.Year1),
			int64(t.Year2), int64(t.Crisis), int64(t.AWeek), t.LargestService, t.LargestShare, t.Partial, t.Contacts, t.NotPriced, t.WeakestPPM)
	}
	return tx.bulk("person_totals", totalColumns, values)
}

var (
	totalOf = query("total.of-person", `select `+totalFields+` from person_totals where run = $1 and person = $2`)
	sumsOf  = query("sum.of-person", `select person, month, agency, service, payer, kind, amount, contacts from person_sums
		where run = $1 and person = $2 order by month, agency, service`)
)

// TotalOf gives a person's totals in a cost run; zero when they have no priced contact in it.
func (tx *Tx) TotalOf(run id.Run, p id.Person) (PersonTotal, error) {
	some, err := list(tx, totalOf, []any{int64(run), int64(p)}, tx.scanTotal)
	if err == nil && len(some) == 0 {
		return PersonTotal{}, nil
	}
	if err != nil {
		return PersonTotal{}, err
	}
	return some[0], nil
}

func (tx *Tx) scanTotal(scan func(...any) error) (t PersonTotal, err error) {
	err = scan(&t.Person, &t.Rank, &t.Place, &t.Borough, &t.Agencies, &t.Total, &t.Year1, &t.Year2, &t.Crisis, &t.AWeek, &t.LargestService,
		&t.LargestShare, &t.Partial, &t.Contacts, &t.NotPriced, &t.WeakestPPM)
	tx.show(t.Person)
	return t, err
}

// SumsOf gives the sums of a person in a cost run.
func (tx *Tx) SumsOf(run id.Run, p id.Person) ([]PersonSum, error) {
	tx.show(p)
	return list(tx, sumsOf, []any{int64(run), int64(p)}, func(scan func(...any) error) (s PersonSum, err error) {
		return s, scan(&s.Person, &s.Month, &s.Agency, &s.Service, &s.Payer, &s.Kind, &s.Amount, &s.Contacts)
	})
}

var (
	codeUse = query("contact.code-use", `
		select s.service, cast(sum(s.contacts) as bigint) from extracts e join extract_services s on s.extract = e.id
		where e.area = $1 and e.state = 'accepted' group by s.service order by s.service`)
	codeReplaced = query("contact.code-replaced", `
		select c.service, count(*) from (select distinct x.extract, x.line from contact_replacements x join extracts b on b.id = x.by_extract
		where x.area = $1 and b.state in ('accepted', 'removing')) gone
		join extracts e on e.id = gone.extract join contacts c on c.extract = gone.extract and c.line = gone.line
		where e.state = 'accepted' group by c.service order by c.service`)
)

// CodeUses counts the standing contacts of each service code. Those that were replaced are few, and are counted apart: to look at each
// contact whether it was would take many times as long.
func (tx *Tx) CodeUses() (map[int64]int64, error) {
	out := map[int64]int64{}
	count := func(s *statement, sign int64) error {
		return tx.each(s, []any{tx.area}, func(scan func(...any) error) error {
			var service, n int64
			err := scan(&service, &n)
			out[service] += sign * n
			return err
		})
	}
	if err := count(codeUse, 1); err != nil {
		return nil, err
	}
	return out, count(codeReplaced, -1)
}
