package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/web/ui"
)

// fields are those that a route's form may hold, and whether each may be given more than once.
type fields map[string]bool

const (
	once = false
	many = true
)

// errForm is the answer to a form that none of our pages can have sent.
func errForm(what string) error {
	return fault.New(fault.Invalid, "bad-form", "This form holds something that its page does not ask for, so nothing was done.",
		"Open the page again and fill it in anew.").Because(errors.New(what))
}

// errStale is the answer to a form of another session, or of none.
var errStale = fault.New(fault.Denied, "stale-form", "This form belongs to a session that has ended, so nothing was done.",
	"Open the page again and fill it in anew.")

// read takes in what a writing request sent, strictly: a field that the page does not have, or one given twice, is refused,
// and so is a form that does not come from a page of this session. It leaves the fields in r.PostForm; a route that takes a
// file finds it as r.Body, and its base name under the name of its field.
func (s *Server) read(w http.ResponseWriter, r *http.Request, route Route, c session) error {
	if r.Method != http.MethodPost {
		return nil
	}
	if r.URL.RawQuery != "" && !route.Query {
		return errForm("a query on a form")
	}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err != nil:
		return errForm("content type: " + err.Error())
	case route.File == "" && kind == "application/x-www-form-urlencoded":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return tooLarge(err)
		}
		if r.PostForm, err = url.ParseQuery(string(body)); err != nil {
			return errForm(err.Error())
		}
	case route.File != "" && kind == "multipart/form-data":
		if err := readParts(r, params["boundary"], route.File); err != nil {
			return err
		}
	default:
		return errForm("content type " + kind)
	}
	for name, values := range r.PostForm {
		several, known := route.Form[name]
		switch {
		case name == "token" || name == route.File:
			several = false
		case !known:
			return errForm(fmt.Sprintf("field %q", name))
		}
		if len(values) > 1 && !several {
			return errForm(fmt.Sprintf("field %q twice", name))
		}
	}
	if !route.Visitor && !c.fits(r.PostForm.Get("token")) {
		if c == (session{}) {
			return fault.New(fault.SignIn, "sign-in", "You are not signed in.", "Sign in, then try again.")
		}
		return errStale
	}
	return nil
}

func tooLarge(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fault.New(fault.Invalid, "too-large", "What was sent is larger than this page takes.", "Send less.").Because(err)
	}
	return fault.New(fault.Invalid, "cut-off", "What was sent did not arrive whole.", "Send it again.").Because(err)
}

// errFileFirst is the answer to a file that came before the fields that say what it is: nothing of it has been read.
var errFileFirst = fault.New(fault.Invalid, "file-first", "The file came before the fields of its form, so nothing was read.",
	"Send the form’s fields first and the file last, as the page does.")

// maxFieldBytes bounds the fields that stand before a file.
const maxFieldBytes = 64 << 10

// readParts reads the fields before the file and makes the file the request's body, so that it streams. Our pages put the
// file last.
func readParts(r *http.Request, boundary, file string) error {
	parts := multipart.NewReader(r.Body, boundary)
	r.PostForm = url.Values{}
	left := int64(maxFieldBytes)
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			r.Body = http.NoBody
			return nil
		}
		if err != nil {
			return tooLarge(err)
		}
		if part.FormName() == file {
			if !r.PostForm.Has("token") {
				return errFileFirst
			}
			r.PostForm.Set(file, filepath.Base(filepath.ToSlash(part.FileName())))
			r.Body = part
			return nil
		}
		if part.FileName() != "" {
			return errForm("a file in another field")
		}
		value, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return tooLarge(err)
		}
		if left -= int64(len(value)); left < 0 {
			return errForm("fields too long")
		}
		r.PostForm.Add(part.FormName(), string(value))
	}
}

// unkept are the fields that never come back with a form.
var unkept = map[string]bool{"token": true, "password": true, "old": true, "again": true, "code": true}

// again gives the form with what was typed and what is wrong with it, when err is something that the same page can say; false
// otherwise.
func again(r *http.Request, err error) (ui.Form, int, bool) {
	f := fault.As(err)
	switch f.Kind {
	case fault.Invalid, fault.TooMany, fault.Conflict:
		if f.Code == "bad-form" {
			return ui.Form{}, 0, false
		}
		typed := map[string][]string{}
		for name, values := range r.PostForm {
			if !unkept[name] {
				typed[name] = values
			}
		}
		return ui.Form{Typed: typed, Problem: f}, f.Kind.Status(), true
	}
	return ui.Form{}, 0, false
}

// pathID reads a number in the path. What is none is answered like what does not exist.
func pathID[K ~int64](r *http.Request, name, noun string) (K, error) {
	n, err := id.Parse[K](r.PathValue(name))
	if err != nil || r.PathValue(name) != strconv.FormatInt(int64(n), 10) {
		return 0, fault.Missing(noun)
	}
	return n, nil
}

// number reads a whole number from a form's field.
func number(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(r.PostForm.Get(name), 10, 64)
	if err != nil {
		return 0, errForm("field " + name)
	}
	return n, nil
}
