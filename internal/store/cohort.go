package store

import (
	"throughline/internal/id"
	"throughline/internal/policy"
)

const cohortList = `select ` + totalFields + ` from person_totals where run = $1 and place = $2 `

var (
	cohortAll      = query("cohort.all", cohortList+`order by rank limit $3`)
	cohortOfAgency = query("cohort.of-agency", cohortList+`and exists (select 1 from memberships m join records r on r.id = m.record
		where m.run = (select link_run from areas where id = $4) and m.person = person_totals.person and r.agency = $5) order by rank limit $3`)
	cohortFacts = query("cohort.facts", `
		select distinct t.person, coalesce(r.agency, 0) from person_totals t join persons p on p.id = t.person
		left join memberships m on m.run = (select link_run from areas where id = $3) and m.person = t.person
		left join records r on r.id = m.record where t.run = $1 and t.place = $2 and t.rank > 0 and p.area = $3 order by 1, 2`)
)

// Cohort gives the people of a cost run in a place (cohort, or single-service), costliest first, at most so many: of an agency
// those of whom it has a record now, of agency 0 all.
func (tx *Tx) Cohort(run id.Run, place string, of id.Agency, most int) ([]PersonTotal, error) {
	if of == 0 {
		return list(tx, cohortAll, []any{int64(run), place, most}, tx.scanTotal)
	}
	return list(tx, cohortOfAgency, []any{int64(run), place, most, tx.area, int64(of)}, tx.scanTotal)
}

var costliest = query("cohort.costliest", `select `+totalFields+` from person_totals where run = $1 and area = $4 order by total desc, person limit $2 offset $3`)

// Costliest gives people of a cost run whatever their place, costliest first: at most so many after those that are skipped. Of people who cost the
// same the one with the lower number comes first.
func (tx *Tx) Costliest(run id.Run, skip, most int) ([]PersonTotal, error) {
	return list(tx, costliest, []any{int64(run), most, skip, tx.area}, tx.scanTotal)
}

// CohortFacts gives what PersonFacts gives of each person of a cost run in a place, in one reading. Who has
// a place has a rank, and to say so makes SQLite begin at the places' index rather than read the run.
func (tx *Tx) CohortFacts(run id.Run, place string) (map[id.Person]policy.Facts, error) {
	out := map[id.Person]policy.Facts{}
	return out, tx.each(cohortFacts, []any{int64(run), place, tx.area}, func(scan func(...any) error) error {
		var p id.Person
		var g id.Agency
		if err := scan(&p, &g); err != nil {
			return err
		}
		f := out[p]
		if f.Exists, f.Area = true, tx.actor.Area; g != 0 {
			f.Agencies = append(f.Agencies, g)
		}
		out[p] = f
		return nil
	})
}
