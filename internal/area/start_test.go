package area

import (
	"strings"
	"testing"
	"testing/fstest"

	"throughline/internal/fault"
	"throughline/internal/id"
)

// TestStartNamesWhatItLacks begins an area, sees that what only its people know is named, and that filling that in makes it whole.
func TestStartNamesWhatItLacks(t *testing.T) {
	t.Parallel()
	files, err := Start("anytown", `Anytown "and" district`)
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	load := func() (*Area, error) {
		for name, text := range files {
			folder["anytown/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
		return Load(folder, "anytown")
	}
	_, err = load()
	want := []string{"agencies", "boroughs", "cohort.agreed", "cohort.a_week", "cohort.as_of", "linkage.population"}
	f := fault.As(err)
	for _, w := range want {
		found := false
		for _, n := range f.Notes {
			found = found || strings.HasSuffix(n.Field, " "+w)
		}
		if !found {
			t.Errorf("nothing is said of %s", w)
		}
	}
	if len(f.Notes) != len(want) {
		t.Errorf("want what is missing and no more: %v", f.Notes)
	}
	files["area.yaml"] = strings.NewReplacer(
		"boroughs: []", "boroughs: [{slug: north, name: North}]",
		"agencies: []", "agencies: [{slug: city, mark: CTY, name: City Council, payer: councils-care, reach: [north]}]",
		`agreed: ""`, "agreed: Rule 1, agreed on 2 April 2026", `a_week: ""`, `a_week: "£500.00"`, `as_of: ""`, "as_of: 2026-03-31",
		"population: 0", "population: 90000").Replace(files["area.yaml"])
	a, err := load()
	if err != nil {
		t.Fatal(fault.As(err).Notes)
	}
	if a.Partnership != `Anytown "and" district` || a.Wording.Invented != "" {
		t.Errorf("the area is called %q and says %q", a.Partnership, a.Wording.Invented)
	}
	if s, _ := a.Service("refuge"); s.Sensitivity != Abuse {
		t.Errorf("refuges are %q", s.Sensitivity)
	}
}

func TestStartRefusesAFolderElsewhere(t *testing.T) {
	t.Parallel()
	for _, slug := range []string{"", "..", "../south-london", "Any Town"} {
		if _, err := Start(id.Area(slug), "Anytown"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", slug, err)
		}
	}
}
