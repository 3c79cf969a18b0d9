package intake

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"throughline/internal/fault"
)

// maxLayout is the largest layout file, in bytes: far above any real one.
const maxLayout = 1 << 20

// ParseLayout reads a layout's file. It is strict: an unknown key, a value of the wrong kind or a layout that does not
// hang together is a *fault.Error with a note for each thing wrong, naming its line and its key.
func ParseLayout(source []byte) (*Layout, error) {
	if len(source) > maxLayout {
		return nil, layoutFault("This layout is larger than 1 MiB.", "Check that it is a layout file and not an extract.")
	}
	l := &Layout{source: bytes.Clone(source), hash: sha256.Sum256(source)}
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	decoder.KnownFields(true)
	if err := decoder.Decode(l); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, layoutFault("This layout is empty.", "Give a layout file; docs/layouts.md shows one.")
		}
		return nil, yamlFault(err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, layoutFault("This file holds more than one document.", "Keep one layout in a file.")
	}
	var root yaml.Node
	if err := yaml.Unmarshal(source, &root); err != nil {
		return nil, yamlFault(err)
	}
	c := checker{layout: l, root: &root}
	c.nothings(&root)
	c.check()
	if len(c.notes) > 0 {
		e := layoutFault(plural(len(c.notes), "thing in this layout needs", "things in this layout need")+" mending.",
			"Mend them in the layout's file and give it again.")
		e.Notes = c.notes
		return nil, e
	}
	return l, nil
}

var yamlLine = regexp.MustCompile(`line (\d+): (.*)`)

// yamlFault says in our words what the YAML reader found, line by line.
func yamlFault(err error) *fault.Error {
	e := layoutFault("This layout cannot be read as YAML.", "Mend the lines named and give it again.").Because(err)
	problems := []string{err.Error()}
	var types *yaml.TypeError
	if errors.As(err, &types) {
		problems = types.Errors
	}
	for _, p := range problems {
		field, message, remedy := "file", strings.TrimPrefix(p, "yaml: "), "Check the spelling, the colons and the indents."
		if m := yamlLine.FindStringSubmatch(p); m != nil {
			field, message = "line "+m[1], m[2]
		}
		if key, ok := strings.CutPrefix(message, "field "); ok && strings.Contains(message, "not found in type") {
			key, _, _ = strings.Cut(key, " ")
			field += ", " + key
			message = fmt.Sprintf("The key %q is not one that a layout has here.", key)
			remedy = "Take it out or correct its spelling; docs/layouts.md lists the keys."
		}
		e = e.With(field, message, remedy)
	}
	return e
}

// checker collects what is wrong with a layout, with the line of each.
type checker struct {
	layout *Layout
	root   *yaml.Node
	notes  []fault.Note
}

// wrong notes a fault at a path of keys and indexes in the file.
func (c *checker) wrong(message, remedy string, path ...any) {
	node, last := c.root, ""
	if len(node.Content) > 0 {
		node = node.Content[0]
	}
	line := node.Line
walk:
	for _, step := range path {
		switch s := step.(type) {
		case string:
			last = s
			for i := 0; i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == s {
					line, node = node.Content[i].Line, node.Content[i+1]
					continue walk
				}
			}
			break walk
		case int:
			if s >= len(node.Content) {
				break walk
			}
			node = node.Content[s]
			line = node.Line
		}
	}
	field := "line " + strconv.Itoa(line)
	if last != "" {
		field += ", " + last
	}
	c.notes = append(c.notes, fault.Note{Field: field, Message: message, Remedy: remedy})
}

// nothings finds words that YAML takes for nothing: NULL without quotes would silently be an empty text.
func (c *checker) nothings(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && node.Tag == "!!null" && node.Value != "" {
		c.notes = append(c.notes, fault.Note{Field: "line " + strconv.Itoa(node.Line),
			Remedy:  fmt.Sprintf("Write %q, with the quotes.", node.Value),
			Message: fmt.Sprintf("Without quotes, %s means nothing at all in YAML.", node.Value)})
	}
	for _, n := range node.Content {
		c.nothings(n)
	}
}

func oneOf(value string, allowed ...string) bool {
	return value == "" || slices.Contains(allowed, value)
}

