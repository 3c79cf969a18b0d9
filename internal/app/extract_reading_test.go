package app

import (
	"fmt"
	"strings"
	"testing"

	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/policy"
)

const priced = `name: stays
version: 1
agency: lantern
kind: both
columns:
  - {header: client, field: key}
  - {header: surname, field: surname}
  - {header: stay, field: contact}
  - {header: day, field: from, format: dd/mm/yyyy}
  - {header: code, field: service}
  - {header: cost, field: amount}
services:
  - {code: OUTR, service: street-outreach, unit: contact, quantity: one}
`

// TestPageSaysWhatTheDryRunSays: whoever accepts in the browser reads of the file what the command would have told them, and the lines that are
// named open; once the rows are gone nothing is said of them.
func TestPageSaysWhatTheDryRunSays(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		var file strings.Builder
		file.WriteString("client,surname,stay,day,code,cost\n")
		for i := range 30 {
			day, code, cost := "05/01/2026", "OUTR", fmt.Sprint(20+i%7)
			switch {
			case i > 27:
				day = "01/05/2026"
			case i > 24:
				code = "NEW\u2028"
			case i == 20:
				cost = "2600"
			}
			fmt.Fprintf(&file, "A%d,Whitlock,S%d,%s,%s,%s\n", i, i, day, code, cost)
		}
		layout, err := intake.ParseLayout([]byte(priced))
		if err != nil {
			t.Fatal(err)
		}
		dry, err := intake.DryRun(strings.NewReader(file.String()), layout, intake.Options{AsOf: march}, 5)
		if err != nil {
			t.Fatal(err)
		}
		if len(dry.Remarks) != 2 || len(dry.Largest) != intake.LargestAmounts || len(dry.Services) != 2 {
			t.Fatalf("the dry run says %+v", dry.Reading)
		}
		e := w.send(w.layout("lantern", priced), march, false, file.String())
		read := func(n id.Extract) intake.Reading {
			p, err := w.app.Extract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), n, 1)
			if err != nil {
				t.Fatal(err)
			}
			return p.Reading
		}
		diff(t, "what waits", dry.Reading, read(e.ID))
		for _, r := range dry.Remarks {
			for _, line := range r.Lines {
				if _, err := w.app.ExtractRow(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), e.ID, line); err != nil {
					t.Errorf("%s, line %d: %v", r.Code, line, err)
				}
			}
		}
		w.accept(e)
		diff(t, "what counts", dry.Reading, read(e.ID))
		w.sentInError(e)
		diff(t, "what was taken back", intake.Reading{}, read(e.ID))
	})
}
