package bench

import (
	"bufio"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/govalues/decimal"

	"throughline/internal/cost"
	"throughline/internal/day"
)

// BenchmarkFootprintsBesideDuckDB prices the same contacts here and in DuckDB, which reads them and the prices from files, works by the same
// rules in exact whole numbers, and compares every sum with ours: one that differs by a penny fails. PEERS_PYTHON is a Python that has
// duckdb (bench/peers/README.md); FOOTPRINT_CONTACTS is the size.
//
//	FOOTPRINT_CONTACTS=10000000 PEERS_PYTHON=~/duckdb/bin/python go test ./bench -run - -bench BesideDuckDB -benchtime 1x -timeout 1h
func BenchmarkFootprintsBesideDuckDB(b *testing.B) {
	python := os.Getenv("PEERS_PYTHON")
	if python == "" {
		b.Skip("PEERS_PYTHON names no Python that has duckdb; see bench/peers/README.md")
	}
	n := size(b, "FOOTPRINT_CONTACTS", 100_000)
	table, window := southLondon(b)
	contacts := activities(n, max(1, n/10), len(table.Keys()), window)
	dir := b.TempDir()
	exportContacts(b, dir, contacts)
	exportPrices(b, dir, table, window)
	for range b.N {
		b.StopTimer()
		var sums *cost.Sums
		best := time.Duration(0)
		for range 3 {
			runtime.GC()
			begun := time.Now()
			b.StartTimer()
			s, err := cost.Sum(contacts, table, window)
			b.StopTimer()
			if err != nil {
				b.Fatal(err)
			}
			if took := time.Since(begun); best == 0 || took < best {
				best = took
			}
			sums = s
		}
		exportSums(b, dir, sums)
		b.ReportMetric(float64(n)/best.Seconds(), "contacts/s")
		b.Logf("Throughline: %d contacts in %v, the best of 3: %d sums by month, %d shares", n, best.Round(time.Millisecond), len(sums.Cells), len(sums.Shares))
	}
	contacts = nil
	runtime.GC()
	peer := exec.CommandContext(b.Context(), python, filepath.Join("peers", "footprints_duckdb.py"), dir, fmt.Sprint(runtime.GOMAXPROCS(0)))
	out, err := peer.CombinedOutput()
	b.Logf("%s", out)
	if err != nil {
		b.Fatal(err)
	}
}

// export writes lines to a file of the folder.
func export(b *testing.B, dir, name, header string, lines func(*bufio.Writer)) {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, header)
	lines(w)
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

func exportContacts(b *testing.B, dir string, contacts []cost.Activity) {
	export(b, dir, "contacts.csv", "contact,person,code,first,last,quantity,own", func(w *bufio.Writer) {
		for i, a := range contacts {
			own := ""
			if a.Flags&cost.HasOwn != 0 {
				own = fmt.Sprint(int64(a.Own))
			}
			fmt.Fprintf(w, "%d,%d,%d,%d,%d,%d,%s\n", i, a.Person, a.Service, a.From, a.To, a.Quantity, own)
		}
	})
}

// exportPrices writes the price of each code as a fraction of pence, made here from the area's file, the editions and the deflator, and not
// by the code that is measured; and the calendar: for each day the piece of the window it lies in, and what its year's money is worth.
func exportPrices(b *testing.B, dir string, table *cost.Table, window cost.Window) {
	b.Helper()
	a, library, deflator := southLondonPrices(b)
	growth := func(from day.FinancialYear) *big.Rat {
		if from == a.Prices.PriceYear {
			return big.NewRat(1, 1)
		}
		was, ok := deflator.Index(from)
		now, ok2 := deflator.Index(a.Prices.PriceYear)
		if !ok || !ok2 {
			return new(big.Rat)
		}
		return new(big.Rat).Quo(rational(b, now), rational(b, was))
	}
	group := map[cost.Group]int{}
	for i, g := range table.Groups() {
		group[g] = i
	}
	counts := map[cost.Conversion][2]int{cost.Each: {0, 1}, cost.MinutesToHours: {0, 60}, cost.Nights: {1, 1}, cost.Days: {2, 1}, cost.NightsOver7: {1, 7},
		cost.DaysOver7: {2, 7}, cost.NightsOver365: {1, 365}, cost.DaysOver365: {2, 365}}
	export(b, dir, "codes.csv", "code,sums,counts,per,price,price_of,own,own_of,own_by_year", func(w *bufio.Writer) {
		for i := range table.Keys() {
			c := table.Code(i)
			if c.Gap != 0 {
				continue
			}
			e := c.Entry
			price, own, byYear := new(big.Rat), new(big.Rat), 0
			switch {
			case e.Local != nil:
				price.Mul(big.NewRat(int64(e.Local.Amount), 1), growth(e.Local.Year))
			case e.National != nil:
				p, err := library.Price(*e.National)
				if err != nil {
					b.Fatal(err)
				}
				price.Mul(rational(b, p.Amount), big.NewRat(100, 1))
				price.Mul(price, growth(p.Year))
			}
			if e.Own != nil {
				own = growth(e.Own.Year)
				if e.Own.Year == 0 {
					own, byYear = big.NewRat(1, 1), 1
				}
			}
			k := counts[e.Conversion]
			fmt.Fprintf(w, "%d,%d,%d,%d,%d,%d,%d,%d,%d\n", i, group[cost.Group{Agency: e.Key.Agency, Service: e.Service, Payer: e.Payer, Kind: e.Kind}],
				k[0], k[1], price.Num(), price.Denom(), own.Num(), own.Denom(), byYear)
		}
	})
	export(b, dir, "days.csv", "day,month,piece,grown,grown_of", func(w *bufio.Writer) {
		piece, before := -1, [2]int{-1, -1}
		for d := window.From - 400; d <= window.To+400; d++ {
			year := 0
			if d >= window.Turn {
				year = 1
			}
			if now := [2]int{int(d.Month()), year}; now != before {
				piece, before = piece+1, now
			}
			g := growth(d.FinancialYear())
			fmt.Fprintf(w, "%d,%d,%d,%d,%d\n", d, d.Month(), piece, g.Num(), g.Denom())
		}
	})
	export(b, dir, "window.csv", "first,last", func(w *bufio.Writer) { fmt.Fprintf(w, "%d,%d\n", window.From, window.To) })
}

func rational(b *testing.B, d decimal.Decimal) *big.Rat {
	b.Helper()
	r, ok := new(big.Rat).SetString(d.String())
	if !ok {
		b.Fatalf("%s is no number", d)
	}
	return r
}

func exportSums(b *testing.B, dir string, s *cost.Sums) {
	export(b, dir, "our_months.csv", "person,month,sums,contacts,amount", func(w *bufio.Writer) {
		for _, c := range s.Cells {
			fmt.Fprintf(w, "%d,%d,%d,%d,%d\n", c.Person, c.Month, c.Group, c.Contacts, c.Amount)
		}
	})
	export(b, dir, "our_shares.csv", "person,sums,contacts,quantity,days,amount", func(w *bufio.Writer) {
		for _, c := range s.Shares {
			fmt.Fprintf(w, "%d,%d,%d,%d,%d,%d\n", c.Person, c.Group, c.Contacts, c.Quantity, c.Days, c.Amount)
		}
	})
}
