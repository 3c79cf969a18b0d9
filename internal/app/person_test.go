package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// twoAgencies gives a scene in which Lantern and Riverbank each have a record of Dean Whitlock, and Lantern one of Ann Poole.
func (w *scene) twoAgencies() {
	lantern := w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact"))
	riverbank := w.layout("riverbank", layoutOf("riverbank", "AE-ATT", "ae-attendance", "attendance"))
	w.accept(w.send(lantern, march, false, "client,forename,surname,born,nhs,postcode,day\nL1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,05/01/2026\nL2,Ann,Poole,01/02/1990,9990000026,SE15 4QX,06/01/2026\n"))
	w.accept(w.send(riverbank, march, false, "client,forename,surname,born,nhs,postcode,day\nR1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,07/01/2026\n"))
	w.run()
}

func layoutOf(agency, code, service, unit string) string {
	return "name: clients\nversion: 1\nagency: " + agency + "\nkind: both\ncolumns:\n" +
		"  - {header: client, field: key}\n  - {header: forename, field: forename}\n  - {header: surname, field: surname}\n" +
		"  - {header: born, field: birth, format: dd/mm/yyyy}\n  - {header: nhs, field: nhs-number}\n  - {header: postcode, field: postcode}\n" +
		"  - {header: day, field: from, format: dd/mm/yyyy}\nservice: " + code + "\nservices:\n" +
		"  - {code: " + code + ", service: " + service + ", unit: " + unit + ", quantity: one}\n"
}

// find searches for somebody and gives the first found.
func (w *scene) find(forename, surname string) id.Person {
	w.t.Helper()
	p, err := w.app.SearchPeople(w.t.Context(), w.as(policy.Analyst, policy.FindAndCost), SearchPeople{Forename: forename, Surname: surname})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(p.People) == 0 {
		w.t.Fatalf("%s %s was not found", forename, surname)
	}
	return p.People[0].Person
}

// TestNotTheSamePerson parts a record, and the footprint and the next run follow; taking the answer back brings everything back exactly;
// and a run made in between keeps to the answer.
func TestNotTheSamePerson(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		analyst := w.reader()
		dean := w.find("Dean", "Whitlok") // a typo
		before, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil || len(before.Records) != 2 || len(before.Links) != 1 {
			t.Fatalf("Dean has %d records and %d links, want 2 and 1 (%v)", len(before.Records), len(before.Links), err)
		}
		costs := func(p id.Person) string {
			t.Helper()
			f, err := w.app.Footprint(t.Context(), w.as(policy.Analyst, policy.FindAndCost), OpenFootprint{Person: p})
			if err != nil {
				t.Fatal(err)
			}
			return f.Priced.Total.Amount().String()
		}
		diff(t, "Dean costs", "£344.17", costs(dean))
		record := before.Records[0].RecordVersion.Record
		if _, err := w.app.Answer(t.Context(), analyst, AnswerRecords{Person: dean, Record: record, Answer: "not-same"}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an answer without a reason gave %v", err)
		}
		other, err := w.app.Answer(t.Context(), analyst, AnswerRecords{Person: dean, Record: record, Answer: "not-same", Reason: "The worker met both."})
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "apart", [2]string{"£280.17", "£64.00"}, sortedTwo(costs(dean), costs(other)))
		w.work()
		w.run() // the answer outranks the model
		after, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil || len(after.Records) != 1 {
			t.Fatalf("after a new run Dean has %d records, want 1 (%v)", len(after.Records), err)
		}
		if err := w.app.UndoAnswer(t.Context(), analyst, UndoAnswer{Person: dean, Answer: after.Answers[0].ID, Reason: "It was Dean after all."}); err != nil {
			t.Fatal(err)
		}
		w.work()
		back, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Records) != 2 {
			t.Errorf("taken back, Dean has %d records, want 2", len(back.Records))
		}
		diff(t, "taken back, Dean costs", "£344.17", costs(dean))
		moved, err := w.app.Person(t.Context(), analyst, other, 0)
		if err != nil || moved.Person != dean || moved.Was != other {
			t.Errorf("the number made for the parted record leads to %v (%v), want Dean", moved.Person, err)
		}
	})
}

// TestAnswerWhileLinking: an answer given after a link run has read the answers is not overruled by what the run found.
func TestAnswerWhileLinking(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean := w.find("Dean", "Whitlock")
		analyst := w.reader()
		before, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.app.StartRuns(t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
			t.Fatal(err)
		}
		area, n, err := w.app.db.NextJob(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		asked, given := 0, id.Person(0)
		w.asked.Store(func() {
			if asked++; asked == 12 { // in the middle of the run
				w.asked.Store(func() {})
				given, err = w.app.Answer(t.Context(), analyst, AnswerRecords{Person: dean, Record: before.Records[0].RecordVersion.Record, Answer: "not-same", Reason: "The worker met both."})
			}
		})
		w.work()
		if err != nil || given == 0 {
			t.Fatalf("the answer during job %d of %s gave %v after %d transactions", n, area, err, asked)
		}
		for _, p := range []id.Person{dean, given} {
			page, err := w.app.Person(t.Context(), analyst, p, 0)
			if err != nil || len(page.Records) != 1 {
				t.Errorf("after the run person %d has %d records, want 1 (%v)", p, len(page.Records), err)
			}
		}
	})
}

