package app

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// doubtful gives a scene with pairs in doubt: people of whom two agencies say nearly the same, and one of three records.
func (w *scene) doubtful() {
	lantern := w.layout("lantern", layoutOf("lantern", "OUTR", "street-outreach", "contact"))
	riverbank := w.layout("riverbank", layoutOf("riverbank", "AE-ATT", "ae-attendance", "attendance"))
	lambeth := w.layout("lambeth", layoutOf("lambeth", "TEMPACC", "temporary-accommodation", "night"))
	const head = "client,forename,surname,born,nhs,postcode,day\n"
	w.accept(w.send(lantern, march, false, head+"L1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,05/01/2026\nL2,Ann,Poole,01/02/1990,,SE15 4QX,06/01/2026\n"+
		"L3,Joseph,Carrow,11/07/1979,,SE5 0TR,06/01/2026\nL4,Samuel,Okafor,21/03/1971,,SE5 8AZ,06/01/2026\nL5,Priya,Nair,05/05/1988,,SE5 9PP,06/01/2026\n"+
		"L6,John,Smith,01/02/1980,,,06/01/2026\nL7,Ada,Brennan,03/03/1990,,SE5 7QQ,06/01/2026\nL8,Grace,Abara,17/09/1962,,,06/01/2026\nL9,John,Smith,01/02/1980,,,06/01/2026\n"))
	w.accept(w.send(riverbank, march, false, head+"R1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,07/01/2026\nR2,Anne,Poole,02/01/1990,,SE15 4QX,08/01/2026\n"+
		"R3,Joe,Carrow,12/07/1979,,SE5 0TR,06/01/2026\nR4,Samuel,Okafor,21/03/1971,,,06/01/2026\nR5,Priya,Nayar,05/05/1988,,SE5 9PP,06/01/2026\n"+
		"R6,John,Smith,01/02/1980,,,06/01/2026\nR7,Ida,Brennan,03/03/1990,,SE5 7QQ,06/01/2026\nR8,Grace,Abarra,17/09/1962,,,06/01/2026\n"))
	w.accept(w.send(lambeth, march, false, head+"P1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,08/01/2026\nP2,Mark,Whitlock,09/10/1985,,SE5 8AZ,08/01/2026\nP3,Joseph,Carrow,11/07/1979,,,08/01/2026\nP4,Sam,Okafor,21/03/1971,,SE5 8AZ,06/01/2026\nP5,Priya,Nair,05/05/1989,,SE5 9PP,06/01/2026\n"+
		"P6,John,Smith,01/02/1980,,,06/01/2026\nP7,Ada,Brennan,03/03/1990,,SE5 7QQ,06/01/2026\nP8,Grace,Abara,17/09/1963,,,06/01/2026\n"))
	w.run()
}

