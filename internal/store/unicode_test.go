package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/account"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// names are texts that software has spoilt before (bar X1).
var names = []string{
	"O'Brien", "O’Brien", "Zo\u00eb", "Zoe\u0308", "Ŵyn ap ŷ", "Groß", "ﬁnch", "İstanbul", "ılgaz", "محمد الأحمد", "王小明", "김민준", "Nguyễn Thị Ánh",
	"😀👩‍👩‍👧‍👦", "a" + strings.Repeat("\u0301", 10_000), "می\u200cخواهم", "\u202eevil\u202c", "Null", "null", "True", "N/A", "X", strings.Repeat("Ay", 150),
	"Robert'); drop table audit;--", `"quoted" \ back\slash`, "$1 ?1 %s :a @b", " leading and trailing ", "tab\tand\nline\r\nend", "\u00a0hard space", "\ufeffmark",
	"=1+1", "-12.50", "00123", "1e3", "\u0001\u001f\u007f", "\U0010ffff", "",
}

// TestNamesAreKeptExactly stores every text in every kind of row that holds words of an agency or of a person, and reads it back.
func TestNamesAreKeptExactly(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		within(t, db, func(tx *Tx) error {
			tx.shown = map[id.Person]struct{}{}
			for i, name := range names {
				check := func(what, got string, err error) {
					t.Helper()
					if err != nil || got != name {
						t.Errorf("%s: %s came back as %s (%v)", what, short(name), short(got), err)
					}
				}
				slug := fmt.Sprint("agency-", i)
				n, err := tx.AddAgency(slug, name, name)
				if err != nil {
					return err
				}
				g, err := tx.Agency(n)
				check("agency", g.Name, err)
				check("agency's mark", g.Mark, err)
				l, err := tx.AddLayout(Layout{Agency: n, Name: name, Version: 1, Hash: slug, Text: name})
				if err != nil {
					return err
				}
				l, err = tx.Layout(l.ID)
				check("layout", l.Text, err)
				check("layout's name", l.Name, err)
				e, _, err := tx.AddExtract(Extract{Agency: n, Layout: l.ID, Name: name, SHA256: slug, AsOf: 739000, ControlRows: -1})
				if err != nil {
					return err
				}
				keys := []RecordKey{{Hash: int64(i), Key: name}}
				who, err := json.Marshal(map[string]string{"surname": name})
				if err != nil {
					return err
				}
				if err := tx.AddRecords(n, keys); err != nil {
					return err
				}
				version := RecordVersion{Record: keys[0].ID, Extract: e.ID, AsOf: 739000, Identity: string(who), SetAside: name, Borough: name, Worker: name, Reach: name}
				if err := tx.StageVersions([]RecordVersion{version}); err != nil {
					return err
				}
				if err := tx.StageFaults(e.ID, []RowFault{{Line: 1, Field: name, Code: name, Said: name, Message: name, Remedy: name}}); err != nil {
					return err
				}
				if err := tx.StageSetAside(e.ID, []ValueSetAside{{Field: name, Code: name, Said: name, Reason: name, Uses: 1}}); err != nil {
					return err
				}
				if err := tx.ExtractIsChecked(e.ID, ExtractCounts{Unmapped: "[]"}, `{"encoding": "utf-8"}`); err != nil {
					return err
				}
				if err := tx.MoveExtract(e.ID, ExtractChecked, ExtractAccepted, name); err != nil {
					return err
				}
				e, err = tx.Extract(e.ID)
				check("extract's name", e.Name, err)
				check("reason", e.Reason, err)
				r, err := tx.Record(keys[0].ID, 0)
				check("record's key", r.Key, err)
				check("borough", r.Borough, err)
				check("worker", r.Worker, err)
				check("reach", r.Reach, err)
				var said map[string]string
				err = json.Unmarshal([]byte(r.Identity), &said)
				check("identity", said["surname"], err)
				faults, err := tx.FaultsOf(e.ID, "", 0, 1)
				check("rejected value", faults[0].Said, err)
				aside, err := tx.SetAsideOf(e.ID, 1)
				check("value set aside", aside[0].Said, err)
				code, err := tx.AddServiceCode(n, name, name)
				check("code", code.Code, err)
				if _, err := tx.SetPrice(PriceEntry{Agency: n, Code: name, Unit: name, Entry: name, State: "proposed"}); err != nil {
					return err
				}
				prices, err := tx.PriceHistory(n, name, name)
				check("price", prices[0].Entry, err)
				a, err := tx.AddAnswer(Answer{Answer: "unsure", Person: 1, Record: keys[0].ID, Reason: name})
				if err != nil {
					return err
				}
				a, err = tx.Answer(a.ID)
				check("answer's reason", a.Reason, err)
				acc, err := tx.AddAccount(Account{Email: account.Email(slug + "@example.org.uk"), Name: name, Roles: []policy.Role{policy.Analyst}}, "hash", false)
				if err != nil {
					return err
				}
				shown, err := tx.NameOf(acc)
				check("account", shown, err)
			}
			codes, err := tx.ServiceCodes()
			if err != nil {
				return err
			}
			for i, c := range codes {
				if c.Code != names[i] {
					t.Errorf("code %d came back as %s, want %s", i, short(c.Code), short(names[i]))
				}
			}
			return nil
		})
	})
}

