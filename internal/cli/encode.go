package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"throughline/internal/app"
	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/linkage/encode"
)

// encoding is throughline encode.
type encoding struct {
	File encodeFile `cmd:"" default:"withargs" help:"Turn the names of an agency’s file into keyed tokens."`
	Key  encodeKeys `cmd:"" help:"Make a key for agencies to share."`
}

// Help ends the help of both commands, for encode alone is encode file.
func (encoding) Help() string { return encodeFile{}.Help() }

// encodeKeys is throughline encode key.
type encodeKeys struct {
	New newKey `cmd:"" help:"Make a key’s file."`
}

// newKey is throughline encode key new.
type newKey struct {
	output
	Name      string `help:"What people will call the key: small letters, digits and hyphens, such as south-london-2026. It is written into every encoded file." required:"" placeholder:"NAME"`
	WithNames bool   `help:"Let agencies that may send names send them beside their tokens under this key. Whoever links can then read values of agencies that send none, so each of those must agree first; encode tells them." name:"with-names"`
	File      string `arg:"" help:"The key’s file. Nothing is overwritten." type:"path"`
}

// Run makes a key.
func (c newKey) Run(w *World) error {
	k, err := encode.NewKey(c.Name, rand.Reader)
	if err != nil {
		return err
	}
	k.WithNames = c.WithNames
	if err := writeNew("file", c.File, func(to io.Writer) error { _, err := k.WriteTo(to); return err }); err != nil {
		return err
	}
	words := "The key " + k.String() + " is in " + c.File + ".\nGive it to the agencies that encode, by a way that nobody else can read, and never to whoever links."
	if c.WithNames {
		words += "\n" + namesAllowed([]*encode.Key{k})
	}
	return c.print(w, map[string]any{"name": k.Name, "id": k.ID(), "file": c.File, "with_names": c.WithNames}, words)
}

// namesAllowed says what keys mean for who sends tokens only; empty where no names may stand beside tokens under them.
func namesAllowed(keys []*encode.Key) string {
	for _, k := range keys {
		if k.WithNames {
			return "Under the key " + k.String() + " other agencies may send names beside their tokens. Whoever links can then read of a file without names " +
				"whatever it has in common with theirs: in full mode most names, dates of birth and districts, also of people whom the others do not know. " +
				"Agree with them on --strict, by which far less is read, or encode only what may be read."
		}
	}
	return ""
}

// encodeFile is throughline encode.
type encodeFile struct {
	output
	Layout  string   `help:"The layout of the file." required:"" type:"path" placeholder:"FILE"`
	KeyFile []string `help:"The key’s file. Twice while keys change over: each record is then encoded under both." name:"key-file" aliases:"key" required:"" type:"path" placeholder:"FILE"`
	Out     string   `help:"The file that leaves. Nothing is overwritten." short:"o" type:"path" placeholder:"FILE"`
	Strict  bool     `help:"Tokens of several fields together only. Harder to attack, and fewer people are found."`
	Names   bool     `help:"Send names and your own record numbers beside the tokens: for an agency that may send names to whoever links, where others may not. Needs a key made with --with-names." name:"with-names"`
	Print   bool     `help:"Show all that leaves of the first three records, in words. Without --out nothing is written."`
	Lookup  string   `help:"Write a file that stays with you: the name of each record in what leaves, and your own number of it." type:"path" placeholder:"FILE"`
	AsOf    string   `help:"Read ages and dates of birth as of this day; today otherwise." name:"as-of" placeholder:"DAY"`
	Extract string   `arg:"" help:"The agency’s file." type:"path"`
}

