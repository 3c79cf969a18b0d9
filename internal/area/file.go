package area

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/money"
)

// file is one YAML file of an area while it is checked. Every problem found in it is kept, so that whoever edits it
// sees them all at once, each with its line.
type file struct {
	name     string
	raw      []byte
	root     yaml.Node
	problems []fault.Note
}

// place is a spot in a file that a problem can be tied to.
type place struct {
	f    *file
	path string
	line int
}

// decode fills in from the file, refusing unknown and repeated keys and a second document. It says whether that worked.
func (f *file) decode(in any) bool {
	d := yaml.NewDecoder(bytes.NewReader(f.raw))
	d.KnownFields(true)
	switch err := d.Decode(in); {
	case errors.Is(err, io.EOF):
		f.note("", 1, "The file is empty.", "Fill it in, or restore the last version.")
		return false
	case err != nil:
		f.yamlProblems(err)
		return false
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		f.note("", 1, "The file holds more than one document.", "Remove the line that is only ---, and what follows it.")
		return false
	}
	return yaml.Unmarshal(f.raw, &f.root) == nil
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)
var unknownKey = regexp.MustCompile(`^field (\S+) not found in type`)

// yamlProblems turns what the YAML reader says into notes; it gives its lines inside the text of the error.
func (f *file) yamlProblems(err error) {
	found := yamlLine.FindAllStringSubmatch(err.Error(), -1)
	for _, m := range found {
		line, _ := strconv.Atoi(m[1])
		if key := unknownKey.FindStringSubmatch(m[2]); key != nil {
			f.note(key[1], line, fmt.Sprintf("There is no setting called %q here.", key[1]), "Correct its spelling, or remove it.")
			continue
		}
		f.note("", line, "This cannot be read: "+m[2]+".", "Correct the line.")
	}
	if len(found) == 0 {
		f.note("", 1, "This is not YAML: "+err.Error()+".", "Correct the file.")
	}
}

func (f *file) note(path string, line int, message, remedy string) {
	field := f.name + ":" + strconv.Itoa(line)
	if path != "" {
		field += " " + path
	}
	f.problems = append(f.problems, fault.Note{Field: field, Message: message, Remedy: remedy})
}

// at finds a spot by its path of keys and positions; where the path ends early, the nearest thing above it is meant.
func (f *file) at(path ...any) place {
	p := place{f: f, line: 1}
	n := &f.root
	if n.Kind == yaml.DocumentNode {
		n = n.Content[0]
	}
	var words []string
	for _, step := range path {
		list := n
		n = below(list, step)
		words = append(words, called(step, n))
		if n == nil {
			break
		}
		p.line = n.Line
	}
	p.path = strings.Join(words, ".")
	return p
}

// called is a step as a reader finds it: an entry of a list by its slug, or by its number from 1 where it has none.
func called(step any, n *yaml.Node) string {
	i, ok := step.(int)
	if !ok {
		return fmt.Sprint(step)
	}
	if n != nil {
		if slug := below(n, "slug"); slug != nil && slug.Value != "" {
			return slug.Value
		}
	}
	return strconv.Itoa(i + 1)
}

func below(n *yaml.Node, step any) *yaml.Node {
	switch step := step.(type) {
	case int:
		if n.Kind == yaml.SequenceNode && step < len(n.Content) {
			return n.Content[step]
		}
	case string:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

func (p place) bad(message, remedy string, values ...any) {
	p.f.note(p.path, p.line, fmt.Sprintf(message, values...), remedy)
}

func (p place) words(s string) string {
	if strings.TrimSpace(s) == "" {
		p.bad("This must be filled in.", "Add the words.")
	}
	return s
}

func (p place) sensitivity(s Sensitivity) Sensitivity {
	const remedy = "Write sensitivity: mental-health, drug-and-alcohol or abuse where rows stay with the agency that sent them, or else ordinary."
	switch {
	case s == "":
		p.bad("It is not said whether rows of this category stay with the agency that sent them.", remedy)
	case !slices.Contains(Sensitivities(), s):
		p.bad("%q is not a sensitivity.", remedy, s)
	}
	return s
}

func (p place) year(s string) day.FinancialYear {
	y, err := day.ParseFinancialYear(s)
	if err != nil {
		p.bad("%q is not a financial year.", "Write it like 2024-25.", s)
	}
	return y
}

func (p place) day(s string) day.Day {
	d, err := day.Parse(s)
	if err != nil {
		p.bad("%q is not a day.", "Write it like 2026-03-31.", s)
	}
	return d
}

func (p place) amount(s string) money.Pence {
	m, err := money.Parse(s)
	if err != nil {
		p.bad("%q is not an amount in pounds and pence.", "Write it like £1,234.50.", s)
	} else if m <= 0 {
		p.bad("A price is more than nothing.", "Write the amount, or remove the price.")
	}
	return m
}
