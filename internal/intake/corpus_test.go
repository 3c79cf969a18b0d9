package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"throughline/internal/fault"
)

const peopleLayout = `
name: people
version: 1
agency: lantern
kind: people
%s
columns:
  - {header: client, field: key}
  - {header: full name, also: [name in full], field: name, form: forename surname}
  - {header: dob, field: birth, format: dd/mm/yyyy}
  - {header: address, field: address}
`

// inBytes writes text in an encoding, with the mark of the encoding when the name says so.
func inBytes(t *testing.T, text, encoding string) []byte {
	t.Helper()
	name, marked := strings.CutSuffix(encoding, "+mark")
	if marked {
		text = "\uFEFF" + text
	}
	switch name {
	case "utf-8":
		return []byte(text)
	case "windows-1252":
		b, err := charmap.Windows1252.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(b)
	}
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if name == "utf-16le" {
			b = append(b, byte(u), byte(u>>8))
		} else {
			b = append(b, byte(u>>8), byte(u))
		}
	}
	return b
}

// quoted writes a value in quotes.
func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// TestExactReading is the first half of bar I2: files that may be read for certain come out as they were sent.
func TestExactReading(t *testing.T) {
	t.Parallel()
	want := [][]string{
		{"C1", "Zoë O’Brien", "19/05/1988", "Flat “B”, 4\nHigh Street; by | the\ttower"},
		{"C2", `Dee "Big" Dee`, "01/02/1990", ""},
		{" C3 ", "Anne-Marie Łoś", "", "\u00a0=1+1\r\n"},
	}
	files := 0
	for _, encoding := range []string{"utf-8", "utf-8+mark", "utf-16le+mark", "utf-16be+mark", "utf-16le", "utf-16be", "windows-1252"} {
		for _, delimiter := range delimiters {
			for _, end := range []string{"\n", "\r\n", "\r\n\n"} { // the last: mixed, by turns
				for _, last := range []bool{true, false} {
					for _, declared := range []bool{true, false} {
						rows := append([][]string{{"dob", "name in full", "notes", "client", "address"}}, want...)
						var b strings.Builder
						for i, row := range rows {
							sent := row
							if i > 0 { // the columns stand in another order, with one between that is not mapped
								sent = []string{row[2], row[1], "not kept", row[0], row[3]}
								if encoding == "windows-1252" {
									sent[1] = strings.NewReplacer("Ł", "L", "ś", "s").Replace(sent[1])
								}
							}
							for j, v := range sent {
								if strings.ContainsAny(v, "\",;|\t\r\n") || i+j%3 == 0 {
									v = quoted(v)
								}
								if j > 0 {
									b.WriteByte(delimiter.sign)
								}
								b.WriteString(v)
							}
							if i < len(rows)-1 || last {
								if end == "\r\n\n" {
									b.WriteString([]string{"\r\n", "\n"}[i%2])
								} else {
									b.WriteString(end)
								}
							}
						}
						keys := ""
						if name, marked := strings.CutSuffix(encoding, "+mark"); declared || !marked && name != "utf-8" {
							keys = "encoding: " + name
						}
						if declared {
							keys += "\ndelimiter: " + delimiter.name
						}
						name := fmt.Sprintf("%s %s %q last %v declared %v", encoding, delimiter.name, end, last, declared)
						l := mustLayout(t, fmt.Sprintf(peopleLayout, keys))
						file := inBytes(t, b.String(), encoding)
						files++
						var got [][]string
						r, err := NewReader(bytes.NewReader(file), l, Options{AsOf: asOf})
						if err != nil {
							t.Errorf("%s: %v", name, err)
							continue
						}
						for r.Next() {
							var row []string
							for _, v := range r.Row().Values {
								row = append(row, string(v))
							}
							got = append(got, row)
						}
						exact := want
						if encoding == "windows-1252" {
							exact = [][]string{want[0], want[1], {want[2][0], "Anne-Marie Los", want[2][2], want[2][3]}}
						}
						if d := cmp.Diff(exact, got); d != "" || r.Err() != nil {
							t.Errorf("%s: %v (want, got)\n%s", name, r.Err(), d)
						}
						if d := cmp.Diff([]string{"notes"}, r.Unmapped()); d != "" {
							t.Errorf("%s: unmapped (want, got)\n%s", name, d)
						}
					}
				}
			}
		}
	}
	if files < 200 {
		t.Errorf("the corpus has %d files, want 200 or more", files)
	}
}