// holders gives whose each record is, with the numbers that lead elsewhere, as the link run in force has them.
func (w *scene) holders() string {
	w.t.Helper()
	out := ""
	err := w.app.db.Do(w.t.Context(), inArea(w.as(policy.Analyst, policy.CheckRecords), policy.PairList, policy.Area), func(tx *store.Tx) error {
		out = ""
		here, err := tx.Area()
		if err != nil {
			return err
		}
		of := map[id.Record]id.Person{}
		if err := tx.Memberships(here.LinkRun, func(m store.Membership) { of[m.Record] = m.Person }); err != nil {
			return err
		}
		for _, r := range slices.Sorted(maps.Keys(of)) {
			to, err := tx.Follow(of[r])
			if err != nil {
				return err
			}
			if to != of[r] {
				w.t.Errorf("record %d is person %d's, whose number leads to %d", r, of[r], to)
			}
			out += fmt.Sprintf("%d:%d ", r, of[r])
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// inDoubt gives every pair in doubt.
func (w *scene) inDoubt() (all []waiting) {
	w.t.Helper()
	err := w.app.db.Do(w.t.Context(), inArea(w.as(policy.Analyst, policy.CheckRecords), policy.PairList, policy.Area), func(tx *store.Tx) (err error) {
		all, _, err = waitingPairs(tx)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *scene) answerPair(who Who, p Pair, answer string) {
	w.t.Helper()
	if _, err := w.app.Pair(w.t.Context(), who, p); err != nil {
		w.t.Fatal(err)
	}
	if err := w.app.AnswerPair(w.t.Context(), who, AnswerPair{Pair: p, Answer: answer, Reason: "The worker met both."}); err != nil {
		w.t.Fatalf("%v %s: %v", p, answer, err)
	}
}

// Who was said to be two people before a run stays two, also by what is said of a third record after it.
func TestNotTheSameOutlastsTheRun(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		analyst := w.reader()
		apart := Pair{6, 9}
		w.answerPair(analyst, apart, "not-same")
		w.runLater()
		w.answerPair(analyst, Pair{6, 15}, "same")
		if of := peopleOf(t, w.holders()); of[6] != of[15] || of[6] == of[9] {
			t.Fatalf("one said that 6 and 15 are one: %v", of)
		}
		w.answerPair(analyst, Pair{9, 15}, "same")
		if of := peopleOf(t, w.holders()); of[6] == of[9] {
			t.Errorf("6 and 9 are one person by a third record, and somebody said before the run that they are two: %v", of)
		}
	})
}

// another adds one more analyst and signs them in.
func (w *scene) another(name string) Who {
	w.t.Helper()
	const area = "south-london"
	email := strings.ToLower(name) + "@example.org.uk"
	made, err := w.app.CreateAccount(w.t.Context(), w.as(policy.Administrator, policy.LookAfterAccounts), NewAccount{Email: email, Name: name, Roles: []policy.Role{policy.Analyst}})
	if err != nil {
		w.t.Fatal(err)
	}
	in, err := w.app.SignIn(w.t.Context(), Credentials{Area: area, Email: email, Password: made.Temporary, Source: policy.CommandLine})
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := w.app.ChangeOwnPassword(w.t.Context(), bySecret(area, in.Token), made.Temporary, "copper lantern 39 orbit")
	if err != nil {
		w.t.Fatal(err)
	}
	who, err := w.app.demoPurpose(w.t.Context(), area, token, policy.CheckRecords)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.showsNames(who)
}

// TestSameAndBack: two people become one at once and stay so in the next run; taken back, everything is where it was.
func TestSameAndBack(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		analyst := w.reader()
		all := w.inDoubt()
		i := slices.IndexFunc(all, func(x waiting) bool { return !x.Linked() })
		if i < 0 {
			t.Fatalf("no two people are in doubt: %+v", all)
		}
		pair, before := Pair{all[i].A, all[i].B}, w.holders()
		if err := w.app.AnswerPair(t.Context(), analyst, AnswerPair{Pair: pair, Answer: "same", Reason: " "}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("an answer without a reason gave %v", err)
		}
		blind, err := w.app.Pair(t.Context(), analyst, pair)
		if err != nil {
			t.Fatal(err)
		}
		if !blind.Blind || len(blind.Evidence.Parts) > 0 || blind.Evidence.PPM != 0 || blind.Linked || blind.People != [2]id.Person{} || blind.Readings != nil {
			t.Errorf("before an answer the page holds %+v", blind)
		}
		w.answerPair(analyst, pair, "same")
		seen, err := w.app.Pair(t.Context(), analyst, pair)
		if err != nil {
			t.Fatal(err)
		}
		if seen.Blind || !seen.Linked || len(seen.Evidence.Parts) == 0 || len(seen.Readings) != 1 || seen.Counts != linkage.Same {
			t.Errorf("after the answer: %+v", seen)
		}
		var sum int64
		for _, part := range seen.Evidence.Parts {
			sum += part.Millibits
		}
		diff(t, "the parts sum to", seen.Evidence.Millibits, sum)
		if err := w.app.AnswerPair(t.Context(), analyst, AnswerPair{Pair: pair, Answer: "same", Reason: "Again."}); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a second answer by the same person gave %v", err)
		}
		joined := w.holders()
		if joined == before {
			t.Error("the answer moved nobody")
		}
		group, err := w.app.Group(t.Context(), analyst, seen.People[0])
		i = slices.IndexFunc(group.Held, func(l GroupLink) bool { return l.Pair == pair })
		if err != nil || len(group.Held) != len(group.Records)-1 || i < 0 || !group.Held[i].Said || group.Held[i].Bits != seen.Evidence.Millibits || len(group.Outside) != 0 {
			t.Errorf("what holds %d records together: %+v, outside %+v (%v)", len(group.Records), group.Held, group.Outside, err)
		}
		undo := UndoPair{Pair: pair, Answer: seen.Readings[0].ID}
		if err := w.app.UndoPair(t.Context(), analyst, undo); err != nil {
			t.Fatal(err)
		}
		diff(t, "taken back at once", before, w.holders())
		w.answerPair(analyst, pair, "same")
		w.work()
		w.run()
		diff(t, "the next run keeps to it", joined, w.holders())
		again, err := w.app.Pair(t.Context(), analyst, pair)
		if err != nil {
			t.Fatal(err)
		}
		undo.Answer = again.Readings[1].ID
		if err := w.app.UndoPair(t.Context(), analyst, undo); err != nil {
			t.Fatal(err)
		}
		diff(t, "taken back after a run", before, w.holders())
		w.work()
		w.run()
		diff(t, "and after another run", before, w.holders())
	})
}

// TestTwoReaders: what needs two people counts when two agree, and a third decides where they differ.
func TestTwoReaders(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		first, second, third := w.reader(), w.another("Second"), w.another("Third")
		all := w.inDoubt()
		pair, before := Pair{all[0].A, all[0].B}, w.holders()
		changes := "same"
		if all[0].Linked() {
			changes = "not-same"
		}
		other := map[string]string{"same": "not-same", "not-same": "same"}[changes]
		if _, err := w.app.Pair(t.Context(), first, pair); err != nil {
			t.Fatal(err)
		}
		if err := w.app.AnswerPair(t.Context(), first, AnswerPair{Pair: pair, Answer: changes, Reason: "I think so.", Both: true}); err != nil {
			t.Fatal(err)
		}
		diff(t, "one of two", before, w.holders())
		blind, err := w.app.Pair(t.Context(), second, pair)
		if err != nil || !blind.Blind || blind.Readings != nil {
			t.Errorf("the second reader sees what the first said: %+v (%v)", blind, err)
		}
		w.answerPair(second, pair, other)
		diff(t, "two who differ", before, w.holders())
		for who, want := range map[string]int{"first": 0, "third": 1} {
			list, err := w.app.Pairs(t.Context(), map[string]Who{"first": first, "third": third}[who], PairsAsked{Stand: string(linkage.Disputed)})
			if err != nil || list.Total != want {
				t.Errorf("%d disputed pairs wait for the %s reader, want %d (%v)", list.Total, who, want, err)
			}
		}
		w.answerPair(third, pair, changes)
		settled := w.holders()
		if settled == before {
			t.Error("the third reader's answer moved nobody")
		}
		page, err := w.app.Pair(t.Context(), third, pair)
		if err != nil || page.Stand != linkage.Settled || len(page.Readings) != 3 {
			t.Fatalf("after three readings: %s with %d (%v)", page.Stand, len(page.Readings), err)
		}
		list, err := w.app.Pairs(t.Context(), third, PairsAsked{})
		if err != nil || list.Accord.Pairs != 1 || list.Accord.Alike != 0 {
			t.Errorf("agreement is %+v (%v)", list.Accord, err)
		}
		if err := w.app.UndoPair(t.Context(), first, UndoPair{Pair: pair, Answer: page.Readings[2].ID, Reason: "It was somebody else."}); err != nil {
			t.Fatal(err)
		}
		diff(t, "the third answer taken back", before, w.holders())
	})
}

