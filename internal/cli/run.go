package cli

import (
	"context"
	"fmt"
	"strings"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
)

// linking is throughline link.
type linking struct {
	operator
	Anew bool `help:"Compare all records and learn the model anew, however few came since the last run."`
}

// Help ends the command's help.
func (linking) Help() string {
	return `Persons keep their ids from run to run. Where few records came or changed since a run that compared all, only these are compared, by that
run’s model; the run’s page says which. With a server running, the server does the work and this command shows how far it is.

Example:
  throughline link --area south-london`
}

// Run links and prices everything that is accepted.
func (c linking) Run(ctx context.Context, w *World) error {
	return c.work(ctx, w, func(k *worker) error {
		start := k.StartRuns
		if c.Anew {
			start = k.StartRunsAnew
		}
		job, err := start(ctx, k.who)
		if err != nil {
			return err
		}
		if err := k.await(ctx, job); err != nil {
			return err
		}
		found, err := foundBy(ctx, k)
		if err != nil {
			return err
		}
		return c.print(w, found, found.words())
	})
}

// found is what the published runs found, as JSON shows it.
type found struct {
	LinkRun  id.Run `json:"link_run"`
	Records  int    `json:"records"`
	Persons  int    `json:"persons"`
	Several  int    `json:"persons_of_several_records"`
	Doubts   int    `json:"pairs_to_look_at"`
	Came     int    `json:"records_since,omitempty"` // new and changed since the run that it was held to
	Held     id.Run `json:"held_to,omitempty"`
	CostRun  id.Run `json:"cost_run"`
	From     string `json:"from"`
	To       string `json:"to"`
	Year     string `json:"price_year"`
	Priced   int    `json:"people_with_a_priced_contact"`
	Cost     string `json:"cost"`
	Cohort   int    `json:"cohort"`
	InCohort string `json:"cohort_cost"`
	Says     string `json:"says"`

	cost, cohort money.Pence
}

func foundBy(ctx context.Context, k *worker) (f found, err error) {
	list, err := k.Runs(ctx, k.who, app.RunsAsked{})
	if err != nil {
		return f, err
	}
	if f.LinkRun = list.Area.LinkRun; f.LinkRun != 0 {
		p, err := k.Run(ctx, k.who, f.LinkRun)
		if err != nil {
			return f, err
		}
		r := p.Found
		f.Records, f.Persons, f.Several, f.Doubts = r.Records, r.Persons, r.Several, r.Doubts
		if p.Since != nil {
			f.Held, f.Came = p.Since.Run, p.Since.Came
		}
	}
	p, err := k.Cohort(ctx, k.who, app.OpenCohort{})
	if err != nil || p.Run.ID == 0 {
		return f, err
	}
	f.CostRun, f.From, f.To, f.Year = p.Run.ID, p.Rule.Window.From.String(), p.Rule.Window.To.String(), p.Rule.PriceYear.String()
	f.Priced, f.cost, f.Cohort, f.cohort = p.Cohort.Everyone, p.Cohort.EveryoneCost, len(p.Cohort.Members), p.Cohort.Amount
	f.Cost, f.InCohort, f.Says = f.cost.Plain(), f.cohort.Plain(), strings.Join(p.Says, " ")
	return f, nil
}

func (f found) words() string {
	var b strings.Builder
	if f.LinkRun != 0 {
		fmt.Fprintf(&b,
			"Run %d: %s records are %s people; %s of them have several records. %s pairs are for someone to look at.\n", f.LinkRun,
			count(f.Records), count(f.Persons), count(f.Several), count(f.Doubts))
		if f.Held != 0 && f.Came == 0 {
			fmt.Fprintf(&b, "No record is new or has changed since run %d.\n", f.Held)
		} else if f.Held != 0 {
			fmt.Fprintf(&b, "It compared the %s records that are new or have changed since run %d, by that run’s model.\n", count(f.Came), f.Held)
		}
	}
	if f.CostRun != 0 {
		fmt.Fprintf(&b, "Run %d: from %s to %s, %s people cost %s in prices of %s.\n", f.CostRun, f.From, f.To,
			count(f.Priced), f.cost.Pounds(), f.Year)
		fmt.Fprintf(&b, "The cohort is %s people, %s. %s\n", count(f.Cohort), f.cohort.Pounds(), f.Says)
	}
	return strings.TrimSpace(b.String())
}

// footprint is throughline footprint.
type footprint struct {
	operator
	From   string `help:"The first day of the window." placeholder:"DAY"`
	To     string `help:"The last day of the window." placeholder:"DAY"`
	Person string `help:"One person, by reference: K7M-3Q. The policy decides who may open a person." placeholder:"REFERENCE"`
}

// Help ends the command's help.
func (footprint) Help() string {
	return `A run prices everyone in the window of the area's rule. Any other window is worked out when a person's page asks for it.
An operator brings data in and keeps the system; opening a person is for people with an account, in the browser.

Example:
  throughline footprint --area south-london`
}

