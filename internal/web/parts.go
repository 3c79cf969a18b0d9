package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/internal/app"
	"throughline/internal/area"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/web/ui"
)

// london is where people are: the days of instants on pages are days there.
var london = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		panic(err) // the zone data is embedded in the binary
	}
	return l
}()

// dayOf is the day on which an instant falls; none for the zero instant.
func dayOf(t time.Time) day.Day {
	if t.IsZero() {
		return 0
	}
	return day.In(t, london)
}

// marks are agencies in three letters, each in its own place in the order of all.
func marks(all []app.Agency, has func(app.Agency) bool) []ui.AgencyMark {
	var out []ui.AgencyMark
	for i, g := range all {
		if has(g) {
			out = append(out, ui.AgencyMark{Mark: g.Mark, Name: g.Name, Position: i + 1})
		}
	}
	return out
}

func everyAgency(app.Agency) bool { return true }

// known chooses the agencies in a list of short names with spaces between.
func known(slugs string) func(app.Agency) bool {
	list := strings.Fields(slugs)
	return func(g app.Agency) bool { return slices.Contains(list, g.Slug) }
}

// weak says whether a probability in millionths is below what the area links without asking anybody.
func weak(a *area.Area, ppm int64) bool { return float64(ppm) < a.Linkage.AutomaticAbove*1_000_000 }

// agencyNamed is the name of the agency of a short name.
func agencyNamed(all []app.Agency, slug string) string {
	for _, g := range all {
		if g.Slug == slug {
			return g.Name
		}
	}
	return slug
}

func serviceName(a *area.Area, slug string) string {
	if s, ok := a.Service(slug); ok {
		return s.Name
	}
	return slug
}

func payerName(a *area.Area, slug string) string {
	if p, ok := a.Payer(slug); ok {
		return p.Name
	}
	return slug
}

// work is jobs as pages show them; again is where "Check again" leads, empty for the job's own page.
func work(jobs []app.Work, again, meanwhile string) []ui.Job {
	var out []ui.Job
	for _, j := range jobs {
		out = append(out, job(j, again, meanwhile))
	}
	return out
}

func job(j app.Work, again, meanwhile string) ui.Job {
	began := j.StartedAt
	if began.IsZero() {
		began = j.CreatedAt
	}
	out := ui.Job{ID: j.ID, What: j.What, Step: j.Doing, Done: j.Done, Of: j.Total, Unit: j.Unit, Left: j.Left, Began: began, By: j.By,
		Meanwhile: meanwhile, CheckAgain: again}
	if j.State == "waiting" {
		out.Step = "It waits for other work to end"
	}
	return out
}

// plural writes a count with its noun: "1 row", "2,871 rows".
func plural(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return commas(n) + " " + more
}

// commas writes a whole number with commas: 1,234.
func commas[N ~int | ~int64](n N) string {
	s := []byte(nil)
	digits := []byte(strconv.FormatInt(int64(n), 10))
	for i, c := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			s = append(s, ',')
		}
		s = append(s, c)
	}
	return string(s)
}

// listed joins words as a sentence does: "a, b and c".
func listed(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// whose writes the possessive of a name: "Police’s", "Riverbank Hospitals’".
func whose(name string) string {
	if strings.HasSuffix(name, "s") {
		return name + "’"
	}
	return name + "’s"
}

// inSentence is a name as it stands within a sentence: "eviction", but "A&E attendance".
func inSentence(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if second, _ := utf8.DecodeRuneInString(name[size:]); !unicode.IsLower(second) {
		return name
	}
	return string(unicode.ToLower(first)) + name[size:]
}

// short is a digest as a page shows it beside a file's name.
func short(digest string) string {
	if len(digest) <= 12 {
		return digest
	}
	return digest[:8] + "…" + digest[len(digest)-4:]
}

// renamed gives a fault's notes the names that a page has for their fields.
func renamed(err error, names map[string]string) error {
	f := fault.As(err)
	if len(f.Notes) == 0 {
		return err
	}
	c := *f
	c.Notes = append([]fault.Note(nil), f.Notes...)
	for i, n := range c.Notes {
		if to, ok := names[n.Field]; ok {
			c.Notes[i].Field = to
		}
	}
	return &c
}

// kept is what of a page's query its links keep.
func kept(q url.Values, names ...string) url.Values {
	out := url.Values{}
	for _, n := range names {
		if v := q.Get(n); v != "" {
			out.Set(n, v)
		}
	}
	return out
}

// typedIn is a form of a page that is asked for by its address.
func typedIn(q url.Values, names ...string) ui.Form {
	f := ui.Form{Typed: map[string][]string{}}
	for _, n := range names {
		if v, ok := q[n]; ok && len(v) > 0 {
			f.Typed[n] = v[:1]
		}
	}
	return f
}

// personIn reads the person's reference in the path. What is none is answered like what does not exist.
func personIn(r *http.Request) (id.Person, error) {
	p, err := id.ParsePseudonym(r.PathValue("person"))
	if err != nil {
		return 0, fault.Missing("person")
	}
	return p, nil
}

// download sends what an act writes, as a file. Nothing is sent before the act was allowed and recorded.
type download struct {
	http.ResponseWriter
	name  string
	begun bool
}

func (d *download) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		h := d.Header()
		h.Set("Content-Type", "text/csv; charset=utf-8")
		h.Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
	}
	return d.ResponseWriter.Write(b)
}
