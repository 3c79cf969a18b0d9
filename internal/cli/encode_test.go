package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const encodeLayout = `
name: people
version: 1
agency: clinic
kind: people
columns:
  - {header: ref, field: key}
  - {header: first, field: forename}
  - {header: last, field: surname}
  - {header: born, field: birth, format: yyyy-mm-dd}
`

// encodeFolder makes a folder with a layout, two people files and two keys.
func encodeFolder(t *testing.T) (at func(string) string) {
	t.Helper()
	dir := t.TempDir()
	at = func(name string) string { return filepath.Join(dir, name) }
	for name, text := range map[string]string{
		"people.yaml": encodeLayout,
		"a.csv":       "ref,first,last,born,note\nA-100,Quentina,Testwell,1983-03-04,asthma\nA-101,Oswin,Ockham,1960-07-09,\n",
		"b.csv":       "ref,first,last,born\n77,QUENTINA,Testwel,1983-03-04\n78,Maud,Invented,1971-01-20\n",
		"bad.csv":     "ref,first,last,born\n,Ann,Testwell,1983-03-04\n",
	} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range []string{"one", "two"} {
		if code, _, said := run(t, "encode", "key", "new", "--name", k, at(k+".key")); code != 0 {
			t.Fatal(said)
		}
	}
	if code, out, said := run(t, "encode", "key", "new", "--with-names", "--name", "names", at("names.key")); code != 0 || !strings.Contains(out, "may send names beside their tokens") {
		t.Fatal(out, said)
	}
	return at
}

func encodeTo(t *testing.T, at func(string) string, from, to string, flags ...string) string {
	t.Helper()
	args := append([]string{"encode", "--layout", at("people.yaml"), "--out", at(to)}, flags...)
	code, out, said := run(t, append(args, at(from))...)
	if code != 0 {
		t.Fatal(said)
	}
	return out
}

