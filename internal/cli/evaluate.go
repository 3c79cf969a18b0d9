package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/linkage"
)

// evaluate is throughline evaluate.
type evaluate struct {
	output
	Persons string `help:"persons.csv, as link-files writes it: file,record,person." required:"" type:"path" placeholder:"FILE"`
	Truth   string `help:"truth.csv: file,record,truth." required:"" type:"path" placeholder:"FILE"`
	Partial bool   `help:"Records of the truth that were not linked count as people of their own, and records without a truth are left out; both are counted."`
}

// Help ends the command's help.
func (evaluate) Help() string {
	return `Pairwise figures are over pairs of records; B-cubed figures are the mean over records, so that one large person does not outweigh the rest.

Example:
  throughline evaluate --persons out/persons.csv --truth truth.csv --json`
}

// Run compares the two files.
func (c evaluate) Run(w *World) error {
	persons, err := readRows("persons", c.Persons, linkage.ReadPersons)
	if err != nil {
		return err
	}
	truth, err := readRows("truth", c.Truth, linkage.ReadTruth)
	if err != nil {
		return err
	}
	if !c.Partial {
		if err := covered(filepath.Base(c.Persons), persons, filepath.Base(c.Truth), truth); err != nil {
			return err
		}
	}
	a, cover := linkage.EvaluateRows(persons, truth)
	answer := struct {
		linkage.Agreement
		linkage.Coverage
	}{a, cover}
	return c.print(w, answer, agreementWords(a, cover))
}

func readRows(field, path string, read func(io.Reader, string) ([]linkage.Row, error)) (rows []linkage.Row, err error) {
	f, err := open(field, path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return read(f, filepath.Base(path))
}

// covered says which records only one of the files has.
func covered(personsName string, persons []linkage.Row, truthName string, truth []linkage.Row) error {
	type key struct{ file, record string }
	has := make(map[key]bool, len(persons))
	for _, r := range persons {
		has[key{r.File, r.Record}] = true
	}
	missing, unlabelled := 0, len(persons)
	var first, firstUnlabelled key
	for _, r := range truth {
		k := key{r.File, r.Record}
		if has[k] {
			unlabelled--
			delete(has, k)
		} else if missing++; missing == 1 {
			first = k
		}
	}
	for _, r := range persons {
		if k := (key{r.File, r.Record}); has[k] {
			firstUnlabelled = k
			break
		}
	}
	const remedy = "Correct the file name or the record, or run again with --partial, which says how it counts them."
	f := fault.New(fault.Invalid, "not-the-same-records", "The two files are not about the same records.", "")
	if missing > 0 {
		f = f.With(truthName, fmt.Sprintf("%s of its records are not in %s, the first of them record “%s” of file “%s”.",
			count(missing), personsName,
			first.record, first.file), remedy)
	}
	if unlabelled > 0 {
		f = f.With(personsName, fmt.Sprintf("%s of its records are not in %s, the first of them record “%s” of file “%s”.",
			count(unlabelled), truthName,
			firstUnlabelled.record, firstUnlabelled.file), remedy)
	}
	if len(f.Notes) == 0 {
		return nil
	}
	return f
}

func agreementWords(a linkage.Agreement, c linkage.Coverage) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s records of %s people were found to be %s people; %s people were found whole and alone.\n",
		count(a.Records), count(a.TruePersons),
		count(a.FoundPersons), count(a.ExactPersons))
	fmt.Fprintf(&b, "%s pairs are of one person, %s were put together, %s rightly.\n", count(a.TruePairs),
		count(a.FoundPairs), count(a.RightPairs))
	if c.Missing > 0 {
		fmt.Fprintf(&b, "%s records were not linked and count as people of their own.\n", count(c.Missing))
	}
	if c.Unlabelled > 0 {
		fmt.Fprintf(&b, "%s records have no truth and are left out.\n", count(c.Unlabelled))
	}
	row := func(name string, m linkage.Measure) []string {
		return []string{name, fmt.Sprintf("%.4f", m.Precision), fmt.Sprintf("%.4f", m.Recall), fmt.Sprintf("%.4f", m.F1)}
	}
	b.WriteString("\n" + table([]string{"MEASURE", "PRECISION", "RECALL", "F1"}, [][]string{row("pairwise", a.Pairwise),
		row("B-cubed", a.BCubed)}))
	return b.String()
}