// Help ends the command's help.
func (encodeFile) Help() string {
	return `Runs at the agency, without a database or a network. What it writes holds no name, date, number or address, but keyed tokens of them by
which link-files finds who is who. Whoever links must not have the key. What tokens give away all the same is in docs/private-linkage.md.

An agency that may send names to whoever links, and holds the key, sends them beside its tokens with --with-names: persons.csv then has its own record
numbers, and pairs to look at say what is known. The price is paid by the agencies that send none, of whose values whoever links can read many. So
the key must be made for it, and link-files told.

Examples:
  throughline encode key new --name south-london-2026 south-london-2026.key
  throughline encode --layout people.yaml --key-file south-london-2026.key --print people.csv
  throughline encode --layout people.yaml --key-file south-london-2026.key --lookup people-lookup.csv --out people-encoded.csv people.csv
  throughline link-files --out linked council-encoded.csv hospital-encoded.csv

  throughline encode key new --with-names --name south-london-2026-names names.key
  throughline encode --layout people.yaml --key-file names.key --strict --with-names --out council-with-names.csv people.csv
  throughline link-files --with-names --out linked council-with-names.csv hospital-encoded.csv`
}

// shownRecords is how many records --print shows.
const shownRecords = 3

// encoded is what encode did, as JSON shows it.
type encoded struct {
	Out      string          `json:"out,omitempty"`
	Lookup   string          `json:"lookup,omitempty"`
	Mode     encode.Mode     `json:"mode"`
	Names    bool            `json:"with_names"`
	Keys     []string        `json:"keys"`
	Rows     int             `json:"rows"`
	Accepted int             `json:"accepted"`
	Rejected int             `json:"rejected"`
	Repeated int             `json:"repeated"`
	Records  int             `json:"records"`
	SetAside []setAside      `json:"set_aside"`
	Unmapped []string        `json:"unmapped"`
	First    []rejected      `json:"first_rejected"`
	Leaves   []encodedRecord `json:"leaves,omitempty"`
	Allowed  string          `json:"names_allowed,omitempty"` // what the keys mean for who sends tokens only
}

type encodedRecord struct {
	Record string   `json:"record"`
	Says   []string `json:"says"`
}

// Run encodes a file.
func (c encodeFile) Run(ctx context.Context, w *World) error {
	if c.Out == "" && !c.Print {
		return fault.InvalidField("out", "It is not said where to write.", "Give a file with --out, or look first with --print.")
	}
	if c.Out == "" && c.Lookup != "" {
		return fault.InvalidField("lookup", "Without --out nothing leaves that could be looked up.", "Give --out too, or leave --lookup out.")
	}
	if c.Names && c.Lookup != "" {
		return fault.InvalidField("lookup", "With --with-names your own numbers are in what leaves, so there is nothing to look up.", "Leave --lookup out.")
	}
	layout, err := readLayout(c.Layout)
	if err != nil {
		return err
	}
	keys, err := readKeys(c.KeyFile)
	if err != nil {
		return err
	}
	for _, path := range c.KeyFile {
		if readableByOthers(path) {
			fmt.Fprintf(w.Stderr, "Others on this machine can read the key %s, and with it everything that is encoded. Keep it to yourself: chmod 600 %s\n", path, path)
		}
	}
	asOf := day.In(w.Now(), time.UTC)
	if c.AsOf != "" {
		if asOf, err = readDay("as-of", c.AsOf); err != nil {
			return err
		}
	}
	bar := newBar(w)
	asked := app.EncodeAsked{Path: c.Extract, Layout: layout, AsOf: asOf, Keys: keys, Mode: encode.FullMode, WithNames: c.Names, Folder: filepath.Dir(c.Out), Progress: bar.show}
	if c.Strict {
		asked.Mode = encode.StrictMode
	}
	if c.Print {
		asked.Shown = shownRecords
	}
	done, err := c.write(ctx, asked)
	bar.end()
	if err != nil {
		return about(filepath.Base(c.Extract), err)
	}
	answer := encoded{Out: c.Out, Lookup: c.Lookup, Mode: asked.Mode, Names: c.Names, Allowed: namesAllowed(keys), Rows: done.Counts.Rows, Accepted: done.Counts.Accepted,
		Rejected: done.Counts.Rejected, Repeated: done.Counts.Repeated, Records: done.Records, Unmapped: append([]string{}, done.Unmapped...),
		First: []rejected{}, SetAside: setAsides(done.SetAside)}
	for _, k := range keys {
		answer.Keys = append(answer.Keys, k.String())
	}
	for _, j := range done.Rejected {
		answer.First = append(answer.First, rejected{int64(j.Line), j.Column, j.Code, j.Message, j.Remedy})
	}
	for _, r := range done.First {
		answer.Leaves = append(answer.Leaves, encodedRecord{r.Name, r.Says})
	}
	return c.print(w, answer, answer.words())
}