// TestAnswersAreOfWhatWasSeen: nobody answers about records whose values were hidden when they last opened them, nor parts them; that names
// are hidden again by the time of the answer does not matter, and a purpose that needs no names hides them.
func TestAnswersAreOfWhatWasSeen(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		dean, before := w.find("Dean", "Whitlock"), w.holders()
		all := w.inDoubt()
		pair, other := Pair{all[0].A, all[0].B}, Pair{all[1].A, all[1].B}
		hidden := w.as(policy.Analyst, policy.CheckRecords)
		group := func(who Who) (out SplitPerson) {
			t.Helper()
			g, err := w.app.Group(t.Context(), who, dean)
			if err != nil {
				t.Fatal(err)
			}
			return SplitPerson{dean, []id.Record{g.Records[0].RecordVersion.Record}, "The worker met both."}
		}
		refused := func(what string, err error) {
			t.Helper()
			if fault.As(err).Code != errUnseen.Code {
				t.Errorf("%s gave %v", what, err)
			}
		}
		tries := func(when string, who Who) {
			t.Helper()
			for says := range pairActs {
				refused(when+": "+says, w.app.AnswerPair(t.Context(), who, AnswerPair{Pair: pair, Answer: says, Reason: "I think so."}))
			}
			split := group(hidden)
			_, err := w.app.Split(t.Context(), who, split)
			refused(when+": parting records", err)
			_, err = w.app.Answer(t.Context(), who, AnswerRecords{Person: dean, Record: split.Records[0], Answer: "not-same", Reason: "I think so."})
			refused(when+": an answer about a record", err)
		}
		open := func(who Who, p Pair, named bool) {
			t.Helper()
			if page, err := w.app.Pair(t.Context(), who, p); err != nil || page.Named != named {
				t.Fatalf("names shown %t, want %t (%v)", page.Named, named, err)
			}
		}
		tries("never opened", hidden)
		open(hidden, pair, false)
		tries("opened with values hidden", hidden)
		reader := w.reader()
		tries("names are shown, and the pair was not opened since", reader)
		open(reader, other, true)
		tries("another pair was opened with its values", reader)
		open(reader, pair, true)
		group(reader)
		open(hidden, pair, false)
		tries("opened with values hidden since", reader)
		diff(t, "whose the records are", before, w.holders())

		open(reader, pair, true)
		if err := w.app.HideNames(t.Context(), reader); err != nil {
			t.Fatal(err)
		}
		if err := w.app.AnswerPair(t.Context(), reader, AnswerPair{Pair: pair, Answer: "unsure"}); err != nil {
			t.Errorf("the values were seen, and names are hidden again: %v", err)
		}
		reader = w.reader()
		split := group(reader)
		if _, err := w.app.Split(t.Context(), reader, split); err != nil {
			t.Error(err)
		}
		token, err := w.app.StatePurpose(t.Context(), w.reader(), policy.FindAndCost, "")
		if err != nil {
			t.Fatal(err)
		}
		if v, err := w.app.SearchForm(t.Context(), bySecret("south-london", token)); err != nil || !v.NamesUntil.IsZero() {
			t.Errorf("with another purpose names are said to be shown until %s (%v)", v.NamesUntil, err)
		}
	})
}