// TestUndoneAnswerLeavesOthersWhereTheyAre: a record that was linked to the parted one meanwhile can still be opened.
func TestUndoneAnswerLeavesOthersWhereTheyAre(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean := w.find("Dean", "Whitlock")
		analyst := w.reader()
		before, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		riverbank := before.Records[slices.IndexFunc(before.Records, func(r RecordShown) bool { return r.Agency.Slug == "riverbank" })]
		parted, err := w.app.Answer(t.Context(), analyst, AnswerRecords{Person: dean, Record: riverbank.RecordVersion.Record, Answer: "not-same", Reason: "The worker met both."})
		if err != nil {
			t.Fatal(err)
		}
		lambeth := w.layout("lambeth", layoutOf("lambeth", "TEMPACC", "temporary-accommodation", "night"))
		w.accept(w.send(lambeth, march, false, "client,forename,surname,born,nhs,postcode,day\nP1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,08/01/2026\n"))
		w.run()
		with := func(p id.Person) int {
			t.Helper()
			page, err := w.app.Person(t.Context(), analyst, p, 0)
			if err != nil {
				t.Fatal(err)
			}
			return len(page.Records)
		}
		stays := parted
		if with(parted) != 2 {
			stays = dean
		}
		page, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.app.UndoAnswer(t.Context(), analyst, UndoAnswer{Person: dean, Answer: page.Answers[0].ID, Reason: "It was Dean after all."}); err != nil {
			t.Fatal(err)
		}
		if with(dean)+with(parted) < 3 {
			t.Errorf("after the undo %d records are Dean's and %d the other's (%d before with %d): one is lost", with(dean), with(parted), with(stays), stays)
		}
	})
}

// TestUndoThroughSomebodyElse: an answer is undone by asking about the person it is about, whatever it says.
func TestUndoThroughSomebodyElse(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean, ann := w.find("Dean", "Whitlock"), w.find("Ann", "Poole")
		analyst := w.reader()
		page, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, answer := range []string{"same", "unsure", "not-same"} {
			in := AnswerRecords{Person: dean, Record: page.Records[0].RecordVersion.Record, Answer: answer, Reason: "The worker met both."}
			if _, err := w.app.Answer(t.Context(), analyst, in); err != nil {
				t.Fatal(err)
			}
			if page, err = w.app.Person(t.Context(), analyst, dean, 0); err != nil {
				t.Fatal(err)
			}
			undo := UndoAnswer{Person: ann, Answer: page.Answers[0].ID, Reason: "No."}
			if err := w.app.UndoAnswer(t.Context(), analyst, undo); fault.KindOf(err) != fault.NotFound {
				t.Errorf("Dean's %q was undone through Ann: %v", answer, err)
			}
			again, err := w.app.Person(t.Context(), analyst, dean, 0)
			if err != nil || len(again.Answers) != len(page.Answers) || !again.Answers[0].UndoneAt.IsZero() {
				t.Errorf("Dean's %q did not stay as it was (%v)", answer, err)
			}
			undo.Person = dean
			if err := w.app.UndoAnswer(t.Context(), analyst, undo); err != nil {
				t.Errorf("Dean's %q could not be undone: %v", answer, err)
			}
		}
	})
}

func sortedTwo(a, b string) [2]string {
	if a > b {
		a, b = b, a
	}
	return [2]string{a, b}
}

// TestNamesStayBehindTheDoor: until names are shown for a purpose, nothing that says who somebody is leaves the acts.
func TestNamesStayBehindTheDoor(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		analyst := w.as(policy.Analyst, policy.CheckRecords)
		dean := w.find("Dean", "Whitlock")
		p, err := w.app.Person(t.Context(), analyst, dean, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Records {
			if r.Key != "" || len(r.Who.Names) > 0 || r.Identity != "" {
				t.Errorf("a record shows who somebody is before names are shown: %+v", r)
			}
		}
		if p.Name.Value != "" || p.Birth.Value != "" {
			t.Errorf("the page has the name %q before names are shown", p.Name.Value)
		}
		if p.SeenCount == 0 {
			t.Error("nobody is said to have looked")
		}
	})
}

