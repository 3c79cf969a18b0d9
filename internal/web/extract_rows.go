package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// rowsAsked reads which rows of an extract are asked for.
func rowsAsked(n id.Extract, q url.Values) (app.OpenExtractRows, error) {
	in := app.OpenExtractRows{Extract: n, What: cmp.Or(q.Get("what"), app.RowsAccepted), Column: q.Get("column"), Why: q.Get("why")}
	switch in.What {
	case app.RowsAccepted, app.RowsRepeated, app.RowsAside:
	default:
		return in, fault.Missing("page")
	}
	if said := q.Get("after"); said != "" {
		line, ok := day.Figures(said, 9)
		if !ok {
			return in, fault.Missing("page")
		}
		in.After = int64(line)
	}
	return in, nil
}

// extractRows shows the rows behind one of the counts of an extract.
func (s *Server) extractRows(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Extract](r, "extract", "extract")
	if err != nil {
		return err
	}
	in, err := rowsAsked(n, r.URL.Query())
	if err != nil {
		return err
	}
	p, err := s.app.ExtractRows(r.Context(), who, in)
	if err != nil {
		return err
	}
	c := ui.ExtractRows{Extract: n, Agency: p.Agency.Name, Feed: p.Layout.Name, AsOf: p.Extract.AsOf, What: in.What, Column: in.Column, Why: in.Why, Columns: p.Columns,
		Gone: extractState(p.Extract.State).Gone(), After: int(in.After), Last: int(p.Last), More: p.More, Accepted: int(p.Extract.Accepted), Repeated: int(p.Extract.Repeated)}
	for _, x := range p.Rows {
		row := ui.ExtractsRow{Line: int(x.Line), Cells: x.Cells, Aside: x.Aside, OfOwn: x.OfOwn}
		if x.Of != nil {
			row.OfExtract, row.OfLine = x.Of.Extract, int(x.Of.Line)
		}
		c.Rows = append(c.Rows, row)
	}
	return ui.ExtractRowsPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// extractRow shows one row of an extract as it was sent.
func (s *Server) extractRow(w http.ResponseWriter, r *http.Request, who app.Who) error {
	n, err := pathID[id.Extract](r, "extract", "extract")
	if err != nil {
		return err
	}
	line, err := strconv.ParseInt(r.PathValue("line"), 10, 32)
	if err != nil || line < 1 || strconv.FormatInt(line, 10) != r.PathValue("line") {
		return fault.Missing("row")
	}
	row, err := s.app.ExtractRow(r.Context(), who, n, line)
	if err != nil {
		return err
	}
	return ui.RowPage.Write(w, http.StatusOK, s.frame(w, r, row.Viewer), ui.RowView{Row: sentRow(row), Person: row.Person, MayExtract: row.Viewer.May(policy.ExtractOpen)})
}
