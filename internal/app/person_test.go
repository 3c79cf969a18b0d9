package app

import (
	"testing"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
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
		analyst := w.as(policy.Analyst, policy.CheckRecords)
		dean := w.find("Dean", "Whitlok") // a typo
		before, err := w.app.Person(t.Context(), analyst, dean)
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
		after, err := w.app.Person(t.Context(), analyst, dean)
		if err != nil || len(after.Records) != 1 {
			t.Fatalf("after a new run Dean has %d records, want 1 (%v)", len(after.Records), err)
		}
		if err := w.app.UndoAnswer(t.Context(), analyst, UndoAnswer{Person: dean, Answer: after.Answers[0].ID, Reason: "It was Dean after all."}); err != nil {
			t.Fatal(err)
		}
		w.work()
		back, err := w.app.Person(t.Context(), analyst, dean)
		if err != nil {
			t.Fatal(err)
		}
		if len(back.Records) != 2 {
			t.Errorf("taken back, Dean has %d records, want 2", len(back.Records))
		}
		diff(t, "taken back, Dean costs", "£344.17", costs(dean))
		moved, err := w.app.Person(t.Context(), analyst, other)
		if err != nil || moved.Person != dean || moved.Was != other {
			t.Errorf("the number made for the parted record leads to %v (%v), want Dean", moved.Person, err)
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
		p, err := w.app.Person(t.Context(), analyst, dean)
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
			"open":      func() error { _, err := w.app.Person(t.Context(), analyst, dean); return err },
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
