package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"throughline/internal/app"
	"throughline/internal/web/ui"
)

func (s *Server) findForm(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.findPage(w, r, who, http.StatusOK, ui.Find{})
}

func (s *Server) findPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, c ui.Find) error {
	v, err := s.app.SearchForm(r.Context(), who)
	if err != nil {
		return err
	}
	return ui.FindPage.Write(w, status, s.frame(w, r, v), c)
}

// searchFields gives what the act says of a field the name that the page has for it.
var searchFields = map[string]string{"surname": "name", "nhs_number": "number", "reference": "number"}

// find looks for somebody. It is posted, so that what is typed enters no address.
func (s *Server) find(w http.ResponseWriter, r *http.Request, who app.Who) error {
	in, err := searched(r)
	var p app.FoundPage
	if err == nil {
		p, err = s.app.SearchPeople(r.Context(), who, in)
	}
	err = renamed(err, searchFields)
	if form, status, ok := again(r, err); ok {
		return s.findPage(w, r, who, status, ui.Find{Form: form})
	}
	if err != nil {
		return err
	}
	c := ui.Find{Searched: true, AsOf: p.AsOf, Agencies: p.Searched, Listed: p.Listed(), More: p.More, Cut: p.Cut, Page: in.Page, Before: (in.Page - 1) * app.MostFound, Form: ui.Form{Typed: map[string][]string{}}}
	for name := range r.PostForm {
		if !unkept[name] && name != "page" {
			c.Form.Typed[name] = r.PostForm[name]
		}
	}
	for _, f := range p.People {
		c.Found = append(c.Found, ui.Found{Person: f.Person, Name: f.Name, Born: f.Birth, Borough: p.Area.BoroughName(f.Borough),
			Agencies: marks(p.Agencies, func(g app.Agency) bool { return slices.Contains(f.Agencies, g) }), Why: matchWords(f), Close: f.Close()})
	}
	return ui.FindPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

// searched reads what was typed.
func searched(r *http.Request) (app.SearchPeople, error) {
	typed := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	in := app.SearchPeople{Name: typed("name"), Postcode: typed("postcode"), Number: typed("number"), Page: page(r.PostForm)}
	return in, cmp.Or(in.SetSex(typed("sex")), in.SetBorn(typed("born")))
}

// matchWords say what agrees and what does not, and no value.
func matchWords(f app.Found) string {
	var words []string
	say := func(fields []string, one, more string) {
		switch len(fields) {
		case 0:
		case 1:
			words = append(words, lower(fields)+" "+one)
		default:
			words = append(words, lower(fields)+" "+more)
		}
	}
	say(f.Agrees, "agrees", "agree")
	say(f.Differs, "differs", "differ")
	if len(words) == 0 {
		return "The reference you typed"
	}
	return sentenceCase(strings.Join(words, "; "))
}

// lower lists the names of fields as they stand within a sentence.
func lower(fields []string) string {
	var out []string
	for _, f := range fields {
		if !strings.HasPrefix(f, "NHS") && !strings.HasPrefix(f, "National") {
			f = strings.ToLower(f[:1]) + f[1:]
		}
		out = append(out, f)
	}
	return listed(out)
}
