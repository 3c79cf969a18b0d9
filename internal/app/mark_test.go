package app

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// markedLayout is layoutOf with the columns of marks.
func markedLayout(agency, code, service, unit string) string {
	return strings.Replace(layoutOf(agency, code, service, unit), "service: "+code, "  - {header: shielded, field: shielded, codes: {Y: yes, N: no}}\n"+
		"  - {header: crime, field: incident}\n  - {header: role, field: part, codes: {V: victim, S: suspect, W: other}}\nservice: "+code, 1)
}

const markedHead = "client,forename,surname,born,nhs,postcode,day,shielded,crime,role\n"

// marking is a scene in which Lantern sends marks.
type marking struct {
	*scene
	layout id.Layout
	asOf   day.Day
}

func newMarking(w *scene) *marking {
	w.doubtful()
	return &marking{w, w.layout("lantern", strings.Replace(markedLayout("lantern", "OUTR", "street-outreach", "contact"), "name: clients", "name: marks", 1)), april}
}

// contacts is a layout of Lantern's of which a file says who had which part in an incident, and nothing of who they are.
func (m *marking) contacts() id.Layout {
	m.t.Helper()
	return m.scene.layout("lantern", "name: crimes\nversion: 1\nagency: lantern\nkind: contacts\ncolumns:\n  - {header: client, field: key}\n  - {header: day, field: from, format: dd/mm/yyyy}\n"+
		"  - {header: crime, field: incident}\n  - {header: role, field: part}\nservice: OUTR\nservices:\n  - {code: OUTR, service: street-outreach, unit: contact, quantity: one}\n")
}

// says sends rows, accepts them and links.
func (m *marking) says(rows ...string) store.Extract {
	m.t.Helper()
	m.asOf++
	e := m.send(m.layout, m.asOf, false, markedHead+strings.Join(rows, "\n")+"\n")
	m.accept(e)
	m.run()
	return e
}

// one says whether two records are one person's now.
func (m *marking) one(a, b id.Record) bool {
	m.t.Helper()
	of := map[string]string{}
	for pair := range strings.FieldsSeq(m.holders()) {
		r, p, _ := strings.Cut(pair, ":")
		of[r] = p
	}
	return of[strconv.FormatInt(int64(a), 10)] == of[strconv.FormatInt(int64(b), 10)]
}

func (m *marking) expect(what string, a, b id.Record, want bool) {
	m.t.Helper()
	if got := m.one(a, b); got != want {
		m.t.Errorf("%s: records %d and %d are one person %t, want %t", what, a, b, got, want)
	}
}

func (m *marking) page(who Who, p Pair) PairPage {
	m.t.Helper()
	page, err := m.app.Pair(m.t.Context(), who, p)
	if err != nil {
		m.t.Fatal(err)
	}
	return page
}

const (
	grace = "L8,Grace,Abara,17/09/1962,,,06/01/2026,"
	ada   = "L7,Ada,Brennan,03/03/1990,,SE5 7QQ,06/01/2026,"
)

