package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/app"
	chromium "throughline/internal/browser"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// weightWords are what must not be on a page before its reader has answered.
var weightWords = []string{"probability", "bits", " to 1", "one person now", "two people now", "What the model", "What people said"}

// TestPairIsBlindUntilAnswered reads the whole answer of the server: nothing of the weight is in it, not even unseen, before there is an answer.
func TestPairIsBlindUntilAnswered(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	b := d.as(policy.Analyst, policy.CheckRecords)
	to := b.get("/links/next").Header().Get("Location")
	page := b.status(b.get(to), http.StatusOK).Body.String()
	_, main, _ := strings.Cut(page, "<main")
	for _, w := range weightWords {
		if strings.Contains(main, w) {
			t.Errorf("%s says %q before an answer", to, w)
		}
	}
	if ref := pseudonym.FindString(main); ref != "" {
		t.Errorf("%s names %s, which tells whether the two are one person", to, ref)
	}
	saysNot(t, page, `id="say"`)
	for _, answer := range []string{"same", "not-same", "unsure"} {
		w := b.status(b.post(to+"/answers", url.Values{"answer": {answer}, "why": {"The worker met both."}}), http.StatusConflict).Body.String()
		says(t, w, "without having seen what the records say")
		saysNot(t, w, weightWords...)
	}
	b.want(b.post(to+"/names", url.Values{"why": {"check"}}), to)
	says(t, b.get(to).Body.String(), `id="say"`)
	w := b.status(b.post(to+"/answers", url.Values{"answer": {"same"}, "why": {" "}}), http.StatusUnprocessableEntity)
	if !strings.Contains(w.Body.String(), `href="#why"`) {
		t.Error("the missing reason is not led to")
	}
	b.status(b.post(to+"/answers", url.Values{"why": {"No answer."}}), http.StatusUnprocessableEntity)
	b.want(b.post(to+"/answers", url.Values{"answer": {"same"}, "why": {"The worker met both."}}), to)
	page = b.get(to).Body.String()
	for _, w := range []string{"probability", "What the model", "The worker met both.", "This answer counts."} {
		if !strings.Contains(page, w) {
			t.Errorf("%s does not say %q after an answer", to, w)
		}
	}
	if next := b.get("/links/next").Header().Get("Location"); next == to || next == "/links" {
		t.Errorf("after an answer the next pair is %s", next)
	}
	undo := regexp.MustCompile(`action="(` + to + `/answers/[0-9]+/undo)"`).FindStringSubmatch(page)
	if undo == nil {
		t.Fatal("the answer cannot be taken back")
	}
	b.want(b.post(undo[1], nil), to)
	if page = b.get(to).Body.String(); strings.Contains(page, "What the model") {
		t.Error("the answer was taken back, and the page is not blind again")
	}
	says(t, page, "yours does not count towards how often people agree")
	b.want(b.post(to+"/answers", url.Values{"answer": {"unsure"}}), to)
	says(t, b.get(to).Body.String(), "It came after an answer had been taken back")
}

// TestCoordinatorIsToldWhatTheyMayAnswer: nothing on the page offers an answer that the coordinator cannot give, and it says whose that is.
func TestCoordinatorIsToldWhatTheyMayAnswer(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Coordinator, policy.CheckRecords)
	to := b.get("/links/next").Header().Get("Location")
	b.want(b.post(to+"/names", url.Values{"why": {"check"}}), to)
	for _, page := range []string{b.get(to).Body.String(), b.status(b.post(to+"/answers", nil), http.StatusUnprocessableEntity).Body.String()} {
		says(t, page, "Only an analyst can say that they are the same person.", "2 not the same, 3 not sure, K keeps")
		saysNot(t, page, "1 the same", "Same person, not the same person", `value="same"`, "A second person is asked: that they are the same")
	}
	list, err := s.app.Pairs(t.Context(), bearer(b), app.PairsAsked{Rest: true, Page: 999})
	if err != nil || list.Total == 0 || len(list.Rows) == 0 || list.Page != (list.Total-1)/app.PairsOnPage+1 {
		t.Errorf("beyond the last page is page %d of %d pairs, %d rows (%v)", list.Page, list.Total, len(list.Rows), err)
	}
}

// TestReviewByKeyboard answers a pair with nothing but the keyboard and without script.
func TestReviewByKeyboard(t *testing.T) {
	t.Parallel()
	d := ownDemo(t)
	b := d.as(policy.Analyst, policy.CheckRecords)
	to := b.get("/links/next").Header().Get("Location")
	b.want(b.post(to+"/names", url.Values{"why": {"check"}}), to)
	p := chromium.Start(t).Open(t, d.serve(), chromium.Options{Width: 1280, Cookies: b.at(), NoScript: true})
	p.Go(to)
	if got := p.Tab().Name; got != "The same person" { // the page begins at the question
		t.Errorf("the first that Tab comes to is %q", got)
	}
	p.Type(" ")
	p.TabTo("Why do you think so?")
	p.Type("Somebody told me.")
	p.TabTo("Keep my answer")
	if got := p.Enter(); got != http.StatusOK {
		t.Fatalf("the answer was answered with %d", got)
	}
	if got := p.Focus().Name; got != "Next pair" {
		t.Errorf("once the answer is kept, the keyboard is at %q", got)
	}
	if got := p.Enter(); got != http.StatusOK || p.Path() == to || !strings.HasPrefix(p.Path(), "/links/") {
		t.Errorf("from %s the next pair is %d %s", to, got, p.Path())
	}
	if page := b.get(to).Body.String(); !strings.Contains(page, "Somebody told me.") {
		t.Error("the answer by keyboard was not kept")
	}
}

