package encode

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/person"
)

var update = flag.Bool("update", false, "write the golden files")

func key(t testing.TB, letter string) *Key {
	t.Helper()
	k, err := NewKey("key-"+letter, strings.NewReader(strings.Repeat(letter, secretSize)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// invented is someone with a value in every field. Nobody is called so.
func invented() person.Identity {
	return person.Identity{
		Names:  []person.Name{{Forename: "Robert", Middle: "Quentin", Surname: "Testwell-Ockham"}, {Forename: "Bob", Surname: "Testwell"}},
		Births: []person.Birth{{Day: day.Must(1983, time.March, 4), Precision: person.FullDate}, {Day: day.Must(1984, time.January, 1), Precision: person.YearOnly}},
		Sex:    person.Male,
		Identifiers: []person.Identifier{{Kind: person.NHSNumber, Value: "9434765919"}, {Kind: person.NINO, Value: "AB123457"},
			{Kind: person.PNCID, Value: "83/0049282X"}},
		Postcodes: []string{"SE5 8AZ", "SE15"}, NoFixed: true, Address: "12 Invented Rd", Places: []string{"Camberwell"},
		Phones: []string{"07700900123"}, Emails: []string{"robert.testwell@example.org"},
	}
}

func written(t testing.TB, mode Mode, who person.Identity, keys ...*Key) string {
	t.Helper()
	return writtenAs(t, Header{Mode: mode}, who, keys...)
}

// writtenAs writes a file of one record. What the record says is given whether or not the file is to have it.
func writtenAs(t testing.TB, h Header, who person.Identity, keys ...*Key) string {
	t.Helper()
	for _, k := range keys {
		h.Keys = append(h.Keys, KeyName{k.ID(), k.Name})
	}
	var b bytes.Buffer
	w := NewWriter(&b, h)
	for _, k := range keys {
		name := New(keys[0], h.Mode).RecordName("1")
		if h.WithNames {
			name = "1"
		}
		w.Write(1, w.Row(name, k.ID(), strings.Join(values(who), "; "), New(k, h.Mode).Encode(who)))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFormat holds the format: files of an earlier release must link with those of a later one.
func TestFormat(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]Header{"full": {Mode: FullMode}, "strict": {Mode: StrictMode}, "strict-names": {Mode: StrictMode, WithNames: true}} {
		golden := filepath.Join("testdata", name+".csv")
		got := writtenAs(t, h, invented(), key(t, "a"), key(t, "b"))
		if *update {
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\nA change here is a new version of the format.", golden, diff)
		}
	}
}

// TestReadIsWritten holds that a file says again what was written.
func TestReadIsWritten(t *testing.T) {
	t.Parallel()
	people := []person.Identity{invented(), {Names: []person.Name{{Forename: "J", Surname: "T"}}}, {Names: []person.Name{{Surname: "Testwell"}, {Forename: "Ann"}}},
		{Names: []person.Name{{Full: "Ann Testwell"}}, NoFixed: true}, {Phones: []string{"07700900124"}}, {}}
	for _, mode := range []Mode{FullMode, StrictMode} {
		for i, who := range people {
			k := key(t, "a")
			want := New(k, mode).Encode(who)
			r, err := NewReader(strings.NewReader(written(t, mode, who, k)), "x.csv")
			if err != nil {
				t.Fatal(err)
			}
			if !r.Next() {
				t.Fatalf("%s %d: %v", mode, i, r.Err())
			}
			_, _, got := r.Row()
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b Value) bool { return cell([]Value{a}) == cell([]Value{b}) })); diff != "" {
				t.Errorf("%s %d (-want +got):\n%s", mode, i, diff)
			}
		}
	}
}

// values are the plain and folded values of someone that are long enough not to occur by chance.
func values(who person.Identity) []string {
	list := append(append(append([]string{who.Address, AddressText(who.Address)}, who.Phones...), who.Emails...), who.Places...)
	list = append(list, who.Postcodes...)
	for _, n := range who.Names {
		f, m, s := namesOf(n)
		list = append(list, n.Forename, n.Middle, n.Surname, f, m, s, f+s, f+" "+s)
	}
	for _, id := range who.Identifiers {
		list = append(list, id.Value)
	}
	for _, b := range who.Births {
		list = append(list, b.Day.String(), strings.ReplaceAll(b.Day.String(), "-", ""))
	}
	return list
}

func somebody(t *rapid.T) person.Identity {
	word := rapid.StringMatching(`[A-Z][a-z]{5,12}`)
	return person.Identity{
		Names:       []person.Name{{Forename: word.Draw(t, "forename"), Middle: word.Draw(t, "middle"), Surname: word.Draw(t, "surname")}},
		Births:      []person.Birth{{Day: day.Must(rapid.IntRange(1930, 2020).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 28).Draw(t, "day")), Precision: person.FullDate}},
		Sex:         person.Female,
		Identifiers: []person.Identifier{{Kind: person.OtherNational, Value: rapid.StringMatching(`[A-Z0-9]{6,12}`).Draw(t, "number")}},
		Postcodes:   []string{rapid.StringMatching(`[A-Z]{2}[1-9][0-9] [1-9][AB][AB]`).Draw(t, "postcode")},
		Address:     "14 " + word.Draw(t, "street") + " Road", Places: []string{word.Draw(t, "town")},
		Phones: []string{rapid.StringMatching(`07[0-9]{9}`).Draw(t, "phone")},
		Emails: []string{rapid.StringMatching(`[a-z]{6,12}@[a-z]{5,9}\.org`).Draw(t, "email")},
	}
}

