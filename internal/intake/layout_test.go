package intake

import (
	"errors"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/areas"
	"throughline/internal/fault"
)

// areaLayouts gives every layout of the embedded areas, by name.
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
	t.Parallel()
	agencies := map[string]bool{}
	for _, l := range areaLayouts(t) {
		agencies[l.Agency] = true
	}
	if len(agencies) != 10 {
		t.Errorf("layouts of %d agencies, want 10: %v", len(agencies), agencies)
	}
}

// TestLayoutFaultsNameLineAndKey changes one line of a sound layout at a time.
func TestLayoutFaultsNameLineAndKey(t *testing.T) {
	t.Parallel()
	sound := strings.TrimSpace(bothLayout)
	mustLayout(t, sound)
	for _, c := range []struct{ from, to, field, says string }{
		{"name: sample", "name: Sample File", "line 1, name", "small letters"},
		{"version: 1", "version: 0", "line 2, version", "from 1"},
		{"version: 1", "version: one", "line 2", "cannot unmarshal"},
		{"version: 1", "verson: 1", "line 2, verson", `"verson" is not one that a layout has`},
		{"version: 1", "version: 1\nversion: 2", "line 3", "already defined"},
		{"agency: riverbank", "agency:", "line 3, agency", "names its agency"},
		{"kind: both", "kind: all", "line 4, kind", "what the file holds"},
		{"kind: both", "kind: both\nsheet: May", "line 5, sheet", "Spreadsheets cannot be read yet"},
		{"delimiter: comma", "delimiter: ','", "line 5, delimiter", "is not a delimiter"},
		{"delimiter: comma", "encoding: latin-1", "line 5, encoding", "encoding that can be read"},
		{"delimiter: comma", "header: 0", "line 5, header", "from 1 to 50"},
		{"delimiter: comma", "stop: [Total]", "line 5, stop", "does not say where rows stop"},
		{"delimiter: comma", "keys: any", "line 5, keys", "one key"},
		{"delimiter: comma", "identical: some", "line 5, identical", "identical contacts"},
		{"delimiter: comma", "empty: [NULL]", "line 5", "means nothing at all in YAML"},
		{"field: key}", "field: key, feild: x}", "line 7, feild", "not one that a layout has"},
		{"field: key}", "field: record}", "line 7, field", `"record" is not a field`},
		{"field: key}", "field: key, separator: ;}", "line 7, separator", "cannot hold several"},
		{"field: forename}", "field: forename, form: whole}", "line 8, form", "names and of postcodes only"},
		{"field: forename}", "field: postcode, form: whole}", "line 8, form", "taken as written"},
		{"field: forename}", "field: surname + surname}", "line 8, field", "stands twice"},
		{"field: forename}", "field: name}", "line 8, form", "how they are written"},
		{"field: forename}", "field: age}", "line 8, as-of", "An age is an age on a day"},
		{"field: forename}", "field: sex, codes: {M: man}}", "line 8, M", "not a sex"},
		{"field: forename}", "field: shielded, codes: {Y: true}}", "line 8, Y", "whether the person is shielded"},
		{"field: forename}", "field: incident}", "line 6, columns", "An incident says something with"},
		{"header: forename", "header: ID", "line 8, header", "mapped twice"},
		{"header: forename", "header: ''", "line 8, header", "A column has a header"},
		{"field: birth, format: dd/mm/yyyy", "field: birth", "line 9, format", "in which form"},
		{"field: birth, format: dd/mm/yyyy", "field: birth, format: dd/mm/yy", "line 9, format", "no pivot"},
		{"field: birth, format: dd/mm/yyyy", "field: birth, format: dd/mm", "line 9, format", "once each"},
		{"field: birth, format: dd/mm/yyyy", "field: birth, format: dd_mm_yyyy", "line 9, format", "not a form"},
		{"field: birth, format: dd/mm/yyyy", "field: birth, format: dd/mm/yy, pivot: 100", "line 9, pivot", "0 to 99"},
		{"field: contact", "field: contact, pivot: 3", "line 10, pivot", "columns of days only"},
		{"field: service", "field: place", "line 6, columns", "A contact has a service code"},
		{"field: from, format: dd/mm/yyyy", "field: place", "line 6, columns", "A contact has a day"},
		{"field: from, format", "field: from, optional: true, format", "line 12, optional", "cannot be in an optional"},
		{"field: from, format", "field: from, period: quarter, format", "line 12, period", "said twice"},
		{"field: amount", "field: less", "line 6, columns", "nothing for the amount to be taken off"},
		{"field: amount", "field: from", "line 14, field", "Two columns are the first day"},
		{"unit: night, quantity: nights", "unit: night, quantity: weeks", "line 16, quantity", "one of four"},
		{"unit: night, quantity: nights", "unit: hour, quantity: column", "line 16, quantity", "No column carries"},
		{"unit: night, quantity: nights", "unit: night, divide: 60", "line 16, quantity", "converted"},
		{"unit: night, quantity: nights", "quantity: nights", "line 16, unit", "counted in a unit"},
		{"service: hostel-support", "service: Hostel support", "line 16, service", "short name"},
		{"code: VIS", "code: BED", "line 17, code", "own code"},
		{"kind: both", "kind: people", "line 10, field", "A file of people has no contact number"},
		{"kind: both", "kind: contacts", "line 8, field", "A file of contacts has no forename"},
		{"name: sample", "name: [a", "line 1", "did not find"},
		{"name: sample", "--- {}\n---\nname: sample", "", "more than one document"},
	} {
		changed := strings.Replace(sound, c.from, c.to, 1)
		if changed == sound {
			t.Errorf("%q is not in the layout", c.from)
			continue
		}
		_, err := ParseLayout([]byte(changed))
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Invalid {
			t.Errorf("%q → %q: %v, want a fault", c.from, c.to, err)
			continue
		}
		found := c.field == "" && strings.Contains(f.Message, c.says)
		for _, n := range f.Notes {
			found = found || n.Field == c.field && strings.Contains(n.Message, c.says) && n.Remedy != ""
		}
		if !found {
			t.Errorf("%q → %q: %s %+v, want %s: … %s …", c.from, c.to, f.Message, f.Notes, c.field, c.says)
		}
	}
	for _, s := range []string{"", "#", "just text", "- a", strings.Repeat("#", maxLayout+1), "\x00", "a: &a [*a]"} {
		if _, err := ParseLayout([]byte(s)); fault.KindOf(err) != fault.Invalid || err == nil {
			t.Errorf("%.20q: %v, want a fault", s, err)
		}
	}
}

