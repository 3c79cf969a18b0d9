package intake

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/internal/fault"
)

// headerWords are what columns of people are commonly called, in small letters and digits alone. A column that several fields could be is in none.
var headerWords = func() map[string]Field {
	words := map[string]Field{}
	for field, names := range map[Field]string{
		Key: "id ref reference recid recordid recordnumber recordno localid personid personref personno personnumber clientid clientref clientno clientnumber " +
			"patientid patientno patientnumber hospno hospitalno hospitalnumber caseno casenumber caseref mrn uniqueid key",
		Title:         "title",
		Forename:      "forename forenames firstname first givenname given fn fname namefirst primarynamefirst",
		Middle:        "middle middlename middlenames namemiddle primarynamemiddle",
		Surname:       "surname lastname last familyname family sn lname namelast primarynamelast",
		FormerSurname: "formersurname previoussurname maidenname",
		FullName:      "name fullname personname clientname patientname namefull primarynamefull",
		AliasName:     "knownas alias aliases aka",
		BirthDay:      "dob dateofbirth birthdate birthday born birth",
		Age:           "age",
		SexField:      "sex gender",
		NHSNumber:     "nhs nhsnumber nhsno nhsnum",
		NINO:          "nino ninumber nationalinsurancenumber",
		PNC:           "pnc pncid pncnumber",
		PrisonNumber:  "prisonnumber nomis nomisid nomsnumber",
		UPRN:          "uprn",
		Postcode:      "postcode pcode pc postalcode homepostcode currentpostcode addresspostcode addrpostalcode",
		Address:       "address address1 address2 address3 addressline1 addressline2 addressline3 street addrfull addrline1",
		Place:         "town city suburb addrcity",
		Phone:         "phone phonenumber telephone telephonenumber tel mobile mobilenumber",
		Email:         "email emailaddress mail",
	} {
		for _, n := range strings.Fields(names) {
			words[n] = field
		}
	}
	return words
}()

// draftFormats are the forms of days that a draft tries, British before American.
var draftFormats = []string{"yyyy-mm-dd", "dd/mm/yyyy", "d/m/yyyy", "dd-mm-yyyy", "dd.mm.yyyy", "yyyymmdd", "dd mon yyyy", "dd-mon-yyyy", "yyyy/mm/dd",
	"yyyy-mm-dd hh:mm:ss", "dd/mm/yyyy hh:mm", "dd/mm/yyyy hh:mm:ss", "mm/dd/yyyy", "m/d/yyyy"}

const (
	draftRows   = 1000
	draftBytes  = 1 << 20
	shownHeader = 60 // bytes of a line that is no header
)

// Draft writes the beginning of a layout of people for a file: what its columns seem to be by their names, and the form of its days and the order of
// its names by its first rows. It is for somebody to correct, since a name that looks like one thing may be another. It gives an *fault.Error for
// a file that no Reader reads, and for one among whose first rows none has a header that is known.
func Draft(file io.Reader, name string) (string, error) {
	decoded, _, err := decodeText(file, "")
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(decoded, draftBytes))
	if err != nil {
		return "", err
	}
	if len(text) == draftBytes {
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	if len(bytes.TrimSpace(text)) == 0 || !utf8.Valid(text) {
		return "", fault.New(fault.Invalid, "no-draft", "No layout can be drafted: the file is not text with a line of headers.",
			"Save it as CSV UTF-8, or write the layout by hand as docs/layouts.md says.")
	}
	rows, header, line, err := draftHeader(text)
	if err != nil {
		return "", err
	}
	values := make([][]string, len(header))
	for range draftRows {
		row, err := rows.Read()
		if err != nil {
			if errors.Is(err, io.EOF) {
				break
			}
			continue
		}
		for i, v := range row[:min(len(row), len(header))] {
			if v = strings.TrimSpace(v); v != "" {
				values[i] = append(values[i], v)
			}
		}
	}
	draft := draftOf(name, header, values)
	if line > 1 {
		draft += fmt.Sprintf("# The headers stand on line %d; what is above them is passed over.\n", line)
	}
	if d, ok := decoded.(*detectingReader); ok && d.windows != nil {
		draft += "# The file is no UTF-8 and is read as Windows-1252. Look at names with accents.\n"
	}
	return draft, nil
}

// draftHeader finds the header among the first rows that are not empty: the first with a header that is known, or lower down, where words of a
// title could be one by chance, with two. It gives the rows below it.
func draftHeader(text []byte) (rows *csv.Reader, header []string, at int, err error) {
	left := text
	for line, seen := 1, 0; len(left) > 0 && seen < headerWithin; line++ {
		first, below, _ := bytes.Cut(left, []byte("\n"))
		if len(bytes.TrimSpace(first)) == 0 {
			left = below
			continue
		}
		rows = csv.NewReader(bytes.NewReader(left))
		rows.FieldsPerRecord = -1
		for _, d := range delimiters {
			if bytes.Count(first, []byte{d.sign}) > bytes.Count(first, []byte(string(rows.Comma))) {
				rows.Comma = rune(d.sign)
			}
		}
		if header, err = rows.Read(); err == nil {
			known := 0
			for _, h := range header {
				if _, ok := headerWords[headerWord(h)]; ok {
					known++
				}
			}
			if known > min(seen, 1) {
				return rows, header, line, nil
			}
		}
		left, seen = below, seen+1
	}
	begins := bytes.TrimLeft(text, " \t\r\n")
	first, _, _ := bytes.Cut(begins, []byte("\n"))
	said := string(bytes.TrimSpace(first))
	if len(said) > shownHeader {
		said = strings.ToValidUTF8(said[:shownHeader], "") + "…"
	}
	at = 1 + bytes.Count(text[:len(text)-len(begins)], []byte("\n"))
	return nil, nil, 0, fault.New(fault.Invalid, "no-draft",
		fmt.Sprintf("No layout can be drafted: none of its first rows has headers that are known. Line %d is “%s”.", at, said),
		"Write the layout by hand as docs/layouts.md says, with the headers as they stand in the file.")
}

