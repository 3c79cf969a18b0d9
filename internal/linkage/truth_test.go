package linkage

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"throughline/internal/day"
	"throughline/internal/person"
)

// truthFolder is where the labelled sets are; the test is skipped where they are not.
func truthFolder(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("THROUGHLINE_SHARED_DATA"); dir != "" {
		return filepath.Join(dir, "linkage-truth")
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		folder := filepath.Join(dir, "shared", "data", "linkage-truth")
		if _, err := os.Stat(folder); err == nil {
			return folder
		}
		if dir == filepath.Dir(dir) {
			t.Skip("The labelled sets are not here. Set THROUGHLINE_SHARED_DATA to the folder that holds linkage-truth.")
		}
	}
}

// labelled is a record of a labelled set with the person it is of.
type labelled struct {
	who    person.Identity
	agency uint16
	truth  string
}

// table reads a CSV file as rows by column; blanks around headers and values are not part of them.
func table(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(truthFolder(t), name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, v := range row {
			m[strings.TrimSpace(rows[0][i])] = strings.TrimSpace(v)
		}
		list = append(list, m)
	}
	return list
}

// identity reads the columns that the labelled sets have between them, as an agency's layout would.
func identity(row map[string]string, number bool) person.Identity {
	var who person.Identity
	forename, surname := row["given_name"]+row["givenname"]+row["first_name"], row["surname"]
	if n, _ := person.ReadName("", forename, "", surname); !n.IsZero() {
		who.Names = []person.Name{n}
	}
	if b, why := person.ReadBirth(readDay(row["date_of_birth"]+row["dob"]), day.Must(2026, time.March, 31), false); why.Code == "" && b.Day != 0 {
		who.Births = []person.Birth{b}
	}
	who.Sex, _ = person.ReadSex(row["gender"])
	who.Address = strings.TrimSpace(row["street_number"] + " " + row["address_1"])
	for _, place := range []string{row["suburb"], row["address_2"], row["city"]} {
		if place != "" {
			who.Places = append(who.Places, place)
		}
	}
	if row["postcode"] != "" {
		who.Postcodes = []string{row["postcode"]}
	}
	if p, why := person.ReadPhone(row["phone number"] + row["phone_number"]); why.Code == "" && p != "" {
		who.Phones = []string{p}
	}
	if e, why := person.ReadEmail(row["email"]); why.Code == "" && e != "" {
		who.Emails = []string{e}
	}
	if id, why := person.ReadOtherNational(row["soc_sec_id"]); number && why.Code == "" && id.Value != "" {
		who.Identifiers = []person.Identifier{id}
	}
	return who
}

// readDay reads 19560409, 1971-06-24 and 27-08-1941; a day that is none is not said.
func readDay(s string) day.Day {
	if len(s) == 8 {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	if len(s) == 10 && s[2] == '-' {
		s = s[6:] + "-" + s[3:5] + "-" + s[:2]
	}
	d, err := day.Parse(s)
	if err != nil {
		return 0
	}
	return d
}

// set reads the files of one labelled set and shuffles their rows together.
func set(t testing.TB, truth func(map[string]string) string, number bool, files ...string) []labelled {
	var list []labelled
	for i, name := range files {
		for _, row := range table(t, name) {
			list = append(list, labelled{identity(row, number), uint16(i), truth(row)})
		}
	}
	r := rand.New(rand.NewPCG(7, 11))
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func linkSet(t testing.TB, list []labelled, o Options) (*Linker, *Result) {
	t.Helper()
	l := New()
	for _, r := range list {
		l.Add(r.agency, r.who)
	}
	result, err := l.Link(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return l, result
}

func column(name string) func(map[string]string) string {
	return func(row map[string]string) string { return row[name] }
}

// febrlPerson is the N of rec-N-org and rec-N-dup-k.
func febrlPerson(row map[string]string) string { return strings.Split(row["rec_id"], "-")[1] }

// labelledSet is a public set with its truth.
type labelledSet struct {
	name   string
	files  []string
	truth  func(map[string]string) string
	number bool
	least  float64 // pairwise F1: a hair under what docs/linkage.md has, so that what a mechanism is worth shows
}

var truthSets = []labelledSet{
	{"febrl3 without soc_sec_id", []string{"febrl3.csv"}, febrlPerson, false, .995},
	{"febrl3 with soc_sec_id", []string{"febrl3.csv"}, febrlPerson, true, .9985},
	{"fake_1000", []string{"fake_1000.csv"}, column("cluster"), false, .974},
	{"dirty_1000 without soc_sec_id", []string{"dirty_1000_50_1.csv", "dirty_1000_50_2.csv"}, column("rec_id"), false, .9995},
	{"dirty_1000 with soc_sec_id", []string{"dirty_1000_50_1.csv", "dirty_1000_50_2.csv"}, column("rec_id"), true, .9995},
	{"multiparty, five", []string{"multiparty/dataset-1.csv", "multiparty/dataset-2.csv", "multiparty/dataset-3.csv", "multiparty/dataset-4.csv",
		"multiparty/dataset-5.csv"}, column("id"), false, .9635},
	{"multiparty, three", []string{"multiparty/dataset-alice.csv", "multiparty/dataset-bob.csv", "multiparty/dataset-charlie.csv"}, column("id"), false, .9375},
}

func TestLabelledSets(t *testing.T) {
	t.Parallel()
	for _, tt := range truthSets {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			list := set(t, tt.truth, tt.number, tt.files...)
			began := time.Now()
			_, r := linkSet(t, list, DefaultOptions())
			truth := make([]string, len(list))
			for i := range list {
				truth[i] = list[i].truth
			}
			a := Evaluate(r.Person, truth)
			t.Logf("%-32s pairwise P %.4f R %.4f F1 %.4f; B-cubed P %.4f R %.4f F1 %.4f; %d of %d persons exact; %d pairs compared; review %d; converged %v in %s iterations; %v",
				tt.name, a.Pairwise.Precision, a.Pairwise.Recall, a.Pairwise.F1, a.BCubed.Precision, a.BCubed.Recall, a.BCubed.F1, a.ExactPersons, a.TruePersons,
				r.Report.Pairs, len(r.Review), r.Report.Converged, strconv.Itoa(r.Report.Iterations), time.Since(began).Round(time.Millisecond))
			if a.Pairwise.F1 < tt.least {
				t.Errorf("pairwise F1 = %.4f, want at least %.4f", a.Pairwise.F1, tt.least)
			}
		})
	}
}
