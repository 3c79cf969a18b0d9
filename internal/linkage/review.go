package linkage

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
	WeakLink           ReviewReason = "weak-link"
	CommonNameAndBirth ReviewReason = "common-name-and-birth"
	NameAndBirthOnly   ReviewReason = "name-and-birth-only"
	TwoNumbers         ReviewReason = "two-numbers"
	Household          ReviewReason = "household"
	LargePerson        ReviewReason = "large-person"
)

// largePerson is from how many records on a person is looked at whatever the links.
const largePerson = 60

// Sentence says the reason to whoever looks.
func (r ReviewReason) Sentence() string {
	switch r {
	case UncertainPair:
		return "The evidence is not enough to say whether the two are one person."
	case WeakLink:
		return "The two are linked, and this is the link that is least sure."
	case CommonNameAndBirth:
		return "Only name and date of birth agree, and other people are likely to have both."
	case NameAndBirthOnly:
		return "Only name and date of birth agree, and these two may not be linked by that alone."
	case LargePerson:
		return "The two are linked, weakest of the links of a person with very many records."
	case Household:
		return "Forename or date of birth differs, and the rest is what two people of one household share."
	case TwoNumbers:
		return "The two are linked but have different valid NHS numbers."
	}
	return ""
}

// review lists the pairs of a group to look at: between two persons the likeliest pair, within a person its links that are not sure,
// pairs that were held back, and two NHS numbers in one person. Pairs that someone has answered are not asked again.
func (w *weighed) review(labels []int, members [][]int) []Review {
	var list []Review
	low, high := w.j.o.ReviewFrom, w.j.o.ReviewTo
	asked := map[[2]int]bool{}
	ask := func(x, y int, bits float64, linked bool, why ReviewReason) {
		x, y = min(x, y), max(x, y)
		if _, answered := w.j.answers[[2]uint32{w.rows[x], w.rows[y]}]; answered || asked[[2]int{x, y}] {
			return
		}
		asked[[2]int{x, y}] = true
		list = append(list, Review{A: w.rows[x], B: w.rows[y], Bits: bits, Linked: linked, Reason: why})
	}
	for _, m := range members {
		for _, link := range w.links(m) {
			if p := Probability(link.Bits); p < high && !link.Answered {
				ask(w.place[link.A], w.place[link.B], link.Bits, true, WeakLink)
			}
		}
		if len(m) >= largePerson {
			for _, link := range w.links(m) {
				if link.Weakest {
					ask(w.place[link.A], w.place[link.B], link.Bits, true, LargePerson)
				}
			}
		}
		if x, y, ok := w.twoNumbers(m); ok {
			ask(x, y, w.exact(x, y), true, TwoNumbers)
		}
	}
	// Between two persons, the likeliest pair stands for all.
	type between struct {
		x, y int
		bits float64
	}
	likeliest := map[[2]int]between{}
	var order [][2]int
	for x := range labels {
		for y := x + 1; y < len(labels); y++ {
			if labels[x] == labels[y] {
				continue
			}
			key := [2]int{min(labels[x], labels[y]), max(labels[x], labels[y])}
			bits := w.bits.Of(x, y)
			if b, ok := likeliest[key]; !ok {
				order = append(order, key)
				likeliest[key] = between{x, y, bits}
			} else if bits > b.bits {
				likeliest[key] = between{x, y, bits}
			}
		}
	}
	for _, key := range order {
		b := likeliest[key]
		if held, ok := w.held[[2]int{b.x, b.y}]; ok {
			ask(b.x, b.y, w.exact(b.x, b.y), false, held.Reason)
		} else if Probability(b.bits) >= low {
			ask(b.x, b.y, w.exact(b.x, b.y), false, UncertainPair)
		}
	}
	return list
}

// twoNumbers finds two records of a person with different valid NHS numbers, the first two in order.
func (w *weighed) twoNumbers(list []int) (x, y int, ok bool) {
	first := -1
	for _, i := range list {
		switch n := w.j.s.columns.records[w.rows[i]].nhs; {
		case n == 0:
		case first < 0:
			first = i
		case n != w.j.s.columns.records[w.rows[first]].nhs:
			return first, i, true
		}
	}
	return 0, 0, false
}
