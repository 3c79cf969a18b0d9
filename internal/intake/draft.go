package intake

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/internal/fault"
)

// headerWords are what columns of people are commonly called, in small letters and digits alone. A column that several fields could be is in none.
var headerWords = func() map[string]Field {
	words := map[string]Field{}
	for field, names := range map[Field]string{
		Key:           "id ref reference recid recordid recordnumber recordno localid personid personref clientid clientref patientid uniqueid key",
		Title:         "title",
		Forename:      "forename forenames firstname first givenname given fn fname",
		Middle:        "middle middlename middlenames",
		Surname:       "surname lastname last familyname family sn lname",
		FormerSurname: "formersurname previoussurname maidenname",
		FullName:      "name fullname personname clientname patientname",
		BirthDay:      "dob dateofbirth birthdate birthday born birth",
		Age:           "age",
		SexField:      "sex gender",
		NHSNumber:     "nhs nhsnumber nhsno",
		NINO:          "nino ninumber nationalinsurancenumber",
		PNC:           "pnc pncid pncnumber",
		PrisonNumber:  "prisonnumber nomis nomisid nomsnumber",
		UPRN:          "uprn",
		Postcode:      "postcode pcode pc postalcode",
		Address:       "address address1 address2 address3 addressline1 addressline2 addressline3 street",
		Place:         "town city suburb",
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
	draftRows  = 1000
	draftBytes = 1 << 20
)

// Draft writes the beginning of a layout of people for a file: what its columns seem to be by their names, and the form of its days by its
// first rows. It is for somebody to correct, since a name that looks like one thing may be another. It gives an *fault.Error for a file that is
// not UTF-8 text with a header on its first line.
func Draft(file io.Reader, name string) (string, error) {
	text, err := io.ReadAll(io.LimitReader(file, draftBytes))
	if err != nil {
		return "", err
	}
	for _, k := range otherKinds {
		if bytes.HasPrefix(text, k.bytes) {
			return "", fault.New(fault.Invalid, "no-draft", "No layout can be drafted: it is "+k.name+", and not text in columns.", k.remedy)
		}
	}
	whole := len(text) < draftBytes
	if !whole {
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if len(bytes.TrimSpace(text)) == 0 || !utf8.Valid(text) {
		return "", fault.New(fault.Invalid, "no-draft", "No layout can be drafted: the file is not UTF-8 text with a line of headers.",
			"Save it as CSV UTF-8, or write the layout by hand as docs/layouts.md says.")
	}
	rows := csv.NewReader(bytes.NewReader(text))
	first, _, _ := bytes.Cut(text, []byte("\n"))
	for _, d := range delimiters {
		if bytes.Count(first, []byte{d.sign}) > bytes.Count(first, []byte(string(rows.Comma))) {
			rows.Comma = rune(d.sign)
		}
	}
	rows.FieldsPerRecord = -1
	header, err := rows.Read()
	if err != nil {
		return "", fault.New(fault.Invalid, "no-draft", "No layout can be drafted: the first line is not a line of headers.",
			"Write the layout by hand as docs/layouts.md says.").Because(err)
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
	return draftOf(name, header, values), nil
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
		f, known := headerWords[strings.Map(lettersAndDigits, strings.ToLower(h))]
		if !known || taken[f] && !fields[fieldIndex(f)].many || taken[f] && f == Key {
			if h != "" {
				rest = append(rest, strings.ReplaceAll(h, "\n", " "))
			}
			continue
		}
		taken[f] = true
		more, remark := "", ""
		switch f {
		case BirthDay:
			more, remark = draftFormat(values[i])
		case FullName:
			more, remark = ", form: forename surname", "or form: 'surname, forename', or form: whole"
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
		b.WriteString("# No column is taken for the record number, so that rows are known by their number in the file.\n")
	}
	return b.String()
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
