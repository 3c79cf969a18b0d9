package app

import (
	"testing"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// rowsOf gives every row behind a count of an extract, page by page.
func (w *scene) rowsOf(in OpenExtractRows) (rows []ExtractRow) {
	w.t.Helper()
	for {
		p, err := w.app.ExtractRows(w.t.Context(), w.as(policy.Analyst, policy.HandleExtracts), in)
		if err != nil {
			w.t.Fatal(err)
		}
		rows = append(rows, p.Rows...)
		if !p.More {
			return rows
		}
		in.After = p.Last
	}
}

func linesOf(rows []ExtractRow) (lines []int64) {
	for _, r := range rows {
		lines = append(lines, r.Line)
	}
	return lines
}

// TestCountsOpenToRows: each count of an extract opens to as many rows, by their lines, and a row that repeats another file's leads there.
func TestCountsOpenToRows(t *testing.T) {
	inBoth(t, func(t *testing.T, w *scene) {
		l := w.layout("lantern", numbered)
		row := "A1,Dean,Whitlock,04/03/1983,"
		sentFirst := w.send(l, march, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,1\n")
		w.accept(sentFirst)
		first := sentFirst.ID
		sentSecond := w.send(l, april, false, head+row+"V1,05/01/2026,1\n"+row+"V2,06/01/2026,3\n"+row+"V3,07/04/2026,1\n"+row+"V3,07/04/2026,1\n"+
			"A2,Ann,UNKNOWN,01/01/1900,V4,08/04/2026,1\n"+"A2,Ann,Poole,01/02/1990,V5,31/02/2026,1\n")
		second := sentSecond.ID
		p, err := w.app.Extract(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), second, 1)
		if err != nil {
			t.Fatal(err)
		}
		accepted, repeated := w.rowsOf(OpenExtractRows{Extract: second, What: RowsAccepted}), w.rowsOf(OpenExtractRows{Extract: second, What: RowsRepeated})
		diff(t, "lines accepted", []int64{3, 4, 6}, linesOf(accepted))
		diff(t, "lines repeated", []int64{2, 5}, linesOf(repeated))
		if int(p.Extract.Accepted) != len(accepted) || int(p.Extract.Repeated) != len(repeated) {
			t.Errorf("the extract counts %d and %d, and opens to %d and %d", p.Extract.Accepted, p.Extract.Repeated, len(accepted), len(repeated))
		}
		if of := repeated[0].Of; of == nil || of.Extract != first || of.Line != 2 || !repeated[1].OfOwn {
			t.Errorf("repeated: %+v", repeated)
		}
		values := int64(0)
		for _, v := range p.SetAside {
			rows := w.rowsOf(OpenExtractRows{Extract: second, What: RowsAside, Column: v.Field, Why: v.Reason})
			for _, r := range rows {
				values += int64(len(r.Aside))
			}
			diff(t, "lines with "+v.Field+" set aside", []int64{6}, linesOf(rows))
		}
		if values != p.Extract.SetAside || values == 0 {
			t.Errorf("the extract counts %d values set aside, and opens to %d", p.Extract.SetAside, values)
		}
		sent, err := w.app.ExtractRow(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), second, 7)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "a name in a rejected row is masked", "••••", cellOf(sent, "surname")[:len("••••")])
		diff(t, "its day", "31/02/2026", cellOf(sent, "day"))
		w.accept(sentSecond)
		diff(t, "lines accepted, once accepted", []int64{3, 4, 6}, linesOf(w.rowsOf(OpenExtractRows{Extract: second, What: RowsAccepted})))
		diff(t, "lines accepted of the first", []int64{2, 3}, linesOf(w.rowsOf(OpenExtractRows{Extract: first, What: RowsAccepted})))
		for _, gone := range []struct {
			extract id.Extract
			line    int64
		}{{second, 1}, {second, 99}, {second + 7, 2}} {
			if _, err := w.app.ExtractRow(t.Context(), w.as(policy.Analyst, policy.HandleExtracts), gone.extract, gone.line); fault.KindOf(err) != fault.NotFound {
				t.Errorf("line %d of extract %d: %v", gone.line, gone.extract, err)
			}
		}
	})
}

func cellOf(r SentRow, column string) string {
	for _, c := range r.Cells {
		if c.Column == column {
			return c.Value
		}
	}
	return "no such column"
}
