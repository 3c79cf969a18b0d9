package intake

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"time"

	"throughline/internal/day"
	"throughline/internal/money"
	"throughline/internal/person"
)

// firstContact is the earliest day that can be meant: nobody in a file was born before it, and systems write such days for not known.
var firstContact = day.Must(1901, time.January, 2)

// readContact reads the contact's side of the row in hand, or says why the row cannot stand.
func (r *Reader) readContact() (Rejection, bool) {
	c := &r.row.Contact
	from, no := r.readDay(r.plan.from)
	if from == 0 {
		return no, true
	}
	c.From, c.Later = from, from > r.asOf
	code, ok := r.serviceCode()
	if !ok {
		return r.noService(), true
	}
	if c.Service = r.serviceIndex(code); r.err != nil {
		return Rejection{}, true
	}
	service := r.known[c.Service]
	if no, bad := r.readEnd(c, service); bad {
		return no, true
	}
	r.readContactID(c)
	if no, bad := r.readQuantity(c, service); bad {
		return no, true
	}
	if no, bad := r.readOwn(c); bad {
		return no, true
	}
	c.Borough = r.coded(r.plan.borough)
	c.Worker, c.Reach = r.plain(r.plan.worker), r.plain(r.plan.reach)
	r.readPart(c)
	r.contentOf(r.plan.contact)
	c.Hash = hashOf(r.content)
	return Rejection{}, false
}

// readContactID reads the contact's number. A damaged one is no number: after a spreadsheet wrote 1.2E+11 many contacts have it.
func (r *Reader) readContactID(c *Contact) {
	r.number = r.number[:0]
	for _, column := range r.plan.contactID {
		v := r.value(column)
		if len(v) == 0 {
			return
		}
		if why := damagedNumber(v, r.layout.Columns[column].Length); why.Code != "" {
			r.aside(column, person.Why{Code: badReference, Reason: why.Reason + " The contact counts as one without a number."})
			return
		}
		if len(r.number) > 0 {
			r.number = append(r.number, 0x1F)
		}
		r.number = append(r.number, v...)
	}
	c.ID = r.number
}

// readDay reads a day of a column that must have one; the zero Day comes with the rejection.
func (r *Reader) readDay(c int) (day.Day, Rejection) {
	v := r.value(c)
	if len(v) == 0 {
		return 0, r.about(c, noDay, "No day, so we cannot tell when the service was used",
			"Send the day as "+r.plan.columns[c].formats[0].name)
	}
	d, formed := readForms(v, r.plan.columns[c].formats)
	if d == 0 {
		message, remedy := dayTrouble(v, formed, r.plan.columns[c].formats)
		return 0, r.about(c, unreadable, message, remedy)
	}
	switch y, _, _ := d.Date(); {
	case y == 9999 || person.IsPlaceholderDay(d):
		return 0, r.about(c, unreadable, "The day stands for “not known”", "Send the day of the contact")
	case d < firstContact:
		return 0, r.about(c, unreadable, "The day is before anybody of today could be born", "Send the day of the contact")
	}
	return d, Rejection{}
}

// readForms reads a day in the first of the forms that it has.
func readForms(v []byte, forms []format) (d day.Day, formed bool) {
	for i := range forms {
		d, f, ok := forms[i].read(v)
		if ok {
			return d, true
		}
		formed = formed || f
	}
	return 0, formed
}

// serviceCode gives the row's service code; false when there is none.
func (r *Reader) serviceCode() ([]byte, bool) {
	if r.plan.service < 0 {
		return []byte(r.layout.Service), true
	}
	v := r.value(r.plan.service)
	if len(v) == 0 && r.layout.Service != "" {
		return []byte(r.layout.Service), true
	}
	return v, len(v) > 0 && !errorWord(v) && len(v) <= maxHeader
}

func (r *Reader) noService() Rejection {
	remedy := "Send the service code"
	if n := len(r.layout.Services); n > 1 {
		remedy = fmt.Sprintf("Send one of the %d codes in your layout", n)
	}
	message := "No service code, so we cannot tell what was used"
	if errorWord(r.value(r.plan.service)) {
		message = "A spreadsheet’s error stands in place of the service code"
	}
	return r.about(r.plan.service, noService, message, remedy)
}

// serviceIndex finds the code among those met, or adds it. A code that the layout does not know is kept as it is: the
// price map shows it as having no price.
func (r *Reader) serviceIndex(code []byte) int {
	if i, ok := r.byCode[string(code)]; ok {
		return i
	}
	if len(r.services) == maxServices {
		r.err = fileFault("services", r.scan.at, "", fmt.Sprintf("There are more than %s different service codes.",
			commas(maxServices)),
			"Check that the layout maps the right column as the service.")
		return 0
	}
	use := ServiceUse{Code: string(code), Unit: "contact"}
	s := r.plan.codes[use.Code]
	if s != nil {
		use.Known, use.Service, use.Unit = true, s.Service, s.Unit
	}
	r.services, r.known = append(r.services, use), append(r.known, s)
	r.byCode[use.Code] = len(r.services) - 1
	return len(r.services) - 1
}

