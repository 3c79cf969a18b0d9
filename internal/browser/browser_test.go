package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each page of the planted site has one fault, or none.
const (
	frame = `<!doctype html><html lang="en-GB"><head><title>%s</title><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head><body><main><h1>%s</h1>%s</main></body></html>`
	style = `body { margin: 8px } a, button, input { outline-offset: 2px; display: inline-block; min-height: 24px }
:focus { outline: 3px solid #000 } .unseen:focus { outline: none } .cover { position: fixed; inset: 0; background: #fff }
.ghost { outline: 3px solid #000 }`
)

var planted = map[string]string{
	"/sound": `<p><a href="/next">Next page</a></p><p><label for="f">Family name</label> <input id="f" class="f"></p><p><button>Search</button></p>`,
	"/next":  `<p id="arrived">Arrived</p>`,
	"/form":  `<form action="/next"><label for="q">Reference</label> <input id="q" name="q"> <button>Find</button></form>`,
	"/alt":   `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=">`,
	"/wide":  `<div id="long" style="width: 600px">x</div>`,
	"/table": `<div class="scroll" tabindex="0"><table style="width: 600px"><tr><td>x</td></tr></table></div>`,
	"/blind": `<a class="unseen" href="/next">Next page</a>`,
	"/cover": `<a href="/next">Next page</a><div class="cover">over it</div>`,
	"/trap": `<a href="/next">Next page</a> <button id="held">Held</button>
<script src="/trap.js"></script>`,
	"/inline": `<script>document.title = "ran"</script>`,
	"/other":  `<img alt="" src="http://example.org/a.gif">`,
	"/lost":   `<img alt="" src="/nowhere.gif">`,
	"/throws": `<script src="/throws.js"></script>`,
	"/script": `<p id="said">not yet</p><script src="/says.js"></script>`,
	"/small":  `<p><button style="min-height: 0; height: 12px; width: 12px; padding: 0">x</button></p>`,
}

func site(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, body := range planted {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: http:")
			if c, err := r.Cookie("session"); err == nil {
				body += `<p id="who">` + c.Value + `</p>`
			}
			fmt.Fprintf(w, frame, "Planted", "Planted", body)
		})
	}
	for path, file := range map[string]string{
		"/style.css": style + ` .scroll { overflow-x: auto }`,
		"/trap.js":   `document.getElementById("held").addEventListener("keydown", e => { if (e.key === "Tab") e.preventDefault() })`,
		"/throws.js": `throw new Error("planted")`,
		"/says.js":   `document.getElementById("said").textContent = "said"`,
	} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			kind := "text/javascript"
			if strings.HasSuffix(path, "css") {
				kind = "text/css"
			}
			w.Header().Set("Content-Type", kind)
			fmt.Fprint(w, file)
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// hearing stands in for a test, to hear what a helper would fail it with.
type hearing struct {
	testing.TB
	said []string
}

func (h *hearing) Helper() {}
func (h *hearing) Errorf(format string, args ...any) {
	h.said = append(h.said, fmt.Sprintf(format, args...))
}

func TestSoundPage(t *testing.T) {
	t.Parallel()
	home := site(t)
	b := Start(t)
	for _, width := range []int{1280, 320} {
		p := b.Open(t, home, Options{Width: width, Cookies: []*http.Cookie{{Name: "session", Value: "abc"}}})
		if got := p.Go("/sound"); got != http.StatusOK {
			t.Errorf("status: want 200, got %d", got)
		}
		p.MustAxe()
		if diff := cmp.Diff([]string{}, p.Wide()); diff != "" {
			t.Errorf("wide (-want +got)\n%s", diff)
		}
		p.SpaceText()
		if diff := cmp.Diff([]string{}, p.Small()); diff != "" {
			t.Errorf("small (-want +got)\n%s", diff)
		}
		var stops []string
		for _, s := range p.Walk() {
			stops = append(stops, s.String())
		}
		if diff := cmp.Diff([]string{`a "Next page"`, `input "Family name"`, `button "Search"`}, stops); diff != "" {
			t.Errorf("stops (-want +got)\n%s", diff)
		}
		if got := p.Text("#who"); got != "abc" {
			t.Errorf("the cookie was not sent: %q", got)
		}
	}
}

