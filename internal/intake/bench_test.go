package intake

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"

	"throughline/internal/day"
)

// contactsFile writes n rows for the layout elmfield-contacts.
func contactsFile(n int) []byte {
	var b bytes.Buffer
	b.WriteString("rio_number|activity_id|activity_code|start_date|end_date|care_coordinator|team_phone\r\n")
	for i := range n {
		from := day.Must(2024, 4, 3) + day.Day(i%700)
		fmt.Fprintf(&b, "%07d|AC-%08d|CMHT-F2F|%s||S. Lindqvist|020 7946 0150\r\n", 1_000_000+i/30, i, from)
	}
	return b.Bytes()
}

// bothFile writes n rows for the layout riverbank-ae: ten attendances a person, one after another.
func bothFile(n int) []byte {
	var b bytes.Buffer
	b.WriteString("local_id,nhs_number,forename,surname,dob,sex,postcode,residence_la,attendance_no,attendance_type,arrival_date,gp_practice\r\n")
	for i := range n {
		p := i / 10
		y, m, d := (day.Must(2024, 4, 3) + day.Day(i%700)).Date()
		fmt.Fprintf(&b, "%d,9434765870,Marlon%d,Addo%d,%02d/05/19%02d,%d,SE15 4QN,E09000028,%d,AE-ATT,%02d/%02d/%d,G85001\r\n",
			p, p%97, p%1013, p%28+1, p%80+10, p%2+1, i, d, m, y)
	}
	return b.Bytes()
}

func benchmark(b *testing.B, layout string, file []byte) {
	l := areaLayouts(b)[layout]
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		r, err := NewReader(bytes.NewReader(file), l, Options{AsOf: asOf})
		if err != nil {
			b.Fatal(err)
		}
		for r.Next() {
		}
		if r.Err() != nil || r.Counts().Rejected > 0 {
			b.Fatal(r.Err(), r.Counts())
		}
		rows += r.Counts().Rows
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkContacts(b *testing.B) { benchmark(b, "elmfield-contacts", contactsFile(100_000)) }
func BenchmarkBoth(b *testing.B)     { benchmark(b, "riverbank-ae", bothFile(100_000)) }

// TestTenMillionContacts holds memory within its bound (LONG=1): ten million contacts with numbers, of which nothing is kept but
// what tells repeated rows.
func TestTenMillionContacts(t *testing.T) {
	if os.Getenv("LONG") == "" {
		t.Skip("LONG=1 reads ten million contacts")
	}
	const n = 10_000_000
	file, in := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(in, 1<<20)
		fmt.Fprint(w, "rio_number|activity_id|activity_code|start_date|end_date|care_coordinator|team_phone\r\n")
		for i := range n {
			fmt.Fprintf(w, "%07d|AC-%08d|CMHT-F2F|%s||S. Lindqvist|020 7946 0150\r\n", 1_000_000+i/30, i, day.Must(2024, 4, 3)+day.Day(i%700))
		}
		in.CloseWithError(w.Flush())
	}()
	r, err := NewReader(file, areaLayouts(t)["elmfield-contacts"], Options{AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	var peak uint64
	for i := 0; r.Next(); i++ {
		if i%500_000 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.Sys-m.HeapReleased)
		}
	}
	if c := r.Counts(); r.Err() != nil || c.Accepted != n {
		t.Fatalf("%v %+v", r.Err(), c)
	}
	t.Logf("at most %d MiB held", peak>>20)
	if peak > 400<<20 {
		t.Errorf("%d MiB were held, want at most 400", peak>>20)
	}
}
