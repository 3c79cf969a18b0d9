package app

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Two layouts of one agency: visits with a number of their own, and visits without.
const (
	numbered = `name: visits
version: 1
agency: lantern
kind: both
columns:
  - {header: client, field: key}
  - {header: forename, field: forename}
  - {header: surname, field: surname}
  - {header: born, field: birth, format: dd/mm/yyyy}
  - {header: visit, field: contact}
  - {header: day, field: from, format: dd/mm/yyyy}
  - {header: visits, field: quantity}
service: OUTR
services:
  - {code: OUTR, service: street-outreach, unit: contact, quantity: column}
`
	unnumbered = `name: calls
version: 1
agency: lantern
kind: both
columns:
  - {header: client, field: key}
  - {header: surname, field: surname}
  - {header: day, field: from, format: dd/mm/yyyy}
service: OUTR
services:
  - {code: OUTR, service: street-outreach, unit: contact, quantity: one}
`
	head = "client,forename,surname,born,visit,day,visits\n"
)

var (
	march = day.Must(2026, 3, 31)
	april = day.Must(2026, 4, 30)
)

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func counts(e store.Extract) [4]int64 { return [4]int64{e.Rows, e.Accepted, e.Rejected, e.Repeated} }

// TestSameFileTwice: sending the same bytes again changes nothing (bar I4).
func TestSameFileTwice(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		file := head + "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\nA1,Dean,Whitlock,04/03/1983,V2,06/01/2026,1\n"
		first := w.send(l, march, false, file)
		w.accept(first)
		before := w.standing()
		got, err := w.app.ReceiveExtract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), ReceiveExtract{Layout: l, Name: "again.csv", AsOf: april, File: strings.NewReader(file)})
		if err != nil || !got.Before || got.Extract.ID != first.ID || got.Job != 0 {
			t.Errorf("the same file again gave %+v, %v, want the first extract and no job", got, err)
		}
		diff(t, "contacts", before, w.standing())
	})
}

// TestRepeatedChangedAndOlder: the same contact with the same content counts once; with other content the one of the later as-of day
// stands, whichever came first; and what was taken back leaves everything as though it had never been.
func TestRepeatedChangedAndOlder(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		first := w.send(l, march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\nA1,Dean,Whitlock,04/03/1983,V2,06/01/2026,1\n")
		diff(t, "counts of the first", [4]int64{2, 2, 0, 0}, counts(first))
		diff(t, "before anybody accepts", []string(nil), w.standing())
		w.accept(first)
		second := w.send(l, april, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\nA1,Dean,Whitlock,04/03/1983,V2,06/01/2026,3\nA1,Dean,Whitlock,04/03/1983,V3,07/04/2026,1\n")
		diff(t, "counts of the second", [4]int64{3, 2, 0, 1}, counts(second))
		w.accept(second)
		want := []string{"extract 2 line 2: 2026-01-05 quantity 1000", "extract 2 line 3: 2026-01-06 quantity 3000", "extract 2 line 4: 2026-04-07 quantity 1000"}
		diff(t, "after the second", want, w.standing())
		older := w.send(l, day.Must(2026, 2, 28), false, head+"A1,Dean,Whitlock,04/03/1983,V2,06/01/2026,2\n")
		w.accept(older)
		diff(t, "an older extract after a newer does not overwrite", want, w.standing())
		w.sentInError(first)
		diff(t, "the first sent in error: what the second repeated stands by itself",
			[]string{"extract 2 line 2: 2026-01-05 quantity 1000", "extract 2 line 3: 2026-01-06 quantity 3000", "extract 2 line 4: 2026-04-07 quantity 1000"}, w.standing())
		w.sentInError(second)
		diff(t, "then the second: the older one stands", []string{"extract 3 line 2: 2026-01-06 quantity 2000"}, w.standing())
	})
}

