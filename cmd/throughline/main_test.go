package main

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"throughline/internal/fault"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"throughline": main})
}

// TestScripts runs the commands as somebody at a terminal does.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits}})
}

// exits runs a command and compares its exit code: exits 64 throughline serve --no-such-flag.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		code = ended.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s ended with %d, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// visitor is a browser without pages: it keeps its cookie and repeats its word in forms.
type visitor struct {
	t       *testing.T
	client  *http.Client
	address string
}

func (v visitor) post(path string, form url.Values) (cameTo, page string) {
	v.t.Helper()
	at, err := url.Parse(v.address + path)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(at) {
		if part := strings.Split(c.Value, "."); len(part) == 3 {
			form.Set("token", part[2])
		}
	}
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, at.String(), strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	w, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	b, err := io.ReadAll(w.Body)
	if err := errors.Join(err, w.Body.Close()); err != nil {
		v.t.Fatal(err)
	}
	return w.Request.URL.Path, string(b)
}

// TestServeAnEmptyDirectory starts the program where nothing is, becomes its first administrator with the code it prints, comes
// home by way of a purpose, runs commands beside it, and asks it to stop.
func TestServeAnEmptyDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server := exec.CommandContext(t.Context(), "throughline", "serve", "--dir", dir, "--addr", "127.0.0.1:0")
	var log strings.Builder
	server.Stderr = &log
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	address, code := "", ""
	for code == "" && lines.Scan() {
		if address == "" {
			address = regexp.MustCompile(`http://[0-9.]+:[0-9]+`).FindString(lines.Text())
		}
		code = regexp.MustCompile(`\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b`).FindString(lines.Text())
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := visitor{t, &http.Client{Jar: jar}, address}
	first := url.Values{"area": {"south-london"}, "code": {code}, "name": {"Ada Admin"}, "email": {"ada@example.org.uk"}, "password": {"copper lantern 39 orbit"}, "again": {"copper lantern 39 orbit"}}
	if at, page := v.post("/first", first); at != "/purpose" {
		t.Fatalf("the first administrator comes to %s:\n%s", at, page)
	}
	if at, page := v.post("/purpose", url.Values{"purpose": {"look-after-accounts"}}); at != "/" || !strings.Contains(page, "Ada Admin") {
		t.Errorf("home is %s:\n%s", at, page)
	}

	second := exec.CommandContext(t.Context(), "throughline", "serve", "--dir", dir, "--addr", "127.0.0.1:0")
	var ended *exec.ExitError
	if err := second.Run(); !errors.As(err, &ended) || ended.ExitCode() != fault.Unavailable.Exit() {
		t.Errorf("a second server on the same directory: %v, want exit code %d", err, fault.Unavailable.Exit())
	}
	list, err := exec.CommandContext(t.Context(), "throughline", "account", "list", "--dir", dir, "--as", "Olive", "--json").Output()
	if err != nil || !strings.Contains(string(list), "ada@example.org.uk") {
		t.Errorf("a command beside the server: %v\n%s", err, list)
	}

	v.client.CloseIdleConnections()
	if err := server.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Error(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server ended with %v\n%s", err, log.String())
	}
}