// TestWindows1252IsFoundAndSaid: a file in which no letter beyond ASCII is UTF-8 is read as Windows-1252, wherever the first of them stands and
// however the file arrives, and whoever decides about it is told.
func TestWindows1252IsFoundAndSaid(t *testing.T) {
	t.Parallel()
	l := mustLayout(t, fmt.Sprintf(peopleLayout, ""))
	for _, before := range []int{0, 1, 3000} {
		file := soundHeader + strings.Repeat("C1,Ada Bell,01/02/1990,4 High Street\n", before) + "C2,Zo\xEB Bell,01/02/1991,\x80 Road\n"
		for _, source := range []io.Reader{strings.NewReader(file), iotest.OneByteReader(strings.NewReader(file)), iotest.DataErrReader(strings.NewReader(file))} {
			r, err := NewReader(source, l, Options{AsOf: asOf})
			if err != nil {
				t.Fatal(err)
			}
			last := ""
			for r.Next() {
				last = fmt.Sprintf("%s|%s", r.Row().Values[1], r.Row().Values[3])
			}
			if r.Err() != nil || last != "Zoë Bell|€ Road" || r.Reading().Encoding != "windows-1252" {
				t.Errorf("after %d rows: %q, %s, %v", before, last, r.Reading().Encoding, r.Err())
			}
			if said := r.Reading().Remarks; !slices.ContainsFunc(said, func(m Remark) bool {
				return strings.Contains(m.Words, "read as Windows-1252") && cmp.Equal([]int64{int64(before) + 2}, m.Lines)
			}) {
				t.Errorf("after %d rows nobody is told where: %+v", before, said)
			}
		}
	}
	r, err := NewReader(strings.NewReader(soundHeader+"C2,Zoë Bell,01/02/1991,€ Road\n"), l, Options{AsOf: asOf})
	if err != nil || !r.Next() || string(r.Row().Values[1]) != "Zoë Bell" || r.Next() || len(r.Reading().Remarks) > 0 || r.Reading().Encoding != "utf-8" {
		t.Errorf("UTF-8 reads %+v, %v", r.Reading(), err)
	}
	report, err := DryRun(strings.NewReader(soundHeader+"C1,Zo\xEB Bell,01/02/1991,\nC2,Zoë Bell,01/02/1991,\n"),
		mustLayout(t, fmt.Sprintf(peopleLayout, "encoding: windows-1252")), Options{AsOf: asOf}, 0)
	if err != nil || len(report.Reading.Remarks) != 1 || report.Reading.Remarks[0].Code != "some-utf-8" || !cmp.Equal([]int64{3}, report.Reading.Remarks[0].Lines) {
		t.Errorf("UTF-8 among declared Windows-1252 reads %+v, %v", report, err)
	}
}

const soundHeader = "client,full name,dob,address\n"

