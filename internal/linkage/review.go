package linkage

import "slices"

// Review is a pair of records that someone should look at.
type Review struct {
	A, B   uint32 // A < B
	Bits   float64
	Linked bool // the two are one person for now
	Reason ReviewReason
}

// ReviewReason says why: a short stable code; Sentence says it in words.
type ReviewReason string

const (
	UncertainPair      ReviewReason = "uncertain"
	AgainstOthers      ReviewReason = "against-others"
	OneFieldOnly       ReviewReason = "one-field-only"
	OtherNames         ReviewReason = "other-names"
	WeakLink           ReviewReason = "weak-link"
	CommonNameAndBirth ReviewReason = "common-name-and-birth"
	NameAndBirthOnly   ReviewReason = "name-and-birth-only"
	TwoNumbers         ReviewReason = "two-numbers"
	Household          ReviewReason = "household"
	LargePerson        ReviewReason = "large-person"
)

// largePerson is from how many records on a person is looked at whatever the links.
const largePerson = 60

// Weighs says whether what a pair in doubt weighs says how often such pairs are one person's. Of those held as of one household it does not:
// what agrees is what a household shares (of an invented area .35 of them are, where their weight says .82).
func (r ReviewReason) Weighs() bool { return r != Household }

// Sentence says the reason to whoever looks.
func (r ReviewReason) Sentence() string {
	switch r {
	case UncertainPair:
		return "The evidence is not enough to say whether the two are one person."
	case AgainstOthers:
		return "The two agree well enough to be one person, but other records of theirs, or something else that is known, speak against it."
	case OneFieldOnly:
		return "A single thing agrees, such as a forename or a date of birth, and one alone links nobody; sex does not count as one more."
	case OtherNames:
		return "Forename and surname are both others, and little but a telephone number or e-mail address agrees."
	case WeakLink:
		return "The two are linked, and this is the link that is least sure."
	case CommonNameAndBirth:
		return "Little but name and date of birth agrees, or less than both, and other people may agree as far."
	case NameAndBirthOnly:
		return "Only name and date of birth agree, and these two may not be linked by that alone."
	case LargePerson:
		return "The two are linked, weakest of the links of a person with very many records."
	case Household:
		return "Forename, surname, date of birth, sex or NHS number differs, and the rest is what two people of one household share."
	case TwoNumbers:
		return "The two are linked but have different valid NHS numbers."
	}
	return ""
}

// OfOnePerson says whether the run that asks had the two as one person.
func (r ReviewReason) OfOnePerson() bool { return r == WeakLink || r == LargePerson || r == TwoNumbers }

// review adds the pairs of a group to look at: between two persons the likeliest pair, within a person its links that are not sure,
// pairs that were held back, and two NHS numbers in one person. Nothing is asked that answers have settled.
func (w *weighed) review(labels []int, links []Link, to []Review) []Review {
	low, high := w.j.o.ReviewFrom, w.j.o.ReviewTo
	first := len(to)
	ask := func(x, y int, bits float64, linked bool, why ReviewReason) {
		if !w.settled(x, y) {
			to = append(to, Review{A: w.rows[min(x, y)], B: w.rows[max(x, y)], Bits: bits, Linked: linked, Reason: why})
		}
	}
	for _, link := range links {
		if p := Probability(link.Bits); p < high && !link.Answered {
			ask(w.place(link.A), w.place(link.B), link.Bits, true, WeakLink)
		} else if x := w.place(link.A); link.Weakest && len(w.members[labels[x]]) >= largePerson {
			ask(x, w.place(link.B), link.Bits, true, LargePerson)
		}
	}
	for _, m := range w.members {
		if x, y, ok := w.twoNumbers(m); ok && !asked(to[first:], w.rows[x], w.rows[y]) {
			ask(x, y, w.bits.Of(x, y), true, TwoNumbers)
		}
	}
	persons := len(w.members)
	if persons == 1 {
		return to
	}
	// Between two persons, the likeliest pair stands for all.
	type between struct {
		x, y int
		bits float64
	}
	likeliest, opposed := make([]between, persons*persons), map[int]between{}
	for x := range labels {
		for y := x + 1; y < len(labels); y++ {
			if labels[x] == labels[y] {
				continue
			}
			at := min(labels[x], labels[y])*persons + max(labels[x], labels[y])
			b, bits := &likeliest[at], w.bits.Of(x, y)
			if b.y == 0 || bits > b.bits {
				*b = between{x, y, bits}
			}
			if first, met := opposed[at]; w.j.guarded.opposes(w.rows[x], w.rows[y]) && (!met || bits > first.bits) {
				opposed[at] = between{x, y, bits}
			}
		}
	}
	for at, b := range likeliest {
		if b.y == 0 {
			continue // a person with itself, or a pair that stands the other way about
		}
		// Of two people whom an incident holds apart, the pair that it holds apart is asked about: only an answer about that joins them.
		// Its reason is one that it would have without the incident, or any other may have.
		if apart, met := opposed[at]; met && Probability(apart.bits) >= low {
			b = apart
		}
		if held, ok := w.held[[2]int{b.x, b.y}]; ok {
			ask(b.x, b.y, b.bits, false, held.Reason)
		} else if p := Probability(b.bits); p >= high {
			ask(b.x, b.y, b.bits, false, AgainstOthers)
		} else if p >= low {
			ask(b.x, b.y, b.bits, false, UncertainPair)
		}
	}
	return to
}

// asked says whether a pair is on a list already.
func asked(list []Review, a, b uint32) bool {
	return slices.ContainsFunc(list, func(r Review) bool { return r.A == a && r.B == b })
}

// twoNumbers finds two records of a person with different valid NHS numbers that no answer holds to be one person's, the first two in order.
func (w *weighed) twoNumbers(list []int) (x, y int, ok bool) {
	nhs := func(i int) uint32 { return w.j.s.columns.records[w.rows[i]].nhs }
	for k, y := range list {
		for _, x := range list[:k] {
			if nhs(x) != 0 && nhs(y) != 0 && nhs(x) != nhs(y) && !w.settled(x, y) {
				return x, y, true
			}
		}
	}
	return 0, 0, false
}