// TestAShieldedPersonIsJoinedByTwo: a shield takes a link by name and date of birth apart, holds until a feed says otherwise, and nobody joins the
// two alone; why is told to those who may know.
func TestAShieldedPersonIsJoinedByTwo(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		first, second := w.reader(), w.another("Second")
		coordinator := w.as(policy.Coordinator, policy.CheckRecords)
		pair := Pair{8, 17}
		m.expect("before anybody is shielded", 8, 17, true)
		m.says(grace + "Y,,")
		m.expect("shielded", 8, 17, false)
		w.likeTheWhole("shielded")
		if !slices.ContainsFunc(w.inDoubt(), func(x waiting) bool { return Pair{x.A, x.B} == pair && x.Why == string(linkage.CommonNameAndBirth) }) {
			t.Errorf("nobody is asked about %v, or the reason tells: %+v", pair, w.inDoubt())
		}
		m.says(grace + ",INC-9,W")
		m.expect("a feed that does not say", 8, 17, false)
		w.send(m.layout, m.asOf+9, false, markedHead+grace+"N,,\n") // and nobody accepts it
		w.run()
		m.expect("a file that does not count", 8, 17, false)

		w.answerPair(first, pair, "same")
		m.expect("one says the same", 8, 17, false)
		for who, want := range map[*Who]SecondAsked{&second: {Asked: true}, &coordinator: {Asked: true, Shielded: true}} {
			if got := m.page(*who, pair); got.Second != want || !got.Blind {
				t.Errorf("blind %t, and told %+v, want %+v", got.Blind, got.Second, want)
			}
		}
		if p := m.page(first, pair); p.Stand != linkage.Waits || p.Counts != "" || p.Second != (SecondAsked{Asked: true}) {
			t.Errorf("whoever answered is told %s, %q, %+v", p.Stand, p.Counts, p.Second)
		}
		err := w.app.AnswerPair(t.Context(), first, AnswerPair{Pair: pair, Answer: "same", Reason: "Once more."})
		if fault.As(err).Code != "answered-already" {
			t.Errorf("the same account is heard twice: %v", err)
		}
		w.answerPair(second, pair, "same")
		m.expect("two say the same", 8, 17, true)
		w.work()
		w.run()
		m.expect("and the next run keeps to it", 8, 17, true)
		mine := m.page(first, pair).Readings[0].ID
		if err := w.app.UndoPair(t.Context(), first, UndoPair{Pair: pair, Answer: mine}); err != nil {
			t.Fatal(err)
		}
		m.expect("one takes it back", 8, 17, false)
		w.work()
		w.run()
		m.expect("and the next run keeps to that", 8, 17, false)
		w.takeAllBack(second)
		w.answerPair(first, pair, "not-same")
		if p := m.page(first, pair); p.Counts != linkage.NotSame || p.Stand != linkage.Answered {
			t.Errorf("one who says they are two does not count: %q %s", p.Counts, p.Stand)
		}
		w.takeAllBack(first)
		no := m.says(grace + "N,,")
		m.expect("no longer shielded", 8, 17, true)
		w.sentInError(no)
		m.expect("which was sent in error", 8, 17, false)
	})
}

// TestAMarkDuringALinkRun: a run that read before a mark came to count begins anew, and joins nobody whom the mark holds apart.
func TestAMarkDuringALinkRun(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		analyst := w.as(policy.Analyst, policy.HandleExtracts)
		during := func(e store.Extract) {
			t.Helper()
			if _, err := w.app.StartRuns(t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil {
				t.Fatal(err)
			}
			asked, err := 0, errors.New("the run was over before")
			w.asked.Store(func() {
				if asked++; asked == 12 { // in the middle of the run
					w.asked.Store(func() {})
					err = w.app.AcceptExtract(t.Context(), analyst, AcceptExtract{Extract: e.ID})
				}
			})
			w.work()
			if err != nil {
				t.Fatal(err)
			}
		}
		during(m.send(m.layout, m.asOf+1, false, markedHead+grace+"Y,,\n"))
		m.expect("shielded while the run was at work", 8, 17, false)
		w.likeTheWhole("shielded while the run was at work")

		m.asOf++
		m.says("M1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,06/01/2026,,,")
		m.expect("before the incident", 1, 26, true)
		during(m.send(m.contacts(), m.asOf+1, false, "client,day,crime,role\nL1,06/01/2026,inc/78,victim\nM1,06/01/2026,INC 78,suspect\n"))
		m.expect("victim and suspect while the run was at work", 1, 26, false)
		w.likeTheWhole("victim and suspect while the run was at work")
	})
}

