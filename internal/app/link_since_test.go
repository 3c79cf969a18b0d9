package app

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// crowdFile is a file of invented visitors, some of whom come under two numbers, with slips.
func crowdFile(people int) string {
	forenames := strings.Fields("Omar Ann Cyril Dean Kojo Mary Leila Piotr Sunita Grace Tomas Aisha")
	surnames := strings.Fields("Obuya Poole Drax Whitlock Amoah Brennan Haddad Nowak Rao Okafor Silva Begum Carter")
	var b strings.Builder
	b.WriteString(head)
	for p := range people {
		forename, surname, born := forenames[p%12], surnames[p*5%13], time.Date(1950+p%50, time.Month(1+p%12), 1+p%28, 0, 0, 0, 0, time.UTC)
		fmt.Fprintf(&b, "C%d,%s,%s,%s,V%d,05/01/2026,1\n", p, forename, surname, born.Format("02/01/2006"), p)
		switch p % 4 {
		case 0:
			fmt.Fprintf(&b, "D%d,%s,%s,%s,W%d,06/01/2026,1\n", p, forename, surname, born.Format("02/01/2006"), p)
		case 1:
			fmt.Fprintf(&b, "D%d,%s,%s,%s,W%d,06/01/2026,1\n", p, forename[:3], surname, born.Format("02/01/2006"), p)
		}
	}
	return b.String()
}

