package ui

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"throughline/internal/browser"
	"throughline/internal/web/static"
)

// TestGalleryInABrowser opens every page of the gallery at a desk's and at a phone's width, with everything that folds
// opened, and holds: axe finds no barrier, nothing scrolls sideways, no target is too small to hit, no request leaves the
// server and the strict content policy is not broken. With THROUGHLINE_SHOTS set it also takes the pictures.
func TestGalleryInABrowser(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a browser takes a minute")
	}
	if !static.Built() && os.Getenv("THROUGHLINE_TEST_ALL") == "" {
		t.Skip("the front end is not built; make frontend builds it")
	}
	server := httptest.NewServer(galleryServer(t))
	t.Cleanup(server.Close)
	chromium := browser.Start(t)
	for _, width := range []int{1280, 320} {
		t.Run(map[int]string{1280: "desk", 320: "phone"}[width], func(t *testing.T) {
			t.Parallel()
			p := chromium.Open(t, server.URL, browser.Options{Width: width})
			for _, c := range Cases() {
				look(t, p, c.Name(), width)
			}
		})
	}
}

const openAll = `document.querySelectorAll("details").forEach(d => { d.open = true }); window.scrollTo(0, 0); true`

func look(t *testing.T, p *browser.Page, name string, width int) {
	t.Helper()
	if status := p.Go("/" + name); status != http.StatusOK {
		t.Errorf("%s is answered with %d", name, status)
	}
	p.Shot(name)
	browser.Eval[bool](p, openAll)
	for _, w := range p.Wide() {
		t.Errorf("%s at %d px reaches past the window: %s", name, width, w)
	}
	for _, s := range p.Small() {
		if strings.Contains(s, "govuk-skip-link") { // it has its size when it has the focus
			continue
		}
		t.Errorf("%s at %d px: a target is too small: %s", name, width, s)
	}
	// axe leaves contrast to a person where text lies on a drawing; TestContrast computes it for every pair in use.
	p.MustAxe("color-contrast")
	for _, f := range p.Faults() {
		t.Errorf("%s at %d px: %s", name, width, f)
	}
}

// galleryServer answers with the gallery's pages under the headers of the product.
func galleryServer(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static.Files())))
	for _, c := range Cases() {
		page, err := c.Render()
		if err != nil {
			t.Fatal(err)
		}
		mux.HandleFunc("GET /"+c.Name(), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "+
				"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write(page)
		})
	}
	return mux
}

// TestGalleryOtherwise looks at each page's full state in other ways people read it: printed, in forced colours, and with
// text spaced as widely as WCAG 1.4.12 allows.
func TestGalleryOtherwise(t *testing.T) {
	t.Parallel()
	if testing.Short() || !static.Built() && os.Getenv("THROUGHLINE_TEST_ALL") == "" {
		t.Skip("a browser and the built front end are needed")
	}
	server := httptest.NewServer(galleryServer(t))
	t.Cleanup(server.Close)
	chromium := browser.Start(t)
	const a4 = 718 // px: the width of A4 within its margins
	print := chromium.Open(t, server.URL, browser.Options{Width: a4, Media: "print"})
	forced := chromium.Open(t, server.URL, browser.Options{Width: 1280, Features: map[string]string{"forced-colors": "active"}})
	spaced := chromium.Open(t, server.URL, browser.Options{Width: 320})
	for _, c := range Cases() {
		if c.State != "full" {
			continue
		}
		for how, p := range map[string]*browser.Page{"print": print, "forced": forced, "spaced": spaced} {
			p.Go("/" + c.Name())
			if p == spaced {
				p.SpaceText()
			}
			if c.Page == "cohort" || c.Page == "person" {
				p.Shot(c.Name() + "-" + how)
			}
			for _, w := range p.Wide() {
				t.Errorf("%s, %s, reaches past its width: %s", c.Name(), how, w)
			}
			if left := browser.Eval[int](p, visibleFurniture); p == print && left > 0 {
				t.Errorf("%s prints %d menus and buttons", c.Name(), left)
			}
		}
	}
}

const visibleFurniture = `[...document.querySelectorAll("nav, .tl-purpose, .tl-filters, .tl-pick, .govuk-skip-link")]
	.filter(e => getComputedStyle(e).display !== "none" && e.getBoundingClientRect().height > 1).length`