// TestAgreementIsOfBlindAnswers: how often people agree is measured by what each said first, before any answer about the pair was taken back.
func TestAgreementIsOfBlindAnswers(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		first, second := w.reader(), w.another("Second")
		all := w.inDoubt()
		pair, other := Pair{all[0].A, all[0].B}, Pair{all[1].A, all[1].B}
		accord := func() linkage.Accord {
			t.Helper()
			list, err := w.app.Pairs(t.Context(), second, PairsAsked{})
			if err != nil {
				t.Fatal(err)
			}
			list.Accord.Kappa, list.Accord.Defined = 0, false
			return list.Accord
		}
		undo := func(who Who, p Pair, n int) {
			t.Helper()
			page, err := w.app.Pair(t.Context(), who, p)
			if err == nil {
				err = w.app.UndoPair(t.Context(), who, UndoPair{Pair: p, Answer: page.Readings[n].ID})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range []Pair{pair, other} {
			if _, err := w.app.Pair(t.Context(), first, p); err != nil {
				t.Fatal(err)
			}
			if err := w.app.AnswerPair(t.Context(), first, AnswerPair{Pair: p, Answer: "not-same", Reason: "I think so.", Both: true}); err != nil {
				t.Fatal(err)
			}
		}
		w.at.Add(60)
		w.answerPair(second, other, "unsure")
		diff(t, "one who is not sure", linkage.Accord{}, accord())
		undo(second, other, 1)
		w.answerPair(second, pair, "same")
		diff(t, "two who differ", linkage.Accord{Pairs: 1}, accord())
		w.at.Add(60)
		undo(second, pair, 1)
		diff(t, "the second was taken back", linkage.Accord{Pairs: 1}, accord())
		w.at.Add(60)
		w.answerPair(second, pair, "unsure")
		diff(t, "given again, with the weight seen", linkage.Accord{Pairs: 1}, accord())
		undo(first, other, 0)
		w.at.Add(60)
		w.answerPair(second, other, "not-same")
		diff(t, "once one was taken back, another’s answer may not be blind", linkage.Accord{Pairs: 1}, accord())
		coordinator, third := w.showsNames(w.as(policy.Coordinator, policy.CheckRecords)), Pair{all[2].A, all[2].B}
		if _, err := w.app.Pair(t.Context(), coordinator, third); err != nil {
			t.Fatal(err)
		}
		if err := w.app.AnswerPair(t.Context(), coordinator, AnswerPair{Pair: third, Answer: "not-same", Reason: "I think so.", Both: true}); err != nil {
			t.Fatal(err)
		}
		w.answerPair(first, third, "not-same")
		diff(t, "a coordinator, who cannot say the same", linkage.Accord{Pairs: 1}, accord())
		page, err := w.app.Pair(t.Context(), second, pair)
		if err != nil {
			t.Fatal(err)
		}
		var after []bool
		for _, r := range page.Readings {
			after = append(after, r.After)
		}
		diff(t, "which answers came after one had been taken back", []bool{false, false, true}, after)
	})
}