// TestWhoHasSeenIsComplete: each act that shows a person leaves an event that names them.
func TestWhoHasSeenIsComplete(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.twoAgencies()
		dean := w.find("Dean", "Whitlock")
		seen := func() int64 {
			t.Helper()
			p, err := w.app.WhoHasSeen(t.Context(), w.as(policy.GovernanceLead, policy.AuditUse), dean, 0)
			if err != nil {
				t.Fatal(err)
			}
			return p.Count
		}
		analyst := w.as(policy.Analyst, policy.FindAndCost)
		acts := map[string]func() error{
			"open":      func() error { _, err := w.app.Person(t.Context(), analyst, dean, 0); return err },
			"footprint": func() error { _, err := w.app.Footprint(t.Context(), analyst, OpenFootprint{Person: dean}); return err },
			"search": func() error {
				_, err := w.app.SearchPeople(t.Context(), analyst, SearchPeople{Surname: "Whitlock", Forename: "Dean"})
				return err
			},
		}
		for name, act := range acts {
			before := seen() // looking at the list is itself an event
			if err := act(); err != nil {
				t.Fatal(err)
			}
			if now := seen(); now != before+2 {
				t.Errorf("%s left %d events of Dean, want one and one for looking at the list", name, now-before)
			}
		}
	})
}

// TestSearchAmongManyOfOneSurname finds somebody by both names, with a slip in one, though more people share the surname than a key
// brings.
func TestSearchAmongManyOfOneSurname(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		lantern := w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact"))
		file := "client,forename,surname,born,nhs,postcode,day\n"
		for i := range candidatesPerKey + 50 {
			file += fmt.Sprintf("L%d,%s,Francis,%02d/%02d/%d,,,05/01/2026\n", i, []string{"Dean", "Ann", "Omar", "Grace"}[i%4], 1+i%28, 1+i%12, 1940+i%60)
		}
		w.accept(w.send(lantern, march, false, file+"L9999,Errol,Francis,04/03/1983,,,05/01/2026\n"))
		w.run()
		p, err := w.app.SearchPeople(t.Context(), w.as(policy.Analyst, policy.FindAndCost), SearchPeople{Name: "Errol Francsi"})
		if err != nil || len(p.People) == 0 {
			t.Fatalf("nobody was found (%v)", err)
		}
		if !slices.Contains(p.People[0].Agrees, "Forename") || len(p.People) > 1 && p.People[1].PPM*5 > p.People[0].PPM {
			t.Errorf("the first found agree in %v, and the next is as near: %+v", p.People[0].Agrees, p.People[:min(2, len(p.People))])
		}
	})
}

// TestSearchByOneName finds people by a forename alone, though a common surname has its sound, by a short form of it, and by a rare surname that
// sounds as a common one does; one name is never more than possibly the person, and where so many share it that some were left out, that is said.
func TestSearchByOneName(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		lantern := w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact"))
		file := "client,forename,surname,born,nhs,postcode,day\n"
		for i := range candidatesPerKey + 50 {
			file += fmt.Sprintf("L%d,Olive,Kumar,%02d/%02d/%d,,,05/01/2026\n", i, 1+i%28, 1+i%12, 1940+i%60)
		}
		w.accept(w.send(lantern, march, false, file+"K1,Kemar,Francis,04/03/1983,,,05/01/2026\nK2,Lydia,Komar,04/03/1993,,,05/01/2026\nK3,Thomas,Benjamin,04/03/1973,,,05/01/2026\n"+
			"K4,Benjamin,Moss,04/03/1963,,,05/01/2026\n"))
		w.run()
		kemar, lydia, thomas, benjamin := w.find("Kemar", "Francis"), w.find("Lydia", "Komar"), w.find("Thomas", "Benjamin"), w.find("Benjamin", "Moss")
		for typed, want := range map[string][]id.Person{"Kemar": {kemar}, "kemar ": {kemar}, "Lydia": {lydia}, "Komar": {lydia}, "Tom": {thomas}, "Benjamin": {thomas, benjamin}, "Lidia": {lydia}} {
			p, err := w.app.SearchPeople(t.Context(), w.as(policy.Analyst, policy.FindAndCost), SearchPeople{Name: typed})
			if err != nil {
				t.Fatal(err)
			}
			for _, who := range want {
				i := slices.IndexFunc(p.People, func(f Found) bool { return f.Person == who })
				if i < 0 || p.Cut {
					t.Errorf("%q does not find %s among %d; cut %t", typed, id.Pseudonym(who), len(p.People), p.Cut)
				} else if f := p.People[i]; f.Only == "" || f.PPM > mostByOne || !strings.HasPrefix(f.Close(), "Possible: only the ") && !strings.HasPrefix(f.Close(), "Weak") {
					t.Errorf("%q is said to be %s: only %q agrees, %d ppm", typed, f.Close(), f.Only, f.PPM)
				}
			}
		}
		for typed, cut := range map[string]bool{"Olive": true, "Kumar": true, "Olive Kumar": true, "Nobody": false} {
			p, err := w.app.SearchPeople(t.Context(), w.as(policy.Analyst, policy.FindAndCost), SearchPeople{Name: typed})
			if err != nil || p.Cut != cut || len(p.People) == 0 == cut {
				t.Errorf("%q finds %d people; cut %t, want %t (%v)", typed, len(p.People), p.Cut, cut, err)
			}
		}
	})
}

