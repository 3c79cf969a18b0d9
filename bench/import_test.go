package bench

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/policy"
)

// BenchmarkImport takes files of contacts into an area of many people, each from the upload's first byte to the acceptance, with each row
// checked, kept as sent and recorded as in real use: IMPORT_PEOPLE and IMPORT_CONTACTS are their sizes. The second file of contacts is of the
// same agency: half of its rows the first had, half are new.
//
//	IMPORT_PEOPLE=250000 IMPORT_CONTACTS=10000000 go test ./bench -run - -bench Import/sqlite -benchtime 1x -timeout 1h
func BenchmarkImport(b *testing.B) {
	people, contacts := size(b, "IMPORT_PEOPLE", 2_000), size(b, "IMPORT_CONTACTS", 20_000)
	onBoth(b, func(b *testing.B, p app.Place) {
		a := open(b, p)
		analyst, governance := staff(b, a)
		dir := b.TempDir()
		files := []struct {
			layout, unit, header string
			after, repeated      int // the file begins after so many rows; so many of its own were sent before
			rows                 int
			row                  func(*bufio.Writer, *rand.Rand, int)
		}{
			{"southwark-people", "people", peopleHeader, 0, 0, people, personRow},
			{"southwark-contacts", "contacts", contactHeader, 0, 0, contacts, contactRow(people)},
			{"southwark-contacts", "more-contacts", contactHeader, contacts / 2, contacts - contacts/2, contacts, contactRow(people)},
		}
		for _, f := range files {
			write(b, filepath.Join(dir, f.unit), f.header, f.after, f.rows, f.row)
		}
		b.ResetTimer()
		for range b.N {
			for _, f := range files {
				layout := approved(b, a, analyst, governance, f.layout)
				who := by(b, signIn(b, a, analyst, policy.HandleExtracts))
				most := sampleMemory(b)
				begun := time.Now()
				n, job, err := take(b.Context(), a, who, layout, filepath.Join(dir, f.unit))
				if err != nil {
					b.Fatal(err)
				}
				who = by(b, signIn(b, a, analyst, policy.HandleExtracts))
				if err := a.Await(b.Context(), who, job, true, func(app.JobState) {}); err != nil {
					b.Fatal(err)
				}
				who = by(b, signIn(b, a, analyst, policy.HandleExtracts)) // a large file takes longer than a session may idle
				page, err := a.Extract(b.Context(), who, n, 0)
				if err != nil {
					b.Fatal(err)
				}
				if err := a.AcceptExtract(b.Context(), who, app.AcceptExtract{Extract: n}); err != nil {
					b.Fatal(err)
				}
				spent := time.Since(begun)
				e := page.Extract
				if e.Rows != int64(f.rows) || e.Accepted != int64(f.rows-f.repeated) || e.Repeated != int64(f.repeated) {
					b.Fatalf("%s: %d of %d rows were accepted and %d repeated, want %d and %d: %v", f.unit, e.Accepted, e.Rows, e.Repeated,
						f.rows-f.repeated, f.repeated, page.Reasons)
				}
				b.ReportMetric(float64(e.Rows)/spent.Seconds(), f.unit+"/s")
				b.ReportMetric(float64(most())/(1<<20), f.unit+"-MiB")
				b.Logf("%s: %d rows, %d bytes, in %v: %.0f a second, at most %d MiB of memory held",
					f.unit, e.Rows, e.Bytes, spent.Round(time.Millisecond), float64(e.Rows)/spent.Seconds(), most()>>20)
			}
		}
		b.ReportMetric(float64(sizeOf(b, p.Dir))/(1<<20), "disk-MiB")
	})
}

const (
	peopleHeader  = "person_id,forename,surname,prev_surname,dob,sex_code,nhs_number,ni_no,address_1,address_2,post_code,mobile,email\n"
	contactHeader = "person_id,contact_ref,svc,date_from,date_to,minutes,total_charge,rent_element,service_charge_rent,la_code,lead_worker,lead_email\n"
)