func draftOf(name string, header []string, values [][]string) string {
	var b strings.Builder
	b.WriteString("# A draft by the names of the columns. Check every line; docs/layouts.md says what there is.\n")
	slug := strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return lettersAndDigits(r) < 0 }), "-")
	fmt.Fprintf(&b, "name: %s\nversion: 1\nagency: my-agency\nkind: people\ncolumns:\n", strconv.Quote(cmp.Or(slug, "people")))
	taken := map[Field]bool{}
	var rest []string
	for i, h := range header {
		h = strings.TrimSpace(h)
		f, known := headerWords[headerWord(h)]
		if !known || taken[f] && !fields[fieldIndex(f)].many || taken[f] && f == Key {
			if h != "" {
				rest = append(rest, oneLine(h))
			}
			continue
		}
		taken[f] = true
		more, remark := "", ""
		switch f {
		case BirthDay:
			more, remark = draftFormat(values[i])
		case FullName, AliasName:
			more, remark = draftForm(values[i])
		case Age:
			more, remark = ", as-of: extract", "read where there is no date of birth"
		}
		fmt.Fprintf(&b, "  - {header: %s, field: %s%s}", strconv.Quote(h), f, more)
		if remark != "" {
			b.WriteString("  # " + remark)
		}
		b.WriteString("\n")
	}
	for _, h := range rest {
		b.WriteString("# not mapped, and nothing of it is used: " + h + "\n")
	}
	if !taken[Key] {
		b.WriteString("# CHECK: no column is taken for the record number, so that rows are known by their number in the file. If one has it, map it with field: key.\n")
		for i, h := range header {
			if h = strings.TrimSpace(h); h != "" && slices.Contains(rest, oneLine(h)) && allDiffer(values[i]) {
				b.WriteString("# The first rows differ in it, as record numbers do: " + oneLine(h) + "\n")
			}
		}
	}
	return b.String()
}

// headerWord is a header as headerWords has it.
func headerWord(h string) string { return strings.Map(lettersAndDigits, strings.ToLower(h)) }

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// allDiffer says whether there are several values and no two the same.
func allDiffer(values []string) bool {
	sorted := slices.Sorted(slices.Values(values))
	return len(sorted) > 1 && len(slices.Compact(sorted)) == len(values)
}

// draftForm finds how most whole names are written.
func draftForm(values []string) (more, remark string) {
	commas, parted := 0, 0
	for _, v := range values {
		if strings.Contains(v, ",") {
			commas++
		} else if len(strings.Fields(v)) > 1 {
			parted++
		}
	}
	switch {
	case 2*commas > len(values):
		if other := len(values) - commas; other > 0 {
			remark = fmt.Sprintf("CHECK: %d of the first %s no comma", other, plural(len(values), "name has", "names have"))
		}
		return ", form: 'surname, forename'", remark
	case commas > 0:
		return ", form: forename surname", fmt.Sprintf("CHECK: %d of the first %s a comma", commas, plural(len(values), "name has", "names have"))
	case parted == 0 && len(values) > 0:
		return ", form: whole", "CHECK: no name has two words"
	}
	return ", form: forename surname", "or form: whole, if the surname comes first"
}

func lettersAndDigits(r rune) rune {
	if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
		return r
	}
	return -1
}

// draftFormat finds the form in which most days are written.
func draftFormat(values []string) (more, remark string) {
	best, most, american := "", 0, ""
	for _, text := range draftFormats {
		formats, err := parseFormats(text, nil)
		if err != nil {
			continue
		}
		fit := 0
		for _, v := range values {
			if d, _ := readForms([]byte(v), formats); d != 0 {
				fit++
			}
		}
		switch {
		case fit > most:
			best, most, american = text, fit, ""
		case fit == most && fit > 0 && text[0] == 'm' && best[0] != 'm' && american == "":
			american = text
		}
	}
	if most == 0 {
		return ", format: dd/mm/yyyy", "CHECK: no one form fits the first rows"
	}
	var checks []string
	if other := len(values) - most; other > 0 {
		checks = append(checks, fmt.Sprintf("%d of the first %s not fit it and would be set aside", other, plural(len(values), "value does", "values do")))
	}
	if american != "" {
		checks = append(checks, "the first rows would fit "+american+" too")
	}
	if len(checks) > 0 {
		remark = "CHECK: " + strings.Join(checks, "; ")
	}
	return ", format: " + best, remark
}
