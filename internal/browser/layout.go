package browser

// wide lists what sticks out to the right of the window: the innermost elements, unless an ancestor of theirs scrolls by
// itself, as a wide table's frame may (WCAG 1.4.10).
const wide = `(() => {
  const most = document.documentElement.clientWidth, out = [];
  const scrolls = e => { for (e = e.parentElement; e && e !== document.body; e = e.parentElement)
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX)) return true; return false };
  for (const e of document.body.querySelectorAll("*")) {
    const r = e.getBoundingClientRect();
    if (r.width && r.right > most + 1 && !scrolls(e) && ![...e.children].some(c => c.getBoundingClientRect().right > most + 1))
      out.push(e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className && e.className.baseVal === undefined ?
        "." + e.className.trim().split(/\s+/).join(".") : "") + " ends at " + Math.round(r.right) + " of " + most);
  }
  if (!out.length && document.scrollingElement.scrollWidth > most + 1) out.push("the page is " + document.scrollingElement.scrollWidth + " wide");
  return out })()`

// Wide says what makes the page scroll sideways; nothing, when it reflows as it should.
func (p *Page) Wide() []string { p.t.Helper(); return Eval[[]string](p, wide) }

// small lists links and buttons under 24 by 24 pixels that are not part of a sentence (WCAG 2.5.8). What is hidden until
// it has the focus, as a skip link is, measures a pixel and is passed over.
const small = `(() => { const out = [];
  for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    let r = e.getBoundingClientRect();
    if (r.width <= 1 || r.height <= 1 || getComputedStyle(e).display === "inline" || e.closest("svg")) continue;
    if (e.labels && e.labels.length) { const l = e.labels[0].getBoundingClientRect(); if (l.width >= 24 && l.height >= 24) continue }
    if (r.width < 24 || r.height < 24) out.push(e.outerHTML.slice(0, 120) + " is " + Math.round(r.width) + " by " + Math.round(r.height));
  }
  return out })()`

// Small says which targets are too small to hit.
func (p *Page) Small() []string { p.t.Helper(); return Eval[[]string](p, small) }

// spaced sets the text as widely as a reader may (WCAG 1.4.12). A constructed sheet is not barred by the page's policy.
const spaced = `(() => { const s = new CSSStyleSheet();
  s.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]; return true })()`

// SpaceText sets the page's text as widely as WCAG 1.4.12 says a reader may.
func (p *Page) SpaceText() { p.t.Helper(); Eval[bool](p, spaced) }