func TestFits(t *testing.T) {
	t.Parallel()
	all := areaLayouts(t)
	layouts := []*Layout{all["riverbank-ae"], all["riverbank-admissions"]}
	file := "local_id,NHS Number,forename,surname,dob,sex,postcode,residence_la,attendance_no,attendance_typ,arrival_date,gp\n"
	fits, err := Fits(strings.NewReader(file), layouts)
	if err != nil {
		t.Fatal(err)
	}
	ae, adm := fits[0], fits[1]
	if ae.OK || adm.OK || ae.Problem == nil || adm.Problem == nil {
		t.Errorf("a header with a renamed column fits: %+v", fits)
	}
	if d := cmp.Diff([]string{"attendance_type"}, ae.Missing); d != "" {
		t.Errorf("missing (want, got)\n%s", d)
	}
	if d := cmp.Diff([]string{"attendance_typ", "gp"}, ae.Unmapped); d != "" {
		t.Errorf("unmapped (want, got)\n%s", d)
	}
	fits, err = Fits(strings.NewReader(strings.Replace(file, "_typ,", "_type,", 1)), layouts)
	if err != nil || !fits[0].OK || fits[1].OK || fits[0].Delimiter != "comma" || fits[0].Line != 1 {
		t.Errorf("%v: %+v", err, fits)
	}
	fits, err = Fits(strings.NewReader(example(all["lambeth"])), []*Layout{all["lambeth"]})
	if err != nil || !fits[0].OK || fits[0].Line != 3 || !cmp.Equal(fits[0].Unmapped, []string{"Notes"}) {
		t.Errorf("%v: %+v", err, fits)
	}
}