// takeAllBack takes every answer about a pair back.
func (w *scene) takeAllBack(who Who) {
	w.t.Helper()
	var all []store.Answer
	err := w.app.db.Do(w.t.Context(), inArea(who, policy.PairList, policy.Area), func(tx *store.Tx) (err error) {
		all, err = tx.PairAnswers()
		return err
	})
	for _, x := range all {
		if err == nil && x.UndoneAt.IsZero() {
			err = w.app.UndoPair(w.t.Context(), who, UndoPair{Pair: x.Pairs[0], Answer: x.ID})
		}
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// peopleOf reads what holders wrote.
func peopleOf(t interface{ Fatal(...any) }, holders string) map[id.Record]id.Person {
	of := map[id.Record]id.Person{}
	for _, field := range strings.Fields(holders) {
		var r, p int64
		if _, err := fmt.Sscanf(field, "%d:%d", &r, &p); err != nil {
			t.Fatal(err)
		}
		of[id.Record(r)] = id.Person(p)
	}
	return of
}

// TestAnswersAndUndosRestoreExactly walks random histories of answers and of taking them back: whatever the order, memberships are what the
// answers that stand would have made alone, and with none left they are the run's own, to the number.
func TestAnswersAndUndosRestoreExactly(t *testing.T) {
	w := newScene(t, "")
	w.doubtful()
	start := w.holders()
	analyst := w.reader()
	pairs := w.inDoubt()
	for _, d := range pairs {
		t.Logf("%d and %d: %d ppm, %s, linked %t", d.A, d.B, d.PPM, d.Why, d.Linked())
	}
	t.Log(w.holders())
	if len(pairs) < 6 {
		t.Fatalf("only %d pairs are in doubt", len(pairs))
	}
	i := slices.IndexFunc(pairs, func(d waiting) bool { // three people of whom each two are in doubt: what one answer joins, others hang on
		return slices.ContainsFunc(pairs, func(e waiting) bool { return d.B == e.A })
	})
	if i < 0 {
		t.Fatal("no three people are in doubt with each other")
	}
	for _, d := range pairs {
		if d.A == pairs[i].A || d.A == pairs[i].B || d.B == pairs[i].B {
			pairs = append(pairs, d, d)
		}
	}
	type given struct {
		pair   Pair
		answer int64
		says   string
		before string
		depth  int
	}
	number := func(p Pair) int64 {
		page, err := w.app.Pair(t.Context(), analyst, p)
		if err != nil {
			t.Fatal(err)
		}
		return page.Readings[len(page.Readings)-1].ID
	}
	rapid.Check(t, func(rt *rapid.T) {
		w.takeAllBack(analyst) // of a history that failed half-way
		var stands []given
		// Where nobody says "not the same", people are what the run found, joined by what stands: worked out here for the whole area at once.
		now := start
		check := func() {
			now = w.holders()
			want := peopleOf(rt, start)
			for _, g := range stands {
				if g.says == "not-same" {
					return
				}
				if from, to := want[g.pair[1]], want[g.pair[0]]; g.says == "same" {
					for r, p := range want {
						if p == from {
							want[r] = to
						}
					}
				}
			}
			got := peopleOf(rt, now)
			for a := range want {
				for b := range want {
					if (want[a] == want[b]) != (got[a] == got[b]) {
						rt.Fatalf("records %d and %d: one person %t, want %t, with %v", a, b, got[a] == got[b], want[a] == want[b], stands)
					}
				}
			}
		}
		undo := func(i int) {
			x := stands[i]
			if err := w.app.UndoPair(t.Context(), analyst, UndoPair{Pair: x.pair, Answer: x.answer}); err != nil {
				rt.Fatal(err)
			}
			last := i == len(stands)-1 && x.depth == len(stands)
			stands = slices.Delete(stands, i, i+1)
			if check(); last && now != x.before {
				rt.Fatalf("the last answer, %v %s, was taken back:\nbefore %s\nafter  %s", x.pair, x.says, x.before, now)
			}
			for j := range stands { // what stood before these is not what it was
				if j >= i {
					stands[j].depth = -1
				}
			}
		}
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			if len(stands) > 0 && rapid.IntRange(0, 2).Draw(rt, "undo") == 0 {
				undo(rapid.IntRange(0, len(stands)-1).Draw(rt, "which"))
				continue
			}
			d := pairs[rapid.IntRange(0, len(pairs)-1).Draw(rt, "pair")]
			p := Pair{d.A, d.B}
			if slices.ContainsFunc(stands, func(g given) bool { return g.pair == p }) {
				continue
			}
			says := rapid.SampledFrom([]string{"same", "same", "same", "not-same", "unsure"}).Draw(rt, "says")
			before := now
			w.answerPair(analyst, p, says)
			stands = append(stands, given{p, number(p), says, before, len(stands) + 1})
			check()
			of := peopleOf(rt, now)
			for _, g := range stands {
				if g.says == "not-same" && of[g.pair[0]] == of[g.pair[1]] {
					rt.Fatalf("%v are not the same and are one person", g.pair)
				}
			}
		}
		for len(stands) > 0 {
			undo(rapid.IntRange(0, len(stands)-1).Draw(rt, "last"))
		}
		if now != start {
			rt.Fatalf("everything was taken back:\nstart %s\nnow   %s", start, now)
		}
	})
}

// TestSplitAndWhoReceived parts two of a person's three records as one answer: the page that says who received the mixed data names who looked
// and who took a file away before, and not who looked after; taken back, everything is where it was.
func TestSplitAndWhoReceived(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		analyst, before := w.reader(), w.holders()
		dean := w.find("Dean", "Whitlock")
		tick := func() { w.at.Add(60) }
		tick()
		g, err := w.app.Group(t.Context(), analyst, dean)
		if err != nil || len(g.Records) != 3 || len(g.Held) != 2 || !g.MaySplit {
			t.Fatalf("Dean is a group of %d records and %d links (%v)", len(g.Records), len(g.Held), err)
		}
		if err := w.app.ExportFootprint(t.Context(), analyst, OpenFootprint{Person: dean}, io.Discard); err != nil {
			t.Fatal(err)
		}
		tick()
		var all []id.Record
		for _, r := range g.Records {
			all = append(all, r.RecordVersion.Record)
		}
		for what, in := range map[string]SplitPerson{"nobody left": {dean, all, "Why."}, "nothing chosen": {dean, nil, "Why."}, "no reason": {dean, all[:1], " "}} {
			if _, err := w.app.Split(t.Context(), analyst, in); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := w.app.Split(t.Context(), analyst, SplitPerson{dean, []id.Record{9999}, "Why."}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a record of somebody else: %v", err)
		}
		made, err := w.app.Split(t.Context(), analyst, SplitPerson{dean, all[1:], "The worker met both."})
		if err != nil {
			t.Fatal(err)
		}
		tick()
		parted, err := w.app.Group(t.Context(), w.another("Later"), made)
		if err != nil || len(parted.Records) != 2 {
			t.Fatalf("the parted person has %d records (%v)", len(parted.Records), err)
		}
		m, err := w.app.Mixed(t.Context(), analyst, OpenMixed{Person: dean})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(m.Now, []id.Person{made}) || len(m.Sides[0]) != 1 || len(m.Sides[1]) != 2 || len(m.Runs) != 1 {
			t.Errorf("mixed with %d, %d and %d agencies, %d runs", m.Now, len(m.Sides[0]), len(m.Sides[1]), len(m.Runs))
		}
		opened := slices.ContainsFunc(m.Readers, func(r MixedReader) bool {
			return r.Act == policy.PersonOpen && r.Actor == "Ayesha Rahman" && r.Times == 1
		})
		if !opened || len(m.Exports) != 1 || m.Exports[0].Act != policy.PersonExport {
			t.Errorf("readers %+v, exports %+v", m.Readers, m.Exports)
		}
		if slices.ContainsFunc(m.Readers, func(r MixedReader) bool { return r.Actor == "Later" }) {
			t.Error("somebody who looked after the parting is among those who received mixed data")
		}
		if _, err := w.app.Mixed(t.Context(), analyst, OpenMixed{Person: made, Answer: m.Answer.ID}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another's answer gave %v", err)
		}
		if err := w.app.UndoAnswer(t.Context(), analyst, UndoAnswer{Person: dean, Answer: m.Answer.ID}); err != nil {
			t.Fatal(err)
		}
		diff(t, "taken back", before, w.holders())
	})
}