// written is everything that the published link run says of people: who is whose, links and pairs in doubt, with their evidence.
func (w *scene) written() (persons string, links []store.Link, doubts []store.Doubt) {
	w.t.Helper()
	err := w.app.db.Do(w.t.Context(), inArea(w.as(policy.Analyst, policy.CheckRecords), policy.PairList, policy.Area), func(tx *store.Tx) error {
		here, err := tx.Area()
		if err != nil {
			return err
		}
		links, doubts = nil, nil
		var pairs, asked [][2]id.Record
		if err := tx.LinkPairs(here.LinkRun, func(a, b id.Record) { pairs = append(pairs, [2]id.Record{a, b}) }); err != nil {
			return err
		}
		for _, p := range pairs {
			evidence, err := tx.LinkEvidence(1, here.LinkRun, store.Link{A: p[0], B: p[1]})
			if err != nil {
				return err
			}
			links = append(links, store.Link{A: p[0], B: p[1], Evidence: evidence})
		}
		if err := tx.DoubtWhys(here.LinkRun, func(a, b id.Record, _ string) { asked = append(asked, [2]id.Record{a, b}) }); err != nil {
			return err
		}
		for _, p := range asked {
			d, err := tx.Doubt(p[0], p[1])
			if err != nil {
				return err
			}
			doubts = append(doubts, d)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.holders(), links, doubts
}

// lastLinked is the published link run's page.
func (w *scene) lastLinked() RunPage {
	w.t.Helper()
	analyst := w.as(policy.Analyst, policy.FindAndCost)
	l, err := w.app.Runs(w.t.Context(), analyst, RunsAsked{})
	if err != nil {
		w.t.Fatal(err)
	}
	p, err := w.app.Run(w.t.Context(), analyst, l.Area.LinkRun)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// likeTheWhole sees that the published run wrote what a run writes that compares all records by the same model.
func (w *scene) likeTheWhole(what string) {
	w.t.Helper()
	t := w.t
	var l *linking
	err := w.app.db.Do(t.Context(), inArea(w.as(policy.Analyst, policy.CheckRecords), policy.PairList, policy.Area), func(tx *store.Tx) (err error) {
		l, err = w.app.gatherRecords(tx, "")
		return err
	})
	if err != nil || l.since == nil {
		t.Fatalf("%s: nothing to be held to (%v)", what, err)
	}
	o := l.options()
	o.Model = l.since.model
	found, err := l.linker.Link(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	wantLinks, err := l.links(found)
	if err != nil {
		t.Fatal(err)
	}
	wantDoubts, err := l.doubts(found)
	if err != nil {
		t.Fatal(err)
	}
	for i := range wantLinks {
		wantLinks[i].Millibits, wantLinks[i].PPM = 0, 0 // which sum what the evidence holds
	}
	_, links, doubts := w.written()
	diff(t, what+": links", wantLinks, links)
	diff(t, what+": pairs in doubt", wantDoubts, doubts)
	of := map[uint32]id.Person{}
	for i, p := range found.Person {
		if q, met := of[p]; met && q != l.before[l.records[i]] {
			t.Errorf("%s: record %d is of person %d, want %d", what, l.records[i], l.before[l.records[i]], q)
		}
		of[p] = l.before[l.records[i]]
	}
	holders := map[id.Person]bool{}
	for _, p := range of {
		holders[p] = true
	}
	if len(holders) != len(of) || len(of) != found.Persons {
		t.Errorf("%s: %d persons hold the records, want %d", what, len(holders), found.Persons)
	}
}

// TestLinkRunSinceAnother: a link run over a few new records compares them alone and writes what a run writes that compares all; whoever is not
// touched keeps their number; and where the run before is no ground, all are compared and the run says why.
func TestLinkRunSinceAnother(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		analyst := w.reader()
		l := w.layout("lantern", numbered)
		file := crowdFile(60) // 90 records
		first := w.send(l, march, false, file)
		w.accept(first)
		// Of one person something else was said before the first run already.
		w.accept(w.send(l, april-1, false, head+"D0,Omar,Obuya,01/01/1950,X0,04/04/2026,1\nD4,Kojo,Novak,05/05/1954,X9,04/04/2026,1\n"))
		w.run()
		whole := w.lastLinked()
		if whole.Since != nil || whole.Anew != "" || whole.Model == nil {
			t.Fatalf("the first run says %+v, %q", whole.Since, whole.Anew)
		}
		since := func(what string, came, stood int) {
			t.Helper()
			p := w.lastLinked()
			if p.Since == nil {
				t.Fatalf("%s: all were compared: %s", what, p.Anew)
			}
			diff(t, what, [4]int{int(whole.Run.ID), came, stood, int(whole.Run.ID)}, [4]int{int(p.Since.Run), p.Since.Came, p.Since.Stood, int(p.Inputs.Held)})
			if p.Found.Records != came+stood || p.Found.Reached != whole.Found.Reached {
				t.Errorf("%s: found %+v, before %+v", what, p.Found, whole.Found)
			}
			w.likeTheWhole(what)
		}
		persons, links, doubts := w.written()
		w.run()
		since("nothing came", 0, 90)
		samePersons, sameLinks, sameDoubts := w.written()
		diff(t, "persons after nothing came", persons, samePersons)
		diff(t, "links after nothing came", links, sameLinks)
		diff(t, "pairs in doubt after nothing came", doubts, sameDoubts)

		// Two are new, one of them somebody who is known; two say something else, so that one leaves a person.
		second := w.send(l, april, false, head+"E1,Kojo,Nowak,05/05/1954,X1,05/04/2026,1\nE2,Brigid,Quane,09/09/1944,X2,05/04/2026,1\n"+
			"D0,Hyacinth,Vole,30/09/1991,X3,05/04/2026,1\nD4,Piotr,Novak,08/08/1957,X4,05/04/2026,1\n")
		w.accept(second)
		w.run()
		since("some came", 4, 88)
		p := w.lastLinked()
		if p.Since.Joined == 0 || p.Since.Joined > 60 || p.Change == nil {
			t.Errorf("%d of 92 records were joined anew: %+v", p.Since.Joined, p.Change)
		}
		_, now, _ := w.written()
		same := 0
		for _, x := range links {
			if i := slices.IndexFunc(now, func(y store.Link) bool { return x.A == y.A && x.B == y.B }); i >= 0 {
				same++
				diff(t, "evidence of a link that nothing came to", x, now[i])
			}
		}
		if same < len(links)/2 || same == len(links) {
			t.Errorf("%d of %d links stayed", same, len(links))
		}

		inDoubt := func() Pair {
			t.Helper()
			all := w.inDoubt()
			i := slices.IndexFunc(all, func(x waiting) bool { return !x.Linked() })
			if i < 0 {
				t.Fatal("nobody is in doubt")
			}
			return Pair{all[i].A, all[i].B}
		}
		pair := inDoubt()
		w.answerPair(analyst, pair, "same")
		w.work()
		w.run()
		since("somebody said something", 4, 88)
		page, err := w.app.Pair(t.Context(), analyst, pair)
		if err != nil || !page.Linked {
			t.Fatalf("the run did not keep to the answer (%v)", err)
		}
		if err := w.app.UndoPair(t.Context(), analyst, UndoPair{Pair: pair, Answer: page.Readings[0].ID}); err != nil {
			t.Fatal(err)
		}
		w.work()
		w.run()
		since("and took it back", 4, 88)

		w.sentInError(second)
		w.work() // links again
		since("what came was taken back", 0, 90)
		back, _, backDoubts := w.written()
		diff(t, "who is with whom", grouped(persons), grouped(back))
		diff(t, "pairs in doubt", len(doubts), len(backDoubts))

		pair = inDoubt()
		w.answerPair(analyst, pair, "same")
		w.work()
		w.accept(w.send(l, april, false, strings.ReplaceAll(file, ",V", ",Z")+"F1,New,Person,01/02/1933,Z1,05/04/2026,1\nF2,Also,New,01/02/1934,Z2,05/04/2026,1\n"+
			strings.Join(manyMore(12), "")))
		w.run()
		if p := w.lastLinked(); p.Since != nil || !strings.Contains(p.Anew, "More than one record for every 10") {
			t.Errorf("after many came: %+v, %q", p.Since, p.Anew)
		}
		whole = w.lastLinked()
		if page, err = w.app.Pair(t.Context(), analyst, pair); err != nil || !page.Linked {
			t.Fatalf("the whole run did not keep to the answer (%v)", err)
		}
		if err := w.app.UndoPair(t.Context(), analyst, UndoPair{Pair: pair, Answer: page.Readings[len(page.Readings)-1].ID}); err != nil {
			t.Fatal(err)
		}
		w.work()
		w.run()
		since("what the whole run had heard was taken back", 0, whole.Found.Records)
		if _, err := w.app.StartRunsAnew(t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
			t.Fatal(err)
		}
		w.work()
		diff(t, "asked to", anewAsked, w.lastLinked().Anew)
		w.sentInError(first)
		w.work() // links again
		diff(t, "after what it read was taken back", anewTaken, w.lastLinked().Anew)
	})
}

// manyMore are lines of people who are not known.
func manyMore(n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf("G%d,Newcomer%c,Late%c,0%d/02/1960,Y%d,05/04/2026,1\n", i, 'a'+i, 'z'-i, 1+i%9, i))
	}
	return lines
}

// grouped writes who is with whom without the persons' numbers.
func grouped(holders string) string {
	number, out := map[string]int{}, ""
	for pair := range strings.FieldsSeq(holders) {
		record, p, _ := strings.Cut(pair, ":")
		if number[p] == 0 {
			number[p] = len(number) + 1
		}
		out += fmt.Sprintf("%s:%d ", record, number[p])
	}
	return out
}

func TestRecordsAreWrittenInFewBytes(t *testing.T) {
	t.Parallel()
	for _, want := range [][]id.Record{nil, {1}, {3, 4, 900, 1 << 40}} {
		got, err := readNumbers[id.Record](writeNumbers(want))
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "records", want, got)
	}
	for _, bad := range []string{"!", "gA"} {
		if _, err := readNumbers[id.Record](bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
