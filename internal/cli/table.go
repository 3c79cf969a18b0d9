package cli

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"throughline/internal/fault"
)

// table writes rows under headings, aligned by spaces.
func table(headings []string, rows [][]string) string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join(headings, "\t"))
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join(r, "\t"))
	}
	_ = t.Flush() // a strings.Builder never fails
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// count writes a whole number with its commas: 12,345.
func count[N ~int | ~int64](n N) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// counted writes how many of a thing there are: 1 link, 2 links.
func counted[N ~int | ~int64](n N, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return count(n) + " " + several
}

// recordsArePeople says how many people records are of.
func recordsArePeople(records, people int) string {
	return counted(records, "record is ", "records are ") + counted(people, "person", "people")
}

// moment writes an instant for a table.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// about names the file or the thing that an error is about, before what is wrong with it.
func about(name string, err error) error {
	if err == nil {
		return nil
	}
	f := *fault.As(err)
	if isOneField(&f) {
		f.Notes = []fault.Note{f.Notes[0]}
		f.Notes[0].Message = name + ": " + f.Notes[0].Message
		return &f
	}
	f.Message = name + ": " + f.Message
	return &f
}

// isOneField says whether a fault is about one field and says nothing beside it.
func isOneField(f *fault.Error) bool {
	return len(f.Notes) == 1 && f.Message == fault.InvalidField("", "", "").Message
}