// TestKeysThatLookAlikeAreApart keeps two records whose keys a reader would take for one, and finds each by its own.
func TestKeysThatLookAlikeAreApart(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		within(t, db, func(tx *Tx) error {
			n, err := tx.AddAgency("north", "NOR", "North")
			if err != nil {
				return err
			}
			want := []string{"Zo\u00eb", "Zoe\u0308", "zo\u00eb", "Zo\u00eb ", "00123", "123", "A", "Α"}
			var keys []RecordKey
			for _, k := range want {
				keys = append(keys, RecordKey{Hash: 1, Key: k}) // one hash for all: the key itself decides
			}
			if err := tx.AddRecords(n, keys); err != nil {
				return err
			}
			stored, err := tx.RecordKeys(n, 0, 100)
			var got []string
			for _, k := range stored {
				got = append(got, k.Key)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("keys (-want +got):\n%s", d)
			}
			return err
		})
	})
}

// TestOneOrderOnBothEngines sorts names: the order is of bytes, the same on both engines, whatever the machine's language.
func TestOneOrderOnBothEngines(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		within(t, db, func(tx *Tx) error {
			for i, name := range []string{"b", "Zoë", "_x", "a", "É", "B", "1", "é", "王", "Z", " c", "😀"} {
				if _, err := tx.AddAccount(Account{Email: account.Email(fmt.Sprintf("a%d@example.org.uk", i)), Name: name}, "hash", false); err != nil {
					return err
				}
			}
			all, err := tx.AccountNames()
			var got []string
			for _, a := range all {
				got = append(got, a.Name)
			}
			if d := cmp.Diff([]string{" c", "1", "B", "Z", "Zoë", "_x", "a", "b", "É", "é", "王", "😀"}, got); d != "" {
				t.Errorf("names (-want +got):\n%s", d)
			}
			return err
		})
	})
}

// TestTextThatIsNone gives the keeper bytes that are no text, and a NUL: either is kept exactly or refused, and never altered.
func TestTextThatIsNone(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		for i, bad := range []string{"a\x00b", "\xff\xfe", "cut \xe2\x82"} {
			var n id.Agency
			err := db.alone(t.Context(), 1, func(tx *Tx) (err error) {
				n, err = tx.AddAgency(fmt.Sprint("agency-", i), "X", bad)
				return err
			})
			if err != nil {
				continue
			}
			within(t, db, func(tx *Tx) error {
				g, err := tx.Agency(n)
				if g.Name != bad {
					t.Errorf("%q came back as %q", bad, g.Name)
				}
				return err
			})
		}
	})
}

// short is a text as a failure prints it.
func short(s string) string {
	if len(s) > 60 {
		return fmt.Sprintf("%+q… of %d bytes, %d signs", s[:60], len(s), utf8.RuneCountInString(s))
	}
	return fmt.Sprintf("%+q", s)
}
