package sample

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"throughline/areas"
	"throughline/internal/intake"
)

// generated makes a world for a test.
func generated(t *testing.T, people int, seed uint64, threads int) (string, Report) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "world")
	r, err := Generate(context.Background(), Options{Area: "south-london", People: people, Seed: seed, Threads: threads, Out: dir})
	if err != nil {
		t.Fatal(err)
	}
	return dir, r
}

func layoutOf(t *testing.T, name string) *intake.Layout {
	t.Helper()
	text, err := areas.Files.ReadFile("south-london/layouts/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	l, err := intake.ParseLayout(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestIntakeReadsEveryFile holds the files to the area's layouts: none is refused, and the rows that are rejected or repeated
// are those that were planted.
func TestIntakeReadsEveryFile(t *testing.T) {
	t.Parallel()
	dir, report := generated(t, 30_000, 7, 0)
	planted := 0
	for _, f := range report.Files {
		file, err := os.Open(filepath.Join(dir, extractsFolder, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		r, err := intake.NewReader(file, layoutOf(t, f.Layout), intake.Options{AsOf: f.AsOf,
			Totals: intake.Totals{Rows: f.Rows, Amount: f.Charged, HasAmount: f.Charged != 0}})
		if err != nil {
			t.Errorf("%s is refused: %v", f.Name, err)
			continue
		}
		reasons := map[string]int{}
		for r.Next() {
			row := r.Row()
			switch row.Outcome {
			case intake.Rejected:
				reasons[row.Rejection.Column+": "+row.Rejection.Code]++
			case intake.Accepted:
				for _, s := range row.AllSetAside() {
					reasons["aside "+s.Field+": "+s.Code]++
				}
				if c := row.Contact; c.Later || f.AsOf < c.From {
					t.Errorf("%s line %d begins after the extract's day", f.Name, row.Line)
				}
			}
		}
		if err := r.Err(); err != nil {
			t.Errorf("%s: %v", f.Name, err)
			continue
		}
		c := r.Counts()
		if c.Rows != f.Rows || c.Rejected != f.Rejected || c.Repeated != f.Repeated {
			t.Errorf("%s: %d rows, %d rejected, %d repeated; planted were %d, %d, %d", f.Name, c.Rows, c.Rejected, c.Repeated,
				f.Rows, f.Rejected, f.Repeated)
		}
		t.Logf("%s %+v %v", f.Name, c, reasons)
		planted += f.Rejected + f.Repeated
	}
	if planted == 0 {
		t.Error("no bad or repeated row was planted")
	}
}
