package linkage

// Field is one thing that two records are compared by.
type Field uint8

const (
	Forename Field = iota
	Surname
	Birth
	SexField
	Postcode
	Address
	Place
	Phone
	Email
	NHSNumber
	NINO
	OtherNumber
	fieldCount
)

// String is the field in words.
func (f Field) String() string { return fields[f].words }

// Level is how far two values of a field agree. Level 0 of every field is "nothing to compare" and bears no weight.
type Level = uint8

const none Level = 0

// Levels by name, where code asks for one.
const (
	forenameSame Level = iota + 1
	forenameShort
	forenameVeryClose
	forenameClose
	forenameSecond
	forenameSwapped
	forenameDifferent
	forenameInitial
	forenameOtherInitial
)

const (
	surnameSame Level = iota + 1
	surnamePart
	surnameVeryClose
	surnameClose
	surnameDifferent
	surnameInitial
	surnameOtherInitial
)

const (
	birthSame Level = iota + 1
	birthSwapped
	birthSlip
	birthPart
	birthDifferent
	birthYear
	birthNextYear
	birthOtherYear
)

const (
	sexSame Level = iota + 1
	sexDifferent
)

const (
	postcodeSame Level = iota + 1
	postcodeSector
	postcodeOutcode
	postcodeDifferent
	outcodeSame
	outcodeDifferent
	bothNoFixed
	oneNoFixed
)

const (
	addressSame Level = iota + 1
	addressClose
	addressSome
	addressDifferent
)

// The fields below share three levels: the same, close (a slip of the hand), different.
const (
	valueSame Level = iota + 1
	valueClose
	valueDifferent
)

// level is one row of the table below. Levels are weighed within their kind: what share of the pairs that can be compared in this
// way agree so far, among records of one person (m) and among records of two (u). Records with initials only, a year of
// birth only or half a postcode are thus neither favoured nor punished for what their agency does not send.
type level struct {
	words string
	kind  uint8
	m, u  float64 // before any data is seen
}

// kinds is more than any field has (a test says so).
const kinds = 4

type field struct {
	key, words string
	levels     []level
	// strength is how many pairs of one person the m above count for when the data has its own to say.
	strength float64
}

// The m of names, dates of birth, sex and postcodes start from the error rates that Cardinal and others found among linked NHS
// records (BMC Medical Informatics and Decision Making, 2023: forename .006-.009 a kind of error, surname .013-.057, date
// of birth .005, sex .003, postcode .30), raised because a partnership's records are poorer than a hospital's; the others
// are assumptions. The u are rough and give way to what the data shows. docs/linkage.md has the table with its reasons.
var fields = [fieldCount]field{
	Forename: {"forename", "Forename", []level{
		{words: "nothing to compare"},
		{"the same", 1, .914, .004}, {"a short form of the other", 1, .020, .003}, {"very close", 1, .025, .002}, {"close", 1, .015, .015},
		{"one is the other’s second forename", 1, .010, .003}, {"forename and surname changed over", 1, .006, .00002}, {"different", 1, .010, .973},
		{"the same initial", 2, .960, .080}, {"another initial", 2, .040, .920},
	}, 100},
	Surname: {"surname", "Surname", []level{
		{words: "nothing to compare"},
		{"the same", 1, .900, .001}, {"share one of two surnames", 1, .012, .0005}, {"very close", 1, .028, .0015}, {"close", 1, .015, .012},
		{"different", 1, .045, .985}, {"the same initial", 2, .930, .080}, {"another initial", 2, .070, .920},
	}, 100},
	Birth: {"birth", "Date of birth", []level{
		{words: "nothing to compare"},
		{"the same", 1, .945, .00004}, {"day and month changed over", 1, .006, .00003}, {"one digit out", 1, .025, .0012},
		{"one part differs", 1, .014, .025}, {"different", 1, .010, .9737},
		{"the year agrees", 2, .850, .014}, {"one year apart", 2, .100, .028}, {"another year", 2, .050, .958},
	}, 100},
	SexField: {"sex", "Sex", []level{{words: "nothing to compare"}, {"the same", 1, .99, .5}, {"different", 1, .01, .5}}, 100},
	Postcode: {"postcode", "Postcode", []level{
		{words: "nothing to compare"},
		{"the same", 1, .600, .0001}, {"the same sector", 1, .030, .002}, {"the same outcode", 1, .050, .020}, {"different", 1, .320, .9779},
		{"the same outcode", 2, .650, .020}, {"another outcode", 2, .350, .980},
		{"both of no fixed abode", 3, .400, .150}, {"one of no fixed abode", 3, .600, .850},
	}, 60},
	Address: {"address", "Address", []level{
		{words: "nothing to compare"},
		{"the same", 1, .500, .0003}, {"close", 1, .150, .001}, {"share some words", 1, .080, .080}, {"different", 1, .270, .9187},
	}, 40},
	Place: {"place", "Town", []level{
		{words: "nothing to compare"},
		{"the same", 1, .75, .05}, {"close", 1, .08, .01}, {"different", 1, .17, .94},
	}, 40},
	Phone: {"phone", "Phone", []level{
		{words: "nothing to compare"},
		{"the same", 1, .55, 1e-6}, {"two digits out at most", 1, .05, 3e-6}, {"different", 1, .40, 1 - 4e-6},
	}, 40},
	Email: {"email", "E-mail", []level{
		{words: "nothing to compare"},
		{"the same", 1, .65, 1e-6}, {"close", 1, .15, 3e-4}, {"different", 1, .20, .9997},
	}, 40},
	NHSNumber: {"nhs-number", "NHS number", []level{
		{words: "nothing to compare"},
		{"the same", 1, .996, 2e-8}, {"two digits out at most", 1, .003, 1e-7}, {"different", 1, .001, 1 - 1.2e-7},
	}, 500},
	NINO: {"nino", "National Insurance number", []level{
		{words: "nothing to compare"},
		{"the same", 1, .970, 5e-8}, {"one sign out", 1, .015, 2e-7}, {"different", 1, .015, 1 - 2.5e-7},
	}, 200},
	OtherNumber: {"other-number", "Other number", []level{
		{words: "nothing to compare"},
		{"the same", 1, .940, 1e-7}, {"one sign out", 1, .030, 1e-6}, {"different", 1, .030, 1 - 1.1e-6},
	}, 100},
}

// levels are the agreement of one pair in every field.
type levels [fieldCount]Level

// stride[f] is what one level of field f is worth in a pattern.
var stride = func() (s [fieldCount + 1]uint32) {
	s[0] = 1
	for f := range fieldCount {
		s[f+1] = s[f] * uint32(len(fields[f].levels))
	}
	return s
}()

// pattern is the levels of a pair as one whole number, mixed radix. The number of patterns fits 32 bits (a test says so).
type pattern uint32

func (l *levels) pattern() pattern {
	p := uint32(0)
	for f := range fieldCount {
		p += uint32(l[f]) * stride[f]
	}
	return pattern(p)
}

func (p pattern) levels() (l levels) {
	for f := range fieldCount {
		n := uint32(len(fields[f].levels))
		l[f] = Level(uint32(p) / stride[f] % n)
	}
	return l
}