// TestAMarkAfterTheAnswer: what one person joined before the two were marked waits for a second from the next run on, also where the mark is on another
// record of theirs.
func TestAMarkAfterTheAnswer(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		first, second := w.reader(), w.another("Second")
		for _, p := range []Pair{{7, 16}, {3, 12}} { // 3 and 20 are one person
			w.answerPair(first, p, "same")
			m.expect("before anybody is shielded", p[0], p[1], true)
		}
		w.work()
		lambeth := w.layout("lambeth", strings.Replace(markedLayout("lambeth", "TEMPACC", "temporary-accommodation", "night"), "name: clients", "name: marks", 1))
		w.accept(w.send(lambeth, april, false, markedHead+"P3,Joseph,Carrow,11/07/1979,,,08/01/2026,Y,,\n"))
		m.says(ada + "?,,") // what cannot be read counts as shielded
		for _, p := range []Pair{{7, 16}, {3, 12}} {
			m.expect("marked since", p[0], p[1], false)
			if page := m.page(first, p); page.Stand != linkage.Waits || !page.Waits {
				t.Errorf("%v stands as %s", p, page.Stand)
			}
			if !m.page(second, p).Blind {
				t.Errorf("nobody else is asked about %v", p)
			}
			w.answerPair(second, p, "same")
			m.expect("a second says so", p[0], p[1], true)
		}
		w.work()
		w.run()
		m.expect("and the next run keeps to it", 7, 16, true)
		m.expect("and the next run keeps to it", 3, 12, true)
		w.likeTheWhole("marked")
	})
}

// TestAnAnswerUnderAShield: what was said of a shielded person waits for a second also once they are shielded no longer, and what was said before is
// asked about again as soon as the file counts.
func TestAnAnswerUnderAShield(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		first, second := w.reader(), w.another("Second")
		pair := Pair{7, 16}
		w.answerPair(first, pair, "same")
		w.work()
		w.accept(w.send(m.layout, m.asOf, false, markedHead+ada+"Y,,\n")) // and no run
		if p := m.page(first, pair); p.Stand != linkage.Waits {
			t.Errorf("marked, and not yet linked: %s", p.Stand)
		}
		w.answerPair(second, pair, "same")
		if err := w.app.UndoPair(t.Context(), first, UndoPair{Pair: pair, Answer: m.page(first, pair).Readings[1].ID}); err != nil {
			t.Fatal(err)
		}
		m.expect("one of two before the run", 7, 16, false)
		w.work()
		m.says(ada + "N,,")
		if p := m.page(first, pair); p.Stand != linkage.Waits {
			t.Errorf("shielded no longer, what was asked about again stands as %s", p.Stand)
		}
		w.takeAllBack(first)
		m.says(ada + "Y,C-1,")
		w.answerPair(first, pair, "same")
		m.says(ada + "N,C-2,")
		if p := m.page(first, pair); p.Stand != linkage.Waits || p.Second.Asked {
			t.Errorf("an answer under a shield stands as %s, a second asked %t", p.Stand, p.Second.Asked)
		}
		w.answerPair(second, pair, "same")
		m.expect("a second says so", 7, 16, true)
	})
}

// TestAMarkBeforeTheRunIsBlindEverywhere: from the moment that a file with a shield counts, whoever is asked about a pair that somebody joined finds it in
// their queue, and what was said of it neither on its page nor on any list, nor on the person's page, before they have said.
func TestAMarkBeforeTheRunIsBlindEverywhere(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		first, second := w.reader(), w.another("Second")
		pair, plain := Pair{7, 16}, Pair{3, 12}
		w.answerPair(first, pair, "same")
		w.answerPair(first, plain, "same")
		w.work()
		told := func() (out []string) {
			t.Helper()
			if !m.page(second, pair).Blind {
				out = append(out, "pair page")
			}
			l, err := w.app.Answered(t.Context(), second, AnsweredAsked{})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range l.Rows {
				if r.Pair == pair {
					out = append(out, "list of answers")
				}
			}
			page, err := w.app.Person(t.Context(), second, m.page(first, pair).People[0], 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Answers {
				if x.Pair && Pair(x.Pairs[0]) == pair {
					out = append(out, "person page")
				}
			}
			q, err := w.app.Pairs(t.Context(), second, PairsAsked{})
			rest, err2 := w.app.Pairs(t.Context(), second, PairsAsked{Rest: true})
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			if !slices.ContainsFunc(append(q.Rows, rest.Rows...), func(r PairRow) bool { return r.Pair == pair }) {
				out = append(out, "not in the queue")
			}
			return append(out, fmt.Sprintf("%d counted, %d answered", l.Counted, q.Counted))
		}
		diff(t, "before anybody is marked", []string{"pair page", "list of answers", "person page", "not in the queue", "2 counted, 2 answered"}, told())
		w.accept(w.send(m.layout, m.asOf, false, markedHead+ada+"Y,,\n")) // and no run
		diff(t, "marked, and not yet linked", []string{"1 counted, 1 answered"}, told())
		w.answerPair(second, pair, "same")
		diff(t, "once they have said", []string{"pair page", "list of answers", "person page", "person page", "not in the queue", "2 counted, 2 answered"}, told())
	})
}

