package ui

import (
	"fmt"
	"math"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

func TestSeen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"Zoë O’Brien-Ŵyn", "Zoë O’Brien-Ŵyn"},
		{"Zoe\u0308", "Zoe\u0308"},
		{"a\u202eb\u202c", "a⟦U+202E⟧b⟦U+202C⟧"},
		{"a\u2066b", "a⟦U+2066⟧b"},
		{"null\x00bell\x07", "null⟦U+0000⟧bell⟦U+0007⟧"},
		{"no\u200bwidth\ufeff", "no⟦U+200B⟧width⟦U+FEFF⟧"},
		{"two\nlines\tand a tab", "two lines and a tab"},
		{"👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"محمد 李小龙 Null True", "محمد 李小龙 Null True"},
		{"Z" + strings.Repeat("\u0351", 10_000) + "y", "Z" + strings.Repeat("\u0351", 8) + "⟦and 9,992 more marks⟧y"},
		{"Z" + strings.Repeat("\u0351", 9), "Z" + strings.Repeat("\u0351", 8) + "⟦and 1 more mark⟧"},
	} {
		if got := seen(c.in); got != c.want {
			t.Errorf("seen(%.40q) = %.80q, want %.80q", c.in, got, c.want)
		}
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	summer, winter := time.Date(2026, 5, 12, 10, 40, 0, 0, time.UTC), time.Date(2026, 1, 12, 10, 40, 0, 0, time.UTC)
	got := []string{count(0), count(1234), count(-1234567), count(999), many(1, "row", "rows"), many(2, "row", "rows"), moment(summer), moment(winter),
		moment(time.Time{}), ordinal(1), ordinal(11), ordinal(22), ordinal(113), list([]string{"a", "b", "c"}), list(nil), typedDay(day.Must(2024, 4, 3)),
		Percent(12_34).String(), Percent(12_30).String(), Percent(5).String(), Percent(-1_50).String(), Percent(82_50).whole(), Percent(97_45).tenths(),
		share(1, 3).String(), share(money.Pence(math.MaxInt64/2), money.Pence(math.MaxInt64)).whole(), share(1, 0).String(),
		whose("Police"), whose("Riverbank Hospitals"), lasted(94 * time.Second), lasted(2 * time.Minute), lasted(300 * time.Millisecond),
		left(40 * time.Second), left(5 * time.Minute), probabilityWords(0.93), probabilityWords(0.9994), probabilityWords(0.99999), bits(-176), bits(31), bits(0)}
	want := []string{"0", "1,234", "−1,234,567", "999", "1 row", "2 rows", "12 May 2026, 11:40", "12 January 2026, 10:40",
		"not known", "1st", "11th", "22nd", "113th", "a, b and c", "", "3/4/2024",
		"12.34%", "12.3%", "0.05%", "-1.5%", "83%", "97.5%",
		"33.33%", "50%", "0%",
		"Police’s", "Riverbank Hospitals’", "1 minute 34 seconds", "2 minutes", "less than a second",
		"less than a minute left of this step", "about 5 minutes left of this step", "0.93", "0.9994", "over 0.9999", "−17.6", "+3.1", "0.0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOdds(t *testing.T) {
	t.Parallel()
	for p, want := range map[float64]string{0.93: "about 13 to 1", 0.5: "about even", 0.9994: "about 1,700 to 1", 1: "more than a million to 1",
		0.1: "about 9 to 1 against", 0.9999999: "more than a million to 1"} {
		if got := (LinkWhy{Probability: p}).Odds(); got != want {
			t.Errorf("%v is %q, want %q", p, got, want)
		}
	}
}

// TestSharesFill holds that the parts of a bar never leave it, and end where it ends.
func TestSharesFill(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 1, 40).Draw(t, "parts")
		var total, before int64
		for _, p := range parts {
			total += p
		}
		last := Percent(0)
		for _, p := range parts {
			x, end := share(before, total), share(before+p, total)
			if x != last || end < x || end > full {
				t.Fatalf("a part goes from %s to %s after %s", x, end, last)
			}
			last, before = end, before+p
		}
		if total > 0 && last != full {
			t.Fatalf("the parts end at %s", last)
		}
	})
}