// TestNothingPlainLeaves holds that neither a value nor what anyone could make of it without the key stands in what leaves.
func TestNothingPlainLeaves(t *testing.T) {
	t.Parallel()
	k := key(t, "a")
	rapid.Check(t, func(rt *rapid.T) {
		who := somebody(rt)
		for _, mode := range []Mode{FullMode, StrictMode} {
			text := written(t, mode, who, k)
			_, rows, _ := strings.Cut(text, "other_number\n") // the first two lines are the same in every file
			for _, v := range values(who) {
				if len(v) < 5 {
					continue
				}
				if strings.Contains(strings.ToLower(rows), strings.ToLower(v)) {
					rt.Fatalf("%s mode sends %q", mode, v)
				}
				for _, sum := range [][]byte{sha(v), first20(v), first16(v)} {
					for _, form := range []string{hex.EncodeToString(sum[:8]), base64.RawURLEncoding.EncodeToString(sum[:8]), base64.StdEncoding.EncodeToString(sum[:6])} {
						if strings.Contains(rows, form) {
							rt.Fatalf("%s mode sends an unkeyed hash of %q", mode, v)
						}
					}
				}
			}
			secret := base64.StdEncoding.EncodeToString(k.secret[:])
			if strings.Contains(text, secret[:11]) || strings.Contains(text, hex.EncodeToString(k.secret[:8])) {
				rt.Fatal("the key leaves")
			}
		}
	})
}

func sha(s string) []byte     { h := sha256.Sum256([]byte(s)); return h[:] }
func first20(s string) []byte { h := sha1.Sum([]byte(s)); return h[:] }
func first16(s string) []byte { h := md5.Sum([]byte(s)); return h[:] }

func tokensOf(r Record) map[Token]bool {
	all := map[Token]bool{}
	for _, values := range r {
		for _, v := range values {
			for _, t := range v {
				all[t.Token] = true
			}
		}
	}
	return all
}

// TestKeysDoNotMeet holds that no token under one key is one under another, and that what is of two fields or granularities is no one token.
func TestKeysDoNotMeet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		who := somebody(rt)
		for _, mode := range []Mode{FullMode, StrictMode} {
			a, b := tokensOf(New(key(t, "a"), mode).Encode(who)), tokensOf(New(key(t, "b"), mode).Encode(who))
			for token := range a {
				if b[token] {
					rt.Fatalf("%s mode: %s is under both keys", mode, token)
				}
			}
		}
		full, strict := tokensOf(New(key(t, "a"), FullMode).Encode(person.Identity{Names: who.Names})), tokensOf(New(key(t, "a"), StrictMode).Encode(who))
		for token := range strict {
			if full[token] {
				rt.Fatalf("%s is in both modes", token)
			}
		}
	})
	e := newTokens(key(t, "a"))
	seen := map[Token]string{}
	for _, of := range [][]string{{"name", "ab"}, {"name", "a", "b"}, {"place", "ab"}, {"sound of name", "ab"}, {"namea", "b"}, {"name", "b", "a"}} {
		token := e.of(of[0], of[1:]...)
		if before, twice := seen[token]; twice {
			t.Errorf("%v has the token of %s", of, before)
		}
		seen[token] = strings.Join(of, ", ")
	}
}

