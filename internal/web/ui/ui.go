// Package ui is what people see: the components, the charts, and one typed struct with its template for every page.
// A handler fills the struct and writes the page; wording, order, formatting and accessibility are decided here.
//
// Values arrive as what they are (money.Pence, day.Day, time.Time, ids) and are formatted once, here. Nothing is
// fetched, decided or hidden here: what the person may not see must not be in the struct.
package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"throughline/internal/fault"
)

//go:embed templates
var sources embed.FS

// Content is the struct of a page.
type Content interface {
	// Head says what the page is called and where it stands among the others.
	Head() Head
}

// Head is what the frame needs to know of a page.
type Head struct {
	Title   string  // the one main heading
	Caption string  // a line above the heading: "Person K7M-3Q"
	Tab     string  // the document's title where it must differ: a name never goes into the browser's history
	Place   Place   // which main link is marked as the current one
	Crumbs  []Crumb // the way back, Home left out
	Form    Form    // the form that came back with errors, if one did
	Skip    *Skip   // a second link that a keyboard comes to first, where a page is read again and again
}

// Skip leads over what every page has, to an element of this one.
type Skip struct{ Field, Words string }

// Crumb is one step of the way back to Home.
type Crumb struct{ Name, Href string }

// Page is a template bound to the struct that fills it.
type Page[T Content] struct {
	name string
	set  func() *template.Template
}

// view is what a page's template is given: . is the view, so that forms reach the frame's tokens.
type view[T Content] struct {
	Frame Frame
	Head  Head
	Page  T
}

// Problems are the lines of the error summary.
func (v view[T]) Problems() []problem { return v.Head.Form.problems() }

// WayBack says whether the way back to Home is shown: on every page of a session but Home itself.
func (v view[T]) WayBack() bool { return v.Frame.Who != "" && v.Head.Place != PlaceHome }

// Crumbs are the steps of the way back that this person may follow: those under a main link that they do not have are left out.
func (v view[T]) Crumbs() []Crumb {
	return slices.DeleteFunc(slices.Clone(v.Head.Crumbs), func(c Crumb) bool {
		return slices.ContainsFunc(AllPlaces(), func(p Place) bool {
			under := c.Href == p.Href || strings.HasPrefix(c.Href, p.Href+"/") || strings.HasPrefix(c.Href, p.Href+"?")
			return p != PlaceHome && under && !slices.Contains(v.Frame.Places, p) && (p != PlaceFind || c.Href == p.Href)
		})
	})
}

// DocumentTitle is what the browser's tab says.
func (v view[T]) DocumentTitle() string {
	title := v.Head.Tab
	if title == "" {
		title = v.Head.Title
	}
	if v.Head.Form.Problem != nil {
		title = "Error: " + title
	}
	return seen(title) + " – Throughline"
}

// Name is the page's name: its template is templates/pages/NAME.html.
func (p Page[T]) Name() string { return p.name }

// Render makes the whole page in memory, so that a page is either whole or not sent.
func (p Page[T]) Render(f Frame, content T) ([]byte, error) {
	var b bytes.Buffer
	err := p.render(&b, f, content)
	return b.Bytes(), err
}

func (p Page[T]) render(b *bytes.Buffer, f Frame, content T) error {
	if err := p.set().ExecuteTemplate(b, "frame", &view[T]{f, content.Head(), content}); err != nil {
		return fmt.Errorf("render page %s: %w", p.name, err)
	}
	return nil
}

// sheets are buffers to render pages in: a page's fifty kilobytes would else be gathered anew each time, in twice as much memory.
var sheets = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestSheet is what a buffer may hold to be used again, in bytes.
const largestSheet = 1 << 20

// Write renders the page and then sends it with a status. Nothing is sent when it returns an error.
func (p Page[T]) Write(w http.ResponseWriter, status int, f Frame, content T) error {
	b := sheets.Get().(*bytes.Buffer)
	defer func() {
		if b.Cap() <= largestSheet {
			clear(b.Bytes())
			b.Reset()
			sheets.Put(b)
		}
	}()
	if err := p.render(b, f, content); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// Registered is a page as the tests see it: its name and a value of the type that fills its template.
type Registered struct {
	Name    string
	Value   any          // a view of the page, all zero
	Content reflect.Type // the page's struct
}

// Template reads the page's template anew: one that has been executed is changed by that and can't be checked any more.
func (r Registered) Template() *template.Template { return parse(r.Name).Lookup("frame") }

var registry []Registered

// Pages are all pages there are.
func Pages() []Registered { return registry }

var parts = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(functions).ParseFS(sources, "templates/parts/*.html"))
})

// register binds a page's template to its struct when the program starts. The template is read when the page is first shown: most commands show none,
// and all together take as long as many a command. Tests read every one.
func register[T Content](name string) Page[T] {
	var zero view[T]
	registry = append(registry, Registered{name, zero, reflect.TypeFor[T]()})
	return Page[T]{name, sync.OnceValue(func() *template.Template { return parse(name) })}
}

func parse(name string) *template.Template {
	return template.Must(template.Must(parts().Clone()).ParseFS(sources, "templates/pages/"+name+".html"))
}

// templateFiles are the names of the page templates there are, registered or not.
func templateFiles() ([]string, error) {
	files, err := fs.Glob(sources, "templates/pages/*.html")
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, "templates/pages/"), ".html")
	}
	return files, err
}

// problem is one line of the error summary with the field it leads to.
type problem struct{ Words, Field string }

func (f Form) problems() []problem {
	if f.Problem == nil {
		return nil
	}
	if len(f.Problem.Notes) == 0 {
		return []problem{{Words: sentence(f.Problem.Message, f.Problem.Remedy)}}
	}
	ps := make([]problem, len(f.Problem.Notes))
	for i, n := range f.Problem.Notes {
		ps[i] = problem{noteWords(n), f.fieldID(n.Field)}
	}
	return ps
}

func noteWords(n fault.Note) string { return sentence(n.Message, n.Remedy) }

func sentence(parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}
