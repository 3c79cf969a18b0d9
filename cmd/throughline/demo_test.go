package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/areas"
	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
)

// served is a demonstration that runs.
type served struct {
	address string
	said    string // all that it printed up to the end of its greeting
	stop    func()
}

// serveDemo starts throughline demo on a folder and waits until it serves.
func serveDemo(t *testing.T, dir string) served {
	t.Helper()
	server := exec.CommandContext(t.Context(), "throughline", "demo", "--dir", dir, "--people", "2400", "--addr", "127.0.0.1:0")
	var log strings.Builder
	server.Stderr = &log
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	s := served{}
	for lines := bufio.NewScanner(out); !strings.Contains(s.said, "Ctrl+C") && lines.Scan(); {
		s.said += lines.Text() + "\n"
	}
	s.address = regexp.MustCompile(`http://[0-9.]+:[0-9]+`).FindString(s.said)
	if s.address == "" {
		t.Fatalf("it does not serve: %s\n%s\n%v", s.said, log.String(), server.Wait())
	}
	s.stop = func() {
		t.Helper()
		if err := server.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, out); err != nil {
			t.Error(err)
		}
		if err := server.Wait(); err != nil {
			t.Errorf("the demonstration ended with %v\n%s", err, log.String())
		}
	}
	return s
}

// command runs a command on a data directory and gives what it printed, as JSON where it is.
func command(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	text, err := exec.CommandContext(t.Context(), "throughline", args...).Output()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return string(ended.Stderr), ended.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return string(text), 0
}

