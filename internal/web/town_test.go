package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// town is a site with three invented people in the files of two agencies, linked and costed. Each test has one of its own.
type town struct {
	*site
	admin, analyst *browserOf
	lantern        id.Agency
}

// townLayout is an agency's layout of one file of clients and their contacts.
func townLayout(agency, code, service, unit string) string {
	return "name: clients\nversion: 1\nagency: " + agency + "\nkind: both\ncolumns:\n" +
		"  - {header: client, field: key}\n  - {header: forename, field: forename}\n  - {header: surname, field: surname}\n" +
		"  - {header: born, field: birth, format: dd/mm/yyyy}\n  - {header: nhs, field: nhs-number}\n  - {header: postcode, field: postcode}\n" +
		"  - {header: day, field: from, format: dd/mm/yyyy}\nservice: " + code + "\nservices:\n" +
		"  - {code: " + code + ", service: " + service + ", unit: " + unit + ", quantity: one}\n"
}

func newTown(t *testing.T) *town {
	t.Helper()
	s, ada := newSite(t)
	w := &town{site: s, admin: ada, analyst: ada.somebody("Anna", 0, policy.FindAndCost, string(policy.Analyst))}
	lead := ada.somebody("Gwen", 0, policy.HandleExtracts, string(policy.GovernanceLead))
	loader := ada.somebody("Lena", 0, policy.HandleExtracts, string(policy.Analyst))
	w.lantern = w.take(loader, lead, "lantern", townLayout("lantern", "OUTR", "street-outreach", "contact"), "client,forename,surname,born,nhs,postcode,day\n"+
		"L1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,05/01/2026\nL2,Ann,Poole,01/02/1990,9990000026,SE15 4QX,06/01/2026\n")
	w.take(loader, lead, "riverbank", townLayout("riverbank", "AE-ATT", "ae-attendance", "attendance"), "client,forename,surname,born,nhs,postcode,day\n"+
		"R1,Dean,Whitlock,04/03/1983,9990000018,SE5 8AZ,07/01/2026\nR2,Omar,Obuya,09/09/1971,,SE27 9XY,08/01/2026\n")
	if _, err := s.app.StartRuns(t.Context(), w.analyst.credential()); err != nil {
		t.Fatal(err)
	}
	w.work()
	return w
}

// credential is what the browser shows at the door.
func (b *browserOf) credential() app.Who {
	who, _ := b.s.who(b.request(http.MethodGet, "/", ""))
	return who
}

// take approves a layout, and sends in and accepts a file.
func (w *town) take(loader, lead *browserOf, agency, layout, file string) id.Agency {
	w.t.Helper()
	ctx := w.t.Context()
	all, err := w.app.Agencies(ctx, loader.credential())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, g := range all.Agencies {
		if g.Slug != agency {
			continue
		}
		l, err := w.app.AddLayout(ctx, loader.credential(), g.ID, []byte(layout))
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.app.ApproveLayout(ctx, lead.credential(), l.ID); err != nil {
			w.t.Fatal(err)
		}
		got, err := w.app.ReceiveExtract(ctx, loader.credential(), app.ReceiveExtract{Layout: l.ID, Name: agency + ".csv", AsOf: day.Must(2026, time.March, 31),
			File: strings.NewReader(file)})
		if err != nil {
			w.t.Fatal(err)
		}
		w.work()
		if err := w.app.AcceptExtract(ctx, loader.credential(), app.AcceptExtract{Extract: got.Extract.ID}); err != nil {
			w.t.Fatal(err)
		}
		return g.ID
	}
	w.t.Fatalf("there is no agency %s", agency)
	return 0
}

// work does every job that waits.
func (w *town) work() {
	w.t.Helper()
	for busy := true; busy; {
		var err error
		if busy, err = w.app.WorkOnce(w.t.Context(), "test"); err != nil {
			w.t.Fatal(err)
		}
	}
}

// says fails unless a page holds each of the words.
func says(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

// saysNot fails when a page holds any of the words.
func saysNot(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(page, w) {
			t.Errorf("the page says %q", w)
		}
	}
}