// write makes a file of invented rows that begins at row from; the same row is the same in every file of so many.
func write(b *testing.B, path, header string, from, rows int, row func(*bufio.Writer, *rand.Rand, int)) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	w.WriteString(header)
	random := rand.New(rand.NewPCG(1, uint64(rows)))
	before := bufio.NewWriter(io.Discard)
	for i := range from + rows {
		if i < from {
			row(before, random, i)
		} else {
			row(w, random, i)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

var (
	forenames = []string{"Dean", "Ngozi", "Tomasz", "Siân", "Amara", "Yusuf", "Grace", "Piotr", "Leila", "Marcus", "Oyin", "Kieran"}
	starts    = []string{"Har", "Wes", "Ola", "Kow", "Pen", "Mac", "Bran", "Ade", "Ros", "Tal", "Quin", "Ver"}
	ends      = []string{"grave", "ton", "dele", "alski", "hale", "donald", "wyn", "bayo", "well", "bot", "lan", "ity"}
)

func personRow(w *bufio.Writer, r *rand.Rand, i int) {
	fmt.Fprintf(w, "%d,%s,%s%s%d,,%04d-%02d-%02d,%d,,,%d Comber Road,Camberwell,SE%d %d%c%c,,\n", 3_000_000+i, forenames[r.IntN(len(forenames))],
		starts[r.IntN(len(starts))], ends[r.IntN(len(ends))], r.IntN(50), 1940+r.IntN(66), 1+r.IntN(12), 1+r.IntN(28), 1+r.IntN(2), 1+r.IntN(200),
		1+r.IntN(28), r.IntN(10), 'A'+rune(r.IntN(8)), 'A'+rune(r.IntN(8)))
}

// contactRow writes a contact of one of so many people: a quarter are nights in temporary accommodation, with their own amount.
func contactRow(people int) func(*bufio.Writer, *rand.Rand, int) {
	return func(w *bufio.Writer, r *rand.Rand, i int) {
		key, from := 3_000_000+r.IntN(people), asOf-1-day.Day(r.IntN(900))
		switch k := r.IntN(4); k {
		case 0:
			nights := 1 + r.IntN(28)
			charge := nights * (6_000 + r.IntN(2_000))
			fmt.Fprintf(w, "%d,C%08d,TA-N,%s,%s,,%d.%02d,%d.00,0.00,E09000028,A Mensah,\n", key, i, slashed(from), slashed(min(from+day.Day(nights), asOf-1)),
				charge/100, charge%100, nights*10)
		case 1:
			fmt.Fprintf(w, "%d,C%08d,EVICT-C,%s,,,,,,E09000028,A Mensah,\n", key, i, slashed(from))
		default:
			fmt.Fprintf(w, "%d,C%08d,ASC-HR,%s,,%d,,,,E09000028,P Lowe,\n", key, i, slashed(from), 15+15*r.IntN(12))
		}
	}
}

// slashed writes a day as 31/03/2026.
func slashed(d day.Day) string {
	year, month, of := d.Date()
	return fmt.Sprintf("%02d/%02d/%d", of, month, year)
}

// sampleMemory looks at the memory that the process holds ten times a second until it is asked for the most.
func sampleMemory(b *testing.B) func() int64 {
	var most atomic.Int64
	stop := make(chan struct{})
	look := func() { most.Store(max(most.Load(), resident(b))) }
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Millisecond):
				look()
			}
		}
	}()
	ended := false
	return func() int64 {
		if !ended {
			ended = true
			close(stop)
			<-done
			look()
		}
		return most.Load()
	}
}

// resident is the memory of this process that lies in the machine's, in bytes; 0 where the system does not say.
func resident(b *testing.B) int64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	var all, pages int64
	if _, err := fmt.Sscan(string(data), &all, &pages); err != nil {
		b.Error(err)
	}
	return pages * int64(os.Getpagesize())
}

// sizeOf is how many bytes the files of a folder take.
func sizeOf(b *testing.B, dir string) (n int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}
