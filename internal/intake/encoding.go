package intake

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"throughline/internal/fault"
)

// notText stands in the decoded text for bytes that the encoding does not have. It is no UTF-8, so the scanner finds it and
// names the line.
const notText = 0xFF

// encodings of a file, by their names in a layout.
const (
	utf8Name    = "utf-8"
	windowsName = "windows-1252"
	utf16leName = "utf-16le"
	utf16beName = "utf-16be"
	// guessed stands for the encoding of a file of which nobody said it.
	guessed = "utf-8 or windows-1252"
)

var marks = []struct {
	bytes    []byte
	encoding string
}{
	{[]byte{0xEF, 0xBB, 0xBF}, utf8Name}, {[]byte{0xFF, 0xFE}, utf16leName}, {[]byte{0xFE, 0xFF}, utf16beName},
}

// otherKinds are files that are often sent by mistake, by their first bytes.
var otherKinds = []struct {
	bytes        []byte
	name, remedy string
}{
	{[]byte("PK\x03\x04"), "a spreadsheet (XLSX) or a ZIP file",
		"Save the sheet as CSV UTF-8 and send that, or unpack the ZIP file first."},
	{[]byte{0xD0, 0xCF, 0x11, 0xE0}, "an old spreadsheet (XLS) or document", "Save the sheet as CSV UTF-8 and send that."},
	{[]byte{0x1F, 0x8B}, "a compressed file (gzip)", "Unpack it first."},
	{[]byte("%PDF"), "a PDF", "Send the data as CSV."},
	{[]byte("PAR1"), "a Parquet file", "Parquet cannot be read yet. Send the data as CSV."},
}

// decodeText gives the file as UTF-8 without its byte order mark, and the name of the encoding it is in, or guessed. A byte order mark is
// certain; so is a declaration, unless they contradict each other. Without either the file is read as UTF-8 or, where its first letter
// beyond ASCII is none of UTF-8, as Windows-1252, and is refused where another letter is not.
func decodeText(r io.Reader, declared string) (io.Reader, string, error) {
	head := make([]byte, 4)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, "", err
	}
	head = head[:n]
	for _, k := range otherKinds {
		if bytes.HasPrefix(head, k.bytes) {
			return nil, "", fileFault("not-text", 1, "", "It is "+k.name+", and not text in columns.", k.remedy)
		}
	}
	encoding, mark, certain := "", 0, true
	for _, m := range marks {
		if bytes.HasPrefix(head, m.bytes) {
			encoding, mark = m.encoding, len(m.bytes)
			break
		}
	}
	if encoding == "" && declared != utf16leName && declared != utf16beName && declared != "utf-16" {
		if name := unmarked16(head); name != "" {
			return nil, "", unmarkedFault(1, name)
		}
	}
	switch {
	case declared == "" || declared == "detect":
		if encoding == "" {
			encoding, certain = guessed, false
		}
	case declared == "utf-16":
		if encoding != utf16leName && encoding != utf16beName {
			return nil, "", fileFault("encoding", 1, "",
				"The layout declares UTF-16, and the file does not begin with the mark that says its byte order.",
				"Declare utf-16le or utf-16be, or the encoding that the file is in.")
		}
	case encoding != "" && encoding != declared:
		return nil, "", fileFault("encoding", 1, "",
			"The layout declares "+declared+", and the file begins with the mark of "+encoding+".",
			"Declare "+encoding+", or detect.")
	default:
		encoding = declared
	}
	rest := io.MultiReader(bytes.NewReader(head[mark:]), r)
	if !certain {
		return &detectingReader{r: rest}, encoding, nil
	}
	switch encoding {
	case windowsName:
		return &windowsReader{r: rest}, encoding, nil
	case utf16leName:
		return &utf16Reader{r: rest, low: 0, high: 1}, encoding, nil
	case utf16beName:
		return &utf16Reader{r: rest, low: 1, high: 0}, encoding, nil
	}
	return rest, encoding, nil
}

// detectingReader reads a file of which nobody said whether it is UTF-8 or Windows-1252. Both have ASCII in common, so its first letter beyond
// that decides, wherever it stands.
type detectingReader struct {
	r       io.Reader
	decided bool
	line    int            // lines that are ASCII throughout, before the letter that decided
	windows *windowsReader // nil while every letter is UTF-8
}

func (d *detectingReader) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if d.decided || err != nil && err != io.EOF { // whatever stands in a file that cannot be read to its end
		return n, err
	}
	plain := plainLength(p[:n])
	d.line += bytes.Count(p[:plain], newline)
	if plain == n {
		return n, err
	}
	d.decided = true
	rest := bufio.NewReader(io.MultiReader(bytes.NewReader(bytes.Clone(p[plain:n])), d.r))
	d.r = rest
	letter, _ := rest.Peek(utf8.UTFMax) // fewer at the end of the file
	if _, size := utf8.DecodeRune(letter); size == 1 {
		d.windows = &windowsReader{r: rest, watch: utf8Watch{lines: d.line}}
		d.r = d.windows
	}
	if plain > 0 {
		return plain, nil
	}
	return d.r.Read(p)
}

