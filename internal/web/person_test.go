package web

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"
)

// TestAnAnswerNamesItsRecord parts a record: the answer says which record of its agency it is about and leads to who holds it now;
// and what an answer has overtaken says so.
func TestAnAnswerNamesItsRecord(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	at := w.deans()
	w.analyst.want(w.analyst.post(at+"/names", url.Values{"why": {"check"}}), at)
	page := w.analyst.status(w.analyst.get(at), http.StatusOK).Body.String()
	says(t, page, "Records, as we read them", "The record (line ")
	saysNot(t, page, "each as its agency sent it")
	saysNot(t, page, "came after run")
	record := tokens.FindStringSubmatch(page)[1]
	w.move(time.Minute)
	w.analyst.want(w.analyst.post(at+"/answers", url.Values{"record": {record}, "answer": {"not-same"}, "why": {"The worker met both."}}), at)
	page = w.analyst.get(at).Body.String()
	says(t, page, " as of 31 Mar 2026) is not the same person", "The record is part of", "An answer about this person came after run")
	other := regexp.MustCompile(`The record is part of <a [^>]*href="(/people/[^"]+)"`).FindStringSubmatch(page)
	if other == nil || other[1] == at {
		t.Fatalf("the answer leads to %v", other)
	}
	if there := w.analyst.status(w.analyst.get(other[1]), http.StatusOK).Body.String(); !regexp.MustCompile(`/records/` + record + `"`).MatchString(there) {
		t.Error("the answer does not lead to the record")
	}
	w.move(time.Minute)
	w.work()
	saysNot(t, w.analyst.get(at).Body.String(), "came after run")
}

// TestEvidenceSaysHowFarValuesAgree, also while names are hidden, and quotes none of them.
func TestEvidenceSaysHowFarValuesAgree(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	at := w.deans()
	hidden := w.analyst.get(at).Body.String()
	says(t, hidden, "The same")
	saysNot(t, hidden, "Agrees, or nearly", "Whitlock", "1983", "pairs of values")
	w.analyst.want(w.analyst.post(at+"/names", url.Values{"why": {"check"}}), at)
	shown := w.analyst.get(at).Body.String()
	says(t, shown, "Both 4 March 1983")
	saysNot(t, shown, "1983-03-04", "Agrees, or nearly")
}

// TestOnlyStaysAreOpen: both of Dean's contacts are of a day, weeks before the end of the data.
func TestOnlyStaysAreOpen(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	page := w.analyst.get(w.deans()).Body.String()
	says(t, page, "0 open", "A contact of one day is never open")
}