// TestIdenticalRowsWithoutNumbers all count within a file, and count once across files.
func TestIdenticalRowsWithoutNumbers(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", unnumbered)
		w.accept(w.send(l, march, false, "client,surname,day\nA1,Whitlock,05/01/2026\nA1,Whitlock,05/01/2026\n"))
		second := w.send(l, april, false, "client,surname,day\nA1,Whitlock,05/01/2026\nA1,Whitlock,05/01/2026\nA1,Whitlock,05/01/2026\n")
		diff(t, "counts", [4]int64{3, 1, 0, 2}, counts(second))
		w.accept(second)
		if got := w.standing(); len(got) != 3 {
			t.Errorf("%d contacts stand, want 3: %v", len(got), got)
		}
	})
}

// TestRevisedWithinAFile: of one contact told twice in a file with different content, the last counts.
func TestRevisedWithinAFile(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		w.accept(w.send(l, march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\nA1,Dean,Whitlock,04/03/1983,V1,05/01/2026,4\n"))
		diff(t, "the last counts", []string{"extract 1 line 3: 2026-01-05 quantity 4000"}, w.standing())
	})
}

// TestDeletionByAbsence happens only for a file declared whole, and asks when it would end much.
func TestDeletionByAbsence(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		w.accept(w.send(l, march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\nA2,Ann,Poole,01/02/1990,V2,06/01/2026,1\n"))
		part := w.send(l, april, false, head+"A1,Dean,Whitlock,04/03/1983,V9,01/04/2026,1\n")
		w.accept(part)
		if got := w.standing(); len(got) != 3 {
			t.Fatalf("a partial extract ended something: %v", got)
		}
		whole := w.send(l, april+1, true, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n")
		if whole.Absent != 2 {
			t.Errorf("the whole extract ends %d contacts, want 2", whole.Absent)
		}
		analyst := w.as(policy.Analyst, policy.HandleExtracts)
		if err := w.app.AcceptExtract(t.Context(), analyst, AcceptExtract{Extract: whole.ID}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("ending more than 5 in 100 was not asked about: %v", err)
		}
		w.accept(whole)
		diff(t, "after the whole extract", []string{"extract 3 line 2: 2026-01-05 quantity 1000"}, w.standing())
		w.sentInError(whole)
		if got := w.standing(); len(got) != 3 {
			t.Errorf("taking the whole extract back did not bring everything back: %v", got)
		}
	})
}

// TestWholeFileCountedBeforeOthersWereDecided: how much a whole file ends was counted beside what stood then. Where a file of its layout was
// decided about since, somebody is asked before it is accepted; what came under another layout ends nothing of it, and asks nothing.
func TestWholeFileCountedBeforeOthersWereDecided(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	visits, calls := w.layout("lantern", numbered), w.layout("lantern", unnumbered)
	analyst := w.as(policy.Analyst, policy.HandleExtracts)
	accepted := func(what string, e store.Extract, want string, since int) {
		t.Helper()
		w.at.Add(60)
		p, err := w.app.Extract(t.Context(), analyst, e.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Since) != since {
			t.Errorf("%s: the page names %d files as decided about since, want %d", what, len(p.Since), since)
		}
		got := ""
		if err := w.app.AcceptExtract(t.Context(), analyst, AcceptExtract{Extract: e.ID}); err != nil {
			got = fault.As(err).Code
		}
		if got != want {
			t.Errorf("%s: accepting it gives %q, want %q", what, got, want)
		}
	}
	one := w.send(visits, march, false, head+"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1\n")
	other := w.send(calls, march, false, "client,surname,day\nA1,Whitlock,05/01/2026\n")
	whole := w.send(visits, april, true, head+"A9,Eve,Moss,04/03/1983,V9,07/01/2026,1\n")
	newer := w.layout("lantern", strings.Replace(numbered, "version: 1", "version: 2", 1))
	later := w.send(newer, april+1, true, head+"A9,Eve,Moss,04/03/1983,V9,07/01/2026,2\n")
	part := w.send(newer, april+2, false, head+"A9,Eve,Moss,04/03/1983,V9,07/01/2026,3\n")
	if whole.Absent+later.Absent != 0 {
		t.Fatalf("with nothing accepted the whole files end %d and %d contacts", whole.Absent, later.Absent)
	}
	accepted("nothing was decided about", other, "", 0)
	accepted("a file of another layout was accepted", later, "", 0)
	accepted("a later file of its layout was accepted", whole, "counted-before", 1)
	accepted("it is not whole", part, "", 1)
	w.sentInError(later)
	w.sentInError(part)
	accepted("they were taken back", whole, "counted-before", 2)
	w.accept(one)
	accepted("an earlier one was accepted", whole, "counted-before", 3)
	w.accept(whole)
}

// TestRejectedRows keeps the file's rows adding up, says line, column, reason and remedy, and gives them back without formulas.
func TestRejectedRows(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		e := w.send(l, march, false, head+"A1,=cmd|' /C calc'!A0,Whitlock,04/03/1983,V1,31/02/2026,1\nA1,Dean,Whitlock,04/03/1983,V2,06/01/2026,1\n,Ann,Poole,01/02/1990,V3,06/01/2026,1\n")
		diff(t, "counts", [4]int64{3, 1, 2, 0}, counts(e))
		analyst := w.as(policy.Analyst, policy.HandleExtracts)
		p, err := w.app.Extract(t.Context(), analyst, e.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range p.Faults {
			if f.Line == 0 || f.Message == "" || f.Remedy == "" {
				t.Errorf("a rejected row says too little: %+v", f)
			}
		}
		var b bytes.Buffer
		if err := w.app.DownloadRejected(t.Context(), analyst, e.ID, &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "'=cmd") || strings.Count(b.String(), "\r\n") != 3 {
			t.Errorf("rejected rows as CSV:\n%s", b.String())
		}
	})
}

