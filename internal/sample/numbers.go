package sample

import (
	"fmt"
	"math/bits"
	"strconv"

	"throughline/internal/person"
)

// Numbers that identify people are made so that they can't be anyone's. A number is found from the person's place in the
// world by a permutation, so it tells nothing of who lives next door and two people never share one.

// shuffle is a permutation of 0 to size-1: an affine map whose multiplier is a prime larger than any size in use.
func shuffle(seed, i, size uint64) uint64 {
	const prime = 1<<61 - 1
	high, low := bits.Mul64(i%size, prime%size)
	return (bits.Rem64(high, low, size) + mix(seed)%size) % size
}

// nhsNumber gives the i-th NHS number of a world that has room for size of them. The first 800,000 begin with 999, the range
// NHS England keeps for tests and gives to nobody; a larger world goes down through 998, 997 ... 985.
func nhsNumber(seed, i, size uint64) string {
	room := (size + 799_999) / 800_000 * 800_000
	j := shuffle(seed, i, room)
	prefix := 99_999_999 - j/8
	skip := j % 8
	for ninth := range 10 { // at most one ninth digit in ten has no check digit
		nine := strconv.FormatUint(prefix*10+uint64(ninth), 10)
		check, ok := person.NHSCheckDigit(nine)
		if !ok {
			continue
		}
		if skip == 0 {
			return nine + string(check)
		}
		skip--
	}
	panic("sample: nine digits with fewer than eight check digits")
}

// ninoPrefixes are pairs of letters that HMRC's rules allow and under which none is known to have been given out.
var ninoPrefixes = [...]string{"AC", "AG", "AJ", "AN", "EC", "EG", "EJ", "EN", "HC", "HG", "HJ", "HN"}

// nino gives the i-th National Insurance number.
func nino(seed, i uint64) string {
	j := shuffle(seed+1, i, 12_000_000)
	return ninoPrefixes[j%12] + fmt.Sprintf("%06d", j/12) + string("ABCD"[j/12%4])
}

// pnc gives a Police National Computer id of about a year. Serials from 9,000,000 are above any year's real ones; there are a
// million, so in a world of size people the year also tells apart those who share a serial.
func pnc(seed, i, size uint64, year int) string {
	const serials = 1_000_000
	year -= (year - int(i/serials)) % int(size/serials+1)
	serial := strconv.FormatUint(9*serials+shuffle(seed+2, i, serials), 10)
	check, _ := person.PNCCheckLetter(fmt.Sprintf("%02d", year%100), serial)
	return fmt.Sprintf("%04d/%s%c", year, serial, check)
}

// prisonNumber gives a prison number. Real ones begin with A; these begin with X, Y or Z.
func prisonNumber(seed, i uint64) string {
	j := shuffle(seed+3, i, 3*10_000*24*24)
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	return fmt.Sprintf("%c%04d%c%c", "XYZ"[j%3], j/3%10_000, letters[j/30_000%24], letters[j/720_000])
}

// phone gives a telephone number that Ofcom keeps for drama: 07700 900000 to 900999 and 020 7946 0000 to 0999. There are only
// two thousand, so unlike in life many people share one.
func phone(s *stream) string {
	if s.chance(0.85) {
		return fmt.Sprintf("07700900%03d", s.IntN(1000))
	}
	return fmt.Sprintf("02079460%03d", s.IntN(1000))
}

// unit gives the second half of a postcode in a sector: "SE5 8" becomes "SE5 8QT".
func unit(sector string, n uint64) string {
	const letters = "ABDEFGHJLNPQRSTUWXYZ"
	return sector + string(letters[n/20%20]) + string(letters[n%20])
}