// TestOneQuestionAboutTwoPeople: of several pairs between the same two people one is asked; answered, the others are not asked, and are again
// when the answer is taken back.
func TestOneQuestionAboutTwoPeople(t *testing.T) {
	pair := func(a, b id.Record, p, q id.Person, why linkage.ReviewReason, readings ...linkage.Reading) waiting {
		return waiting{DoubtPair: store.DoubtPair{A: a, B: b, Persons: [2]id.Person{p, q}, Why: string(why)}, readings: readings, verdict: judged(readings, false)}
	}
	same := linkage.Reading{By: 3, Says: linkage.Same}
	for _, tt := range []struct {
		name string
		all  []waiting
		want []bool // asked of somebody who has read none
	}{
		{"two pairs of two people", []waiting{pair(1, 5, 10, 20, linkage.Household), pair(2, 6, 20, 10, linkage.Household)}, []bool{true, false}},
		{"two pairs of three people", []waiting{pair(1, 5, 10, 20, linkage.Household), pair(2, 6, 10, 30, linkage.Household)}, []bool{true, true}},
		{"made one by another answer", []waiting{pair(1, 5, 10, 10, linkage.Household)}, []bool{false}},
		{"one by the run, and not sure", []waiting{pair(1, 5, 10, 10, linkage.WeakLink), pair(2, 6, 10, 10, linkage.WeakLink)}, []bool{true, true}},
		{"parted by an answer about the second", []waiting{pair(1, 5, 10, 20, linkage.Household), pair(2, 6, 10, 20, linkage.Household,
			linkage.Reading{By: 3, Says: linkage.NotSame})}, []bool{false, false}},
		{"the second waits for one more to say the same", []waiting{pair(1, 5, 10, 20, linkage.Household),
			pair(2, 6, 10, 20, linkage.Household, linkage.Reading{By: same.By, Says: same.Says, Both: true})}, []bool{false, true}},
	} {
		askOnce(tt.all)
		var got []bool
		for _, w := range tt.all {
			got = append(got, w.waitsFor(9))
		}
		diff(t, tt.name, tt.want, got)
	}
}

