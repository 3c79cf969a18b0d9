package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"throughline/internal/web/static"
)

// TestGalleryInABrowser opens every page of the gallery at a desk's and at a phone's width, with everything that folds
// opened, and holds: axe finds nothing, nothing scrolls sideways, no request leaves the server and the strict content
// policy is not broken. With -gallery it also takes the pictures.
func TestGalleryInABrowser(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a browser takes a minute")
	}
	axe, err := os.ReadFile(filepath.Join("..", "..", "..", "frontend", "node_modules", "axe-core", "axe.min.js"))
	if err != nil || !static.Built() {
		t.Skip("the front end is not built: run `make frontend`")
	}
	browser := browserPath()
	if browser == "" {
		t.Skip("there is no Chromium on this machine")
	}
	pages := map[string][]byte{}
	var names []string
	for _, c := range Cases() {
		b, err := c.Render()
		if err != nil {
			t.Fatal(err)
		}
		pages["/"+c.Name()] = b
		names = append(names, c.Name())
	}
	server := httptest.NewServer(galleryServer(pages))
	defer server.Close()

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	first, stopFirst := chromedp.NewContext(allocator)
	defer stopFirst()
	if err := chromedp.Run(first); err != nil {
		t.Fatal(err)
	}
	jobs := make(chan string)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			tab, closeTab := chromedp.NewContext(first)
			defer closeTab()
			var broken []string
			chromedp.ListenTarget(tab, func(event any) {
				if e, ok := event.(*cdplog.EventEntryAdded); ok && !strings.Contains(e.Entry.URL, "favicon") {
					broken = append(broken, e.Entry.Text)
				}
			})
			for name := range jobs {
				for _, width := range []int64{1280, 320} {
					broken = nil
					look(tab, t, server.URL, name, width, string(axe))
					for _, b := range broken {
						t.Errorf("%s: the browser says: %s", name, b)
					}
				}
			}
		})
	}
	for _, n := range names {
		jobs <- n
	}
	close(jobs)
	group.Wait()
}

func galleryServer(pages map[string][]byte) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/static/", http.StripPrefix("/static/", http.FileServerFS(static.Files())))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		b, ok := pages[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "+
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(b)
	})
	return mux
}

// openAndMeasure opens everything that folds and gives how far the page reaches past the window.
const openAndMeasure = `document.querySelectorAll("details").forEach(d => { d.open = true });
	document.documentElement.scrollWidth - window.innerWidth`

const runAxe = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v =>
	v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.target + " " + n.html.slice(0, 160) + " " + (n.failureSummary || "")).join(" | "))))`

func look(tab context.Context, t *testing.T, server, name string, width int64, axe string) {
	ctx, stop := context.WithTimeout(tab, time.Minute)
	defer stop()
	var past int64
	var violations string
	// The axe script is evaluated by the debugger, which the page's content policy does not bind.
	err := chromedp.Run(ctx, cdplog.Enable(), emulation.SetDeviceMetricsOverride(width, 900, 1, width < 641),
		chromedp.Navigate(server+"/"+name), picture(name, width),
		chromedp.Evaluate(openAndMeasure, &past), chromedp.Evaluate(axe+";0", nil),
		chromedp.Evaluate(runAxe, &violations, awaitPromise))
	if err != nil {
		t.Errorf("%s at %d px: %v", name, width, err)
		return
	}
	if past > 0 {
		t.Errorf("%s at %d px reaches %d px past the window", name, width, past)
	}
	var found []string
	if err := json.Unmarshal([]byte(violations), &found); err != nil {
		t.Errorf("%s at %d px: %v", name, width, err)
	}
	for _, f := range found {
		t.Errorf("%s at %d px: axe: %s", name, width, f)
	}
}

func awaitPromise(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

func picture(name string, width int64) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		if *galleryFolder == "" {
			return nil
		}
		shot, err := page.CaptureScreenshot().WithCaptureBeyondViewport(true).Do(ctx)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(*galleryFolder, fmt.Sprintf("%s-%d.png", name, width)), shot, 0o644)
	})
}

func browserPath() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