// plainLength is how many bytes of ASCII b begins with.
func plainLength(b []byte) int {
	i := 0
	for i+8 <= len(b) && binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 == 0 {
		i += 8
	}
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// unmarked16 names the UTF-16 that a file without a mark begins like: every other byte of plain letters is NUL. Empty means neither.
func unmarked16(head []byte) string {
	switch {
	case len(head) < 4:
	case head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return utf16leName
	case head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return utf16beName
	}
	return ""
}

func unmarkedFault(line int, encoding string) *fault.Error {
	return fileFault("nul", line, "", "It looks like UTF-16 without its mark: NUL bytes stand between the characters.",
		"Save the file as CSV UTF-8 and send that, or have the partnership’s analyst declare “encoding: "+encoding+"” in the layout.")
}

// windows1252 are the characters of the bytes 0x80 to 0x9F; 0 where the encoding has none.
var windows1252 = [32]rune{
	'€', 0, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0, 'Ž', 0,
	0, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0, 'ž', 'Ÿ',
}

// windowsReader turns Windows-1252 into UTF-8. It also watches whether the bytes above ASCII were all UTF-8 in truth: a file
// declared wrongly would be read without complaint and every accented letter would be two wrong ones.
type windowsReader struct {
	r     io.Reader
	in    [8192]byte
	out   []byte
	at    int // of out, what is given already
	watch utf8Watch
	err   error
}

func (w *windowsReader) Read(p []byte) (int, error) {
	for w.at == len(w.out) {
		if w.err != nil {
			return 0, w.err
		}
		var n int
		n, w.err = w.r.Read(w.in[:])
		w.out, w.at = w.out[:0], 0
		for _, b := range w.in[:n] {
			w.watch.add(b)
			switch {
			case b < 0x80:
				w.out = append(w.out, b)
			case b >= 0xA0:
				w.out = utf8.AppendRune(w.out, rune(b))
			case windows1252[b-0x80] == 0:
				w.out = append(w.out, notText)
			default:
				w.out = utf8.AppendRune(w.out, windows1252[b-0x80])
			}
		}
	}
	n := copy(p, w.out[w.at:])
	w.at += n
	return n, nil
}

// utf8Watch counts, over a stream of bytes, UTF-8 sequences of several bytes and bytes that belong to none.
type utf8Watch struct {
	sequences, strays int
	first             int // the line of the first sequence
	lines             int // ended so far
	pending           [utf8.UTFMax]byte
	n                 int
}

func (u *utf8Watch) add(b byte) {
	if b < 0x80 {
		u.strays += u.n
		u.n = 0
		if b == '\n' {
			u.lines++
		}
		return
	}
	u.pending[u.n] = b
	u.n++
	if !utf8.FullRune(u.pending[:u.n]) {
		return
	}
	if r, size := utf8.DecodeRune(u.pending[:u.n]); r != utf8.RuneError && size == u.n {
		if u.sequences++; u.sequences == 1 {
			u.first = u.lines + 1
		}
	} else {
		u.strays++
	}
	u.n = 0
}

// isUTF8 says that there were letters above ASCII and that every one was UTF-8.
func (u *utf8Watch) isUTF8() bool { return u.sequences > 0 && u.strays == 0 && u.n == 0 }

// utf16Reader turns UTF-16 into UTF-8. Halves of a pair that stand alone and an odd last byte become notText.
type utf16Reader struct {
	r         io.Reader
	low, high int
	in        [8192]byte
	held      int
	out       []byte
	at        int  // of out, what is given already
	lead      rune // the first half of a pair that waits for its second
	err       error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for u.at == len(u.out) {
		if u.err != nil {
			return 0, u.err
		}
		var n int
		n, u.err = u.r.Read(u.in[u.held:])
		n += u.held
		u.out, u.at = u.out[:0], 0
		i := 0
		for ; i+1 < n; i += 2 {
			u.add(rune(u.in[i+u.low]) | rune(u.in[i+u.high])<<8)
		}
		u.held = copy(u.in[:], u.in[i:n])
		if u.err == io.EOF && (u.held > 0 || u.lead != 0) {
			u.out = append(u.out, notText)
			u.held, u.lead = 0, 0
		}
	}
	n := copy(p, u.out[u.at:])
	u.at += n
	return n, nil
}

func (u *utf16Reader) add(c rune) {
	if u.lead != 0 {
		pair := utf16.DecodeRune(u.lead, c)
		u.lead = 0
		if pair != utf8.RuneError {
			u.out = utf8.AppendRune(u.out, pair)
			return
		}
		u.out = append(u.out, notText)
	}
	switch {
	case c >= 0xD800 && c < 0xDC00:
		u.lead = c
	case c >= 0xDC00 && c < 0xE000:
		u.out = append(u.out, notText)
	default:
		u.out = utf8.AppendRune(u.out, c)
	}
}

// notTextFault says in which value there are bytes that the encoding does not have, and what to do.
func notTextFault(line int, column, encoding string) *fault.Error {
	switch encoding {
	case guessed: // a letter of UTF-8 came before, or the bytes are none of Windows-1252
		return fileFault("encoding", line, column, "There are bytes that are not UTF-8, and the file as a whole is not Windows-1252.",
			"Look whether two files were put together that were saved in two ways. Save it as CSV UTF-8, look at names with accents, and send that.")
	case utf8Name:
		return fileFault("encoding", line, column, "There are bytes that are not UTF-8.",
			"Save the file as CSV UTF-8 and send that, or have the partnership’s analyst declare the encoding it is in in the layout: "+
				"“encoding: windows-1252” is usual for files saved by Excel in Windows.")
	case windowsName:
		return fileFault("encoding", line, column, "There are bytes that Windows-1252 does not have.",
			"Save the file as CSV UTF-8, and have the partnership’s analyst declare that in the layout.")
	}
	return fileFault("encoding", line, column, "There is half a character: the UTF-16 is broken or the file is cut off.",
		"Send the whole file again, as CSV UTF-8 if you can.")
}