// TestAxisReaches holds that the months' axis reaches over the highest column in at most four round steps.
func TestAxisReaches(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		most := money.Pence(rapid.Int64Range(0, 1e13).Draw(t, "most"))
		step, steps := axis(most)
		if steps < 1 || steps > 4 || step*money.Pence(steps) < most {
			t.Fatalf("axis(%s) = %d steps of %s", most, steps, step)
		}
	})
}

func TestALinkSaysWhatItTurnsOn(t *testing.T) {
	t.Parallel()
	evidence := []Evidence{{Field: "Starting point", Millibits: -17_600, Start: true}, {Field: "NHS number", Millibits: 21_300}}
	for _, tt := range []struct {
		link LinkWhy
		want string
	}{
		{LinkWhy{Evidence: evidence, TurnsOn: "NHS number", Rest: -17_600},
			"It turns on the NHS number: without it the rest comes to −17.6 bits, and would speak for two people."},
		{LinkWhy{Evidence: evidence[:1], TurnsOn: "Date of birth", Rest: 2_100}, "It turns on the date of birth: without it the rest comes to +2.1 bits, and would speak for one person."},
		{LinkWhy{Evidence: evidence}, "It turns on no single field: without any one of them the rest would still speak for one person."},
		{LinkWhy{Probability: .93}, ""},
	} {
		if got := tt.link.Turns(); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}

func TestWaterfallEndsAtItsSum(t *testing.T) {
	t.Parallel()
	l := LinkWhy{Probability: 0.93, Evidence: []Evidence{{Millibits: -17_600, Start: true}, {Millibits: 11_900}, {Millibits: 9_400}, {Nothing: true}}}
	table := l.Waterfall()
	last, foot := table.Rows[2].Cells[3].Bar[1], table.Foot[0].Cells[3].Bar
	width := func(s string) float64 {
		f, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	if end, want := width(last.X)+width(last.W), width(foot[1].X)+width(foot[1].W); math.Abs(end-want) > 0.02 {
		t.Errorf("the last evidence ends at %v%%, the sum at %v%%", end, want)
	}
	if foot[0].X != foot[1].X {
		t.Errorf("the sum begins at %s, the line of no evidence is at %s", foot[1].X, foot[0].X)
	}
	if got := table.Foot[0].Cells[2].Text[0].Words; got != "+3.7" {
		t.Errorf("the sum is %s bits, want +3.7", got)
	}
}

// TestEvidenceAddsUpAsShown holds the parts as shown to the whole as shown, and the odds above the table to those below it.
func TestEvidenceAddsUpAsShown(t *testing.T) {
	t.Parallel()
	tenths := func(s string) int {
		s = strings.Replace(s, "−", "-", 1)
		n, err := strconv.Atoi(strings.Replace(strings.TrimPrefix(s, "+"), ".", "", 1))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		l := LinkWhy{Probability: 0.9}
		for _, n := range rapid.SliceOfN(rapid.IntRange(-20_000, 20_000), 1, 14).Draw(t, "millibits") {
			l.Evidence = append(l.Evidence, Evidence{Millibits: n})
		}
		table := l.Waterfall()
		shown := 0
		for _, r := range table.Rows {
			shown += tenths(r.Cells[2].Text[0].Words)
		}
		foot := table.Foot[0].Cells
		if total := tenths(foot[2].Text[0].Words); total != shown {
			t.Fatalf("the parts add up to %d tenths of a bit, the whole says %d", shown, total)
		}
		if !strings.Contains(foot[1].Text[0].Words, l.Odds()) {
			t.Fatalf("%q does not hold %q", foot[1].Text[0].Words, l.Odds())
		}
	})
	exact := LinkWhy{Probability: 0.999982, Evidence: []Evidence{{Millibits: -17_650}, {Millibits: 33_465}}}
	if got := exact.Odds(); got != "about 58,000 to 1" {
		t.Errorf("15.815 bits are %s", got)
	}
}

func TestListLinks(t *testing.T) {
	t.Parallel()
	l := List{Path: "/cohort", Kept: url.Values{"borough": {"Lambeth"}}, Sort: "weekly", Descending: true, Page: 2, Size: 20, Total: 45}
	p := l.paging("Pages", "people", true)
	got := []string{l.name("person", "people"), p.Previous, p.Next, p.NextWords, p.All, l.sorted(num("£ a week"), "weekly", true).Sort,
		l.sorted(num("£ a week"), "weekly", true).Sorted, l.sorted(num("Year 1"), "year1", true).Sort}
	want := []string{"21 to 40 of 45 people", "/cohort?borough=Lambeth&order=descending&page=1&sort=weekly",
		"/cohort?borough=Lambeth&order=descending&page=3&sort=weekly", "Next 5 people", "/cohort?borough=Lambeth&order=descending&page=all&sort=weekly",
		"/cohort?borough=Lambeth&sort=weekly", "descending", "/cohort?borough=Lambeth&order=descending&sort=year1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if one := (List{Total: 3, Size: 20}).paging("Pages", "people", true); one.Label != "" {
		t.Errorf("a list of one page has paging: %+v", one)
	}
}

// TestWriteSendsAllOrNothing holds that a page which can't be rendered sends nothing.
func TestWriteSendsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	broken := Footprint{Opened: &Opened{Lines: []Line{{}}}, Uses: nil, Month: []MonthSum{{}}}
	if err := FootprintPage.Write(w, 200, Frame{}, broken); err == nil {
		t.Fatal("the page was rendered; this test needs one that cannot be")
	}
	if w.Body.Len() != 0 {
		t.Errorf("%d bytes were sent of a page that failed", w.Body.Len())
	}
}

func TestProblemsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	f := Form{Prefix: "set-", Typed: map[string][]string{"amount": {"12,5"}, "roles": {"b"}},
		Problem: fault.InvalidField("amount", "The comma does not mark thousands.", "Write 12.50.")}
	i := f.input("amount", "Price", "", 10)
	c := f.choice("roles", "Roles", "", []Option{{Value: "a", Chosen: true}, {Value: "b"}})
	got := []any{i.ID, i.Value, i.Error, i.Described(), f.problems()[0], c.Options[0].Chosen, c.Options[1].Chosen, f.password("amount", "P", "", "").Value}
	want := []any{"set-amount", "12,5", "The comma does not mark thousands. Write 12.50.", "set-amount-error",
		problem{"The comma does not mark thousands. Write 12.50.", "set-amount"}, false, true, ""}
	if diff := cmp.Diff(fmt.Sprint(want...), fmt.Sprint(got...)); diff != "" {
		t.Error(diff)
	}
}

// TestContrast computes the contrast of every pair of colours that text and its ground use (WCAG 2.2, 1.4.3 and 1.4.11).
func TestContrast(t *testing.T) {
	t.Parallel()
	tokens, err := os.ReadFile(filepath.Join("..", "..", "..", "frontend", "scss", "_tokens.scss"))
	if err != nil {
		t.Skip("the front end's source is not here")
	}
	colours := map[string]string{"white": "ffffff"}
	for _, m := range regexp.MustCompile(`\$([a-z0-9-]+): #([0-9a-f]{6});`).FindAllStringSubmatch(string(tokens), -1) {
		colours[m[1]] = m[2]
	}
	for _, pair := range []struct {
		text, ground string
		least        float64
	}{
		{"ink", "white", 4.5}, {"ink", "paper", 4.5}, {"ink", "attention", 4.5}, {"ink", "pine-5", 4.5}, {"ink", "pine-15", 4.5}, {"quiet", "white", 4.5},
		{"quiet", "paper", 4.5}, {"quiet", "attention", 4.5}, {"pine", "white", 4.5}, {"pine", "paper", 4.5}, {"pine", "attention", 4.5}, {"pine", "pine-15", 4.5}, {"white", "pine", 4.5},
		{"white", "madder", 4.5}, {"error", "white", 4.5}, {"error", "paper", 4.5}, {"ink", "focus", 4.5}, {"white", "pine-60", 3}, {"pine-60", "white", 3}, {"madder", "white", 3},
	} {
		if got := contrast(t, colours[pair.text], colours[pair.ground]); got < pair.least {
			t.Errorf("%s on %s has %.2f, want %.1f at least", pair.text, pair.ground, got, pair.least)
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light := func(hex string) float64 {
		var l float64
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			l += weight * c
		}
		return l
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestMarkupEscapes holds that nothing written by hand lets words out of their place, nor a link lead elsewhere.
func TestMarkupEscapes(t *testing.T) {
	t.Parallel()
	const bad = `"><script>alert('x')</script>&`
	for _, kind := range []string{"", "strong", "link", "ref", "code", "name", "quiet", "under", "tag", "masked", "spoken"} {
		got := string(textMarkup(Text{{Kind: kind, Words: bad, Href: "/" + bad, About: bad, Tone: bad}}))
		if strings.Contains(got, "<script") || strings.Contains(got, "'x'") {
			t.Errorf("kind %q lets markup out: %s", kind, got)
		}
	}
	table := string(rowMarkup([]Column{{Name: bad, Head: true}, {Name: bad}}, []Row{{ID: bad, State: bad, Cells: []Cell{words(bad), {Marks: []AgencyMark{{bad, bad, 1}}}}}}))
	shapes := string(shapeMarkup([]Shape{{Kind: "text", X: bad, Class: bad, Words: bad, Anchor: bad}, {Kind: "rect", X: bad, Fill: bad, Class: bad}}))
	for _, got := range []string{table, shapes} {
		if strings.Contains(got, "<script") {
			t.Errorf("markup is let out: %s", got)
		}
	}
	for address, want := range map[string]string{"/people": "/people", "#lines": "#lines", "?page=2": "?page=2", "javascript:alert(1)": "#",
		"//elsewhere.example": "#", "https://elsewhere.example": "#", "": "#"} {
		if got := string(textMarkup(Say(Link(address, "x")))); got != `<a class="govuk-link" href="`+want+`">x</a>` {
			t.Errorf("a link to %q is %s", address, got)
		}
	}
}

// TestANumberStandsWithItsRange never gives the floor of a range alone.
func TestANumberStandsWithItsRange(t *testing.T) {
	t.Parallel()
	at := func(least, most int) *Reach {
		return &Reach{Found: 31, Least: least, Most: most, None: Reached{least, money.Pence(least) * 100_00}, All: Reached{most, money.Pence(most) * 100_00}}
	}
	for want, r := range map[string]*Reach{
		"31 £3,100":                                       nil,
		"31, up to 62 £3,100, up to £6,200":               at(31, 62),
		"31, at least 29 £3,100, at least £2,900":         at(29, 31),
		"31, from 29 to 62 £3,100, from £2,900 to £6,200": at(29, 62),
	} {
		c := Cohort{Run: 1, People: 31, Total: 3100_00, Reach: r}
		cards := c.Figures().Cards
		if got := cards[0].Figure + " " + cards[1].Figure; got != want {
			t.Errorf("the cohort is %s, want %s", got, want)
		}
		home := (CohortBrief{People: 31, Total: 3100_00, Reach: r}).Figures().Cards
		if got := home[0].Figure + " " + home[1].Figure; got != want {
			t.Errorf("home says %s, want %s", got, want)
		}
	}
}