// TestSameHoweverWritten holds that a value has its tokens whatever the agency's way of writing it.
func TestSameHoweverWritten(t *testing.T) {
	t.Parallel()
	one, other := invented(), invented()
	other.Names = []person.Name{{Forename: "ROBERT", Middle: "quentin", Surname: "Téstwell  Ockham"}, {Full: "BOB TESTWELL"}}
	other.Address, other.Places = "12, INVENTED ROAD", []string{"CAMBERWELL"}
	for _, mode := range []Mode{FullMode, StrictMode} {
		e := New(key(t, "a"), mode)
		if diff := cmp.Diff(e.Encode(one), e.Encode(other)); diff != "" {
			t.Errorf("%s mode (-want +got):\n%s", mode, diff)
		}
	}
}

// TestTableOfTokens holds the table of docs/private-linkage.md to the tokens that are made.
func TestTableOfTokens(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "private-linkage.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| column | tokens in full mode |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	said := map[string][]string{}
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if said[cells[0]] = strings.Split(cells[1], "; "); cells[1] == "as forename" {
			said[cells[0]] = said["forename"]
		}
		slices.Sort(said[cells[0]])
	}
	who := invented()
	who.Names = append(who.Names, person.Name{Forename: "Bob-Robert", Surname: "Bob"})
	who.Births = append(who.Births, person.Birth{Day: day.Must(1983, time.January, 1), Precision: person.FullDate})
	who.Identifiers = append(who.Identifiers, person.Identifier{Kind: person.PrisonNumber, Value: "A1234BC"}, person.Identifier{Kind: person.OtherNational, Value: "7"})
	made := map[string][]string{}
	for column, values := range New(key(t, "a"), FullMode).Encode(who) {
		name := columnNames[FullMode][column]
		for _, token := range slices.Concat(values...) {
			if words := grains[token.Grain]; !slices.Contains(made[name], words) {
				made[name] = append(made[name], words)
			}
		}
		slices.Sort(made[name])
	}
	if diff := cmp.Diff(made, said); diff != "" {
		t.Errorf("docs/private-linkage.md says that other tokens leave (-made +said):\n%s", diff)
	}
}

// TestStrictSendsNoFieldAlone holds that every composite is of two things at least, of different fields.
func TestStrictSendsNoFieldAlone(t *testing.T) {
	t.Parallel()
	field := map[rune]string{'f': "forename", 'F': "forename", 'g': "forename", 's': "surname", 'S': "surname", 'u': "surname",
		'd': "birth", 'm': "birth", 'k': "birth", 'e': "birth", 'y': "birth"}
	signs := map[byte]bool{}
	for _, c := range composites {
		fields := map[string]bool{}
		for _, p := range c.parts {
			if strictWords[byte(p)] == "" {
				t.Errorf("part %q of composite %q has no words", p, c.sign)
			}
			name := field[p]
			if name == "" {
				name = string(p)
			}
			fields[name] = true
		}
		if len(c.parts) > 3 {
			t.Errorf("composite %q is of more than three things; docs/private-linkage.md says two or three", c.sign)
		}
		if len(fields) < 2 || signs[c.sign] {
			t.Errorf("composite %q of %q is of one field, or its sign is another's too", c.sign, c.parts)
		}
		signs[c.sign] = true
	}
	r := New(key(t, "a"), StrictMode).Encode(person.Identity{Names: []person.Name{{Surname: "Testwell"}}})
	if len(tokensOf(r)) != 0 {
		t.Errorf("a surname alone leaves as %v", r)
	}
}

