package web

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/money"
	"throughline/internal/web/ui"
)

func (s *Server) sendIn(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.sendInPage(w, r, who, http.StatusOK, typedIn(r.URL.Query(), "agency", "layout", "as_of-day", "as_of-month", "as_of-year", "rows", "amount", "full"))
}

// sendInPage is the form that sends an extract in, for whoever may send one.
func (s *Server) sendInPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form) error {
	p, err := s.app.Layouts(r.Context(), who)
	if err != nil {
		return err
	}
	if len(p.Sends) == 0 {
		return fault.Missing("page")
	}
	content := ui.SendIn{Form: form, Largest: size(s.largest)}
	names := map[id.Agency]string{}
	for _, g := range p.Sends {
		names[g.ID] = g.Name
		content.Agencies = append(content.Agencies, ui.Option{Value: strconv.FormatInt(int64(g.ID), 10), Label: g.Name, Chosen: len(p.Sends) == 1})
	}
	for _, l := range p.Layouts {
		if of, mine := names[l.Agency]; mine && !l.ApprovedAt.IsZero() {
			content.Layouts = append(content.Layouts, ui.Option{Value: strconv.FormatInt(int64(l.ID), 10),
				Label: of + ": " + l.Name + ", version " + strconv.FormatInt(l.Version, 10)})
		}
	}
	return ui.SendInPage.Write(w, status, s.frame(w, r, p.Viewer), content)
}

var (
	hasCome    = notice("extract-came", "The file has come whole and is being checked. Nothing in it counts yet.")
	cameBefore = notice("extract-before", "This file had been sent in before, so nothing was done. This is what became of it.")
)

// receive takes an extract in. The file streams from the request to the spool: it is never whole in memory.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, who app.Who) error {
	in, err := extractSent(r)
	var got app.Received
	if err == nil {
		got, err = s.app.ReceiveExtract(r.Context(), who, in)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = fault.InvalidField("file", "The file is larger than "+size(s.largest)+", the most that is taken.",
			"Send it as several files, one for each half year.").Because(err)
	}
	if form, status, ok := again(r, err); ok {
		// A browser that is still sending shows no answer, so the rest is let in and dropped. What cuts it off is no matter here.
		_, _ = io.Copy(io.Discard, r.Body)
		return s.sendInPage(w, r, who, status, form)
	}
	if err != nil {
		return err
	}
	if got.Before {
		return s.done(w, ui.ExtractPath(got.Extract.ID), cameBefore)
	}
	return s.done(w, ui.ExtractPath(got.Extract.ID), hasCome)
}

// extractSent reads the fields of the form, and says everything that is wrong with them at once.
func extractSent(r *http.Request) (app.ReceiveExtract, error) {
	in := app.ReceiveExtract{Name: r.PostForm.Get("file"), Whole: slices.Contains(r.PostForm["full"], "yes"), File: r.Body}
	wrong := fault.New(fault.Invalid, "extract-form", "There is a problem.", "")
	agency, err := id.Parse[id.Agency](r.PostForm.Get("agency"))
	if err != nil {
		wrong = wrong.With("agency", "Choose whose file it is.", "")
	}
	in.Agency = agency
	if in.Layout, err = id.Parse[id.Layout](r.PostForm.Get("layout")); err != nil {
		wrong = wrong.With("layout", "Choose the layout that the file is in.", "")
	}
	var ok bool
	if in.AsOf, ok = day.ReadParts(r.PostForm.Get("as_of-day"), r.PostForm.Get("as_of-month"), r.PostForm.Get("as_of-year")); !ok {
		wrong = wrong.With("as_of", "The as-of day is not a day in the calendar.", "Give the day, the month in figures or by its name, and the year in four figures: 31 3 2026 or 31 Mar 2026.")
	}
	if said := r.PostForm.Get("rows"); said != "" {
		rows, ok := day.Figures(said, 9)
		if !ok || rows == 0 {
			wrong = wrong.With("rows", "The number of rows is not a number from 1.", "Give it in figures alone, for example 2946, or leave it empty.")
		}
		in.ControlRows = int64(rows)
	}
	if said := r.PostForm.Get("amount"); said != "" {
		sum, err := money.Parse(said)
		if err != nil {
			wrong = wrong.With("amount", "The sum of the amounts is not an amount in pounds.", "Give it as 12,345.67, or leave it empty.")
		}
		in.ControlSum = &sum
	}
	if why := nameTrouble(in.Name); why != "" {
		wrong = wrong.With("file", why, "")
	}
	if len(wrong.Notes) > 0 {
		return app.ReceiveExtract{}, wrong
	}
	return in, nil
}

// noFile says whether a file's field was left empty: a browser then sends a file without a name.
func noFile(name string) bool { return name == "" || name == "." || name == "/" }

// longestName bounds the name of a file, in bytes, as file systems do.
const longestName = 255

func nameTrouble(name string) string {
	switch {
	case noFile(name):
		return "Choose the file."
	case len(name) > longestName:
		return "The file’s name is too long. Give it a shorter one."
	}
	for _, c := range name {
		if c == utf8.RuneError || unicode.IsControl(c) {
			return "The file’s name holds characters that cannot be read. Give it another."
		}
	}
	return ""
}

// size writes how large a file is: "412 kB". A kB is 1,024 bytes.
func size(bytes int64) string {
	units := []string{"bytes", "kB", "MB", "GB"}
	n, tenths := bytes, int64(0)
	for len(units) > 1 && n >= 1024 {
		n, tenths, units = n/1024, n%1024*10/1024, units[1:]
	}
	if n < 10 && tenths > 0 {
		return strconv.FormatInt(n, 10) + "." + strconv.FormatInt(tenths, 10) + " " + units[0]
	}
	if units[0] == "bytes" {
		return plural(n, "byte", "bytes")
	}
	return commas(n) + " " + units[0]
}