// readKeys reads the keys' files, and refuses one key given twice.
func readKeys(paths []string) (keys []*encode.Key, err error) {
	for _, path := range paths {
		f, err := open("key-file", path)
		if err != nil {
			return nil, err
		}
		k, err := encode.ReadKey(f, filepath.Base(path))
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		for _, before := range keys {
			if before.ID() == k.ID() {
				return nil, fault.InvalidField("key-file", "The key "+k.String()+" is given twice.", "Give it once.")
			}
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// readableByOthers says whether a file may be read by more than its owner, where the system says so.
func readableByOthers(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

// write encodes into new files, and leaves none behind where something goes wrong.
func (c encodeFile) write(ctx context.Context, asked app.EncodeAsked) (done *app.Encoded, err error) {
	if c.Out == "" {
		return app.EncodeFile(ctx, asked)
	}
	if c.Lookup == "" {
		err = writeNew("out", c.Out, func(to io.Writer) (err error) {
			asked.Out = to
			done, err = app.EncodeFile(ctx, asked)
			return err
		})
		return done, err
	}
	err = writeNew("lookup", c.Lookup, func(lookup io.Writer) error {
		return writeNew("out", c.Out, func(to io.Writer) (err error) {
			asked.Out, asked.Lookup = to, lookup
			done, err = app.EncodeFile(ctx, asked)
			return err
		})
	})
	return done, err
}

func (e encoded) words() string {
	var b strings.Builder
	for _, r := range e.Leaves {
		fmt.Fprintf(&b, "Of one record, called %s, there leaves:\n", r.Record)
		for _, line := range r.Says {
			b.WriteString("  " + line + "\n")
		}
	}
	if len(e.Leaves) > 0 {
		b.WriteString("A token is the same wherever the same value is encoded under the same key. Nothing else leaves.\n\n")
	}
	for i, r := range e.First {
		if i == shownRejected {
			fmt.Fprintf(&b, "  and %s more\n", count(e.Rejected-shownRejected))
			break
		}
		fmt.Fprintf(&b, "  %s\n", r)
	}
	fmt.Fprintf(&b, "%s: %s accepted, %s rejected, %s repeated. %s encoded in %s mode under %s.", counted(e.Rows, "row", "rows"), count(e.Accepted),
		count(e.Rejected), count(e.Repeated), counted(e.Records, "record is", "records are"), e.Mode, strings.Join(e.Keys, " and "))
	for _, s := range e.SetAside {
		b.WriteString("\n  " + s.String())
	}
	if len(e.Unmapped) > 0 {
		fmt.Fprintf(&b, "\nNot used, and not sent: %s.", strings.Join(e.Unmapped, ", "))
	}
	if e.Out != "" {
		b.WriteString("\nWhat leaves is in " + e.Out + ".")
	}
	switch {
	case e.Names:
		b.WriteString("\nLook: what leaves holds names and your own record numbers. It may go to whoever links, if they may have your names, and to nobody else. " +
			"By it they can read values of agencies that send tokens only under this key: each of those must have agreed.")
	case e.Allowed != "":
		b.WriteString("\nLook: " + e.Allowed)
	}
	if e.Lookup != "" {
		b.WriteString("\nYour own numbers are in " + e.Lookup + ". Keep it: it is not to leave.")
	}
	return b.String()
}
