package browser

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Stop is where the keyboard's focus stands.
type Stop struct {
	Within  string // the path it is on; empty for what every page has: its header, its menu, its footer
	Tag     string // "a", "button", "input"; "body" where nothing has the focus
	Name    string // what it is called: its label, or its text
	ID      string // its id, where it has one
	Href    string // where a link leads, as written
	Seen    bool   // the focus can be seen: pixels about the element change with it; looked at once for each stop of a page
	Covered bool   // something lies over the middle of it, or it is out of the window (WCAG 2.4.11)
	Box     struct{ X, Y, Width, Height float64 }
}

func (s Stop) String() string { return fmt.Sprintf("%s %q", s.Tag, s.Name) }

const focus = `(() => {
  const e = window.throughlineFocus = document.activeElement || document.body;
  const r = e.getBoundingClientRect();
  const label = e.getAttribute("aria-label") || (e.labels && e.labels.length ? e.labels[0].textContent : "") || e.textContent || e.value || e.title || "";
  const x = r.x + Math.min(r.width, innerWidth - r.x) / 2, y = r.y + r.height / 2;
  const top = document.elementFromPoint(x, y);
  const near = a => a && (a === e || e.contains(a) || a.contains(e) || [...(e.labels || [])].some(l => l.contains(a)));
  return {Tag: e.tagName.toLowerCase(), Name: label.trim().replace(/\s+/g, " ").slice(0, 120), ID: e.id, Within: e.closest("header, nav, footer") ? "" : location.pathname, Href: e.getAttribute("href") || "",
    Covered: e !== document.body && !near(top), Box: {X: r.x + scrollX, Y: r.y + scrollY, Width: r.width, Height: r.height}} })()`

// Focus says where the focus stands and whether it can be seen.
func (p *Page) Focus() Stop {
	p.t.Helper()
	s := Eval[Stop](p, focus)
	if s.Tag == "body" {
		return s
	}
	stop := fmt.Sprintf("%s at %d, scripts off %v: %s %s %s", s.Within, p.width, p.noScript, s, s.ID, s.Href)
	if _, s.Seen = p.seen.Load(stop); s.Seen {
		return s
	}
	with := p.pixels(s)
	Eval[bool](p, "throughlineFocus.blur(), true")
	without := p.pixels(s)
	Eval[bool](p, "throughlineFocus.focus({preventScroll: true}), true")
	if s.Seen = differ(with, without); s.Seen {
		p.seen.Store(stop, true)
	}
	return s
}

// pixels is the picture of an element and 8 pixels about it.
func (p *Page) pixels(s Stop) []byte {
	p.t.Helper()
	ctx, end := context.WithTimeout(p.ctx, patience)
	defer end()
	x, y := max(s.Box.X-8, 0), max(s.Box.Y-8, 0)
	r, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{OptimizeForSpeed: new(true),
		Clip: &page.Viewport{X: x, Y: y, Width: s.Box.X + s.Box.Width + 8 - x, Height: s.Box.Y + s.Box.Height + 8 - y, Scale: 1}})
	p.must(err, "taking a picture of the focus")
	return r.Data
}

// differ says whether two pictures differ in at least 60 pixels: less than the thinnest outline about the smallest
// target, more than a blinking caret.
func differ(a, b []byte) bool {
	one, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		return false
	}
	other, err := png.Decode(bytes.NewReader(b))
	if err != nil || one.Bounds() != other.Bounds() {
		return true
	}
	changed := 0
	for y := one.Bounds().Min.Y; y < one.Bounds().Max.Y; y++ {
		for x := one.Bounds().Min.X; x < one.Bounds().Max.X; x++ {
			r, g, b, _ := one.At(x, y).RGBA()
			r2, g2, b2, _ := other.At(x, y).RGBA()
			if r != r2 || g != g2 || b != b2 {
				changed++
			}
		}
	}
	return changed >= 60
}

// Tab presses the tab key and gives where the focus went.
func (p *Page) Tab() Stop {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(kb.Tab))
	return p.Focus()
}

// TabTo presses the tab key until the focus stands on what is called name, and fails the test where the focus cannot be
// seen on the way, is covered, or never gets there.
func (p *Page) TabTo(name string) Stop {
	p.t.Helper()
	var passed []string
	for range 250 {
		s := p.Tab()
		if s.Tag == "body" && len(passed) > 0 {
			break
		}
		p.sound(s)
		if s.Name == name {
			return s
		}
		passed = append(passed, s.String())
	}
	p.t.Fatalf("%s: the tab key never came to %q; it passed %s", p.Path(), name, strings.Join(passed, ", "))
	return Stop{}
}

// Walk presses the tab key from the top of the page until the focus has left it, and gives the stops. It fails the test
// where a stop cannot be seen, is covered, or holds the focus fast.
func (p *Page) Walk() []Stop {
	p.t.Helper()
	Eval[bool](p, "scrollTo(0, 0), document.activeElement && document.activeElement.blur(), true")
	var stops []Stop
	for range 500 {
		p.Do(chromedp.KeyEvent(kb.Tab))
		if len(stops) > 0 && Eval[bool](p, "document.activeElement === document.body || document.activeElement === window.throughlineFirst") {
			return stops
		}
		if len(stops) > 0 && Eval[bool](p, "document.activeElement === window.throughlineFocus") {
			p.t.Errorf("%s: the focus cannot leave %s by the tab key", p.Path(), stops[len(stops)-1])
			return stops
		}
		s := p.Focus()
		if s.Tag == "body" {
			return stops
		}
		if len(stops) == 0 {
			Eval[bool](p, "window.throughlineFirst = document.activeElement, true")
		}
		p.sound(s)
		stops = append(stops, s)
	}
	p.t.Errorf("%s: after %d stops the focus has not left the page", p.Path(), len(stops))
	return stops
}

func (p *Page) sound(s Stop) {
	p.t.Helper()
	if !s.Seen {
		p.t.Errorf("%s at %d px: the focus cannot be seen on %s", p.Path(), p.width, s)
	}
	if s.Covered {
		p.t.Errorf("%s at %d px: %s has the focus but is covered or out of the window", p.Path(), p.width, s)
	}
}

// Type presses the keys of a text where the focus stands.
func (p *Page) Type(text string) { p.t.Helper(); p.Do(chromedp.KeyEvent(text)) }

// Enter presses the enter key, which leads to another page, and gives that page's status.
func (p *Page) Enter() int { p.t.Helper(); return p.Follow(chromedp.KeyEvent(kb.Enter)) }
