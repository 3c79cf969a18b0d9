package intake

import (
	"io"
	"iter"
	"strings"

	"throughline/internal/sheet"
)

// WriteRejected writes rejected rows as CSV to send back: the agency's own columns (those that the layout maps; nothing is kept of
// others), then line, column, reason and remedy. Formulas in values are made harmless.
func WriteRejected(w io.Writer, headers []string, rows iter.Seq2[RejectedRow, error]) error {
	out := sheet.NewWriter(w)
	cells := make([]sheet.Cell, 0, len(headers)+5)
	for _, h := range headers {
		cells = append(cells, sheet.Text(h))
	}
	out.Write(append(cells, sheet.Text("line"), sheet.Text("column"), sheet.Text("code"), sheet.Text("what is wrong"),
		sheet.Text("remedy"))...)
	for row, err := range rows {
		if err != nil {
			return err
		}
		cells = cells[:0]
		if len(row.Values) > len(headers) {
			row.Message += Beyond(row.Values[len(headers):])
		}
		for i := range headers {
			v := ""
			if i < len(row.Values) {
				v = row.Values[i]
			}
			cells = append(cells, sheet.Text(v))
		}
		out.Write(append(cells, sheet.Number(int64(row.Line)), sheet.Text(row.Column), sheet.Text(row.Code),
			sheet.Text(row.Message), sheet.Text(row.Remedy))...)
	}
	return out.Flush()
}

// Beyond says which values a row has beyond the last column, so that they are not lost where only columns are written.
func Beyond(values []string) string {
	return ". Beyond the last column it has: " + strings.Join(values, " | ")
}
