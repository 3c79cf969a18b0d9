package app

import (
	"bytes"
	"context"
	"encoding/csv"
	"slices"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/intake"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// What rows of an extract can be asked for.
const (
	RowsAccepted = "accepted"
	RowsRepeated = "repeated"
	RowsAside    = "set-aside"
)

// OpenExtractRows asks for the rows behind one of an extract's counts.
type OpenExtractRows struct {
	Extract id.Extract
	What    string // one of the above
	Column  string // of values set aside: their column and, by its words, the reason
	Why     string
	After   int64 // the line after which to go on; 0 begins
}

// ExtractRowsPage is rows behind a count of an extract, in file order.
type ExtractRowsPage struct {
	Viewer  Viewer
	Extract store.Extract
	Agency  store.Agency
	Layout  store.Layout
	Columns []string // as the agency heads them
	Rows    []ExtractRow
	Last    int64 // the line up to which the file was looked through
	More    bool  // there is more of the file after Last
}

// ExtractRow is one row, with its values masked as in the preview.
type ExtractRow struct {
	Line  int64
	Cells []string
	Aside []string         // what was set aside, masked where it may tell who somebody is
	Of    *store.ContactAt // the row of another file that it repeats
	OfOwn bool             // it repeats a row of its own file
}

// ExtractRowsOnPage is how many rows a page shows; chunksOnPage how many chunks of rows are looked through for them before somebody is asked
// whether to go on, so that a page is quick where what is looked for is rare.
const (
	ExtractRowsOnPage = 20
	chunksOnPage      = 100
)

// ExtractRows shows the rows behind one of the counts of an extract. Values that may tell who somebody is are masked.
func (a *App) ExtractRows(ctx context.Context, who Who, in OpenExtractRows) (ExtractRowsPage, error) {
	var p ExtractRowsPage
	err := a.db.Do(ctx, request(who, policy.ExtractOpen, policy.Extract, int64(in.Extract)), func(tx *store.Tx) error {
		p = ExtractRowsPage{}
		layout, err := p.open(tx, in.Extract)
		if err != nil {
			return err
		}
		look := looking{tx: tx, in: in, extract: p.Extract, layout: layout}
		for p.Last = in.After; len(p.Rows) < ExtractRowsOnPage; {
			chunk, err := chunkFrom(tx, in.Extract, p.Last)
			if err != nil || len(chunk.Data) == 0 {
				p.More = false
				return err
			}
			if p.More = look.chunks == chunksOnPage; p.More {
				return nil
			}
			look.chunks++
			some, err := look.chunk(chunk)
			if err != nil {
				return err
			}
			some = slices.DeleteFunc(some, func(r ExtractRow) bool { return r.Line <= p.Last })
			p.Last, p.More = chunk.LastLine, true
			for _, r := range some {
				if p.Rows = append(p.Rows, r); len(p.Rows) == ExtractRowsOnPage {
					p.Last = r.Line
					return nil
				}
			}
		}
		return nil
	})
	return p, err
}

// chunkFrom gives the chunk that holds the row after a line; the zero Chunk after the last.
func chunkFrom(tx *store.Tx, e id.Extract, after int64) (store.Chunk, error) {
	if after > 0 {
		chunk, err := tx.ChunkOf(e, after)
		switch {
		case err == nil && after < chunk.LastLine:
			return chunk, nil
		case err != nil && fault.KindOf(err) != fault.NotFound:
			return chunk, err
		}
	}
	return tx.ChunkAfter(e, after)
}

// rowsOf is the refusal to tell what rows of an extract say; nil where the viewer may know it. Rows may be of any service, so whoever may not
// see rows of services that are kept to the agency that sent them sees none.
func rowsOf(tx *store.Tx, e store.Extract) error {
	return tx.Ask(policy.Subject{Kind: policy.Extract, ID: int64(e.ID)},
		policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: e.Agency, State: string(e.State), Sensitivity: policy.DrugAndAlcohol})
}

// open gathers what every page about rows of an extract says.
func (p *ExtractRowsPage) open(tx *store.Tx, n id.Extract) (layout *intake.Layout, err error) {
	if p.Viewer, err = viewer(tx); err != nil {
		return nil, err
	}
	if p.Extract, err = tx.Extract(n); err != nil {
		return nil, err
	}
	if err := rowsOf(tx, p.Extract); err != nil {
		return nil, err
	}
	if p.Layout, err = tx.Layout(p.Extract.Layout); err != nil {
		return nil, err
	}
	agencies, err := tx.Agencies()
	if err != nil {
		return nil, err
	}
	for _, g := range agencies {
		if g.ID == p.Extract.Agency {
			p.Agency = g
		}
	}
	if layout, err = intake.ParseLayout([]byte(p.Layout.Text)); err != nil {
		return nil, err
	}
	for _, c := range layout.Columns {
		p.Columns = append(p.Columns, c.Header)
	}
	return layout, nil
}

// looking looks for rows of one kind in an extract.
type looking struct {
	tx      *store.Tx
	in      OpenExtractRows
	extract store.Extract
	layout  *intake.Layout
	chunks  int // looked through
}

