package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"throughline/internal/app"
	"throughline/internal/cost"
	"throughline/internal/fault"
	"throughline/internal/id"
)

// cohorts is throughline cohort ….
type cohorts struct {
	List cohortList `cmd:"" help:"List the cohort, costliest first."`
}

type cohortList struct {
	operator
	CSV bool `help:"Print the whole list as CSV." name:"csv" xor:"form"`
}

// Help ends the command's help.
func (cohortList) Help() string {
	return `People are shown by pseudonym: an operator sees no names.

Examples:
  throughline cohort list
  throughline cohort list --csv > cohort.csv`
}

// member is one person of the cohort as JSON shows it. Amounts are pounds, exactly.
type member struct {
	Person         string   `json:"person"`
	Rank           int64    `json:"rank"`
	Borough        string   `json:"borough"`
	Agencies       []string `json:"agencies"`
	LargestService string   `json:"largest_service"`
	LargestShare   int64    `json:"largest_share_per_mille"`
	AWeek          string   `json:"a_week"`
	Year1          string   `json:"year_1"`
	Year2          string   `json:"year_2"`
	Total          string   `json:"two_years"`
	Crisis         string   `json:"crisis"`
	NotPriced      int64    `json:"contacts_not_priced"`
	Partial        []string `json:"partial_feeds"`
}

func memberOf(r app.CohortRow) member {
	return member{id.Pseudonym(r.Person), r.Rank, r.Borough, words(r.Agencies), r.LargestService, r.LargestShare,
		r.AWeek.Plain(), r.Year1.Plain(),
		r.Year2.Plain(), r.Total.Plain(), r.Crisis.Plain(), r.NotPriced, words(r.Partial)}
}

func words(s string) []string { return append([]string{}, strings.Fields(s)...) }

// marks are agencies in three letters, as the page shows them.
func marks(p app.CohortPage, slugs []string) string {
	out := make([]string, len(slugs))
	for i, slug := range slugs {
		g, _ := p.Area.Agency(slug)
		out[i] = cmp.Or(g.Mark, slug)
	}
	return strings.Join(out, " ")
}

// Run lists the cohort.
func (c cohortList) Run(ctx context.Context, w *World) error {
	if c.CSV && c.JSON {
		return fault.InvalidField("csv", "A list is printed as CSV or as JSON.", "Leave out one of --csv and --json.")
	}
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		if c.CSV {
			return a.ExportCohort(ctx, who, app.OpenCohort{All: true}, false, w.Stdout)
		}
		p, err := a.Cohort(ctx, who, app.OpenCohort{All: true})
		if err != nil {
			return err
		}
		if p.Run.ID == 0 {
			return fault.New(fault.NotFound, "no-run", "Nothing has been priced yet.",
				"Import extracts, accept them, and run throughline link.")
		}
		answer, said := cohortAnswer(p)
		return c.print(w, answer, said)
	})
}

func cohortAnswer(p app.CohortPage) (map[string]any, string) {
	members, apart := []member{}, []member{}
	var rows [][]string
	for _, r := range p.Rows {
		m := memberOf(r)
		members = append(members, m)
		rows = append(rows, []string{fmt.Sprint(m.Rank), m.Person, p.Area.BoroughName(m.Borough), marks(p, m.Agencies), p.Area.ServiceName(m.LargestService),
			fmt.Sprintf("%d.%d%%", m.LargestShare/10, m.LargestShare%10), r.AWeek.Pounds(), r.Total.Pounds()})
	}
	for _, r := range p.Apart {
		apart = append(apart, memberOf(r))
	}
	rule := p.Rule
	whole, _, _ := cost.InTwo(rule.Window).Words()
	answer := map[string]any{"run": p.Run.ID, "rule_version": rule.Version, "from": rule.Window.From.String(), "to": rule.Window.To.String(),
		"price_year": rule.PriceYear.String(),
		"a_week":     rule.AWeek.Plain(), "threshold": rule.Threshold().Plain(), "people": len(p.Cohort.Members),
		"cost":     p.Cohort.Amount.Plain(),
		"everyone": p.Cohort.Everyone, "everyone_cost": p.Cohort.EveryoneCost.Plain(), "says": p.Says, "stale": p.Stale.Any(),
		"members": members, "single_service": apart}
	var b strings.Builder
	fmt.Fprintf(&b, "%s people at or above %s a week (%s) from %s to %s, prices of %s: %s of %s. Run %d, rule version %d.\n",
		count(len(p.Cohort.Members)), rule.AWeek.Pounds(),
		rule.Threshold().Pounds(), rule.Window.From.Long(), rule.Window.To.Long(), rule.PriceYear, p.Cohort.Amount.Pounds(),
		p.Cohort.EveryoneCost.Pounds(), p.Run.ID, rule.Version)
	b.WriteString(strings.Join(p.Says, " ") + "\n")
	if p.Stale.Any() {
		b.WriteString("Something has come since this run. Make it again: throughline link\n")
	}
	b.WriteString("\n" + table([]string{"RANK", "PERSON", "BOROUGH", "AGENCIES", "LARGEST SERVICE", "SHARE", "A WEEK",
		strings.ToUpper(whole)}, rows))
	return answer, b.String()
}
