package browser

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Options say how a page is looked at. The zero value is a desktop window with scripts on.
type Options struct {
	Width, Height int               // of the window in CSS pixels; 1280 by 900 when zero
	NoScript      bool              // as where JavaScript is off
	Cookies       []*http.Cookie    // set for the address before the first page
	Media         string            // "print" shows the page as it prints
	Features      map[string]string // media features: "forced-colors": "active"
}

// Page is one tab, at home on one address. Its methods end the test when the browser does not answer.
type Page struct {
	t        testing.TB
	ctx      context.Context
	home     string
	width    int
	noScript bool
	seen     *sync.Map // of its browser, as are styles
	styles   *sync.Map
	faults   *faults
}

// Open makes a tab for the server at home ("http://127.0.0.1:4321") and goes nowhere yet. When the test ends the tab is
// closed, and the faults that Faults did not take fail the test.
func (b *Browser) Open(t testing.TB, home string, o Options) *Page {
	t.Helper()
	if o.Width == 0 {
		o.Width = 1280
	}
	if o.Height == 0 {
		o.Height = 900
	}
	at, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	p := &Page{t: t, ctx: ctx, home: strings.TrimSuffix(home, "/"), width: o.Width, noScript: o.NoScript, seen: &b.seen, styles: &b.styles, faults: &faults{host: at.Host}}
	t.Cleanup(func() {
		for _, f := range p.Faults() {
			t.Errorf("the page did wrong: %s", f)
		}
		end()
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(int64(o.Width), int64(o.Height))); err != nil {
		t.Fatalf("opening a page: %v", err)
	}
	p.must(p.faults.watch(ctx), "watching the page")
	for _, c := range o.Cookies {
		p.must(call(ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: p.home + "/", Secure: &c.Secure,
			HTTPOnly: &c.HttpOnly}), "setting a cookie")
	}
	if o.NoScript {
		p.must(call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}), "turning scripts off")
	}
	if o.Media != "" || len(o.Features) > 0 {
		media := emulation.SetEmulatedMediaParams{Media: o.Media}
		for name, value := range o.Features {
			media.Features = append(media.Features, &emulation.MediaFeature{Name: name, Value: value})
		}
		p.must(call(ctx, emulation.SetEmulatedMedia, media), "setting the medium")
	}
	return p
}

func (p *Page) must(err error, doing string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", doing, err)
	}
}

// Go loads a path of the home address and gives the status of the answer.
func (p *Page) Go(path string) int {
	p.t.Helper()
	return p.Follow(chromedp.Navigate(p.home + path))
}

// Follow takes steps that lead to another page, waits until it has loaded and gives the status of its answer.
func (p *Page) Follow(steps ...chromedp.Action[chromedp.Void]) int {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	response, err := chromedp.RunResponse(ctx, steps...)
	p.must(err, "going to a page")
	if p.Count("[autofocus]") > 0 { // gets the focus when the page is first drawn, which may be after it has loaded
		p.pixels(Stop{})
	}
	return int(response.Status)
}

// Do takes steps that stay on the page.
func (p *Page) Do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	p.must(chromedp.Do(ctx, steps...), "on "+p.home)
}

// Click clicks on the first element that matches, which leads to another page, and gives that page's status.
func (p *Page) Click(selector string) int {
	p.t.Helper()
	return p.Follow(chromedp.Click(chromedp.CSS(selector)))
}

// Fill replaces what is in a field with text, key by key.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.Do(chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Title is the title of the page.
func (p *Page) Title() string { p.t.Helper(); return Eval[string](p, "document.title") }

// Path is the path and query of the page's address.
func (p *Page) Path() string {
	p.t.Helper()
	return Eval[string](p, "location.pathname + location.search")
}

// Text is what can be read in the first element that matches; empty where there is none.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return Eval[string](p, "(document.querySelector("+quote(selector)+") || {innerText: ''}).innerText")
}

// Count is how many elements match.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return Eval[int](p, "document.querySelectorAll("+quote(selector)+").length")
}

// Eval gives the value of a JavaScript expression in the page, also where the page's own scripts are off.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	p.must(err, "evaluating "+expression[:min(len(expression), 80)])
	return v
}

// Shot takes a picture of the whole page into the folder named by THROUGHLINE_SHOTS, as name-WIDTH.png; where that is
// not set it does nothing.
func (p *Page) Shot(name string) {
	p.t.Helper()
	folder := os.Getenv("THROUGHLINE_SHOTS")
	if folder == "" {
		return
	}
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	p.must(err, "taking a picture")
	p.must(os.MkdirAll(folder, 0o755), "making the folder of pictures")
	p.must(os.WriteFile(filepath.Join(folder, name+"-"+itoa(p.width)+".png"), picture, 0o644), "keeping a picture")
}
