package area

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/id"
)

//go:embed start
var start embed.FS

// Start gives the files that a new area begins with, by their names. What only the partnership can say, such as its agencies and
// the threshold of its cohort, is left empty, so that Load names it until it is filled in.
func Start(slug id.Area, name string) (map[string]string, error) {
	if !slugForm.MatchString(string(slug)) {
		return nil, fault.InvalidField("area", strconv.Quote(string(slug))+" cannot be the name of an area’s folder.",
			"Use small letters, figures and hyphens, for example anytown.")
	}
	if strings.TrimSpace(name) == "" {
		return nil, fault.InvalidField("name", "The partnership’s name is needed.", "Give it as every page is to show it, for example: Anytown partnership.")
	}
	fill := strings.NewReplacer("{{slug}}", string(slug), "settings of {{name}}", "settings of "+string(slug), "{{name}}", strconv.Quote(name))
	entries, err := start.ReadDir("start")
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := fs.ReadFile(start, "start/"+e.Name())
		if err != nil {
			return nil, err
		}
		files[e.Name()] = fill.Replace(string(text))
	}
	return files, nil
}
