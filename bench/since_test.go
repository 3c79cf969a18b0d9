package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
)

// BenchmarkLinkSince links invented records, then as many with one in a hundred new or changed: once by comparing all by the same model, and once by
// comparing what came alone. Both must find the same persons. LINKAGE_RECORDS sets another number.
//
//	LINKAGE_RECORDS=1000000 go test ./bench -run - -bench LinkSince -benchtime 1x
func BenchmarkLinkSince(b *testing.B) {
	n := setting(b, "LINKAGE_RECORDS", 1_000_000)
	crowd := newCrowd(n)
	var base []record
	for len(base) < n {
		base = append(base, crowd.records(1000)...)
	}
	all := base
	r := rand.New(rand.NewPCG(9, 9))
	changed := map[int]record{}
	for range n / 200 { // half of what came is new of people known, half says something else than before
		i, j := r.IntN(len(base)), r.IntN(len(base))
		all = append(all, record{referral(r, base[i].who, crowd), base[i].agency, base[i].person})
		changed[j] = record{referral(r, base[j].who, crowd), base[j].agency, base[j].person}
	}
	earlier := linkage.New()
	for _, x := range base {
		earlier.Add(x.agency, x.who)
	}
	o := linkage.DefaultOptions()
	began, worked := time.Now(), processorTime()
	first, err := earlier.Link(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d records, linked with training in %.2fs (%.2fs of processor), %d pairs compared", len(base), time.Since(began).Seconds(),
		(processorTime() - worked).Seconds(), first.Report.Pairs)
	before := make([]id.Person, len(all))
	for i, p := range first.Person {
		before[i] = id.Person(p + 1)
	}
	o.Model = first.Model
	held := func() *linkage.Linker {
		l := linkage.New()
		for i, x := range all {
			now, other := changed[i]
			switch {
			case i >= len(base):
				l.AddSince(x.agency, x.who)
			case other:
				l.AddFormer(x.agency, x.who)
				l.AddSince(now.agency, now.who)
			default:
				l.Add(x.agency, x.who)
			}
		}
		return l
	}
	for b.Loop() {
		l := held()
		began, worked := time.Now(), processorTime()
		since, anew, err := l.LinkSince(b.Context(), o, before, nil)
		if err != nil {
			b.Fatal(err)
		}
		took, work := time.Since(began), processorTime()-worked
		l = held()
		began, worked = time.Now(), processorTime()
		whole, err := l.Link(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		wholly, wholeWork := time.Since(began), processorTime()-worked
		for i, p := range whole.Person {
			if since.Person[i] != p {
				b.Fatalf("record %d is of person %d, and of %d where all are compared", i, since.Person[i], p)
			}
		}
		joined := 0
		for _, again := range anew {
			if again {
				joined++
			}
		}
		b.Logf("%d came or changed: %.2fs (%.2fs of processor), %d pairs compared, %d records joined anew; all by the same model: %.2fs (%.2fs), %d pairs; peak %d MB",
			n/200+len(changed), took.Seconds(), work.Seconds(), since.Report.Pairs, joined, wholly.Seconds(), wholeWork.Seconds(), whole.Report.Pairs, peak())
		b.ReportMetric(took.Seconds(), "s/since")
		b.ReportMetric(wholly.Seconds(), "s/whole")
	}
}

// BenchmarkLinkRunSince does the same through an area: a link run over a file of records, one over what a second file brings, and one that compares
// all again. SINCE_RECORDS is how many there are.
//
//	SINCE_RECORDS=100000 go test ./bench -run - -bench LinkRunSince/sqlite -benchtime 1x -timeout 1h
func BenchmarkLinkRunSince(b *testing.B) {
	n := size(b, "SINCE_RECORDS", 2_000)
	onBoth(b, func(b *testing.B, p app.Place) {
		a := open(b, p)
		analyst, governance := staff(b, a)
		layout := approved(b, a, analyst, governance, "southwark-people")
		crowd, r := newCrowd(n), rand.New(rand.NewPCG(9, 9))
		base := crowd.records(n)
		var later []person.Identity
		var keys []int
		for i := range n / 200 {
			later = append(later, referral(r, base[r.IntN(len(base))].who, crowd), referral(r, base[i*199].who, crowd))
			keys = append(keys, len(base)+i, i*199)
		}
		accept := func(name string, rows func(w *bufio.Writer)) {
			path := filepath.Join(b.TempDir(), name)
			f, err := os.Create(path)
			if err != nil {
				b.Fatal(err)
			}
			w := bufio.NewWriter(f)
			w.WriteString(peopleHeader)
			rows(w)
			if err := errors.Join(w.Flush(), f.Close()); err != nil {
				b.Fatal(err)
			}
			extract, job, err := take(b.Context(), a, by(b, signIn(b, a, analyst, policy.HandleExtracts)), layout, path)
			if err == nil {
				err = a.Await(b.Context(), by(b, signIn(b, a, analyst, policy.HandleExtracts)), job, true, func(app.JobState) {})
			}
			if err == nil {
				err = a.AcceptExtract(b.Context(), by(b, signIn(b, a, analyst, policy.HandleExtracts)), app.AcceptExtract{Extract: extract})
			}
			if err != nil {
				b.Fatal(err)
			}
		}
		run := func(what string, start func(context.Context, app.Who) (id.Job, error)) {
			who := by(b, signIn(b, a, analyst, policy.FindAndCost))
			worked := processorTime()
			job, err := start(b.Context(), who)
			if err == nil {
				err = a.Await(b.Context(), who, job, true, func(app.JobState) {})
			}
			if err != nil {
				b.Fatal(err)
			}
			work := processorTime() - worked
			list, err := a.Runs(b.Context(), who, app.RunsAsked{})
			if err != nil {
				b.Fatal(err)
			}
			page, err := a.Run(b.Context(), who, list.Area.LinkRun)
			if err != nil {
				b.Fatal(err)
			}
			since := app.LinkedSince{}
			if page.Since != nil {
				since = *page.Since
			}
			took := page.Run.FinishedAt.Sub(page.Run.StartedAt)
			b.Logf("%s: %.1fs, %.1fs of processor with the cost run behind it; %d records, %d people; %+v", what, took.Seconds(), work.Seconds(), page.Found.Records,
				page.Found.Persons, since)
			b.ReportMetric(took.Seconds(), "s/"+what)
		}
		for range b.N {
			accept("first.csv", func(w *bufio.Writer) {
				for i := range base {
					writePerson(w, i, &base[i].who)
				}
			})
			run("first", a.StartRuns)
			accept("second.csv", func(w *bufio.Writer) {
				for i := range later {
					writePerson(w, keys[i], &later[i])
				}
			})
			run("since", a.StartRuns)
			run("anew", a.StartRunsAnew)
		}
	})
}

// writePerson writes a line of Southwark's people.
func writePerson(w *bufio.Writer, key int, who *person.Identity) {
	first := func(list []string) string { return strings.Join(list[:min(1, len(list))], "") }
	born, number := "", ""
	if len(who.Births) > 0 {
		born = who.Births[0].Day.String()
	}
	if len(who.Identifiers) > 0 {
		number = who.Identifiers[0].Value
	}
	fmt.Fprintf(w, "%d,%s,%s,,%s,%d,%s,,,,%s,%s,\n", 3_000_000+key, who.Names[0].Forename, who.Names[0].Surname, born, who.Sex, number,
		first(who.Postcodes), first(who.Phones))
}