// TestManyRejectedRows gives back every one of more rows than are read at a time, each once and in order, shows each page of them, and leaves
// nothing of them on the disk.
func TestManyRejectedRows(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		const rows = 1_050
		file := head
		for i := range rows {
			file += fmt.Sprintf("A%d,Dean,Whitlock,04/03/1983,V1,31/02/2026,1\n", i)
		}
		e := w.send(w.layout("lantern", numbered), march, false, file)
		analyst := w.as(policy.Analyst, policy.HandleExtracts)
		var b bytes.Buffer
		if err := w.app.DownloadRejected(t.Context(), analyst, e.ID, &b); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(b.String()), "\r\n")[1:]
		for i, line := range lines {
			if !strings.HasPrefix(line, fmt.Sprintf("A%d,", i)) {
				t.Fatalf("row %d of the download is %s", i, line)
			}
		}
		diff(t, "rows given back", rows, len(lines))
		if left, err := os.ReadDir(w.app.spooled("")); err != nil || len(left) > 0 {
			t.Errorf("%d files are left (%v)", len(left), err)
		}
		all, err := w.app.Extract(t.Context(), analyst, e.ID, 1)
		if err != nil || len(all.Reasons) != 1 {
			t.Fatalf("the rows were rejected for %v (%v)", all.Reasons, err)
		}
		for _, reason := range []string{"", all.Reasons[0].Code} {
			p, err := w.app.ExtractFaults(t.Context(), analyst, e.ID, reason, 3)
			if err != nil || p.Reason != reason || len(p.Faults) != FaultsOnPage || p.Faults[0].Line != 2*FaultsOnPage+2 {
				t.Errorf("page 3 of %q has %d rows, the first of line %d (%v)", p.Reason, len(p.Faults), p.Faults[0].Line, err)
			}
		}
	})
}

