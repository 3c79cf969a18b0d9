package person

import "strings"

var titles = set("mr mrs ms miss mx dr doctor prof professor rev revd reverend sir dame lady lord master mstr fr father sr sister " +
	"cllr pc sgt capt captain major col messrs madam imam rabbi hon")

// Words that stand where a name is not known, folded. A name that is a word and also a name people have ("Null", "True",
// "Baby" as a surname) is left alone.
var (
	placeholders = list("unknown", "not known", "name not known", "name unknown", "unk", "unkown", "nk", "n k", "not given", "not stated",
		"not recorded", "not provided", "no name", "no name given", "refused", "declined", "withheld", "anonymous", "anon", "not applicable",
		"n a", "none", "none given", "nil", "tbc", "to be confirmed", "test", "testing", "test patient", "testpatient", "zztest", "zz test",
		"xxtest", "xx test", "test test", "dummy", "unknown male", "unknown female", "unknown man", "unknown woman", "unknown person",
		"male unknown", "female unknown", "unidentified", "unidentified male", "unidentified female", "known as",
		"unknown patient", "patient unknown", "unknown adult", "unknown child", "unknown baby", "person unknown", "unidentified man",
		"unidentified woman", "unidentified person", "unidentified patient", "not known male", "not known female")
	// Two words of which each may be somebody's name, and that are nobody's together.
	placeholderPairs = list("not known", "not given", "not stated", "not recorded", "not provided", "not applicable", "no name", "none given",
		"test patient", "john doe", "jane doe", "baby doe", "male doe", "female doe", "unknown doe", "boy doe", "girl doe",
		"joe bloggs", "jane bloggs", "fred bloggs", "baby unknown")
	placeholderSurnames  = secondWords(placeholderPairs)
	placeholderForenames = list("baby", "baby boy", "baby girl", "baby of", "boy", "girl", "infant", "newborn", "new born", "male infant",
		"female infant", "infant male", "infant female", "twin", "twin one", "twin two", "twin 1", "twin 2", "twin i", "twin ii", "triplet",
		"male", "female", "boy twin", "girl twin", "baby twin", "stillborn")
)

// IsPlaceholder says whether a whole name, or the part of one, stands for "not known" or for someone who was not named
// yet: Unknown, N/K, Test, Unknown Male 3, and as a forename Baby Boy or Twin 1.
func IsPlaceholder(s string, forename bool) bool {
	f := Fold(s)
	if f == "" || isRun(f) || placeholders[withoutNumber(f)] || strings.HasPrefix(f, "zz") && placeholders[strings.TrimLeft(f, "z ")] {
		return true
	}
	if !forename {
		return false
	}
	return placeholderForenames[f] || placeholderForenames[strings.TrimRight(f, " 0123456789ab")] ||
		strings.HasPrefix(f, "twin ") || strings.HasPrefix(f, "baby boy") || strings.HasPrefix(f, "baby girl")
}

// withoutNumber takes off the number by which unnamed people are told apart: "unknown male" of "unknown male 3".
func withoutNumber(folded string) string {
	if name := strings.TrimRight(folded, " 0123456789"); name != "" {
		return name
	}
	return folded
}

// isPlaceholderPair says whether two parts of a name stand for "not known" together: Jane Doe, Not Known.
func isPlaceholderPair(forename, surname string) bool {
	if head, ok := headOf(strings.TrimLeft(surname, " ")); !ok || !pairHeads[head] {
		return false // as of nearly all, which need not be folded
	}
	surname = withoutNumber(Fold(surname))
	return placeholderSurnames[surname] && placeholderPairs[Fold(forename)+" "+surname]
}

// secondWords are the last words of names of two.
func secondWords(names map[string]bool) map[string]bool {
	words := map[string]bool{}
	for name := range names {
		_, second, _ := strings.Cut(name, " ")
		words[second] = true
	}
	return words
}

// isRun says whether a folded value is one sign over and over, three times or more: xxx.
func isRun(f string) bool {
	return len(f) >= 3 && strings.Trim(f, f[:1]) == ""
}

// StripTitle takes a leading title off a name (Mr, Dr, Rev.) and gives both; a name that is nothing but a title's word
// ("Major", "Dean") stays a name.
func StripTitle(s string) (title, rest string) {
	s = squeeze(s)
	for {
		word, after, ok := strings.Cut(s, " ")
		if !ok || !titles[strings.TrimRight(Fold(word), " ")] {
			return title, s
		}
		title = strings.TrimSpace(title + " " + strings.TrimRight(word, "."))
		s = strings.TrimSpace(after)
	}
}

// ReadName reads a name that came in parts. Titles inside a part are moved out, further forenames become the middle name,
// placeholders are set aside under the field they came in ("forename", "surname"). What is left may be the zero Name.
func ReadName(title, forename, middle, surname string) (Name, []SetAside) {
	if title == "" && middle == "" && isNameWord(forename, true) && isNameWord(surname, false) && !isPlaceholderPair(forename, surname) {
		return Name{Forename: forename, Surname: surname}, nil // as nearly all are
	}
	return readParts(title, forename, middle, surname)
}