var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (c *checker) check() {
	l := c.layout
	if !slug.MatchString(l.Name) {
		c.wrong("A layout has a name of small letters, digits and hyphens.", `Write, for example, "name: riverbank-ae".`, "name")
	}
	if l.Version < 1 {
		c.wrong("A layout has a version, a whole number from 1.", `Write "version: 1", and one more with each change.`, "version")
	}
	if !slug.MatchString(l.Agency) {
		c.wrong("A layout names its agency, in small letters, digits and hyphens.",
			`Write, for example, "agency: riverbank".`, "agency")
	}
	if l.Kind == "" || !oneOf(string(l.Kind), string(People), string(Contacts), string(Both)) {
		c.wrong("The kind says what the file holds.", "Write people, contacts or both.", "kind")
	}
	if l.Sheet != "" {
		c.wrong("Spreadsheets cannot be read yet, so a layout cannot name a sheet.",
			"Ask for the sheet as CSV and leave this key out.", "sheet")
	}
	if !oneOf(l.Delimiter, "detect", "comma", "semicolon", "tab", "pipe") {
		c.wrong(fmt.Sprintf("%q is not a delimiter.", l.Delimiter), "Write detect, comma, semicolon, tab or pipe.", "delimiter")
	}
	if !oneOf(l.Encoding, "detect", "utf-8", "windows-1252", "utf-16", "utf-16le", "utf-16be") {
		c.wrong(fmt.Sprintf("%q is not an encoding that can be read.", l.Encoding),
			"Write detect, utf-8, windows-1252, utf-16, utf-16le or utf-16be.", "encoding")
	}
	if n, err := strconv.Atoi(l.Header); l.Header != "" && l.Header != "find" && (err != nil || n < 1 || n > headerWithin) {
		c.wrong("The header is on a line from 1 to "+strconv.Itoa(headerWithin)+".", `Write its line, or "header: find".`, "header")
	}
	for i, s := range l.Stop {
		if _, err := parseStop(s); err != nil {
			c.wrong(err.Error(), `Write "blank row", "begins Total" or "is END OF REPORT".`, "stop", i)
		}
	}
	if !oneOf(l.Keys, "together", "first") {
		c.wrong("Keys says how several key columns make one key.", "Write together or first.", "keys")
	}
	if !oneOf(l.Identical, "count", "once") {
		c.wrong("Identical says whether identical contacts without a number all count.", "Write count or once.", "identical")
	}
	if len(l.Columns) == 0 {
		c.wrong("A layout maps at least one column.", "List the columns.", "columns")
	}
	if len(l.Columns) > maxColumns {
		c.wrong(fmt.Sprintf("A layout maps at most %d columns.", maxColumns), "Map only what is needed.", "columns")
		return
	}
	headers := map[string]int{}
	carried := map[Field]int{}
	for i := range l.Columns {
		c.column(i, headers, carried)
	}
	c.whole(carried)
	c.services(carried)
}