// TestRefusals is the second half of bar I2: what cannot be read for certain refuses the file, with its line and a remedy.
func TestRefusals(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10<<20)
	row := "C1,Ada Lovelace,01/02/1990,4 High Street\n"
	for _, c := range []struct {
		name, keys, file, code, field, says string
	}{
		{"nothing", "", "", "empty", "line 1", "nothing in it"},
		{"a mark alone", "", "\uFEFF", "empty", "line 1", "nothing in it"},
		{"blank lines", "", "\n\n\n", "empty", "line 1", "nothing in it but empty lines"},
		{"spaces alone", "", " \r\n\t \r\n", "empty", "line 1", "nothing in it but empty lines"},
		{"a spreadsheet", "", "PK\x03\x04\x14\x00\x06", "not-text", "line 1", "XLSX"},
		{"an old spreadsheet", "", "\xD0\xCF\x11\xE0\xA1\xB1", "not-text", "line 1", "XLS"},
		{"gzip", "", "\x1F\x8B\x08", "not-text", "line 1", "compressed"},
		{"a PDF", "", "%PDF-1.7", "not-text", "line 1", "PDF"},
		{"Windows-1252 declared as UTF-8", "encoding: utf-8", soundHeader + row + "C2,Zo\xEB Bell,,\n", "encoding", "line 3, full name", "not UTF-8"},
		{"Windows-1252 in the header", "encoding: utf-8", "client,full name,dob,address,caf\xE9\n" + row, "encoding", "line 1", "not UTF-8"},
		{"a broken sequence on the second line of a value", "encoding: utf-8", soundHeader + "C1,\"Ada\nL\xC3(\",,\n", "encoding", "line 3, full name", "not UTF-8"},
		{"UTF-8 before Windows-1252", "", soundHeader + "C1,Zoë Bell,,\nC2,Zo\xEB Bell,,\n", "encoding", "line 3, full name", "two files were put together"},
		{"Windows-1252 before UTF-8", "", soundHeader + "C1,Zo\xEB Bell,,\nC2,Zoë Bell,,\n", "encoding", "line 3", "UTF-8 here, and are not on line 2,"},
		{"Windows-1252 far above UTF-8", "", soundHeader + strings.Repeat(row, 9000) + "C2,Zo\xEB Bell,,\n" + strings.Repeat(row, 9000) + "C3,\"A\nZoë\",,\n" + row,
			"encoding", "line 18004", "not on line 9002,"},
		{"neither UTF-8 nor Windows-1252", "", soundHeader + row + "C2,Zo\x81,,\n", "encoding", "line 3, full name", "not UTF-8"},
		{"a byte that Windows-1252 lacks", "encoding: windows-1252", soundHeader + row + row + "C2,Zo\x81,,\n", "encoding", "line 4, full name", "Windows-1252 does not have"},
		{"UTF-8 declared as Windows-1252", "encoding: windows-1252", soundHeader + row + "C2,Zoë Bell,,\n", "encoding", "line 3", "is UTF-8"},
		{"marked UTF-8 declared as Windows-1252", "encoding: windows-1252", "\uFEFF" + soundHeader, "encoding", "line 1", "begins with the mark of utf-8"},
		{"UTF-16 declared as UTF-8", "encoding: utf-8", string(inBytes(t, soundHeader, "utf-16le+mark")), "encoding", "line 1", "begins with the mark of utf-16le"},
		{"UTF-16 the other way round", "encoding: utf-16le", string(inBytes(t, soundHeader, "utf-16be+mark")), "encoding", "line 1", "utf-16be"},
		{"UTF-16 without its mark", "", string(inBytes(t, soundHeader+row, "utf-16le")), "nul", "line 1", "NUL"},
		{"UTF-16 of Windows without its mark", "", string(inBytes(t, strings.ReplaceAll(soundHeader+row, "\n", "\r\n"), "utf-16le")), "nul", "line 1", "looks like UTF-16"},
		{"big-endian UTF-16 of Windows without its mark", "", string(inBytes(t, strings.ReplaceAll(soundHeader+row, "\n", "\r\n"), "utf-16be")), "nul", "line 1", "looks like UTF-16"},
		{"UTF-16 of Windows that begins with a letter of two bytes", "encoding: windows-1252",
			string(inBytes(t, "Ł"+strings.ReplaceAll(soundHeader+row, "\n", "\r\n"), "utf-16le")), "nul", "line 1", "NUL"},
		{"UTF-16 declared, no mark", "encoding: utf-16", string(inBytes(t, soundHeader+row, "utf-16be")), "encoding", "line 1", "byte order"},
		{"UTF-16 cut off", "encoding: utf-16", string(inBytes(t, soundHeader+row, "utf-16le+mark")) + "x", "encoding", "line 3, client", "cut off"},
		{"half a pair in UTF-16", "encoding: utf-16le", string(inBytes(t, soundHeader, "utf-16le")) + "C\x00\x3D\xD8,\x00", "encoding", "line 2, client", "half a character"},
		{"second half of a pair alone", "encoding: utf-16le", string(inBytes(t, soundHeader, "utf-16le")) + "\x00\xDCC\x00", "encoding", "line 2, client", "half a character"},
		{"old Macintosh lines", "", strings.ReplaceAll(soundHeader+row, "\n", "\r"), "line-ends", "line 1", "carriage return alone"},
		{"a carriage return in a value", "", soundHeader + "C1,Ada\rLovelace,,\n", "line-ends", "line 2, full name", "carriage return"},
		{"lines that end in CR CR LF", "", strings.ReplaceAll(soundHeader+row, "\n", "\r\r\n"), "line-ends", "line 1", "two carriage returns"},
		{"NUL in a value", "", soundHeader + row + "C2,A\x00da,,\n", "nul", "line 3", "NUL"},
		{"NUL in quotes", "", soundHeader + "C2,\"A\n\x00da\",,\n", "nul", "line 3", "NUL"},
		{"NUL in the header", "", "client\x00,full name,dob,address\n" + row, "nul", "line 1", "NUL"},
		{"NULs at the end", "", soundHeader + row + "\x00\x00\x00", "nul", "line 3", "NUL"},
		{"a quote inside a value", "", soundHeader + "C1,Ada,,5\" pipe\n", "stray-quote", "line 2, address", "quote stands inside"},
		{"a space before a quote", "", soundHeader + "C1, \"Ada\",,\n", "stray-quote", "line 2, full name", "quote stands inside"},
		{"text after a quote", "", soundHeader + "C1,\"Ada\" L,,\n", "stray-quote", "line 2, full name", "between a closing quote"},
		{"text after a quote of two lines", "", soundHeader + "C1,\"A\nda\" L,,\n", "stray-quote", "line 3, full name", "between a closing quote"},
		{"a quote never closed", "", soundHeader + row + "C2,\"Ada,,\nC3,Bea,,\nC4,Cy,,\n", "open-quote", "line 3, full name", "never closed"},
		{"a quote never closed in the last value", "", soundHeader + row + "C2,Ada,,\"", "open-quote", "line 3, address", "never closed"},
		{"a quote never closed in the header", "", "\"client,full name,dob,address\n" + row, "open-quote", "line 1, column 1", "never closed"},
		{"two open quotes that swallow rows", "", soundHeader + "C1,\"Ada,01/02/1990,Road\nC2,Bea,,Lane\nC3,Cy\",,End\n", "open-quote", "line 2, full name", "whole rows"},
		{"a value of 10 MB in quotes", "", soundHeader + "C1,\"" + long + "\",,\n", "open-quote", "line 2, full name", "never closed"},
		{"a value of 10 MB", "", soundHeader + "C1," + long + ",,\n", "value-too-long", "line 2, full name", "1 MiB"},
		{"a value of 2 MB", "", soundHeader + "C1," + long[:2<<20] + ",,\n", "value-too-long", "line 2, full name", "1 MiB"},
		{"a row of 5 MB", "", soundHeader + strings.Repeat(long[:900<<10]+",", 6) + "\n", "row-too-long", "line 2", "4 MiB"},
		{"a header of 10,000 columns", "", soundHeader[:len(soundHeader)-1] + strings.Repeat(",x", 10_000) + "\n" + row, "too-many-columns", "line 1", "1,000 columns"},
		{"a row of 10,000 columns", "", soundHeader + row + strings.Repeat(",", 10_000) + "\n", "too-many-columns", "line 3", "1,000 columns"},
		{"a missing column", "", "client,full name,dob\n", "header", "line 1, address", `The column "address" is missing.`},
		{"a column of another name", "", "client,full name,dob,adress\n" + row, "header", "line 1, address", `"adress"`},
		{"a column twice", "", "client,full name,dob,address,DOB\n" + row, "header", "line 1, DOB", "more than once"},
		{"an unmapped column twice", "", "client,full name,dob,address,notes,Notes\n" + row, "header", "line 1, Notes", "more than once"},
		{"two spellings of a column", "", "client,full name,dob,address,name in full\n" + row, "header", "line 1, name in full", "another spelling"},
		{"no header", "", row + row, "header", "line 1", "None of the layout's columns"},
		{"the header on another line", "header: 1", "Extract of May\n\n" + soundHeader + row, "header", "line 1", "it stands on line 3"},
		{"a header beyond the end", "header: 9", soundHeader + row, "header", "line 1", "no header"},
		{"another delimiter", "delimiter: tab", soundHeader + row, "header", "line 1", "None of the layout's columns"},
		{"a web page", "", "<html><body>Sign in</body></html>", "not-text", "line 1", "web page"},
		{"a web page with its kind", "", "\n<!DOCTYPE html>\n<html lang=\"en\">", "not-text", "line 1", "web page"},
		{"XML", "", "<?xml version=\"1.0\"?><rows/>", "not-text", "line 1", "XML"},
		{"JSON", "", "[\n  {\"client\": \"C1\"}\n]", "not-text", "line 1", "JSON"},
		{"a JSON object", "", "{\"client\": \"C1\"}", "not-text", "line 1", "JSON"},
		{"rows after a line that ends them", "stop: [begins C1]", soundHeader + row + "C2,Ada,,\n", "rows-after-end", "line 2", "could be a row"},
		{"rows after a blank row that ends them", "stop: [blank row]", soundHeader + row + "\nC2,Ada,,\n", "rows-after-end", "line 4", "stop on line 3"},
	} {
		l := mustLayout(t, fmt.Sprintf(peopleLayout, c.keys))
		_, err := DryRun(strings.NewReader(c.file), l, Options{AsOf: asOf}, 0)
		var f *fault.Error
		if !errors.As(err, &f) {
			t.Errorf("%s: %v, want a refusal", c.name, err)
			continue
		}
		note := f.Notes[0]
		if f.Code != "extract-"+c.code || note.Field != c.field || !strings.Contains(note.Message+note.Remedy, c.says) {
			t.Errorf("%s: %s %q: %q %q\nwant %s %q: … %q …", c.name, f.Code, note.Field, note.Message, note.Remedy, c.code, c.field, c.says)
		}
		if note.Remedy == "" || f.Message == "" || f.Remedy == "" {
			t.Errorf("%s: the refusal gives no remedy: %+v", c.name, f)
		}
		for _, private := range []string{"Ada", "Lovelace", "High Street", "1990"} {
			if strings.Contains(f.Error()+f.Remedy, private) {
				t.Errorf("%s: the refusal repeats a value: %s", c.name, f)
			}
		}
	}
}