// readEnd finds the contact's last day.
func (r *Reader) readEnd(c *Contact, service *ServiceCode) (Rejection, bool) {
	c.To = c.From
	if period := r.layout.Columns[r.plan.from].Period; period != "" {
		c.To = endOfPeriod(c.From, period)
		return Rejection{}, false
	}
	if r.plan.to < 0 {
		return Rejection{}, false
	}
	stay := service != nil && service.IsStay()
	sent := bytes.TrimSpace(r.values[r.plan.to])
	v := r.value(r.plan.to)
	switch {
	case len(sent) > 0 && isWord(sent, r.plan.columns[r.plan.to].open), len(v) == 0 && stay && isWord(nil,
		r.plan.columns[r.plan.to].open):
		c.To, c.Open = 0, true
		return Rejection{}, false
	case len(v) == 0 && stay:
		return r.about(r.plan.to, noDay, "No last day, and the layout does not say that the stay then goes on",
			"Send the last day as "+r.plan.columns[r.plan.to].formats[0].name), true
	case len(v) == 0:
		return Rejection{}, false
	}
	to, no := r.readDay(r.plan.to)
	if to == 0 {
		return no, true
	}
	if to < c.From {
		return r.about(r.plan.to, endBefore, "The last day is before the first, "+c.From.Short(),
			"Send both days as they were"), true
	}
	c.To = to
	return Rejection{}, false
}

// endOfPeriod is the last day of the period that begins on from.
func endOfPeriod(from day.Day, period string) day.Day {
	switch period {
	case "week":
		return from + day.DaysInWeek - 1
	case "month":
		return from.AddMonths(1) - 1
	case "quarter":
		return from.AddMonths(3) - 1
	}
	return from.AddMonths(12) - 1
}

// readQuantity finds how much was used, in thousandths of the unit. More than any period holds rejects the row: it would price it.
func (r *Reader) readQuantity(c *Contact, service *ServiceCode) (Rejection, bool) {
	how := "one"
	if service != nil && service.Quantity != "" {
		how = service.Quantity
	}
	switch how {
	case "one":
		c.Quantity, c.HasQuantity = 1000, true
	case "nights", "days":
		if !c.Open {
			c.Quantity, c.HasQuantity = 1000*int64(c.To-c.From), true
			if how == "days" {
				c.Quantity += 1000
			}
		}
	case "column":
		v := r.value(r.plan.quantity)
		if len(v) == 0 {
			r.aside(r.plan.quantity, person.Why{Code: noQuantity,
				Reason: "Nothing says how much was used, and the layout counts this service by the column."})
			break
		}
		if why := damaged(v); why.Code != "" {
			r.aside(r.plan.quantity, why)
			break
		}
		q, ok, beyond := readThousandths(v, max(service.Multiply, 1), max(service.Divide, 1))
		if beyond {
			return r.about(r.plan.quantity, largeQuantity, "A quantity of more than "+commas(maxQuantity)+" units is more than one contact can be",
				"Look for a missing decimal point, or for a number of another column"), true
		}
		if !ok {
			r.aside(r.plan.quantity, person.Why{Code: badQuantity,
				Reason: "It is not a quantity: digits, with at most nine after a point, and no minus."})
			break
		}
		c.Quantity, c.HasQuantity = q, true
	}
	return Rejection{}, false
}

// maxSent is the largest whole quantity that can be held before conversion: with nine digits after its point it fits a uint64.
const maxSent = 1_000_000_000

// readThousandths reads a decimal, multiplies and divides it, and gives thousandths, rounded once, half to even. Not ok is no decimal;
// beyond is one above maxQuantity.
func readThousandths(v []byte, multiply, divide int64) (q int64, ok, beyond bool) {
	var whole, fraction uint64
	places, dot, digits := 0, false, 0
	for i, b := range v {
		switch {
		case b >= '0' && b <= '9' && dot:
			if places++; places > 9 {
				return 0, false, false
			}
			fraction = fraction*10 + uint64(b-'0')
		case b >= '0' && b <= '9':
			if whole = whole*10 + uint64(b-'0'); whole > maxSent {
				whole, beyond = maxSent, true
			}
			digits++
		case b == '.' && !dot && i > 0 && i+1 < len(v):
			dot = true
		case b == ',' && !dot && i > 0 && i <= 3 || b == ',' && !dot && i > 3 && v[i-4] == ',':
			if !groupOfThree(v[i+1:]) {
				return 0, false, false
			}
		default:
			return 0, false, false
		}
	}
	if digits == 0 || beyond {
		return 0, false, digits > 0
	}
	for ; places < 9; places++ {
		fraction *= 10
	}
	hi, lo := bits.Mul64(whole*1_000_000_000+fraction, uint64(multiply))
	by := uint64(divide) * 1_000_000 // a thousandth is a million of the thousand-millionths held
	if hi >= by {
		return 0, false, true
	}
	n, rest := bits.Div64(hi, lo, by)
	if rest > by/2 || rest == by/2 && by%2 == 0 && n%2 == 1 {
		n++
	}
	if n > maxQuantity*1000 {
		return 0, false, true
	}
	return int64(n), true, false
}