// column checks one column and finds its fields.
func (c *checker) column(i int, headers map[string]int, carried map[Field]int) {
	col := &c.layout.Columns[i]
	at := func(key string) []any { return []any{"columns", i, key} }
	for _, h := range col.Headers() {
		f := foldHeader(h)
		if f == "" {
			c.wrong("A column has a header.", "Write the header as the agency writes it.", at("header")...)
			continue
		}
		if j, taken := headers[f]; taken && j != i {
			c.wrong(fmt.Sprintf("The header %q is mapped twice.", h),
				"Map it once; two meanings go in one field, joined by +.", at("header")...)
		}
		headers[f] = i
	}
	for _, name := range strings.Split(col.Field, "+") {
		f := Field(strings.TrimSpace(name))
		n := fieldIndex(f)
		if n < 0 {
			c.wrong(fmt.Sprintf("%q is not a field.", f),
				"docs/layouts.md lists the fields. Leave a column out to keep nothing of it.", at("field")...)
			continue
		}
		about := fields[n]
		if about.side == personSide && !c.layout.Kind.HasPeople() || about.side == contactSide && !c.layout.Kind.HasContacts() {
			c.wrong(fmt.Sprintf("A file of %s has no %s.", c.layout.Kind, about.about),
				"Leave the column out, or correct the kind.", at("field")...)
		}
		if carried[f]++; carried[f] > 1 && !about.many {
			c.wrong(fmt.Sprintf("Two columns are the %s.", about.about), "Choose the one that is right.", at("field")...)
		}
		if col.Is(f) {
			c.wrong(fmt.Sprintf("%q stands twice in this field.", f), "Write it once.", at("field")...)
		}
		if col.Separator != "" && !about.values {
			c.wrong(fmt.Sprintf("One value cannot hold several of: %s.", about.about), "Leave the separator out.",
				at("separator")...)
		}
		col.fields = append(col.fields, f)
	}
	is := func(fs ...Field) bool { return slices.ContainsFunc(fs, col.Is) }
	only := func(set bool, key, what string, fs ...Field) {
		if set && !is(fs...) {
			c.wrong(fmt.Sprintf("%s belongs to %s only.", key, what), "Leave it out here.", at(key)...)
		}
	}
	only(col.Format != "", "format", "columns of days", BirthDay, AliasBirth, From, To)
	only(col.Pivot != nil, "pivot", "columns of days", BirthDay, AliasBirth, From, To)
	only(col.Form != "", "form", "columns of whole names and of postcodes", FullName, AliasName, Postcode)
	only(col.AsOf != "", "as-of", "an age", Age)
	only(col.NoFixed != nil, "no-fixed", "postcodes, addresses and places", Postcode, Address, Place)
	only(col.Open != nil, "open", "the last day of a stay", To)
	only(col.January, "january", "dates of birth", BirthDay, AliasBirth)
	only(col.Length != 0, "length", "numbers", Key, ContactID, NHSNumber, UPRN, NationalID, Incident)
	if col.Length < 0 || col.Length > 100 {
		c.wrong("The length of a number is 1 to 100 digits.", "Write, for example, \"length: 7\".", at("length")...)
	}
	only(col.Period != "", "period", "the first day of a contact", From)
	if is(BirthDay, AliasBirth, From, To) {
		if col.Format == "" {
			c.wrong("A column of days says in which form they are written.", `Write, for example, "format: dd/mm/yyyy".`,
				at("format")...)
		} else if _, err := parseFormats(col.Format, col.Pivot); err != nil {
			c.wrong(upperFirst(err.Error())+".", "Use dd, d, mm, m, mon, yyyy, yy (with a pivot), hh:mm, or excel serial.",
				at("format")...)
		}
		if col.Pivot != nil && (*col.Pivot < 0 || *col.Pivot > 99) {
			c.wrong("A pivot is a two-digit year from 0 to 99.", `Write, for example, "pivot: 26".`, at("pivot")...)
		}
	}
	if is(FullName, AliasName) && (col.Form == "" || !oneOf(col.Form, "surname, forename", "forename surname", "whole")) {
		c.wrong("A column of whole names says how they are written.",
			`Write "form: surname, forename", "form: forename surname" or "form: whole".`, at("form")...)
	}
	if is(Postcode) && !is(FullName, AliasName) && !oneOf(col.Form, asWritten) {
		c.wrong("A postcode is read as one of the United Kingdom, or taken as written.",
			`Leave form out, or write "form: as written" for postcodes of another country.`, at("form")...)
	}
	if is(Age) && (col.AsOf == "" || !oneOf(col.AsOf, "extract",
		"contact") || col.AsOf == "contact" && !c.layout.Kind.HasContacts()) {
		c.wrong("An age is an age on a day.",
			"Write as-of: extract for the extract's as-of day, or contact for the contact's first day.", at("as-of")...)
	}
	if !oneOf(col.Period, "week", "month", "quarter", "year") {
		c.wrong("A period is one of those that begin on the day in the column.", "Write week, month, quarter or year.",
			at("period")...)
	}
	c.markCodes(i)
	if is(SexField) {
		for sent, meaning := range col.Codes {
			if !oneOf(meaning, "female", "male", "other", "unknown") {
				c.wrong(fmt.Sprintf("The code %q means %q, which is not a sex as records have it.", sent, meaning),
					"Write female, male, other or unknown.", "columns", i, "codes", sent)
			}
		}
	}
}

// markCodes checks that the codes of a column mean what a mark may be.
func (c *checker) markCodes(i int) {
	for _, m := range []struct {
		field Field
		means []string
	}{{Shielded, []string{saysYes, saysNo}}, {InIt, []string{saysVictim, saysSuspect, saysOther}}} {
		if !c.layout.Columns[i].Is(m.field) {
			continue
		}
		for sent, meaning := range c.layout.Columns[i].Codes {
			if !slices.Contains(m.means, meaning) {
				c.wrong(fmt.Sprintf("The code %q means %q, which does not say %s.", sent, meaning, m.field.Words()),
					"Write "+orWords(m.means)+".", "columns", i, "codes", sent)
			}
		}
	}
}

