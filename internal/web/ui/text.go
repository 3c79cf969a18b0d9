package ui

import (
	"fmt"
	"strings"
	"unicode"

	"throughline/internal/id"
)

// Text is words on one line, some of them marked. Everything in it is escaped when it is written.
type Text []Bit

// Bit is a run of words in a Text.
type Bit struct {
	Kind  string // one of the kinds below; "" is plain words
	Words string
	Href  string // of a link
	About string // said to a screen reader after a link whose words alone do not tell it from its neighbours
	Tone  Tone   // of a tag
}

// Tone says how a tag looks; its words must say what it means.
type Tone string

const (
	Calm      Tone = "pine"
	Attention Tone = "yellow"
	Aside     Tone = "grey"
	Refused   Tone = "red"
)

// Say puts bits together.
func Say(bits ...Bit) Text { return bits }

// Plain is words; Strong is words that carry the sentence; Quiet is words of the second rank.
func Plain(s string) Bit  { return Bit{Words: s} }
func Strong(s string) Bit { return Bit{Kind: "strong", Words: s} }
func Quiet(s string) Bit  { return Bit{Kind: "quiet", Words: s} }

// Code is a value exactly as an agency sent it.
func Code(s string) Bit { return Bit{Kind: "code", Words: s} }

// Differs is a part of a value that another value does not have: bold as well as marked.
func Differs(s string) Bit { return Bit{Kind: "differs", Words: s} }

// Name is a name someone goes by, kept apart from the direction of the words round it.
func Name(s string) Bit { return Bit{Kind: "name", Words: s} }

// Link leads somewhere; LinkAbout also says to a screen reader what it is about, where several read alike.
func Link(href, words string) Bit { return Bit{Kind: "link", Words: words, Href: href} }

// LinkIf is a link for whoever may follow it, and its words for others.
func LinkIf(may bool, href, words string) Bit {
	if !may {
		return Plain(words)
	}
	return Link(href, words)
}
func LinkAbout(href, words, about string) Bit {
	return Bit{Kind: "link", Words: words, Href: href, About: about}
}

// Ref is a person's pseudonym, which leads to their page and is never broken over two lines.
func Ref(p id.Person) Bit { return refTo(p, PersonPath(p)) }

// refTo is a pseudonym that leads to another page about the person.
func refTo(p id.Person, href string) Bit {
	return Bit{Kind: "ref", Words: id.Pseudonym(p), Href: href}
}

// Tag is a short state in a box.
func Tag(tone Tone, words string) Bit { return Bit{Kind: "tag", Words: words, Tone: tone} }

// Under is a second line in a cell, in the second rank.
func Under(s string) Bit { return Bit{Kind: "under", Words: s} }

// Break begins a new line in a cell.
func Break() Bit { return Bit{Kind: "break"} }

// Spoken is said to a screen reader only.
func Spoken(s string) Bit { return Bit{Kind: "spoken", Words: s} }

// Hidden stands for a value that is not shown until names are.
func Hidden() Bit { return Bit{Kind: "masked", Words: "••• ••• ••••"} }

// Dots is Hidden where a table's note says why.
func Dots() Bit { return Bit{Kind: "dots"} }

// seen makes what would not be seen, or would turn the line round, visible: control characters, bidirectional
// overrides, zero-width characters, and piles of combining marks. Zero-width joiners stay: scripts and emoji need them.
func seen(s string) string {
	if !strings.ContainsFunc(s, unusual) {
		return s
	}
	var b strings.Builder
	marks := 0
	for _, r := range s {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			if marks++; marks <= mostMarks {
				b.WriteRune(r)
			}
			continue
		}
		leftOut(&b, marks)
		marks = 0
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(' ')
		case unusual(r):
			fmt.Fprintf(&b, "⟦U+%04X⟧", r)
		default:
			b.WriteRune(r)
		}
	}
	leftOut(&b, marks)
	return b.String()
}

// mostMarks is how many combining marks on one letter are shown: more than any writing needs.
const mostMarks = 8

func leftOut(b *strings.Builder, marks int) {
	if marks > mostMarks {
		b.WriteString("⟦and " + many(marks-mostMarks, "more mark", "more marks") + "⟧")
	}
}

func unusual(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7F: // nearly all there is
		return false
	case unicode.IsControl(r), unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // overrides, embeddings and isolates
		return true
	case r == 0x200B, r == 0x200E, r == 0x200F, r == 0x061C, r == 0x2060, r == 0xFEFF, r == 0x00AD: // zero width
		return true
	}
	return r == 0x2028 || r == 0x2029
}