// TestSearchByPartOfALongName finds somebody of four names by two of them, before those of like names, and by an own number however it is
// spaced.
func TestSearchByPartOfALongName(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		lantern := w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact"))
		w.accept(w.send(lantern, march, false, "client,forename,surname,born,nhs,postcode,day\n"+
			"L1,Antonia,Perera,04/03/1983,,,05/01/2026\n01MD/78422887/24,António,dos Pereira Rodrigues,01/02/1990,,,06/01/2026\n"+
			"l-4,Anthony,Perry,04/06/1970,,,05/01/2026\n"))
		w.run()
		antonio := w.find("António", "dos Pereira Rodrigues")
		for _, in := range []SearchPeople{
			{Name: "Antonio Pereira"}, {Name: "rodrigues antonio"}, {Name: "Pereira Rodrigues"}, {Name: "PEREIRA"},
			{Number: "01md 78422887 24"}, {Number: "01MD/78422887/24"}, {Number: "01md7842288724"},
		} {
			p, err := w.app.SearchPeople(t.Context(), w.as(policy.Analyst, policy.FindAndCost), in)
			if err != nil || len(p.People) == 0 || p.People[0].Person != antonio {
				t.Errorf("%q finds %+v (%v)", in.Name+in.Number, p.People, err)
			}
		}
		for number, want := range map[string]int{"L4": 1, "l 4": 1, "l1": 1, "L5": 0, "01MD": 0} {
			p, err := w.app.SearchPeople(t.Context(), w.as(policy.Analyst, policy.FindAndCost), SearchPeople{Number: number})
			if err != nil || len(p.People) != want {
				t.Errorf("the number %s finds %d people, want %d (%v)", number, len(p.People), want, err)
			}
		}
	})
}

// What a search went by stands in its event: which things, and marks of their values that are the same for the same value and hold none.
func TestSearchesAreToldInTheAudit(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	w.twoAgencies()
	for _, in := range []SearchPeople{
		{Name: "Whitlock, Dean", BirthYear: 1983, Sex: person.Male, Number: "l1"},
		{Name: "whitlock dean", Postcode: "SE5 8AZ"},
		{Name: "Ann Poole"},
	} {
		if _, err := w.app.SearchPeople(t.Context(), w.as(policy.Analyst, policy.FindAndCost), in); err != nil {
			t.Fatal(err)
		}
	}
	page, err := w.app.SearchAudit(t.Context(), w.as(policy.Auditor, policy.AuditUse), AuditAsked{EventFilter: store.EventFilter{Act: policy.PersonSearch}})
	if err != nil {
		t.Fatal(err)
	}
	var marks [3]map[string]string
	for i, e := range page.Events[:3] {
		marks[2-i] = map[string]string{}
		for _, one := range strings.Split(e.Made, ", ") {
			cut := strings.LastIndexByte(one, ' ')
			marks[2-i][one[:cut]] = one[cut+1:]
		}
		for _, value := range []string{"whitlock", "poole", "se5", "male"} {
			if strings.Contains(strings.ToLower(e.Made), value) {
				t.Errorf("the audit holds what was typed: %s", e.Made)
			}
		}
	}
	want := [][]string{{"name", "number", "sex", "year of birth"}, {"name", "postcode"}, {"name"}}
	for i, m := range marks {
		if diff := cmp.Diff(want[i], slices.Sorted(maps.Keys(m))); diff != "" {
			t.Error(diff)
		}
	}
	if a, b, c := marks[0]["name"], marks[1]["name"], marks[2]["name"]; a != b || a == c || len(a) != 8 {
		t.Errorf("marks of one name, the same name and another: %s, %s, %s", a, b, c)
	}
}

func TestATelephoneNumberIsSearchedBy(t *testing.T) {
	t.Parallel()
	who, err := SearchPeople{Number: "020 7946 0110"}.identity(day.Must(2026, time.May, 12))
	if err != nil || !slices.Equal(who.Phones, []string{"02079460110"}) {
		t.Errorf("%v, %v", who.Phones, err)
	}
	if who, _ := (SearchPeople{Number: "12345678"}).identity(day.Must(2026, time.May, 12)); len(who.Phones) != 0 {
		t.Errorf("a number of an agency is taken for the telephone number %v", who.Phones)
	}
}