// TestBadFiles holds that a file that was changed is refused with its line, and that no error repeats what it holds.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	good := written(t, FullMode, invented(), key(t, "a"))
	id := key(t, "a").ID()
	row := strings.SplitAfter(good, "\n")[2]
	named := writtenAs(t, Header{Mode: FullMode, WithNames: true}, invented(), key(t, "a"))
	two := written(t, FullMode, invented(), key(t, "a"), key(t, "b"))
	rows := strings.SplitAfter(two, "\n")
	at, other := strings.Index(good, ","+id+",i")+len(id)+5, "A" // in the midst of the first token
	if good[at] == 'A' {
		other = "B"
	}
	for name, tt := range map[string]struct{ text, want string }{
		"plain":       {"forename,surname\nAnn,Testwell\n", "x.csv, line 1: it does not begin as an encoded file does"},
		"empty":       {"", "x.csv, line 1"},
		"version":     {strings.Replace(good, fileMark+",4", fileMark+",2", 1), "another version of the format than 3 and 4"},
		"mode":        {strings.Replace(good, ",full,", ",half,", 1), "x.csv, line 1: it names no mode"},
		"header":      {strings.Replace(good, "forename", "first", 1), "x.csv, line 2: the header"},
		"plain name":  {strings.Replace(good, ","+id+",i", ","+id+",Testwell i", 1), "x.csv, line 3: forename is not written as tokens"},
		"another key": {strings.Replace(good, ","+id+",i", ",00000000,i", 1), "x.csv, line 3: key is none that the first line names"},
		"no number":   {strings.Replace(named, "\n1,", "\n ,", 1), "x.csv, line 3: record is empty"},
		"no mark":     {strings.Replace(named, namesMark, fileMark, 1), "x.csv, line 2: the header"},
		"no words":    {strings.Replace(named, ",says,", ",", 1), "x.csv, line 2: the header"},
		"padded":      {strings.Replace(good, "\n", ",,\n", 1), "x.csv, line 1: it has a key without an id"},
		"saved":       {"\ufeff" + named, "x.csv, line 1: it does not begin"},
		"twice":       {strings.Replace(good, row, row+row, 1), "x.csv, line 4: the record was on line 3 already"},
		"ragged":      {strings.Replace(good, row, row+"a,b\n", 1), "x.csv, line 4: it has not the 15 values"},
		"cut off":     {good[:strings.Index(good, endMark)-60], "x.csv, line 3"},
		"no last":     {good[:strings.Index(good, endMark)], "x.csv, line 4: the last line"},
		"half a last": {good[:strings.LastIndex(good, ",1,")], "x.csv, line 4: it has not the 15 values"},
		"half a sum":  {good[:len(good)-9] + "\n", "x.csv was changed after it was encoded"},
		"no sum":      {good[:strings.LastIndex(good, ",")] + "\n", "x.csv, line 4: it has not the 15 values"},
		"one sign":    {good[:at] + other + good[at+1:], "x.csv was changed after it was encoded"},
		"key's name":  {strings.Replace(good, "key-a", "key-b", 1), "x.csv was changed after it was encoded"},
		"words":       {strings.Replace(named, "Camberwell", "Peckham", 1), "x.csv was changed after it was encoded"},
		"order":       {strings.Replace(two, rows[2]+rows[3], rows[3]+rows[2], 1), "x.csv was changed after it was encoded"},
		"row gone":    {strings.Replace(good, row, "", 1), "x.csv, line 3: it does not give the number of rows before it, which are 0"},
		"two files":   {good + row, "x.csv, line 5: it stands after the last line"},
	} {
		r, err := NewReader(strings.NewReader(tt.text), "x.csv")
		if err == nil {
			for r.Next() {
			}
			err = r.Err()
		}
		if is := IsEncoded([]byte(tt.text)); is == (name == "plain" || name == "empty") {
			t.Errorf("%s: IsEncoded is %t", name, is)
		}
		var f *fault.Error
		switch {
		case !errors.As(err, &f) || f.Remedy == "" || !strings.Contains(err.Error(), tt.want):
			t.Errorf("%s: error %v, want one that says %q and a remedy", name, err, tt.want)
		case strings.Contains(err.Error(), "Testwell"):
			t.Errorf("%s: the error repeats a value: %v", name, err)
		}
	}
}