// TestVictimAndSuspectAreJoinedByTwo: victim and suspect of one incident are two people, also for the records that would join them, until two have said
// that the two are one; no other answer joins them.
func TestVictimAndSuspectAreJoinedByTwo(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		first, second := w.reader(), w.another("Second")
		contacts := m.contacts()
		// Nothing of who anybody is has come, and of four of one name two are victim and suspect.
		m.asOf++
		w.accept(w.send(contacts, m.asOf, false, "client,day,crime,role\nL6,06/01/2026,inc/77,victim\nL9,06/01/2026,INC 77,suspect\n"))
		w.run()
		w.likeTheWhole("an incident alone")
		w.answerPair(first, Pair{6, 15}, "same")
		m.expect("one says the same of the victim and another", 6, 15, true)
		w.answerPair(first, Pair{9, 15}, "same")
		w.answerPair(second, Pair{9, 15}, "same")
		m.expect("two say so of the other and the suspect, and nobody of the two", 6, 9, false)
		w.takeAllBack(first)
		w.work()

		const dean = ",Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,06/01/2026,"
		m.says("M1" + dean + ",,")
		m.expect("before the incident", 1, 26, true)
		if _, err := w.app.StartRunsAnew(t.Context(), w.as(policy.Analyst, policy.FindAndCost)); err != nil { // so that the next run leaves these alone
			t.Fatal(err)
		}
		w.work()
		m.asOf++
		w.accept(w.send(contacts, m.asOf, false, "client,day,crime,role\nL1,06/01/2026,inc/78,victim\nM1,06/01/2026,INC 78,suspect\n"))
		w.run()
		m.says("L6,John,Smith,01/02/1980,,,06/01/2026,,INC-77,W")
		victim, suspect := id.Record(1), id.Record(26)
		m.expect("victim and suspect", victim, suspect, false)
		m.expect("somebody with the same number", victim, 10, true)
		pair := Pair{victim, suspect}
		if p := m.page(first, pair); p.Second != (SecondAsked{Asked: true}) || p.Why != linkage.AgainstOthers {
			t.Errorf("an analyst is told %+v, %q", p.Second, p.Why)
		}
		if p := m.page(w.as(policy.Coordinator, policy.CheckRecords), pair); p.Second != (SecondAsked{Asked: true, Opposed: true}) {
			t.Errorf("a coordinator is told %+v", p.Second)
		}
		if p := m.page(first, Pair{6, 9}); p.Second.Asked {
			t.Error("a witness and a suspect need two people")
		}
		w.answerPair(first, pair, "same")
		m.expect("one says the same", victim, suspect, false)
		w.answerPair(second, pair, "same")
		m.expect("two say the same", victim, suspect, true)
		w.work()
		w.run()
		m.expect("the next run", victim, suspect, true)
		w.takeAllBack(first)
		m.expect("taken back", victim, suspect, false)
		m.says("M1" + dean + ",INC 78,W")
		m.expect("neither any more", victim, suspect, true)
	})
}