// TestPairsThatDecideComeFirst: the list is parted in those whose answers can change the cohort and the rest, and loses none.
func TestPairsThatDecideComeFirst(t *testing.T) {
	w := newScene(t, "")
	w.doubtful()
	analyst := w.reader()
	first, err := w.app.Pairs(t.Context(), analyst, PairsAsked{})
	if err != nil {
		t.Fatal(err)
	}
	rest, err := w.app.Pairs(t.Context(), analyst, PairsAsked{Rest: true})
	if err != nil {
		t.Fatal(err)
	}
	if first.Waiting == 0 || first.Total != first.Deciding || first.Total+rest.Total != first.Waiting {
		t.Errorf("%d first, %d the rest, %d wait, %d decide", first.Total, rest.Total, first.Waiting, first.Deciding)
	}
	for _, r := range first.Rows {
		page, err := w.app.Pair(t.Context(), analyst, r.Pair)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(page.Compared, func(e EvidencePart) bool { return e.Key == "names" || e.Key == "start" || e.Key == "household" }) {
			t.Errorf("%v is compared in what no record has a value of: %+v", r.Pair, page.Compared)
		}
		if slices.ContainsFunc(rest.Rows, func(x PairRow) bool { return x.Pair == r.Pair }) {
			t.Errorf("%v is on both lists", r.Pair)
		}
	}
}

// TestChainOfAnswers: an answer reaches people whom only other answers tie to those it is about, in whatever order they came.
func TestChainOfAnswers(t *testing.T) {
	w := newScene(t, "")
	w.doubtful()
	analyst := w.reader()
	var chain []Pair // a and b, b and c, c and d, by rising numbers
	all := w.inDoubt()
	slices.SortFunc(all, func(x, y waiting) int { return cmp.Compare(x.A, y.A) })
	for _, d := range all {
		if !d.Linked() && len(chain) < 3 && (d.Why == string(linkage.CommonNameAndBirth)) && (len(chain) == 0 || chain[len(chain)-1][1] == d.A) &&
			slices.ContainsFunc(all, func(e waiting) bool { return e.A == d.B || len(chain) == 2 }) {
			chain = append(chain, Pair{d.A, d.B})
		}
	}
	if len(chain) < 3 {
		t.Fatalf("no four people are in doubt one after the other: %v", chain)
	}
	for _, p := range chain {
		w.answerPair(analyst, p, "same")
	}
	people := func() (out []id.Person) {
		for _, r := range []id.Record{chain[0][0], chain[1][0], chain[2][0], chain[2][1]} {
			for _, field := range strings.Fields(w.holders()) {
				var record, p int64
				if _, err := fmt.Sscanf(field, "%d:%d", &record, &p); err == nil && id.Record(record) == r {
					out = append(out, id.Person(p))
				}
			}
		}
		return out
	}
	if p := people(); len(slices.Compact(p)) != 1 {
		t.Fatalf("four people joined by three answers are %v", people())
	}
	page, err := w.app.Pair(t.Context(), analyst, chain[1])
	if err == nil {
		err = w.app.UndoPair(t.Context(), analyst, UndoPair{Pair: chain[1], Answer: page.Readings[0].ID})
	}
	if p := people(); err != nil || p[0] != p[1] || p[2] != p[3] || p[0] == p[2] {
		t.Errorf("with the middle answer taken back they are %v (%v)", p, err)
	}
}