// TestReadAsSent holds that what says the same as was written is read: with other ends of lines, with a number of two lines, and as the version before wrote it.
func TestReadAsSent(t *testing.T) {
	t.Parallel()
	good := written(t, FullMode, invented(), key(t, "a"))
	k := key(t, "a")
	var lines bytes.Buffer
	w := NewWriter(&lines, Header{Mode: FullMode, WithNames: true, Keys: []KeyName{{k.ID(), k.Name}}})
	w.Write(1, w.Row("A\r\n1", k.ID(), "", New(k, FullMode).Encode(invented())))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"as written": good, "ends of lines": strings.ReplaceAll(good, "\n", "\r\n"), "a number of two lines": lines.String(),
		"version 3": strings.Replace(good[:strings.LastIndex(good, ",")]+"\n", ",4,", ",3,", 1),
	} {
		r, err := NewReader(strings.NewReader(text), "x.csv")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := 0
		for r.Next() {
			n++
		}
		if n != 1 || r.Err() != nil {
			t.Errorf("%s: %d rows, %v", name, n, r.Err())
		}
	}
}

// TestKeyForNames holds that whether names may stand beside tokens is read as it was written, and cannot be changed in the key's file.
func TestKeyForNames(t *testing.T) {
	t.Parallel()
	for _, names := range []bool{false, true} {
		k := key(t, "a")
		k.WithNames = names
		var b bytes.Buffer
		if _, err := k.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadKey(&b, "a.key"); err != nil || *got != *k {
			t.Fatalf("names %t: ReadKey = %v, %v; want %v", names, got, err, k)
		}
		k.WriteTo(&b)
		changed := strings.ReplaceAll(b.String(), namesLine+"\n", "")
		if !names {
			changed = b.String() + namesLine + "\n"
		}
		if _, err := ReadKey(strings.NewReader(changed), "a.key"); err == nil || !strings.Contains(err.Error(), "a.key, line 3: the id does not belong") {
			t.Errorf("names %t, changed: error %v", names, err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	k := key(t, "a")
	var b bytes.Buffer
	if _, err := k.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	file := b.String()
	got, err := ReadKey(strings.NewReader(strings.ReplaceAll(file, "\n", "\r\n")), "a.key")
	if err != nil || *got != *k {
		t.Fatalf("ReadKey = %v, %v; want %v", got, err, k)
	}
	secret := base64.StdEncoding.EncodeToString(k.secret[:])
	for name, tt := range map[string]struct{ text, want string }{
		"no key":         {"hello", "a.key, line 1"},
		"changed secret": {strings.Replace(file, "YWFh", "YWFi", 1), "a.key, line 3: the id does not belong to the name and the secret"},
		"short secret":   {strings.Replace(file, "YWFh", "", 1), "a.key, line 4: the secret is not 32 bytes"},
		"changed name":   {strings.Replace(file, "key-a", "key-b", 1), "a.key, line 3: the id does not belong to the name"},
		"bad name":       {strings.Replace(file, "key-a", "Key A", 1), "a.key, line 2: the name"},
		"more":           {file + "more\n", "a.key, line 5: a key's file has 4 lines"},
		"no id":          {strings.Replace(file, "id ", "no ", 1), "a.key, line 3: it does not begin with"},
	} {
		_, err := ReadKey(strings.NewReader(tt.text), "a.key")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", name, err, tt.want)
		} else if strings.Contains(err.Error(), secret[:8]) {
			t.Errorf("%s: the error holds the secret: %v", name, err)
		}
	}
	if _, err := NewKey("South London", strings.NewReader(secret)); err == nil {
		t.Error("a name with a space made a key")
	}
	if _, err := NewKey("a", strings.NewReader("short")); err == nil {
		t.Error("too few random bytes made a key")
	}
}
