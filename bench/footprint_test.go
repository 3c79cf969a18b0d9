package bench

import (
	"io/fs"
	"math/rand/v2"
	"runtime"
	"testing"

	"throughline/areas"
	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/reference"
)

// BenchmarkFootprints prices ten million contacts of a million people through the price map of South London, for the
// window of its cohort: go test ./bench -run - -bench Footprints -benchtime 3x
func BenchmarkFootprints(b *testing.B) {
	table, window := southLondon(b)
	contacts := activities(10_000_000, 1_000_000, len(table.Keys()), window)
	b.ResetTimer()
	var sums *cost.Sums
	for range b.N {
		var err error
		if sums, err = cost.Sum(contacts, table, window); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	var total money.Pence
	for _, c := range sums.Codes {
		total += c.Amount
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(len(contacts))*float64(b.N)/b.Elapsed().Seconds(), "contacts/s")
	b.ReportMetric(float64(memory.Sys)/(1<<20), "MiB")
	b.Logf("%d contacts, %d sums by month, %s", len(contacts), len(sums.Cells), total)
}

// TestPriceMapOfSouthLondonHolds joins the area's file to the editions that ship, as an act does, and prices one of each.
func TestPriceMapOfSouthLondonHolds(t *testing.T) {
	t.Parallel()
	table, window := southLondon(t)
	var contacts []cost.Contact
	for i := range table.Keys() {
		contacts = append(contacts, cost.Contact{Activity: cost.Activity{Service: uint16(i), From: window.To, Quantity: 60_000,
			Own: 46_00, Flags: cost.HasOwn}})
	}
	p, err := cost.Footprint(contacts, table, window)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Lines) != 24 || len(p.Gaps) != 3 {
		t.Errorf("%d lines and %d gaps, want 24 and 3", len(p.Lines), len(p.Gaps))
	}
	for _, l := range p.Lines {
		if want := money.Pence(155_21); l.Key.Code == "CUST" && l.UnitPrice != want {
			t.Errorf("a night in prison is %v, want %v", l.UnitPrice, want)
		}
	}
}

// southLondonPrices loads the invented area with the editions and the deflator that it names.
func southLondonPrices(b testing.TB) (*area.Area, cost.Library, *cost.Deflator) {
	b.Helper()
	a, err := area.Load(areas.Files, southLondonArea)
	if err != nil {
		b.Fatal(err)
	}
	var library cost.Library
	for _, name := range a.Prices.Editions {
		text, err := fs.ReadFile(reference.UnitCosts(), name+".csv")
		if err != nil {
			b.Fatal(err)
		}
		e, err := cost.ParseEdition(name, string(text))
		if err != nil {
			b.Fatal(err)
		}
		library = append(library, e)
	}
	text, err := fs.ReadFile(reference.Deflators(), a.Prices.Deflator+".csv")
	if err != nil {
		b.Fatal(err)
	}
	deflator, err := cost.ParseDeflator(a.Prices.Deflator, string(text))
	if err != nil {
		b.Fatal(err)
	}
	return a, library, deflator
}

// southLondon makes the price table of the invented area, with every code of its map.
func southLondon(b testing.TB) (*cost.Table, cost.Window) {
	b.Helper()
	a, library, deflator := southLondonPrices(b)
	var entries []cost.Entry
	var keys []cost.Key
	for _, p := range a.Prices.Map {
		service, _ := a.Service(p.Service)
		e := cost.Entry{Key: cost.Key{Agency: p.Agency, Code: p.Code, Unit: p.Unit}, Service: p.Service, Payer: p.Payer,
			Kind: cost.Kind(service.Kind), Conversion: cost.Conversion(p.Conversion), ApprovedBy: p.ApprovedBy, ApprovedOn: p.ApprovedOn}
		switch {
		case p.Own != nil:
			e.Own = &cost.OwnPrice{Year: p.Own.PriceYear, Note: p.Own.Note}
		case p.Local != nil:
			e.Local = &cost.LocalPrice{Amount: p.Local.Amount, Basis: cost.Basis(p.Local.A), Year: p.Local.PriceYear, Source: p.Local.Source}
		case p.National != nil:
			e.National = &cost.Ref{Edition: p.National.Edition, Code: p.National.Code}
		}
		entries, keys = append(entries, e), append(keys, e.Key)
	}
	m, err := cost.NewMap(entries, library, deflator, a.Prices.PriceYear)
	if err != nil {
		b.Fatal(err)
	}
	table, err := m.Table(keys, cost.Policy{})
	if err != nil {
		b.Fatal(err)
	}
	return table, cost.InTwo(day.Ending(a.Cohort.AsOf, a.Cohort.Days))
}

// activities makes contacts in order of person: most of a single day, a quarter of them stays, from before the window to after.
func activities(contacts, people, codes int, w cost.Window) []cost.Activity {
	random := rand.New(rand.NewPCG(7, 7))
	all := make([]cost.Activity, contacts)
	for i := range all {
		a := cost.Activity{Person: int32(i * people / contacts), Service: uint16(random.IntN(codes)),
			From: w.From + day.Day(random.IntN(w.Days()+100)-50), Quantity: int64(random.IntN(4)) * 15_000}
		if random.IntN(4) == 0 {
			a.To = a.From + day.Day(random.IntN(60))
		}
		if random.IntN(8) == 0 {
			a.Own, a.Flags = money.Pence(random.IntN(300_000)), cost.HasOwn
		}
		all[i] = a
	}
	return all
}
