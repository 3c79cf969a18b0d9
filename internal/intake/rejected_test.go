package intake

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRaggedRowsKeepTheirValues: a row with too few or too many values keeps what there is of it, in the order of the header, unless a value
// could be one of a column that the layout does not name.
func TestRaggedRowsKeepTheirValues(t *testing.T) {
	t.Parallel()
	l, err := ParseLayout([]byte(`agency: a
name: people
version: 1
kind: people
columns:
  - {header: id, field: key}
  - {header: surname, field: surname}
  - {header: forename, field: forename}
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"too few", "id,surname,forename\nA1,Whitlock\n", []string{"A1", "Whitlock", ""}},
		{"too few, columns the other way round", "forename,surname,id\nDean,Whitlock\n", []string{"", "Whitlock", "Dean"}},
		{"too many", "id,surname,forename\nA1,Whitlock,Dean,tall,late\n", []string{"A1", "Whitlock", "Dean", "tall", "late"}},
		{"too few, beside a column without a name in the layout", "id,notes,surname,forename\nA1,secret\n", nil},
		{"too many, beside a column without a name", "id,,surname,forename\nA1,secret,Whitlock,Dean,tall\n", nil},
	} {
		r, err := NewReader(strings.NewReader(c.file), l, Options{AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if !r.Next() || r.Row().Outcome != Rejected {
			t.Fatalf("%s: the row is %s", c.name, r.Row().Outcome)
		}
		var got []string
		for _, v := range r.Row().Values {
			got = append(got, string(v))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}