// Run prices contacts, or asks for one person's.
func (c footprint) Run(ctx context.Context, w *World) error {
	var asked day.Span
	var err error
	if c.From != "" {
		if asked.From, err = readDay("from", c.From); err != nil {
			return err
		}
	}
	if c.To != "" {
		if asked.To, err = readDay("to", c.To); err != nil {
			return err
		}
	}
	if (c.From == "") != (c.To == "") {
		return fault.InvalidField("from", "A window has a first and a last day.", "Give both --from and --to, or neither.")
	}
	if c.From != "" {
		if asked.To < asked.From {
			return fault.InvalidField("to", "The last day is before the first.", "Give the first day with --from.")
		}
	}
	if c.Person != "" {
		return c.person(ctx, w, asked)
	}
	return c.work(ctx, w, func(k *worker) error {
		if c.From != "" {
			p, err := k.Cohort(ctx, k.who, app.OpenCohort{})
			if err != nil {
				return err
			}
			if own := p.Rule.Window; own != asked {
				return fault.InvalidField("from", fmt.Sprintf("A run prices the window of the area's rule, %s to %s.",
					own.From, own.To),
					"Leave out --from and --to. A person's page shows any window.")
			}
		}
		job, err := k.StartCost(ctx, k.who)
		if err != nil {
			return err
		}
		if err := k.await(ctx, job); err != nil {
			return err
		}
		found, err := foundBy(ctx, k)
		if err != nil {
			return err
		}
		return c.print(w, found, found.words())
	})
}

// person asks for one person's footprint, as the policy allows.
func (c footprint) person(ctx context.Context, w *World, asked day.Span) error {
	n, err := id.ParsePseudonym(c.Person)
	if err != nil {
		return err
	}
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		p, err := a.Footprint(ctx, who, app.OpenFootprint{Person: n, From: asked.From, To: asked.To})
		if fault.KindOf(err) == fault.Denied {
			f := *fault.As(err)
			f.Remedy = "Ask an analyst, who opens the person in the browser and chooses any window there."
			return &f
		}
		if err != nil {
			return err
		}
		total := p.Priced.Total.Amount()
		return c.print(w, map[string]any{"person": id.Pseudonym(n), "from": p.Window.From.String(),
			"to": p.Window.To.String(), "cost": total.Plain(),
			"lines": len(p.Priced.Lines), "not_priced": len(p.Priced.Gaps)},
			fmt.Sprintf("%s, %s to %s: %s over %d contacts; %d have no price. %s", id.Pseudonym(n), p.Window.From,
				p.Window.To, total.Pounds(),
				len(p.Priced.Lines), len(p.Priced.Gaps), strings.Join(p.Says, " ")))
	})
}

// runs is throughline run ….
type runs struct {
	List runList `cmd:"" help:"List runs, the newest first."`
}

// runLine is a run as JSON shows it.
type runLine struct {
	ID       id.Run `json:"id"`
	Kind     string `json:"kind"`
	State    string `json:"state"`
	Started  string `json:"started_at"`
	Finished string `json:"finished_at,omitempty"`
	Inputs   string `json:"inputs_sha256"`
	Version  string `json:"version"`
	Fault    string `json:"fault,omitempty"`
}

type runList struct{ operator }

// Run lists runs.
func (c runList) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		list, err := a.Runs(ctx, who, app.RunsAsked{})
		if err != nil {
			return err
		}
		lines, rows := []runLine{}, [][]string{}
		for _, r := range list.Runs {
			l := runLine{r.ID, string(r.Kind), r.State, moment(r.StartedAt), moment(r.FinishedAt), r.InputsHash,
				r.CodeVersion, r.Fault}
			lines = append(lines, l)
			rows = append(rows, []string{fmt.Sprint(l.ID), l.Kind, app.RunStateWords(l.State), l.Started, l.Finished, fmt.Sprintf("%.12s",
				l.Inputs), l.Fault})
		}
		return c.print(w, map[string]any{"runs": lines}, table([]string{"RUN", "KIND", "STATE", "STARTED", "FINISHED",
			"INPUTS", "TROUBLE"}, rows))
	})
}

// jobs is throughline job ….
type jobs struct {
	List jobList `cmd:"" help:"List jobs that wait or are being done, and how far they are."`
}

// jobLine is a job as JSON shows it.
type jobLine struct {
	ID       id.Job `json:"id"`
	Kind     string `json:"kind"`
	State    string `json:"state"`
	Doing    string `json:"doing,omitempty"`
	Done     int64  `json:"done"`
	Total    int64  `json:"total"`
	Created  string `json:"created_at"`
	Finished string `json:"finished_at,omitempty"`
	Fault    string `json:"fault,omitempty"`
}

type jobList struct{ operator }

// Run lists jobs under way.
func (c jobList) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		list, err := a.Runs(ctx, who, app.RunsAsked{})
		if err != nil {
			return err
		}
		lines, rows := []jobLine{}, [][]string{}
		for _, j := range list.Jobs {
			l := jobLine{j.ID, j.Kind, j.State, j.Doing, j.Done, j.Total, moment(j.CreatedAt), moment(j.Finished), j.Fault}
			lines = append(lines, l)
			far := l.Doing
			if l.Total > 0 && l.State == "working" {
				far += fmt.Sprintf(" %d%%", l.Done*100/l.Total)
			}
			rows = append(rows, []string{fmt.Sprint(l.ID), l.Kind, l.State, l.Created, l.Finished,
				strings.TrimSpace(far + " " + l.Fault)})
		}
		if len(lines) == 0 {
			return c.print(w, map[string]any{"jobs": lines}, "No job waits or is being done.")
		}
		return c.print(w, map[string]any{"jobs": lines}, table([]string{"JOB", "KIND", "STATE", "CREATED", "FINISHED",
			"DOING"}, rows))
	})
}