// TestCohortRestsOnLinks: everybody's range holds their agreed cost, and the page's sums are those of its rows.
func TestCohortRestsOnLinks(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	p, err := s.app.CohortLinks(t.Context(), bearer(b))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rows) == 0 || p.Least > p.Amount || p.Most < p.Amount {
		t.Fatalf("%d people have links in doubt; %s to %s, agreed %s", len(p.Rows), p.Least, p.Most, p.Amount)
	}
	if r := p.Reach; r == nil || r.Pairs == 0 || r.None.People == 0 || r.Most(p.People) <= p.People || r.All.Amount <= p.Amount || r.Reached.Value == 0 {
		t.Errorf("of %d people the run says %+v, want a range that holds them and goes beyond", p.People, r)
	}
	listed := b.status(b.get("/cohort/links"), http.StatusOK).Body.String()
	if p.CostOnly || p.Could == 0 || len(p.Entering) != p.Could {
		t.Errorf("%d pairs could enter, and %d are listed", p.Could, len(p.Entering))
	}
	for _, x := range p.Entering {
		if x.Totals[0]+x.Totals[1] < p.Rule.Threshold() {
			t.Errorf("%+v would not reach the threshold", x)
		}
		says(t, listed, ui.FootprintPath(x.Persons[0]), ui.FootprintPath(x.Persons[1]), ui.PairPath(x.Pair[0], x.Pair[1]))
	}
	least, most := p.Amount, p.Amount
	for _, r := range p.Rows {
		if r.Least > r.Total || r.Most < r.Total || r.Within == 0 && r.Least != r.Total || r.Outside == 0 && r.Most != r.Total {
			t.Errorf("%+v", r)
		}
		if s := r.Spread; s != nil && (s.Low < r.Least || s.High > r.Most) {
			t.Errorf("%s to %s is likely of somebody of %s to %s", s.Low, s.High, r.Least, r.Most)
		}
		least, most = least+r.Least-r.Total, most+r.Most-r.Total
	}
	if least != p.Least || most != p.Most {
		t.Errorf("the rows come to %s and %s, the page says %s and %s", least, most, p.Least, p.Most)
	}
	b.status(b.get("/cohort/links"), http.StatusOK)
	for _, r := range p.Rows {
		b.status(b.get(ui.GroupPath(r.Person)), http.StatusOK)
	}
}

// TestDifferencesAreMarked: what a value has and the closest of the other record's values has not.
func TestDifferencesAreMarked(t *testing.T) {
	for _, c := range []struct {
		v      string
		others []string
		want   string
	}{
		{"Deano", []string{"Dean"}, "Dean[o]"}, {"Dean", []string{"Deano"}, "Dean"}, {"SE5 8AZ", []string{"SE5 0AZ", "N1"}, "SE5 [8]AZ"},
		{"4 March 1983", []string{"3 April 1983"}, "[4] [M]ar[ch] 1983"}, {"O’Brien", nil, "O’Brien"}, {"ÉLAN", []string{"élan"}, "ÉLAN"}, {"", []string{"x"}, ""},
	} {
		got := ""
		for _, b := range marked(c.v, c.others) {
			if b.Kind == "differs" {
				got += "[" + b.Words + "]"
			} else {
				got += b.Words
			}
		}
		if got != c.want {
			t.Errorf("%q beside %q is %s, want %s", c.v, c.others, got, c.want)
		}
	}
}

// TestRecordsAreNamedAsTheirTableNamesThem: whoever reads a link of a group finds its two records in the table beside it.
func TestRecordsAreNamedAsTheirTableNamesThem(t *testing.T) {
	t.Parallel()
	names := recordNames([]app.RecordShown{shownOf(1, 7, "Police"), shownOf(2, 8, "Lantern Housing"), shownOf(1, 9_173, "Police")})
	want := map[id.Record]string{7: "Police, record 1", 8: "Lantern Housing", 9_173: "Police, record 2"}
	if d := cmp.Diff(want, names); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func shownOf(agency id.Agency, record id.Record, name string) (r app.RecordShown) {
	r.Agency.ID, r.Agency.Name, r.RecordVersion.Record = agency, name, record
	return r
}

// TestABoroughIsWrittenAsItIs, however it was typed, and one that there is not is said to be none.
func TestABoroughIsWrittenAsItIs(t *testing.T) {
	t.Parallel()
	b := smallSite(t).as(policy.Analyst, policy.FindAndCost)
	says(t, b.get("/cohort?borough=lewisham").Body.String(), "those of Lewisham")
	says(t, b.get("/cohort?borough=Nowhere").Body.String(), "“Nowhere”, which is no borough of this area")
}

// TestUnitsAreRoundedForReading says that a long number of units is about so many.
func TestUnitsAreRoundedForReading(t *testing.T) {
	t.Parallel()
	got := []string{roundedWords(33_856_174, "week", "weeks"), roundedWords(11_586_000, "night", "nights"), roundedWords(1_500, "hour", "hours")}
	if d := cmp.Diff([]string{"about 33,856 weeks", "11,586 nights", "1.5 hours"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
