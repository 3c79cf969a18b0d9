package intake

import (
	"io/fs"
	"path"
	"testing"

	"throughline/areas"
	"throughline/internal/fault"
)

// areaLayouts gives every layout of the embedded areas, by file name.
func areaLayouts(t testing.TB) map[string]*Layout {
	t.Helper()
	files, err := fs.Glob(areas.Files, "*/layouts/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no layouts are embedded: %v", err)
	}
	all := map[string]*Layout{}
	for _, f := range files {
		source, err := areas.Files.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ParseLayout(source)
		if err != nil {
			for _, n := range fault.As(err).Notes {
				t.Errorf("%s: %s: %s %s", f, n.Field, n.Message, n.Remedy)
			}
			t.Fatalf("%s: %v", f, err)
		}
		if want := path.Base(f); l.Name+".yaml" != want {
			t.Errorf("%s is named %q", f, l.Name)
		}
		all[l.Name] = l
	}
	return all
}

func TestAreaLayoutsAreSound(t *testing.T) {
	agencies := map[string]bool{}
	for _, l := range areaLayouts(t) {
		agencies[l.Agency] = true
	}
	if len(agencies) != 10 {
		t.Errorf("layouts of %d agencies, want 10: %v", len(agencies), agencies)
	}
}