// TestFileThatCannotBeRead leaves nothing but why.
func TestFileThatCannotBeRead(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		e := w.send(l, march, false, "customer,forename\nA1,Dean\n")
		if e.State != store.ExtractFaulty || len(troubleWords(e.Fault)) == 0 {
			t.Errorf("a file with other columns is %s: %q", e.State, e.Fault)
		}
		if err := w.app.AcceptExtract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), AcceptExtract{Extract: e.ID}); err == nil {
			t.Error("a file that could not be read was accepted")
		}
	})
}

// TestServiceCodesGoWithTheirExtract refuses one file and takes back another: the codes that nothing else uses go, and those stay of which
// something was decided.
func TestServiceCodesGoWithTheirExtract(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", strings.Replace(strings.Replace(numbered, "service: OUTR\n", "", 1), "{header: visits, field: quantity}",
			"{header: visits, field: quantity}\n  - {header: service, field: service}", 1))
		file := func(visit string, codes ...string) string {
			text := strings.TrimSpace(head) + ",service\n"
			for i, code := range codes {
				text += fmt.Sprintf("A1,Dean,Whitlock,04/03/1983,%s%d,05/01/2026,1,%s\n", visit, i, code)
			}
			return text
		}
		units := map[string]string{}
		codes := func(when string, want ...string) {
			t.Helper()
			var got []string
			err := w.app.db.Do(t.Context(), inArea(w.as(policy.FinanceLead, policy.AgreePrices), policy.PriceMapOpen, policy.PriceMap), func(tx *store.Tx) error {
				all, err := tx.ServiceCodes()
				got = nil
				for _, c := range all {
					got, units[c.Code] = append(got, c.Code), c.Unit
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			diff(t, when, want, got)
		}
		first := w.send(l, march, false, file("V", "OUTR", "MEAL"))
		w.accept(first)
		second := w.send(l, april, false, file("W", "OUTR", "TYPO", "TALK"))
		codes("both files stored", "OUTR", "MEAL", "TYPO", "TALK")
		err := w.app.SetLocalPrice(t.Context(), w.as(policy.Analyst, policy.AgreePrices), SetLocalPrice{OpenPriceLine: OpenPriceLine{"lantern", "TALK", units["TALK"]},
			Service: "street-outreach", Amount: 10_00, Basis: "event", PriceYear: day.FinancialYear(2024), Source: "Finance"})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.app.RefuseExtract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), EndExtract{Extract: second.ID, Reason: "a wrong column"}); err != nil {
			t.Fatal(err)
		}
		w.work()
		codes("the second refused", "OUTR", "MEAL", "TALK")
		w.sentInError(first)
		w.work()
		codes("the first taken back", "OUTR", "TALK") // the area's own file of prices speaks of OUTR
	})
}

// TestRefusalThatFails has the database refuse to note that a file cannot be read: the job is not ended, and is done once the database can.
func TestRefusalThatFails(t *testing.T) {
	t.Parallel()
	w := newScene(t, "")
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(w.app.dir, "throughline.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	exec := func(text string) {
		t.Helper()
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	l := w.layout("lantern", numbered)
	exec("create trigger full before update on extracts when new.state = 'faulty' begin select raise(abort, 'no room'); end")
	e := w.send(l, march, false, "customer,forename\nA1,Dean\n")
	if e.State != store.ExtractReceived {
		t.Fatalf("a file whose refusal failed is %s", e.State)
	}
	spooled := func(want int) {
		t.Helper()
		if left, err := os.ReadDir(filepath.Join(w.app.dir, "spool")); err != nil || len(left) != want {
			t.Errorf("%d files wait (%v), want %d", len(left), err, want)
		}
	}
	spooled(1)
	exec("drop trigger full")
	w.at.Add(int64(2 * time.Minute / time.Second))
	w.work()
	p, err := w.app.Extract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), e.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if p.Extract.State != store.ExtractFaulty {
		t.Errorf("taken up again the file is %s", p.Extract.State)
	}
	spooled(0)
}