func orWords(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// whole checks that the columns together say enough to make rows.
func (c *checker) whole(carried map[Field]int) {
	l := c.layout
	if l.Kind.HasContacts() {
		if carried[From] == 0 {
			c.wrong("A contact has a day.", `Map a column with "field: from".`, "columns")
		}
		if carried[Key] == 0 && l.Kind == Contacts {
			c.wrong("Contacts are tied to people by the record number.", `Map a column with "field: key".`, "columns")
		}
		if carried[Service] == 0 && l.Service == "" {
			c.wrong("A contact has a service code.",
				`Map a column with "field: service", or write the code of all rows in "service".`, "columns")
		}
		if carried[Less] > 0 && carried[Amount] == 0 {
			c.wrong("There is nothing for the amount to be taken off.", `Map a column with "field: amount".`, "columns")
		}
		if (carried[Incident] == 0) != (carried[InIt] == 0) {
			c.wrong("An incident says something with somebody's part in it, and a part with its incident.",
				`Map both, with "field: incident" and "field: part", or neither.`, "columns")
		}
		if i := l.Find(From); i >= 0 && l.Columns[i].Period != "" && carried[To] > 0 {
			c.wrong("The contact's last day is said twice: by the period and by a column.", "Leave one out.", "columns", i,
				"period")
		}
	} else if l.Service != "" || len(l.Services) > 0 || l.Identical != "" {
		c.wrong("A file of people has no services.", "Leave service, services and identical out, or correct the kind.", "services")
	}
	if l.Kind.HasPeople() {
		if i := l.Find(Age); i >= 0 && l.Columns[i].AsOf == "contact" && carried[From] == 0 {
			c.wrong("The age is of the contact's day, and there is none.", `Write "as-of: extract".`, "columns", i, "as-of")
		}
	}
	optionalKey := false
	for i := range l.Columns {
		if l.Columns[i].Is(Key) && l.Columns[i].Optional {
			optionalKey = true
		}
		if l.Columns[i].Optional && l.Columns[i].Is(From) {
			c.wrong("The contact's day cannot be in an optional column.", "Leave optional out.", "columns", i, "optional")
		}
	}
	if optionalKey && l.Keys != "first" {
		c.wrong("A record number joined from several columns needs them all.",
			`Leave optional out, or write "keys: first".`, "keys")
	}
}

func (c *checker) services(carried map[Field]int) {
	seen := map[string]bool{}
	for i, s := range c.layout.Services {
		at := func(key string) []any { return []any{"services", i, key} }
		if s.Code == "" || seen[s.Code] {
			c.wrong("Each service has its own code, as the agency sends it.", "Write the code once.", at("code")...)
		}
		seen[s.Code] = true
		if !slug.MatchString(s.Service) {
			c.wrong(fmt.Sprintf("%q is not a service's short name.", s.Service),
				"Use the area's, in small letters, digits and hyphens.", at("service")...)
		}
		if s.Unit == "" {
			c.wrong("A service is counted in a unit.", "Write, for example, night, hour or attendance.", at("unit")...)
		}
		if !oneOf(s.Quantity, "one", "nights", "days", "column") {
			c.wrong("The quantity of a contact is one of four.", "Write one, nights, days or column.", at("quantity")...)
		}
		if s.Quantity == "column" && carried[Quantity] == 0 {
			c.wrong("No column carries the quantity.", `Map a column with "field: quantity".`, at("quantity")...)
		}
		if s.IsStay() && carried[To] == 0 {
			c.wrong("A stay has a last day, and no column is it.", `Map a column with "field: to".`, at("quantity")...)
		}
		if (s.Multiply != 0 || s.Divide != 0) && s.Quantity != "column" {
			c.wrong("Only a quantity that a column sends is converted.",
				`Write "quantity: column", or leave multiply and divide out.`, at("quantity")...)
		}
		if s.Multiply < 0 || s.Divide < 0 || s.Multiply > 1_000_000 || s.Divide > 1_000_000 {
			c.wrong("A conversion multiplies and divides by whole numbers from 1 to 1,000,000.",
				`Write, for example, "divide: 60" for minutes to hours.`, at("divide")...)
		}
	}
}

// stopRule is one way in which the rows of a file end before the file does.
type stopRule struct {
	blank  bool
	begins string // of the first value, in small letters
	is     string
}

func parseStop(s string) (stopRule, error) {
	if strings.EqualFold(s, "blank row") {
		return stopRule{blank: true}, nil
	}
	if t, ok := strings.CutPrefix(s, "begins "); ok && strings.TrimSpace(t) != "" {
		return stopRule{begins: foldHeader(t)}, nil
	}
	if t, ok := strings.CutPrefix(s, "is "); ok && strings.TrimSpace(t) != "" {
		return stopRule{is: foldHeader(t)}, nil
	}
	return stopRule{}, fmt.Errorf("%q does not say where rows stop.", s)
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return commas(n) + " " + many
}

func commas(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