// TestEncodedFilesAreLinked goes the whole way: two agencies, one key, one person whom both know.
func TestEncodedFilesAreLinked(t *testing.T) {
	t.Parallel()
	at := encodeFolder(t)
	for _, mode := range []string{"full", "strict"} {
		flags := []string{"--key-file", at("one.key"), "--lookup", at(mode + "-lookup.csv")}
		if mode == "strict" {
			flags = append(flags, "--strict")
		}
		encodeTo(t, at, "a.csv", mode+"-a.csv", flags...)
		encodeTo(t, at, "b.csv", mode+"-b.csv", flags[:2]...)
		if mode == "strict" {
			if code, _, said := run(t, "link-files", "--out", at("mixed"), at(mode+"-a.csv"), at(mode+"-b.csv")); code != 65 ||
				!strings.Contains(said, "strict mode") || !strings.Contains(said, "full mode") {
				t.Errorf("two modes: exit %d, %s", code, said)
			}
			continue
		}
		if code, _, said := run(t, "link-files", "--out", at(mode), at(mode+"-a.csv"), at(mode+"-b.csv")); code != 0 {
			t.Fatal(said)
		}
		persons, err := os.ReadFile(filepath.Join(at(mode), "persons.csv"))
		if err != nil {
			t.Fatal(err)
		}
		lookup, err := os.ReadFile(at(mode + "-lookup.csv"))
		if err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(strings.Split(string(lookup), "\n")[1], ",A-100")
		_, whose, _ := strings.Cut(string(persons), "full-a.csv,"+name+",") // the person of A-100, who is one of b.csv's too
		whose, _, _ = strings.Cut(whose, "\n")
		if got := strings.Count(string(persons), ","+whose+"\n"); whose == "" || got != 2 {
			t.Errorf("the lookup does not lead to the record that two files have: %d records of person %q\n%s%s", got, whose, lookup, persons)
		}
	}
	sent, err := os.ReadFile(at("full-a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"A-100", "Quentina", "quentina", "Testwell", "asthma", "1983", "note"} {
		if strings.Contains(string(sent), plain) {
			t.Errorf("%q leaves", plain)
		}
	}
}

// TestKeysChangeOver holds that files of two keys are refused by name, and that one under both joins either.
func TestKeysChangeOver(t *testing.T) {
	t.Parallel()
	at := encodeFolder(t)
	encodeTo(t, at, "a.csv", "old.csv", "--key-file", at("one.key"))
	encodeTo(t, at, "b.csv", "new.csv", "--key-file", at("two.key"))
	encodeTo(t, at, "b.csv", "both.csv", "--key-file", at("one.key"), "--key-file", at("two.key"))
	code, _, said := run(t, "link-files", "--out", at("out1"), at("old.csv"), at("new.csv"))
	if code != 65 || !strings.Contains(said, "one (") || !strings.Contains(said, "two (") {
		t.Errorf("two keys: exit %d, %s", code, said)
	}
	if code, out, said := run(t, "link-files", "--out", at("out2"), at("old.csv"), at("both.csv")); code != 0 || !strings.Contains(out, "4 records are 3 people") ||
		!strings.Contains(out, "both.csv: 2 rows are under other keys and not linked.") {
		t.Errorf("the old key and both: exit %d, %s%s", code, out, said)
	}
	if code, _, said := run(t, "link-files", "--out", at("out3"), "--layout", at("people.yaml"), at("old.csv"), at("a.csv")); code != 65 ||
		!strings.Contains(said, "old.csv is encoded and a.csv is not") {
		t.Errorf("encoded beside plain: exit %d, %s", code, said)
	}
	if code, _, said := run(t, "layout", "draft", at("old.csv")); code != 65 || !strings.Contains(said, "link-files reads it as it is") {
		t.Errorf("the layout of an encoded file: exit %d, %s", code, said)
	}
}

// TestFilesThatClashAreNamed holds that of files without a common key two are named that have none, wherever they stand; and all, where each two have one.
func TestFilesThatClashAreNamed(t *testing.T) {
	t.Parallel()
	at := encodeFolder(t)
	if code, _, said := run(t, "encode", "key", "new", "--name", "three", at("three.key")); code != 0 {
		t.Fatal(said)
	}
	of := map[string][]string{"both": {"one", "two"}, "old": {"one"}, "new": {"two"}, "next": {"two", "three"}, "last": {"three", "one"}}
	for name, keys := range of {
		var flags []string
		for _, k := range keys {
			flags = append(flags, "--key-file", at(k+".key"))
		}
		encodeTo(t, at, "a.csv", name+".csv", flags...)
	}
	for _, x := range []struct {
		files, want []string
		not         string
	}{
		{[]string{"both", "old", "new"}, []string{"old.csv is encoded under the key one (", "and new.csv under the key two (", "one of the two under the other's key"}, "both.csv"},
		{[]string{"old", "both", "new"}, []string{"old.csv is encoded under the key one (", "and new.csv under the key two ("}, "both.csv"},
		{[]string{"both", "next", "last"}, []string{"all files are encoded under: both.csv under the key one (", "; next.csv under the key two (", "; last.csv under the key three (", "all of them under one key"}, "is encoded under"},
	} {
		args := []string{"link-files", "--out", at("out")}
		for _, f := range x.files {
			args = append(args, at(f+".csv"))
		}
		code, _, said := run(t, args...)
		for _, want := range x.want {
			if code != 65 || !strings.Contains(said, want) || strings.Contains(said, x.not) {
				t.Errorf("%v: exit %d, %s, want %q and not %q", x.files, code, said, want, x.not)
			}
		}
	}
}

// TestChangedEncodingIsRefused holds that a file of which one sign of one token is another is not linked, and that nothing is written of it.
func TestChangedEncodingIsRefused(t *testing.T) {
	t.Parallel()
	at := encodeFolder(t)
	encodeTo(t, at, "a.csv", "sent.csv", "--key-file", at("one.key"))
	text, err := os.ReadFile(at("sent.csv"))
	if err != nil {
		t.Fatal(err)
	}
	row := bytes.TrimRight(text[:bytes.LastIndex(text, []byte("\nend of "))], ",")
	if sign := &row[len(row)-5]; *sign == 'A' { // in the midst of a token
		*sign = 'B'
	} else {
		*sign = 'A'
	}
	if err := os.WriteFile(at("changed.csv"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, said := run(t, "link-files", "--out", at("out"), at("changed.csv"))
	if code != 65 || !strings.Contains(said, "changed.csv was changed after it was encoded") || !strings.Contains(said, "Fetch it anew") {
		t.Errorf("exit %d, %s", code, said)
	}
	if _, err := os.Stat(at("out")); err == nil {
		t.Error("a folder was left behind")
	}
}

// TestNamesBesideTokens holds that a file with names is made and linked only where everybody knows of it, and what is then said of whom.
func TestNamesBesideTokens(t *testing.T) {
	t.Parallel()
	at := encodeFolder(t)
	key := []string{"--key-file", at("names.key")}
	if out := encodeTo(t, at, "a.csv", "names.csv", append(key, "--with-names")...); !strings.Contains(out, "what leaves holds names and your own record numbers") {
		t.Errorf("nothing warns who sends names: %s", out)
	}
	if out := encodeTo(t, at, "b.csv", "tokens.csv", append(key, "--lookup", at("lookup.csv"))...); !strings.Contains(out, "other agencies may send names beside their tokens") {
		t.Errorf("nothing warns who sends tokens only: %s", out)
	}
	sent, err := os.ReadFile(at("tokens.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"77", "QUENTINA", "Quentina", "Testwel", "1983"} {
		if strings.Contains(string(sent), ","+plain) || strings.Contains(string(sent), "\n"+plain) || strings.Contains(string(sent), " "+plain) {
			t.Errorf("%q leaves beside tokens only", plain)
		}
	}
	encodeTo(t, at, "a.csv", "plainly.csv", "--key-file", at("one.key"))
	for name, tt := range map[string]struct {
		args []string
		want []string
	}{
		"a key that is not for names": {[]string{"encode", "--layout", at("people.yaml"), "--key-file", at("one.key"), "--with-names", "--out", at("x.csv"), at("a.csv")},
			[]string{"The key one (", "key new --with-names"}},
		"one of two keys": {[]string{"encode", "--layout", at("people.yaml"), "--key-file", at("names.key"), "--key-file", at("one.key"), "--with-names", "--out", at("x.csv"),
			at("a.csv")}, []string{"The key one ("}},
		"both sorts of keys": {[]string{"encode", "--layout", at("people.yaml"), "--key-file", at("one.key"), "--key-file", at("names.key"), "--strict", "--out", at("x.csv"),
			at("a.csv")}, []string{"The key names (", ") is for names beside tokens, and the key one (", "Encode under names alone"}},
		"a lookup":        {append(append([]string{"encode", "--layout", at("people.yaml"), "--with-names", "--lookup", at("l.csv"), "--out", at("x.csv")}, key...), at("a.csv")), []string{"Leave --lookup out"}},
		"encoded already": {append(append([]string{"encode", "--layout", at("people.yaml"), "--out", at("x.csv")}, key...), at("names.csv")), []string{"encoded already"}},
		"not asked for": {[]string{"link-files", "--out", at("x"), at("names.csv"), at("tokens.csv")},
			[]string{"names.csv has names beside its tokens, and tokens.csv has tokens only", "--with-names"}},
		"plain, no layout": {[]string{"link-files", "--out", at("x"), at("a.csv"), at("tokens.csv")},
			[]string{"tokens.csv is encoded and a.csv is not", "under the key names (", "encode --with-names"}},
		"another key": {[]string{"link-files", "--with-names", "--out", at("x"), at("names.csv"), at("plainly.csv")}, []string{"names (", "one ("}},
	} {
		code, _, said := run(t, tt.args...)
		for _, want := range tt.want {
			if code != 65 || !strings.Contains(said, want) {
				t.Errorf("%s: exit %d, %q, want %q", name, code, said, want)
			}
		}
		if _, err := os.Stat(at("x.csv")); err == nil {
			t.Errorf("%s: a file was left behind", name)
		}
	}
	code, out, said := run(t, "link-files", "--with-names", "--sample", "50", "--out", at("out"), at("names.csv"), at("tokens.csv"))
	if code != 0 || !strings.Contains(out, "hold names from names.csv. Of tokens.csv only tokens came") {
		t.Errorf("linked: exit %d, %s%s", code, out, said)
	}
	says := "Forename Quentina; Surname Testwell; Date of birth 4 March 1983"
	for file, want := range map[string][]string{"persons.csv": {"\nnames.csv,A-100,", "\nnames.csv,A-101,", "\ntokens.csv,"}, "sample.csv": {says, "Tokens only. How far the two agree: Forename the same"},
		"report.html": {says, "came as tokens only", "This page holds values from names.csv"}} {
		text, err := os.ReadFile(filepath.Join(at("out"), file))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s does not say %q:\n%.3000s", file, w, text)
			}
		}
	}
	// From 0.9999999999 on nothing is linked, so that the pair is one to look at.
	if code, _, said := run(t, "link-files", "--with-names", "--threshold", "0.9999999999", "--out", at("high"), at("names.csv"), at("tokens.csv")); code != 0 {
		t.Fatal(said)
	}
	pairs, err := os.ReadFile(filepath.Join(at("high"), "pairs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(pairs), says) || !strings.Contains(string(pairs), "(tokens only: its values are not known here)") {
		t.Errorf("pairs.csv does not say what is known and what is not:\n%s", pairs)
	}
}

// TestEncodeRefuses holds that what cannot be encoded says why and leaves no file.
func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	at := encodeFolder(t)
	layout, key := []string{"encode", "--layout", at("people.yaml")}, []string{"--key-file", at("one.key")}
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no place":      {[]string{at("a.csv")}, "--out"},
		"key twice":     {[]string{"--key-file", at("one.key"), "--out", at("x.csv"), at("a.csv")}, "is given twice"},
		"no key":        {[]string{"--key-file", at("a.csv"), "--out", at("x.csv"), at("a.csv")}, "a.csv, line 1"},
		"nobody":        {[]string{"--out", at("x.csv"), at("bad.csv")}, "None of the rows"},
		"no file":       {[]string{"--out", at("x.csv"), at("none.csv")}, "none.csv"},
		"written over":  {[]string{"--out", at("a.csv"), at("b.csv")}, "is there already"},
		"lookup is out": {[]string{"--print", "--lookup", at("l.csv"), at("a.csv")}, "--out"},
	} {
		code, _, said := run(t, append(append(append([]string{}, layout...), key...), tt.args...)...)
		if code != 65 || !strings.Contains(said, tt.want) {
			t.Errorf("%s: exit %d, %q, want %q", name, code, said, tt.want)
		}
		if _, err := os.Stat(at("x.csv")); err == nil {
			t.Errorf("%s: a file was left behind", name)
		}
	}
	code, out, said := run(t, append(append(layout, key...), "--print", at("a.csv"))...)
	if strings.Contains(out, " more\n") {
		t.Errorf("--print does not show all that leaves: %s", out)
	}
	if strings.Contains(said, "Others on this machine can read") {
		t.Errorf("a key of its owner's only: %s", said)
	}
	if err := os.Chmod(at("one.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, said := run(t, append(append(layout, key...), "--print", at("a.csv"))...); runtime.GOOS != "windows" && !strings.Contains(said, "Others on this machine can read") {
		t.Errorf("nothing is said of a key that others can read: %s", said)
	}
	if code != 0 || !strings.Contains(out, "forename: the whole value: ") || !strings.Contains(out, "Not used, and not sent: note.") || strings.Contains(out, "Quentina") {
		t.Errorf("--print: exit %d, %s%s", code, out, said)
	}
}