func TestKeyboardJourney(t *testing.T) {
	t.Parallel()
	p := Start(t).Open(t, site(t), Options{})
	p.Go("/form")
	p.TabTo("Reference")
	p.Type("K7M-3Q")
	p.TabTo("Find")
	p.Enter()
	if got, want := p.Path(), "/next?q=K7M-3Q"; got != want {
		t.Errorf("want %s, got %s", want, got)
	}
}

func TestBarriersAreFound(t *testing.T) {
	t.Parallel()
	p := Start(t).Open(t, site(t), Options{Width: 320})
	p.Go("/alt")
	sure, _ := p.Axe()
	if len(sure) != 1 || sure[0].Rule != "image-alt" {
		t.Errorf("want image-alt, got %v", sure)
	}
	p.Go("/wide")
	if diff := cmp.Diff([]string{"div#long ends at 608 of 320"}, p.Wide()); diff != "" {
		t.Errorf("wide (-want +got)\n%s", diff)
	}
	p.Go("/table")
	if got := p.Wide(); len(got) != 0 {
		t.Errorf("a table in a frame that scrolls: want nothing wide, got %v", got)
	}
	p.Go("/small")
	if got := p.Small(); len(got) != 1 {
		t.Errorf("want one small target, got %v", got)
	}
}

func TestUnsoundFocusIsFound(t *testing.T) {
	t.Parallel()
	home := site(t)
	b := Start(t)
	for path, want := range map[string]string{
		"/blind": `/blind at 1280 px: the focus cannot be seen on a "Next page"`,
		"/cover": `/cover at 1280 px: a "Next page" has the focus but is covered or out of the window`,
		"/trap":  `/trap: the focus cannot leave button "Held" by the tab key`,
	} {
		p := b.Open(t, home, Options{})
		p.Go(path)
		h := &hearing{TB: t}
		p.t = h
		p.Walk()
		if !strings.Contains(strings.Join(h.said, "\n"), want) {
			t.Errorf("%s: want %q, got %q", path, want, h.said)
		}
	}
}

func TestFaultsAreCollected(t *testing.T) {
	t.Parallel()
	home := site(t)
	b := Start(t)
	for path, want := range map[string]string{
		"/sound":  "",
		"/inline": "against the content security policy (script-src-elem): inline code or style",
		"/other":  "asked another host: http://example.org/a.gif",
		"/lost":   "a part of the page is missing (404): " + home + "/nowhere.gif",
		"/throws": "a script failed: Uncaught Error: planted",
	} {
		p := b.Open(t, home, Options{})
		p.Go(path)
		got := strings.Join(p.Faults(), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: want %q, got %q", path, want, got)
		}
	}
}

func TestWithoutScript(t *testing.T) {
	t.Parallel()
	home := site(t)
	b := Start(t)
	for noScript, want := range map[bool]string{false: "said", true: "not yet"} {
		p := b.Open(t, home, Options{NoScript: noScript})
		p.Go("/script")
		if got := p.Text("#said"); got != want {
			t.Errorf("scripts off %v: want %q, got %q", noScript, want, got)
		}
		p.Go("/sound")
		p.Walk()
	}
}

func TestPictures(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("THROUGHLINE_SHOTS", folder)
	p := Start(t).Open(t, site(t), Options{Width: 320, Media: "print", Features: map[string]string{"forced-colors": "active"}})
	p.Go("/sound")
	p.Shot("sound")
	if _, err := os.Stat(filepath.Join(folder, "sound-320.png")); err != nil {
		t.Error(err)
	}
}
