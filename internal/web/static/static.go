// Package static holds the built front end inside the binary: one style sheet, one font, one small script, the icon.
// `make frontend` builds them; a clean clone holds a page that says so, and the program still builds.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
)

//go:embed build
var embedded embed.FS

// Files are the built files by their bare names.
func Files() fs.FS {
	files, err := fs.Sub(embedded, "build")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}

// Built says whether the front end was built before the program was.
func Built() bool {
	_, err := fs.Stat(Files(), "throughline.css")
	return err == nil
}

// Path is where a page asks for a file. It changes with the file's content, so that a browser never shows a new page
// in an old style.
func Path(name string) string {
	b, err := fs.ReadFile(Files(), name)
	if err != nil {
		return "/static/" + name
	}
	sum := sha256.Sum256(b)
	return "/static/" + name + "?v=" + hex.EncodeToString(sum[:6])
}
