package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

// TestMuchAbsentIsAskedAgain: a full extract that ends much is not accepted before somebody has seen how much.
func TestMuchAbsentIsAskedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.analyst
	a.want(a.upload("/extracts", d.extractForm(), "one.csv", visitsHead+
		"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1,x\nA1,Dean,Whitlock,04/03/1983,V2,06/01/2026,1,x\n"), "/extracts/1")
	d.work()
	a.want(a.post("/extracts/1/accept", nil), "/extracts/1")
	a.want(a.upload("/extracts", d.extractForm("full", "yes", "as_of-day", "1", "as_of-month", "4"), "two.csv", visitsHead+
		"A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1,x\nA9,Eve,Moss,04/03/1983,V9,07/01/2026,1,x\n"), "/extracts/2")
	d.work()
	w := a.status(a.post("/extracts/2/accept", nil), http.StatusUnprocessableEntity)
	d.says(w, "Is so much missing from this extract?", "1 contact that Lantern Housing sent before", `name="absent" value="seen"`)
	d.says(a.get("/extracts/2"), "Waiting for a decision")
	a.want(a.post("/extracts/2/accept", url.Values{"absent": {"seen"}}), "/extracts/2")
}

// TestCountedBeforeIsAskedAgain: what a full extract ends was counted before another file was accepted. The answer to accepting it is a page
// that says so and from which it can be accepted.
func TestCountedBeforeIsAskedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	a := d.analyst
	one, two := "A1,Dean,Whitlock,04/03/1983,V1,05/01/2026,1,x\n", "A9,Eve,Moss,04/03/1983,V9,07/01/2026,1,x\n"
	a.want(a.upload("/extracts", d.extractForm(), "one.csv", visitsHead+one), "/extracts/1")
	a.want(a.upload("/extracts", d.extractForm("full", "yes", "as_of-day", "1", "as_of-month", "4"), "two.csv", visitsHead+two), "/extracts/2")
	d.work()
	d.move(time.Minute)
	a.want(a.post("/extracts/1/accept", nil), "/extracts/1")
	d.says(a.get("/extracts/2"), "“one.csv”, as of 31 March 2026, was accepted after these rows were counted", "may end; none counts twice")
	w := a.status(a.post("/extracts/2/accept", nil), http.StatusUnprocessableEntity)
	d.says(w, "Is this extract still full?", "“one.csv”, as of 31 March 2026, was accepted after", "Accept 1 row", `name="absent" value="seen"`)
	d.says(a.get("/extracts/2"), "Waiting for a decision")
	a.want(a.post("/extracts/2/accept", url.Values{"absent": {"seen"}}), "/extracts/2")
	d.says(a.get("/extracts/2"), "Accepted")
}
