package sample

import (
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"throughline/areas"
	"throughline/internal/area"
	"throughline/internal/cost"
	"throughline/internal/day"
	"throughline/reference"
)

// southLondon loads the area and its prices as the product does.
func southLondon(t *testing.T) (*area.Area, *cost.Map) {
	t.Helper()
	a, err := area.Load(areas.Files, "south-london")
	if err != nil {
		t.Fatal(err)
	}
	text := func(fsys fs.FS, name string) string {
		b, err := fs.ReadFile(fsys, name+".csv")
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var library cost.Library
	for _, name := range a.Prices.Editions {
		e, err := cost.ParseEdition(name, text(reference.UnitCosts(), name))
		if err != nil {
			t.Fatal(err)
		}
		library = append(library, e)
	}
	deflator, err := cost.ParseDeflator(a.Prices.Deflator, text(reference.Deflators(), a.Prices.Deflator))
	if err != nil {
		t.Fatal(err)
	}
	var entries []cost.Entry
	for _, l := range a.Prices.Map {
		s, _ := a.Service(l.Service)
		e := cost.Entry{Key: cost.Key{Agency: l.Agency, Code: l.Code, Unit: l.Unit}, Service: l.Service, Payer: l.Payer,
			Kind:       cost.Kind(s.Kind),
			Conversion: cost.Conversion(l.Conversion), Accepted: l.Accepted, ApprovedBy: l.ApprovedBy, ApprovedOn: l.ApprovedOn}
		if l.Own != nil {
			e.Own = &cost.OwnPrice{Year: l.Own.PriceYear, Note: l.Own.Note}
		}
		if l.Local != nil {
			e.Local = &cost.LocalPrice{Amount: l.Local.Amount, Basis: cost.Basis(l.Local.A), Year: l.Local.PriceYear,
				Source: l.Local.Source}
		}
		if l.National != nil {
			e.National = &cost.Ref{Edition: l.National.Edition, Code: l.National.Code}
		}
		entries = append(entries, e)
	}
	m, err := cost.NewMap(entries, library, deflator, a.Prices.PriceYear)
	if err != nil {
		t.Fatal(err)
	}
	return a, m
}

// TestTrueCostIsTheAreas prices every event of some neighbourhoods with the area's own map, and wants the truth's pence for each.
func TestTrueCostIsTheAreas(t *testing.T) {
	t.Parallel()
	_, m := southLondon(t)
	var keys []cost.Key
	place := map[[2]string]int{}
	hours := map[[2]string]bool{}
	for _, e := range m.Entries() {
		at := [2]string{e.Agency, e.Code}
		place[at] = len(keys)
		hours[at] = e.Unit == "hour"
		keys = append(keys, e.Key)
	}
	table, err := m.Table(keys, cost.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	w, s := newWorld(5, 30_000), newStream()
	seen := map[service]int{}
	for number := range w.blocks {
		b := w.block(s, number)
		for i := range b.folk {
			for _, e := range w.live(s, b, &b.folk[i]).events {
				f, _, _ := fileOf(e.agency, e.service)
				e, ok := e.cutTo(forms[f].day(), forms[f].from)
				if !ok {
					continue
				}
				at := [2]string{e.agency.String(), e.service.code(e.agency)}
				k, ok := place[at]
				if !ok {
					t.Fatalf("the price map has no line for %v", at)
				}
				c := cost.Contact{Activity: cost.Activity{Service: uint16(k), From: e.from, To: e.to}}
				switch tariffs[e.service].unit {
				case minutes:
					c.Quantity = int64(e.quantity) * 1000
					if hours[at] {
						c.Quantity = (c.Quantity + 30) / 60
					}
				case weeks:
					c.Quantity = int64(e.quantity) * 100
				case own:
					c.Own, c.Flags = e.amount-e.rent, cost.HasOwn
				}
				if e.open {
					c.To = forms[f].day()
					c.Flags |= cost.Open
				}
				priced, err := cost.Footprint([]cost.Contact{c}, table, cost.InTwo(window))
				if err != nil {
					t.Fatal(err)
				}
				seen[e.service]++
				want := e.cost(forms[f].day(), window)
				if hours[at] && absolute(int64(want-priced.Total.Amount())) <= 4 {
					continue // thousandths of an hour are not whole minutes
				}
				if got := priced.Total.Amount(); got != want {
					t.Errorf("%v from %s to %s open %v quantity %d costs %s, and by the area's map %s", at, e.from, e.to, e.open,
						e.quantity, want, got)
				}
			}
		}
	}
	if len(seen) != services {
		t.Errorf("of %d services %d were used: %v", services, len(seen), seen)
	}
}

func absolute(n int64) int64 { return max(n, -n) }

// TestWorldFitsTheArea holds the generator's own words to the area's files.
func TestWorldFitsTheArea(t *testing.T) {
	t.Parallel()
	a, _ := southLondon(t)
	for s, tariff := range tariffs {
		known, ok := a.Service(tariff.slug)
		if !ok || (known.Kind == "crisis") != tariff.crisis {
			t.Errorf("service %d is %s, crisis %v; the area has %+v", s, tariff.slug, tariff.crisis, known)
		}
	}
	for b, list := range boroughSectors {
		for _, sector := range list {
			if got := a.Borough(unit(sector, 3)); !strings.EqualFold(got, borough(b).String()) {
				t.Errorf("sector %s is in %q for the area, in %s here", sector, got, borough(b))
			}
		}
	}
	for _, sector := range outerSectors {
		if got := a.Borough(unit(sector, 3)); got != "" {
			t.Errorf("sector %s is in %s for the area, and outside here", sector, got)
		}
	}
	for _, f := range forms {
		if _, ok := a.Agency(f.agency.String()); !ok {
			t.Errorf("%s is sent by %s, which the area does not have", f.name, f.agency)
		}
		layoutOf(t, f.name)
	}
	layouts, err := fs.Glob(areas.Files, filepath.ToSlash("south-london/layouts/*.yaml"))
	if err != nil || len(layouts) != files {
		t.Errorf("%d layouts for %d files, %v", len(layouts), files, err)
	}
	if a.Cohort.AsOf != today || a.Cohort.Days != day.DaysIn104Weeks {
		t.Errorf("the area's window ends on %s and has %d days", a.Cohort.AsOf, a.Cohort.Days)
	}
}