// chunk gives the rows of a chunk that are looked for.
func (l *looking) chunk(c store.Chunk) ([]ExtractRow, error) {
	var rows []sentRow
	if err := readChunk(c.Data, func(r sentRow) bool { rows = append(rows, r); return true }); err != nil {
		return nil, err
	}
	if l.in.What == RowsAside {
		return l.aside(rows)
	}
	held, err := l.tx.RepeatsHeld(l.extract.ID, c.FirstLine, c.LastLine, l.extract.CheckedAt)
	if err != nil {
		return nil, err
	}
	repeats := map[int64]store.ContactAt{}
	for _, h := range held {
		repeats[h.Line] = h.Of
	}
	var out []ExtractRow
	for _, r := range rows {
		x := ExtractRow{Line: r.Line, Cells: shapes(l.layout, r), OfOwn: r.Outcome == intake.Repeated}
		of, again := repeats[r.Line]
		if again {
			x.Of = &of
		}
		if r.Outcome != intake.Rejected && (x.OfOwn || again) == (l.in.What == RowsRepeated) {
			out = append(out, x)
		}
	}
	return out, nil
}

// shapes is a row as the preview shows rows.
func shapes(layout *intake.Layout, r sentRow) []string {
	values := make([][]byte, len(layout.Columns))
	for i := range values {
		if i < len(r.Values) && r.Values[i] != nil {
			values[i] = []byte(*r.Values[i])
		}
	}
	return intake.Masked(layout, values)
}

// aside reads accepted rows again, as they were read when they came, and gives those with a value that was set aside.
func (l *looking) aside(rows []sentRow) ([]ExtractRow, error) {
	rows = slices.DeleteFunc(rows, func(r sentRow) bool { return r.Outcome != intake.Accepted || len(r.Values) != len(l.layout.Columns) })
	if len(rows) == 0 {
		return nil, nil
	}
	file, err := l.file(rows)
	if err != nil {
		return nil, err
	}
	plain := *l.layout
	plain.Encoding, plain.Delimiter, plain.Header, plain.Stop = "utf-8", "comma", "", nil
	reader, err := intake.NewReader(file, &plain, intake.Options{AsOf: l.extract.AsOf})
	if err != nil {
		return nil, err
	}
	var out []ExtractRow
	for reader.Next() {
		row := reader.Row()
		if row.Number > len(rows) {
			break
		}
		r := rows[row.Number-1]
		x := ExtractRow{Line: r.Line, Cells: shapes(l.layout, r)}
		for _, v := range row.AllSetAside() {
			if v.Field == l.in.Column && v.Reason == l.in.Why {
				x.Aside = append(x.Aside, intake.ShownAside(v))
			}
		}
		if len(x.Aside) > 0 {
			out = append(out, x)
		}
	}
	return out, reader.Err()
}

// file writes rows as the file that they came in had them: the columns that it has, and nothing of others.
func (l *looking) file(rows []sentRow) (*bytes.Buffer, error) {
	var at []int
	var line []string
	for i, c := range l.layout.Columns {
		if rows[0].Values[i] != nil {
			at, line = append(at, i), append(line, c.Header)
		}
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if err := w.Write(line); err != nil {
		return nil, err
	}
	for _, r := range rows {
		line = line[:0]
		for _, i := range at {
			line = append(line, *r.Values[i])
		}
		if err := w.Write(line); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return &out, w.Error()
}

// ExtractRow shows one row of an extract exactly as its agency sent it. Values that may tell who somebody is are hidden until names are shown,
// and where nobody is linked to the row only their shape is shown. Of a worker's name and how they are reached it is always the shape: they
// stand on the page of the person whom they work with, for those who may open it.
func (a *App) ExtractRow(ctx context.Context, who Who, n id.Extract, line int64) (SentRow, error) {
	var out SentRow
	err := a.db.Do(ctx, request(who, policy.ExtractOpen, policy.Extract, int64(n)), func(tx *store.Tx) error {
		var p ExtractRowsPage
		layout, err := p.open(tx, n)
		if err != nil {
			return err
		}
		at := store.ContactAt{Extract: n, Line: line}
		person, service, err := a.ofRow(tx, at)
		if err != nil {
			return err
		}
		if out, err = a.sentRow(tx, at, person, service); err != nil {
			return err
		}
		for i := range out.Cells {
			switch c, column := &out.Cells[i], &layout.Columns[i]; {
			case c.Hidden && person == 0:
				c.Hidden, c.Value, c.Meant = false, c.shape, "its shape only: it may tell who somebody is"
			case column.Guarded():
			case column.Is(intake.Worker) || column.Is(intake.Reach):
				c.Value, c.Meant = c.shape, "its shape only: it stands on the person’s page"
			}
		}
		return nil
	})
	return out, err
}

// ofRow gives whose a row's contact is by the published run, and what its service code means; 0 where the row is not a contact or nobody's.
func (a *App) ofRow(tx *store.Tx, at store.ContactAt) (person id.Person, service string, err error) {
	c, err := tx.ContactAt(at)
	if fault.KindOf(err) == fault.NotFound {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", err
	}
	m, err := a.priceMap(tx)
	if err != nil {
		return 0, "", err
	}
	service = m.means(m.codes[m.place[c.Service]])
	here, err := tx.Area()
	if err != nil || here.LinkRun == 0 {
		return 0, service, err
	}
	r, err := tx.Record(c.Record, here.LinkRun)
	if fault.KindOf(err) == fault.NotFound {
		return 0, service, nil
	}
	return r.Person, service, err
}
