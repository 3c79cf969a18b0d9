package sheet

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/money"
)

// TestNoFormulaLeaves is bar F3 for the writer: every trigger, after everything that a spreadsheet passes over.
func TestNoFormulaLeaves(t *testing.T) {
	t.Parallel()
	triggers := []string{"=", "+", "-", "@", "＝", "＋", "－", "＠", "−"}
	before := []string{"", " ", "  ", "\u00a0", "\u3000", "\u200b", "\ufeff", `"`, "'", "''", ` "`, "\x00"}
	for _, parted := range []string{"", "x;", "x,", "x|", "x\t", "x\n", "x\r\n"} {
		for _, b := range before {
			for _, trigger := range triggers {
				s := parted + b + trigger + `cmd|' /C calc'!A0`
				for _, cell := range strings.FieldsFunc(Neutral(s), func(r rune) bool { return strings.ContainsRune(",;|\t\r\n", r) }) {
					if startsFormula(cell) {
						t.Errorf("Neutral(%q) leaves the formula %q", s, cell)
					}
				}
			}
		}
	}
	for _, s := range []string{"\tx", "\rx", "\nx", "\x00x"} {
		if got := Neutral(s); got != "'"+s {
			t.Errorf("Neutral(%q) = %q", s, got)
		}
	}
}

// startsFormula is what a spreadsheet is taken to do, told apart from the code under test: it trims and looks at the first sign.
func startsFormula(cell string) bool {
	cell = strings.TrimLeft(cell, " \u00a0\u3000\u200b\ufeff\x00\"")
	return cell != "" && strings.ContainsAny(cell[:1], "=+-@") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＋") ||
		strings.HasPrefix(cell, "－") || strings.HasPrefix(cell, "＠") || strings.HasPrefix(cell, "−")
}

func TestHarmlessTextIsLeftAlone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "O'Brien", "Zoë", "Smith-Jones", "a=b", "12 High Street, Flat 3", "name@example.org", "'quoted'", "SE5 8AZ", "Null", "ﬁ", "👩🏽‍🚒", "a\x00b", "شارع"} {
		if got := Neutral(s); got != s {
			t.Errorf("Neutral(%q) = %q", s, got)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	signs := rapid.SampledFrom([]rune("=+-@＝＋－＠−\t\r\n\x00 ',;|\"abZ9ëŴ\u200b\u202e👍"))
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.StringOf(signs), 1, 4), 1, 5).Draw(t, "rows")
		var out bytes.Buffer
		w := NewWriter(&out)
		for _, row := range rows {
			w.WriteText(row...)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		reader := csv.NewReader(bytes.NewReader(out.Bytes()))
		reader.FieldsPerRecord = -1
		got, err := reader.ReadAll()
		if err != nil {
			t.Fatalf("%v in %q", err, out.String())
		}
		for i := range got {
			for j := range got[i] {
				got[i][j] = Plain(got[i][j])
			}
		}
		for i := range rows {
			for j := range rows[i] {
				rows[i][j] = strings.ReplaceAll(rows[i][j], "\r\n", "\n") // encoding/csv reads CRLF in a value as LF
			}
		}
		if d := cmp.Diff(rows, got); d != "" {
			t.Fatalf("(want, got)\n%s\n%q", d, out.String())
		}
	})
}

func TestTypedCellsStayNumbers(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	w := NewWriter(&out)
	w.Write(Amount(-1250), Number(-7), Thousandths(1500), Thousandths(-20), Thousandths(3000), Day(day.Must(2026, 3, 31)), Day(0), Amount(money.Pence(5)), Text("-12.50"))
	w.Write(Text(""))
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "-12.50,-7,1.5,-0.02,3,2026-03-31,,0.05,\"'-12.50\"\r\n\"\"\r\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(want, got)\n%s", d)
	}
}