// TestConfirmingAShieldedPersonTakesTwo: that a record is its person's is said for ever by two, where the person is shielded.
func TestConfirmingAShieldedPersonTakesTwo(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		first, second := w.reader(), w.another("Second")
		p := w.find("Dean", "Whitlock")
		heard := func() (n int) {
			t.Helper()
			page, err := w.app.Person(t.Context(), first, p, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Answers {
				if x.Counts() {
					n++
				}
			}
			return n
		}
		says := func(who Who, answer string) {
			t.Helper()
			w.opens(who, p)
			if _, err := w.app.Answer(t.Context(), who, AnswerRecords{Person: p, Record: 10, Answer: answer, Reason: "The worker met both."}); err != nil {
				t.Fatal(err)
			}
		}
		says(first, "same")
		diff(t, "answers that count before anybody is shielded", 1, heard())
		m.says("L1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,06/01/2026,Y,,")
		diff(t, "answers that count once the person is shielded", 0, heard())
		says(first, "same")
		diff(t, "answers that count when the same person says it again", 0, heard())
		says(second, "same")
		diff(t, "answers that count when a second says it", 3, heard())
		page, err := w.app.Person(t.Context(), second, p, 0)
		if err != nil || !page.Second.Asked || page.Second.Shielded {
			t.Fatalf("the page tells %+v (%v)", page.Second, err)
		}
		i := slices.IndexFunc(page.Answers, func(x store.Answer) bool {
			return !slices.ContainsFunc(page.Answers, func(y store.Answer) bool { return y.Account == x.Account && y.ID != x.ID })
		})
		if err := w.app.UndoAnswer(t.Context(), second, UndoAnswer{Person: p, Answer: page.Answers[i].ID}); err != nil {
			t.Fatal(err)
		}
		diff(t, "answers that count when it is taken back", 0, heard())
		says(first, "not-same") // one is enough
		m.expect("one says it is not theirs", 1, 10, false)
	})
}

// markedBy gives the records of which an extract's stored rows say something that asks for care.
func (m *marking) markedBy(e store.Extract) (some []id.Record) {
	m.t.Helper()
	err := m.app.db.Do(m.t.Context(), inArea(m.as(policy.Analyst, policy.CheckRecords), policy.PairList, policy.Area), func(tx *store.Tx) (err error) {
		some, err = tx.MarkedBy(e.ID)
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return some
}

// TestMarksGoWithTheirExtract: of an extract that was sent in error, or refused, no mark is left in the store, and what an earlier one said of the
// same records stands again.
func TestMarksGoWithTheirExtract(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		m := newMarking(w)
		kept := m.says(grace + "Y,,")
		gone := m.says(grace+"N,INC-9,V", ada+",INC-9,S")
		m.expect("no longer shielded", 8, 17, true)
		refused := w.send(m.layout, m.asOf+1, false, markedHead+grace+"N,INC-9,V\n")
		for what, x := range map[string]struct {
			extract store.Extract
			want    int
		}{"kept": {kept, 1}, "later sent in error": {gone, 2}, "later refused": {refused, 1}} {
			if got := m.markedBy(x.extract); len(got) != x.want {
				t.Fatalf("the extract %s marks records %v, want %d, so that this test holds nothing", what, got, x.want)
			}
		}
		analyst := w.as(policy.Analyst, policy.HandleExtracts)
		if err := w.app.RefuseExtract(t.Context(), analyst, EndExtract{Extract: refused.ID, Reason: "It is of the wrong month."}); err != nil {
			t.Fatal(err)
		}
		w.sentInError(gone)
		diff(t, "what the extract sent in error marks", []id.Record(nil), m.markedBy(gone))
		diff(t, "what the refused extract marks", []id.Record(nil), m.markedBy(refused))
		diff(t, "what the extract that counts marks", []id.Record{8}, m.markedBy(kept))
		w.run()
		m.expect("shielded again", 8, 17, false)
	})
}