// must runs a command that is to go well and reads its JSON.
func must(t *testing.T, into any, args ...string) {
	t.Helper()
	out, code := command(t, append(args, "--json")...)
	if code != 0 {
		t.Fatalf("throughline %s ends with %d: %s", strings.Join(args, " "), code, out)
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		t.Fatalf("throughline %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// TestDemo makes a small demonstration, signs in to it, stops it and serves it again; then, from the command line, an extract is
// taken back and brought in again, and the figures follow both ways.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "demo")
	s := serveDemo(t, dir)
	analyst := regexp.MustCompile(`(?m)^.* analyst +(\S+) +(\S+)$`).FindStringSubmatch(s.said)
	if analyst == nil {
		t.Fatalf("no analyst's sign-in is printed:\n%s", s.said)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{t, &http.Client{Jar: jar}, s.address}
	page, err := v.client.Get(s.address + "/sign-in")
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatalf("/sign-in: %v %v", page, err)
	}
	if _, err := io.Copy(io.Discard, page.Body); errors.Join(err, page.Body.Close()) != nil {
		t.Fatal(err)
	}
	if at, text := v.post("/sign-in", url.Values{"email": {analyst[1]}, "password": {analyst[2]}}); at != "/purpose" {
		t.Errorf("the analyst comes to %s:\n%s", at, text)
	}
	if out, code := command(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0"); code != fault.Unavailable.Exit() {
		t.Errorf("a second demonstration in the folder ends with %d: %s", code, out)
	}
	v.client.CloseIdleConnections()
	s.stop()

	again := serveDemo(t, dir)
	if !strings.Contains(again.said, analyst[2]) {
		t.Errorf("the second time the sign-ins are others:\n%s", again.said)
	}
	var runs struct {
		Runs []struct{ Kind, State string }
	}
	if must(t, &runs, "run", "list", "--dir", dir); len(runs.Runs) != 2 {
		t.Errorf("the second time made runs: %+v", runs)
	}
	again.stop()

	askWhoIsKnown(t, dir, analyst[1], analyst[2])
	takeBackAndBringAgain(t, dir)
}

// askWhoIsKnown asks about somebody of the council's people with a slip, as the analyst; and about nobody, and with a wrong password.
func askWhoIsKnown(t *testing.T, dir, email, password string) {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "invented", "extracts", "southwark-people.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(row []string, column string) string { return row[slices.Index(rows[0], column)] }
	i := 1 + slices.IndexFunc(rows[1:], func(row []string) bool {
		_, real := day.Read(at(row, "dob"))
		return len(at(row, "surname")) > 5 && len(at(row, "forename")) > 3 && real && at(row, "post_code") != ""
	})
	surname := at(rows[i], "surname")
	typed := at(rows[i], "forename") + " " + surname[:2] + surname[3:] // a letter left out
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Agencies int `json:"agencies_searched"`
		People   []struct {
			Reference    string
			Chance, Bits float64
			Evidence     []struct {
				What string
				Bits float64
			}
		}
	}
	asked := []string{"known", "--dir", dir, "--account", email, "--password-file", secret, "--purpose", "find-and-cost"}
	must(t, &answer, append(asked, "--name", typed, "--born", at(rows[i], "dob"))...)
	if answer.Agencies == 0 || len(answer.People) == 0 || answer.People[0].Bits < 5 || answer.People[0].Chance < .5 {
		t.Errorf("%s is known, and the answer is %+v", typed, answer)
	}
	for _, p := range answer.People {
		sum := 0.0
		for _, x := range p.Evidence {
			sum += x.Bits
		}
		if math.Abs(sum-p.Bits) > 1e-9 {
			t.Errorf("%s weighs %v bits, and its parts %v", p.Reference, p.Bits, sum)
		}
	}
	if out, code := command(t, append(asked, "--name", typed, "--born", at(rows[i], "dob"))...); code != 0 || strings.Contains(out, surname) ||
		!strings.Contains(out, answer.People[0].Reference) || !strings.Contains(out, "Date of birth: the same") {
		t.Errorf("it ends with %d and says:\n%s", code, out)
	}
	if out, code := command(t, append(asked, "--name", "Xqzv Wwrkt")...); code != 0 || !strings.Contains(out, "Nobody like this is known") {
		t.Errorf("of nobody it says: %d %s", code, out)
	}
	if out, code := command(t, append(asked, "--name", typed, "--postcode", "Z")...); code == 0 || !strings.Contains(out, "postcode") {
		t.Errorf("a postcode that is none: %d %s", code, out)
	}
	for _, who := range []string{"alma.thorne@throughline.example", "judith.mensah@throughline.example"} { // one of whom has no use for the purpose either
		if out, code := command(t, "known", "--dir", dir, "--account", who, "--password-file", secret, "--purpose", "find-and-cost", "--name", typed); code != fault.Denied.Exit() ||
			!strings.Contains(out, "Only an analyst or a coordinator may search for people.") {
			t.Errorf("%s, who may not search, is told: %d %s", who, code, out)
		}
	}
	if err := os.WriteFile(secret, []byte("not the password"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, append(asked, "--name", typed)...); code == 0 || strings.Contains(out, answer.People[0].Reference) {
		t.Errorf("with a wrong password: %d %s", code, out)
	}
}

// imported is one file of what throughline import answers.
type imported struct {
	Extract                            int
	State                              string
	Before                             bool `json:"sent_before"`
	Rows, Accepted, Rejected, Repeated int
}

func takeBackAndBringAgain(t *testing.T, dir string) {
	type figures struct {
		Everyone int
		Cost     string `json:"everyone_cost"`
		Members  []struct {
			Person string
			Cost   string `json:"two_years"`
		}
	}
	var before, without, after figures
	must(t, &before, "cohort", "list", "--dir", dir)
	if before.Everyone == 0 {
		t.Fatal("nobody has a priced contact")
	}
	var list struct {
		Extracts []struct {
			ID                                 int
			File, State                        string
			AsOf                               string `json:"as_of"`
			Rows, Accepted, Rejected, Repeated int
		}
	}
	must(t, &list, "extract", "list", "--dir", dir)
	number := ""
	for _, e := range list.Extracts {
		if e.Rows == 0 || e.Accepted+e.Rejected+e.Repeated != e.Rows || e.State != "accepted" {
			t.Errorf("%s: %+v", e.File, e)
		}
		if e.File == "lantern.csv" {
			number = strconv.Itoa(e.ID)
		}
	}
	must(t, &struct{}{}, "extract", "sent-in-error", number, "--sure", "--reason", "It was another hostel's.", "--dir", dir)
	must(t, &without, "cohort", "list", "--dir", dir)
	if without.Cost == before.Cost {
		t.Errorf("an extract was taken back, and the figures are as they were: %+v", without)
	}

	var brought struct{ Extracts []imported }
	args := []string{"import", "--dir", dir, "--agency", "lantern", "--layout", filepath.Join("..", "..", "areas",
		"south-london", "layouts", "lantern.yaml"),
		"--as-of", "2026-03-31", "--accept", filepath.Join(dir, "invented", "extracts", "lantern.csv")}
	back := filepath.Join(t.TempDir(), "back.csv")
	must(t, &brought, append(args, "--rejected", back)...)
	e := brought.Extracts[0]
	if e.State != "accepted" || e.Before || e.Rows == 0 || e.Accepted+e.Rejected+e.Repeated != e.Rows {
		t.Errorf("brought in again: %+v", e)
	}
	if rejected, err := os.ReadFile(back); err != nil || strings.Count(string(rejected), "\r\n") != e.Rejected+1 {
		t.Errorf("%d rows are rejected, and the file to send back has %q, %v", e.Rejected, rejected, err)
	}
	must(t, &brought, args...)
	if same := brought.Extracts[0]; !same.Before || same.Extract != e.Extract {
		t.Errorf("the same file a second time: %+v, want extract %d and nothing new", same, e.Extract)
	}
	must(t, &struct{}{}, "link", "--anew", "--dir", dir) // by a model of all, as before
	must(t, &after, "cohort", "list", "--dir", dir)
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("the file is back, and the figures are not (-want +got):\n%s", diff)
	}
	takeUpWhatWasCutOff(t, dir)
	if out, code := command(t, "audit", "verify", "--dir", dir); code != 0 {
		t.Errorf("the audit: %d %s", code, out)
	}
}

// takeUpWhatWasCutOff leaves a file received and not checked, as an import does that is ended just then; the same import ends it.
func takeUpWhatWasCutOff(t *testing.T, dir string) {
	t.Helper()
	whole, err := os.ReadFile(filepath.Join(dir, "invented", "extracts", "lantern.csv"))
	if err != nil {
		t.Fatal(err)
	}
	short := strings.Join(strings.SplitAfterN(string(whole), "\n", 4)[:3], "")
	path := filepath.Join(t.TempDir(), "short.csv")
	if err := os.WriteFile(path, []byte(short), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Place{Dir: dir, Areas: areas.Files, Version: "test", Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	who := app.ByOperator("south-london", "Olive")
	list, err := a.Extracts(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	in := app.ReceiveExtract{Name: "short.csv", AsOf: day.Must(2026, time.March, 31), File: strings.NewReader(short)}
	for _, e := range list.Extracts {
		if e.Name == "lantern.csv" {
			in.Layout = e.Layout
		}
	}
	got, err := a.ReceiveExtract(t.Context(), who, in)
	if err := errors.Join(err, a.Close()); err != nil {
		t.Fatal(err)
	}
	var brought struct{ Extracts []imported }
	must(t, &brought, "import", "--dir", dir, "--agency", "lantern", "--layout", filepath.Join("..", "..", "areas", "south-london", "layouts",
		"lantern.yaml"), "--as-of", "2026-03-31", "--accept", path)
	e := brought.Extracts[0]
	if e.Extract != int(got.Extract.ID) || e.State != "accepted" || e.Rows == 0 {
		t.Errorf("an import that was cut off and is repeated gives %+v, want extract %d accepted, with its rows", e, got.Extract.ID)
	}
}

// TestDemoLeavesOthersFoldersAlone refuses a folder that holds anything else.
func TestDemoLeavesOthersFoldersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.txt")
	if err := os.WriteFile(mine, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := command(t, "demo", "--dir", dir, "--addr", "127.0.0.1:0"); code != fault.Invalid.Exit() || !strings.Contains(out, "not empty") {
		t.Errorf("it ends with %d: %s", code, out)
	}
	if out, code := command(t, "demo", "--dir", filepath.Join(dir, "new"), "--addr", "0.0.0.0:0"); code != fault.Invalid.Exit() {
		t.Errorf("a demonstration for other machines ends with %d: %s", code, out)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}