// TestAnAnswerOutweighsATie: where a person is parted by a later answer, two records that somebody said are one person's stay together, however little
// they agree and whatever run knew of it.
func TestAnAnswerOutweighsATie(t *testing.T) {
	w := newScene(t, "")
	w.doubtful()
	analyst := w.reader()
	members := func(record id.Record) (some []id.Record) {
		err := w.app.db.Do(t.Context(), inArea(analyst, policy.PairList, policy.Area), func(tx *store.Tx) error {
			here, err := tx.Area()
			if err != nil {
				return err
			}
			p, err := tx.WhoseIs(here.LinkRun, record)
			if err == nil {
				some, err = tx.MembersOf(here.LinkRun, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return some
	}
	var held, other, third id.Record // one of two that the run links, one in doubt with it, and the other of the two
	for _, d := range w.inDoubt() {
		for i, r := range [2]id.Record{d.A, d.B} {
			if some := members(r); !d.Linked() && len(some) == 2 {
				held, other, third = r, [2]id.Record{d.A, d.B}[1-i], some[0]+some[1]-r
			}
		}
	}
	if held == 0 {
		t.Fatal("nobody of two records is in doubt with somebody else")
	}
	alone := members(other)
	w.answerPair(analyst, ordered(held, other), "same")
	w.work()
	w.run()
	if all := members(held); len(all) != 2+len(alone) {
		t.Fatalf("records %v are one person's, want %d", all, 2+len(alone))
	}
	err := w.app.db.Do(t.Context(), inArea(analyst, policy.PairList, policy.Area), func(tx *store.Tx) error {
		here, err := tx.Area()
		if err != nil {
			return err
		}
		p, err := tx.WhoseIs(here.LinkRun, held)
		if err != nil {
			return err
		}
		goes, err := leaving(tx, here.LinkRun, p, ordered(third, other))
		diff(t, "who leaves", third, goes)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAnsweredPairsAreListed: who said what of a pair is on the list of those that count and of those that wait for somebody else, but not for who is
// asked as well before they have said.
func TestAnsweredPairsAreListed(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		w.doubtful()
		first, second := w.reader(), w.another("Second")
		var once, twice Pair
		for _, d := range w.inDoubt() {
			if linkage.AskedTwice(d.A, d.B) {
				twice = Pair{d.A, d.B}
			} else if !d.Linked() {
				once = Pair{d.A, d.B}
			}
		}
		if once == (Pair{}) || twice == (Pair{}) {
			t.Fatalf("no pair is asked once (%v) or twice (%v)", once, twice)
		}
		w.answerPair(first, once, "not-same")
		w.answerPair(first, twice, "not-same")
		list := func(who Who, in AnsweredAsked) (out []string) {
			t.Helper()
			p, err := w.app.Answered(t.Context(), who, in)
			if err != nil {
				t.Fatal(err)
			}
			out = []string{fmt.Sprintf("%d of %d, %d, %d, %d, gone %d", len(p.Rows), p.Total, p.Counted, p.Others, p.Yours, p.Gone)}
			for _, x := range p.Rows {
				for _, r := range x.Readings {
					out = append(out, fmt.Sprintf("%v %s %s %s %t %t", x.Pair, r.Answer.Answer, r.By, r.Reason, r.Counts(), x.MayUndo))
				}
			}
			return out
		}
		said := func(p Pair) string { return fmt.Sprintf("%v not-same Ayesha Rahman The worker met both. true true", p) }
		for who, want := range map[*Who]AnsweredCount{&first: {Counted: 2}, &second: {Counted: 1, Yours: 1}} {
			queue, err := w.app.Pairs(t.Context(), *who, PairsAsked{})
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "what the queue says is answered", want, queue.AnsweredCount)
		}
		diff(t, "of the first", []string{"2 of 2, 2, 1, 0, gone 0", said(twice), said(once)}, list(first, AnsweredAsked{}))
		diff(t, "that wait for somebody else", []string{"1 of 1, 2, 1, 0, gone 0", said(twice)}, list(first, AnsweredAsked{Waits: true}))
		diff(t, "that are the same", []string{"0 of 0, 2, 1, 0, gone 0"}, list(first, AnsweredAsked{Says: "same"}))
		diff(t, "of who is asked as well", []string{"1 of 1, 1, 0, 1, gone 0", said(once)}, list(second, AnsweredAsked{}))
		diff(t, "of theirs", []string{"0 of 0, 1, 0, 1, gone 0"}, list(second, AnsweredAsked{Mine: true}))

		differs := []linkage.Part{{Key: "birth", Compared: true, Bits: -3}}
		speaks := func(who Who) (out []Pair) {
			t.Helper()
			err := w.app.db.Do(t.Context(), inArea(who, policy.PairList, policy.Area), func(tx *store.Tx) error {
				p, err := against(tx, []linkage.Unlike{{Pair: once, Differs: differs}, {Pair: twice, Differs: differs}, {Pair: Pair{1, 2}}}, true)
				for _, x := range p.Rows {
					out = append(out, x.Pair)
				}
				diff(t, "in which too little agrees", 1, p.Little)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		diff(t, "what speaks against one person, of who has answered both", []Pair{once, twice}, speaks(first))
		diff(t, "of who is asked about the second", []Pair{once}, speaks(second))

		answered, err := w.app.Answered(t.Context(), first, AnsweredAsked{})
		if err == nil {
			err = w.app.UndoPair(t.Context(), first, UndoPair{Pair: once, Answer: answered.Rows[1].Readings[0].ID})
		}
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "taken back", []string{"1 of 1, 1, 1, 0, gone 0", said(twice)}, list(first, AnsweredAsked{}))
		w.answerPair(first, once, "unsure")
		w.answerPair(second, once, "not-same")
		diff(t, "and others say so", []string{"2 of 2, 2, 1, 0, gone 0", fmt.Sprintf("%v unsure Ayesha Rahman The worker met both. false true", once),
			fmt.Sprintf("%v not-same Second The worker met both. true true", once), said(twice)}, list(first, AnsweredAsked{}))
		w.work()
		accepted, err := w.app.Extracts(t.Context(), w.as(policy.Analyst, policy.HandleExtracts))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range accepted.Extracts[1:] { // no pair is of one agency's records alone
			w.sentInError(x)
		}
		w.run()
		diff(t, "of whom no file says anything any more", []string{"0 of 0, 0, 0, 0, gone 2"}, list(first, AnsweredAsked{}))
	})
}
