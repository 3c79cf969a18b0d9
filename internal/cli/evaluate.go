package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/linkage"
)

// evaluate is throughline evaluate.
type evaluate struct {
	output
	Persons string `help:"persons.csv, as link-files writes it: file,record,person." type:"path" placeholder:"FILE"`
	Truth   string `help:"truth.csv: file,record,truth." type:"path" placeholder:"FILE"`
	Answers string `help:"sample.csv, as link-files --sample writes it, with same, not or unsure in its column answer." type:"path" placeholder:"FILE"`
	Key     string `help:"sample-key.json, written beside the sample." type:"path" placeholder:"FILE"`
	Partial bool   `help:"Records of the truth that were not linked count as people of their own, and records without a truth are left out; both are counted."`
}

// Help ends the command's help.
func (evaluate) Help() string {
	return `Pairwise figures are over pairs of records; B-cubed figures are the mean over records, so that one large person does not outweigh the rest. Without a truth, the
answers to a sample give precision and recall with their ranges; pairs that are unsure or not answered are left out and counted.

Examples:
  throughline evaluate --persons out/persons.csv --truth truth.csv --json
  throughline evaluate --answers out/sample.csv --key out/sample-key.json`
}

// Run compares the two files, or judges by a sample.
func (c evaluate) Run(w *World) error {
	switch truth, sample := c.Persons != "" && c.Truth != "", c.Answers != "" && c.Key != ""; {
	case truth == sample || !truth && c.Persons+c.Truth != "" || !sample && c.Answers+c.Key != "":
		return fault.InvalidField("truth", "Persons and a truth go together, and so do answers and a key.",
			"Give either --persons and --truth, or --answers and --key.")
	case sample:
		return c.judge(w)
	}
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

// judged is what a sample's answers say, as JSON shows it.
type judged struct {
	linkage.Judgement
	Answered int `json:"answered"`
	Unsure   int `json:"unsure"`
	Empty    int `json:"empty"`
}

// judge estimates precision and recall from a sample's answers.
func (c evaluate) judge(w *World) (err error) {
	f, err := open("answers", c.Answers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, err := linkage.ReadSample(f, filepath.Base(c.Answers))
	if err != nil {
		return err
	}
	k, err := open("key", c.Key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	key, err := linkage.ReadSampleKey(k, filepath.Base(c.Key))
	if err != nil {
		return err
	}
	answers, unsure, empty, err := key.Answers(rows, filepath.Base(c.Answers))
	if err != nil {
		return err
	}
	if left := key.Unanswered(rows); len(left) > 0 {
		return tooFewAnswers(left)
	}
	j, err := key.Strata.Judge(answers)
	if err != nil {
		return err
	}
	done := judged{j, len(answers), unsure, empty}
	return c.print(w, done, done.words())
}

// tooFewAnswers says which pairs to answer so that a sample can be judged. What the groups are is not said, so that who answers is not led.
func tooFewAnswers(groups [][]int) error {
	const shown = 6
	f := fault.New(fault.Invalid, "too-few-answers", fmt.Sprintf("The sample cannot be judged yet: nobody has answered any pair of %d of its groups.",
		len(groups)), "Answer one pair of each with same or not.")
	for i, g := range groups {
		list := make([]string, 0, shown)
		for _, n := range g[:min(len(g), shown)] {
			list = append(list, strconv.Itoa(n))
		}
		pairs := "pair "
		if len(list) > 1 {
			pairs = "one of the pairs "
		}
		f = f.With(fmt.Sprintf("group %d", i+1), "Answer "+pairs+strings.Join(list, ", ")+".", "")
	}
	return f
}

func (d judged) words() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s answered, %s unsure and %s not answered; the last two are left out.\n", counted(d.Answered, "pair was", "pairs were"),
		counted(d.Unsure, "is", "are"), counted(d.Empty, "is", "are"))
	fmt.Fprintf(&b, "Of the linked pairs %s are right. Of the pairs of one person that were weighed %s are linked.\n", between(d.Precision),
		between(d.Recall))
	b.WriteString("The ranges are meant to hold the truth 19 times in 20. Pairs that no rule found are in neither figure.\n\n")
	var rows [][]string
	for _, s := range d.Strata {
		if s.Pairs == 0 {
			continue
		}
		linked := "no"
		if s.Linked {
			linked = "yes"
		}
		rows = append(rows, []string{fmt.Sprintf("%+.1f", s.From), linked, count(s.Pairs), count(s.Looked), count(s.Same),
			fmt.Sprintf("%.3f", s.Expected/float64(s.Pairs)), fmt.Sprintf("%.3f", s.Calibrated)})
	}
	b.WriteString(table([]string{"FROM BITS", "LINKED", "PAIRS", "ANSWERED", "SAME", "MODEL", "CALIBRATED"}, rows))
	return b.String()
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
	fmt.Fprintf(&b, "%s of %s found to be %s; %s found whole and alone.\n", counted(a.Records, "record", "records"),
		counted(a.TruePersons, "person was", "people were"), counted(a.FoundPersons, "person", "people"),
		counted(a.ExactPersons, "person was", "people were"))
	fmt.Fprintf(&b, "%s of one person, %s put together, %s rightly.\n", counted(a.TruePairs, "pair is", "pairs are"),
		counted(a.FoundPairs, "was", "were"), count(a.RightPairs))
	if c.Missing > 0 {
		fmt.Fprintf(&b, "%s not linked and stand for people of their own.\n", counted(c.Missing, "record was", "records were"))
	}
	if c.Unlabelled > 0 {
		fmt.Fprintf(&b, "%s left out, for want of a truth.\n", counted(c.Unlabelled, "record is", "records are"))
	}
	row := func(name string, m linkage.Measure) []string {
		return []string{name, fmt.Sprintf("%.4f", m.Precision), fmt.Sprintf("%.4f", m.Recall), fmt.Sprintf("%.4f", m.F1)}
	}
	b.WriteString("\n" + table([]string{"MEASURE", "PRECISION", "RECALL", "F1"}, [][]string{row("pairwise", a.Pairwise),
		row("B-cubed", a.BCubed)}))
	return b.String()
}
