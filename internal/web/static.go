package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"

	"throughline/internal/fault"
	"throughline/internal/web/static"
)

// asset is a built file and the hash under which pages ask for it.
type asset struct {
	content []byte
	kind    string
	hash    string
}

// assets are the built files by name; they are in the program, so they never change while it runs.
var assets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	files := static.Files()
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return all
	}
	for _, e := range entries {
		b, err := fs.ReadFile(files, e.Name())
		if err != nil || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		sum := sha256.Sum256(b)
		all[e.Name()] = asset{b, kindOf(e.Name()), hex.EncodeToString(sum[:6])}
	}
	return all
})

func kindOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	default:
		return mime.TypeByExtension(ext)
	}
}

// static sends a built file. Under its hash it may be kept for ever; under its bare name a browser asks each time whether it is still
// the same.
func (s *Server) static(w http.ResponseWriter, r *http.Request) {
	say(r, func(l *line) { l.route = "/static/" })
	a, ok := assets()[strings.TrimPrefix(r.URL.Path, "/static/")]
	if !ok {
		who, _ := s.who(r)
		s.fail(w, r, who, nil, fault.Missing("page"))
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("ETag", `"`+a.hash+`"`)
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if r.Header.Get("If-None-Match") == `"`+a.hash+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(a.content) // whoever asked has gone, or has it
}