// readParts is ReadName for every name.
func readParts(title, forename, middle, surname string) (Name, []SetAside) {
	var aside []SetAside
	n := Name{Title: strings.TrimRight(squeeze(title), "."), Middle: squeeze(middle)}
	check := func(field, value string) string {
		value = squeeze(value)
		if value == "" {
			return ""
		}
		if IsPlaceholder(value, field == "forename") {
			aside = append(aside, placeholderName.SetAside(field, value))
			return ""
		}
		return value
	}
	if _, bare := StripTitle(forename); n.Middle == "" && isPlaceholderPair(bare, surname) {
		return n, append(aside, placeholderName.SetAside("forename", squeeze(forename)), placeholderName.SetAside("surname", squeeze(surname)))
	}
	t, forename := StripTitle(check("forename", forename))
	if n.Title == "" {
		n.Title = t
	}
	_, n.Surname = StripTitle(check("surname", surname))
	n.Forename, forename = splitForenames(check("forename", forename))
	n.Middle = squeeze(forename + " " + n.Middle)
	if IsPlaceholder(n.Middle, true) {
		n.Middle = ""
	}
	return n, aside
}

// isNameWord says whether a part of a name is one plain word that stands for nothing else, or nothing: then it is read as it is.
func isNameWord(s string, forename bool) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7F || c == '.' || c == ',' {
			return false
		}
	}
	if head, ok := headOf(s); ok && !placeholderHeads[head] {
		return true
	}
	return s == "" || !IsPlaceholder(s, forename)
}

// placeholderHeads are the first three letters of everything that IsPlaceholder finds and that begins with three letters. Few names begin so,
// and the others need not be folded and looked up.
var placeholderHeads = func() (heads [1 << 15]bool) {
	heads = headsOf(placeholders, placeholderForenames)
	for c := 'a'; c <= 'z'; c++ {
		for _, w := range []string{string([]rune{c, c, c}), string([]rune{'z', 'z', c})} {
			head, _ := headOf(w)
			heads[head] = true
		}
	}
	return heads
}()

// pairHeads are those of the surnames in placeholderPairs, each of which has three letters or more.
var pairHeads = headsOf(placeholderSurnames)

func headsOf(lists ...map[string]bool) (heads [1 << 15]bool) {
	for _, words := range lists {
		for w := range words {
			if head, ok := headOf(w); ok {
				heads[head] = true
			}
		}
	}
	return heads
}

// headOf numbers the first three letters of a value, whatever their case; false where it does not begin with three letters of ASCII.
func headOf(s string) (head uint16, ok bool) {
	if len(s) < 3 {
		return 0, false
	}
	for i := range 3 {
		c := s[i] | 0x20 - 'a'
		if c > 'z'-'a' {
			return 0, false
		}
		head = head<<5 | uint16(c)
	}
	return head, true
}

// splitForenames parts the first forename from the others. "D.A." is the initials D and A.
func splitForenames(s string) (first, others string) {
	if i := strings.IndexByte(s, '.'); i == 1 && len(s) > 2 {
		s = squeeze(strings.ReplaceAll(s, ".", " "))
	}
	first, others, _ = strings.Cut(s, " ")
	return strings.TrimRight(first, ".,"), others
}

// ReadFullName reads a name that came in one field. "SURNAME, Forename Middle" is told apart by its comma; anything else is
// kept whole, because which word is the surname would be a guess.
func ReadFullName(s string) (Name, []SetAside) {
	s = squeeze(s)
	if s == "" {
		return Name{}, nil
	}
	if surname, forenames, ok := strings.Cut(s, ","); ok && strings.TrimSpace(surname) != "" && !strings.Contains(forenames, ",") {
		title, forenames := StripTitle(forenames)
		if t := strings.TrimRight(forenames, "."); titles[Fold(t)] {
			title, forenames = t, ""
		}
		return ReadName(title, forenames, "", surname)
	}
	if IsPlaceholder(s, true) {
		return Name{}, []SetAside{placeholderName.SetAside("name", s)}
	}
	title, rest := StripTitle(s)
	if forename, surname, _ := strings.Cut(rest, " "); IsPlaceholder(rest, true) || isPlaceholderPair(forename, surname) {
		return Name{}, []SetAside{placeholderName.SetAside("name", s)}
	}
	return Name{Title: title, Full: rest}, nil
}

var placeholderName = Why{"placeholder-name", "The word stands for a name that is not known."}

// IsZero says whether the name says nothing about who someone is; a title alone does not.
func (n Name) IsZero() bool {
	return n.Forename == "" && n.Middle == "" && n.Surname == "" && n.Full == ""
}

// String writes the name as people read it, without its title.
func (n Name) String() string {
	if n.Full != "" {
		return n.Full
	}
	return squeeze(n.Forename + " " + n.Middle + " " + n.Surname)
}

// squeeze trims a value and writes runs of white space as one space.
func squeeze(s string) string {
	before := byte(' ')
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7F || c == ' ' && before == ' ' {
			return strings.Join(strings.Fields(s), " ")
		} else {
			before = c
		}
	}
	return strings.TrimSuffix(s, " ")
}

func set(words string) map[string]bool { return list(strings.Fields(words)...) }

func list(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