// groupOfThree says whether what follows a comma is three digits and then no digit.
func groupOfThree(v []byte) bool {
	return len(v) >= 3 && digitsOf(v[:3]) == 3 && (len(v) == 3 || v[3] == ',' || v[3] == '.')
}

// readOwn finds the contact's own amount, less what the layout takes off. It is set aside whole when a part of it cannot be
// known: an amount that may hold rent is not an amount without rent. A part beyond MaxAmount rejects the row.
func (r *Reader) readOwn(c *Contact) (Rejection, bool) {
	if r.plan.amount < 0 {
		return Rejection{}, false
	}
	own, sent, no := r.readAmount(r.plan.amount)
	if no.Code != "" || sent != amountRead {
		return no, no.Code != ""
	}
	net := own
	for _, l := range r.plan.less {
		off, taken, no := r.readAmount(l)
		if no.Code != "" {
			return no, true
		}
		if taken != amountRead {
			r.aside(r.plan.amount, person.Why{Code: rentUnknown, Reason: "How much of it is " + r.headerOf(l) + " " + string(taken) +
				", and the layout takes that off."})
			return Rejection{}, false
		}
		net -= off // each is within MaxAmount, and a layout has a thousand columns at most
	}
	if net < 0 && own >= 0 {
		r.aside(r.plan.amount, person.Why{Code: rentAbove, Reason: "More is taken off than the amount itself."})
		return Rejection{}, false
	}
	c.Own, c.HasOwn = net, true
	return Rejection{}, false
}

// amountSent is what became of an amount as sent, as the sentence about what it is taken off goes on.
type amountSent string

const (
	amountRead    amountSent = ""
	amountNone    amountSent = "is not said"
	amountUnknown amountSent = "cannot be read"
)

// readAmount reads an amount of money, or sets it aside. One beyond MaxAmount comes with its rejection.
func (r *Reader) readAmount(c int) (money.Pence, amountSent, Rejection) {
	v := r.value(c)
	if len(v) == 0 {
		return 0, amountNone, Rejection{}
	}
	if why := damaged(v); why.Code != "" {
		r.aside(c, why)
		return 0, amountUnknown, Rejection{}
	}
	p, err := money.Parse(string(v))
	switch {
	case errors.Is(err, money.ErrRange), p > MaxAmount, p < -MaxAmount:
		return 0, amountUnknown, r.about(c, largeAmount, "An amount of more than "+MaxAmount.Pounds()+" is more than one contact can cost",
			"Look for a missing decimal point, or for a number of another column")
	case shortened(v):
		r.aside(c, person.Why{Code: sheetShort, Reason: "A spreadsheet wrote the amount in short."})
	case err != nil:
		r.aside(c, person.Why{Code: badAmount, Reason: "It is not an amount in pounds and pence."})
	default:
		return p, amountRead, Rejection{}
	}
	return 0, amountUnknown, Rejection{}
}

// aside sets a value of the contact aside.
func (r *Reader) aside(c int, why person.Why) {
	r.row.SetAside = append(r.row.SetAside, why.SetAside(r.headerOf(c), string(r.values[c])))
}

// coded gives a value's meaning by the column's codes; the value itself where the column has none.
func (r *Reader) coded(c int) string {
	if c < 0 {
		return ""
	}
	v := r.value(c)
	codes := r.layout.Columns[c].Codes
	if len(v) == 0 || codes == nil {
		return r.plain(c)
	}
	meaning, ok := codes[string(v)]
	if !ok {
		r.aside(c, person.Why{Code: unknownCode, Reason: "The layout does not say what this code means."})
	}
	return meaning
}

// plain gives the value of a column as text, if there is a column; a damaged value is set aside.
func (r *Reader) plain(c int) string {
	if c < 0 {
		return ""
	}
	v := r.value(c)
	if len(v) == 0 {
		return ""
	}
	if why := damaged(v); why.Code != "" {
		r.aside(c, why)
		return ""
	}
	return r.word(v)
}
