package app

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/intake"
	"throughline/internal/linkage"
	"throughline/internal/linkage/encode"
)

// EncodeAsked says what an agency encodes on its own machine, and how.
type EncodeAsked struct {
	Path   string
	Layout *intake.Layout
	AsOf   day.Day
	Keys   []*encode.Key // every record is encoded under each; the first also makes the records' names, and so their order
	Mode   encode.Mode
	// WithNames sends the agency's own record numbers in place of keyed names, and what each record says beside its tokens. Every key must be for that.
	WithNames bool
	Out       io.Writer // what leaves, in the order of the records' keyed names; nil for nothing but what is shown
	Folder    string    // where rows wait for their place in Out, in a file that nobody else can read and that does not stay
	Lookup    io.Writer // what stays: the agency's own number of each record beside its name in Out, in the agency's order; nil for none
	Shown     int       // how many of the first records are to be shown
	Progress  func(stage string, done, total int64)
}

// Encoded is what became of a file.
type Encoded struct {
	Counts   intake.Counts
	Records  int
	Rejected []intake.RejectedRow // the first of them
	Unmapped []string             // columns of which nothing was used
	SetAside []intake.SetAsideCount
	First    []EncodedRecord
}

// EncodedRecord is one record as it leaves.
type EncodedRecord struct {
	Name string
	Says []string // a line for each thing that leaves of it, under the first key: what it says, where that leaves, and what tokens are of
}

// EncodeFile encodes the people of a file, row by row. A record is what has one key, as LinkFiles has it.
func EncodeFile(ctx context.Context, in EncodeAsked) (done *Encoded, err error) {
	for _, k := range in.Keys {
		if in.WithNames && !k.WithNames {
			return nil, fault.InvalidField("with-names", "The key "+k.String()+" is not for names beside tokens.",
				"Agencies that sent tokens under it were not told that names would stand beside them. Make a key that is, with throughline encode key new "+
					"--with-names; every agency that agrees to it encodes again under that one.")
		}
		if first := in.Keys[0]; k.WithNames != first.WithNames {
			names, not := k, first
			if first.WithNames {
				names, not = first, k
			}
			return nil, fault.InvalidField("key-file", "The key "+names.String()+" is for names beside tokens, and the key "+not.String()+" is not.",
				"A file under both would open to names what was sent under "+not.Name+", which nobody was told of. Encode under "+names.Name+
					" alone; who linked under "+not.Name+" before starts anew.")
		}
	}
	if IsEncoded(in.Path) {
		return nil, fault.InvalidField("extract", "It is encoded already.", "Give the agency’s own file.")
	}
	total, err := checkFiles([]LinkFile{{Path: in.Path, Layout: in.Layout}})
	if err != nil {
		return nil, err
	}
	file, err := os.Open(in.Path)
	if err != nil {
		return nil, fault.InvalidField("extract", "The file "+in.Path+" cannot be read.", "Check that you may read it.").Because(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	r, err := intake.NewReader(file, in.Layout, intake.Options{AsOf: in.AsOf})
	if err != nil {
		return nil, err
	}
	header := encode.Header{Mode: in.Mode, WithNames: in.WithNames}
	var encoders []*encode.Encoder
	for _, k := range in.Keys {
		header.Keys = append(header.Keys, encode.KeyName{ID: k.ID(), Name: k.Name})
		encoders = append(encoders, encode.New(k, in.Mode))
	}
	to := in.Out
	if to == nil {
		to = io.Discard
	}
	out := encode.NewWriter(to, header)
	var rows *unordered
	if in.Out != nil {
		if rows, err = newUnordered(in.Folder); err != nil {
			return nil, notWritten(err)
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
	}
	lookup := csv.NewWriter(io.Discard)
	if in.Lookup != nil {
		lookup = csv.NewWriter(in.Lookup)
	}
	_ = lookup.Write([]string{"record", "number"}) // an error stays in the writer until Flush
	done = &Encoded{Unmapped: r.Unmapped()}
	known := map[string]struct{}{}
	var aside intake.AsideTally
	for r.Next() {
		row := r.Row()
		if row.Number%8192 == 0 {
			in.Progress("Encode", r.Bytes(), total)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		if row.Outcome == intake.Rejected && len(done.Rejected) < shownRejected {
			done.Rejected = append(done.Rejected, row.AsRejected())
		}
		if row.Outcome != intake.Accepted {
			continue
		}
		aside.Add(row)
		if _, before := known[string(row.Key)]; before {
			continue // the first row of a record says who it is
		}
		known[string(row.Key)] = struct{}{}
		name, says := encoders[0].RecordName(string(row.Key)), ""
		place := name
		if in.WithNames {
			name, says = string(row.Key), linkage.DescribeOne(row.Person.Identity)
		}
		for i, e := range encoders {
			record := e.Encode(row.Person.Identity)
			if rows != nil {
				rows.add(place, out.Row(name, header.Keys[i].ID, says, record))
			}
			if i == 0 && done.Records < in.Shown {
				lines := record.Words(in.Mode)
				if in.WithNames {
					lines = slices.Insert(lines, 0, "in plain words: "+says)
				}
				done.First = append(done.First, EncodedRecord{name, lines})
			}
		}
		_ = lookup.Write([]string{name, string(row.Key)})
		done.Records++
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	if rows != nil {
		if err := rows.writeTo(out); err != nil {
			return nil, notWritten(err)
		}
	}
	lookup.Flush()
	if err := errors.Join(out.Close(), lookup.Error()); err != nil {
		return nil, notWritten(err)
	}
	done.SetAside = aside.Counts(r.Headers())
	if done.Counts = r.Counts(); done.Records == 0 {
		return nil, noRecords(LinkedFile{Name: filepath.Base(in.Path), Rejected: done.Rejected})
	}
	return done, nil
}

func notWritten(err error) error {
	return fault.New(fault.Unavailable, "write", "What was encoded could not be written.",
		"Check that there is room on the disk, for twice what leaves while it is put in order.").Because(err)
}

// IsEncoded says whether a file is one that EncodeFile wrote; false where it cannot be read.
func IsEncoded(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	start := make([]byte, encode.MarkLength)
	n, _ := io.ReadFull(f, start)
	return f.Close() == nil && encode.IsEncoded(start[:n])
}

// agree finds the key that all encoded files have in common, none where no file is encoded, and holds them to one mode. A file that is not
// encoded cannot stand beside one that is, for the linker has no key to encode it with; one that has names beside its tokens can, where that is asked
// for, since it makes the tokens of the others readable.
func agree(files []LinkFile, withNames bool) (key encode.KeyName, err error) {
	var plain, named, nameless, first string
	var mode encode.Mode
	var keys []encode.KeyName // that all have in common
	var each []encodedFile
	for _, f := range files {
		name := filepath.Base(f.Path)
		if f.Layout != nil || !IsEncoded(f.Path) {
			plain = name
			continue
		}
		h, err := encodedHeader(f.Path)
		if h.WithNames {
			named = name
		} else {
			nameless = name
		}
		switch {
		case err != nil:
			return key, err
		case first == "":
			first, mode, keys = name, h.Mode, h.Keys
		case h.Mode != mode:
			return key, fault.InvalidField("extract", first+" is encoded in "+string(mode)+" mode and "+name+" in "+string(h.Mode)+" mode.",
				"Tokens of the two modes are never equal. Ask for both in one mode.")
		}
		keys = inCommon(keys, h.Keys)
		each = append(each, encodedFile{name, h.Keys})
	}
	if len(each) > 0 && len(keys) == 0 {
		return key, noCommonKey(each)
	}
	switch {
	case first == "":
		return key, nil
	case plain != "":
		return key, fault.InvalidField("extract", first+" is encoded and "+plain+" is not.",
			"Here there is no key to encode "+plain+" with. Ask its agency to encode it under "+keyList(each[0].keys)+
				": with throughline encode, or where names may stand beside tokens with throughline encode --with-names.")
	case named != "" && nameless != "" && !withNames:
		return key, fault.InvalidField("with-names", named+" has names beside its tokens, and "+nameless+" has tokens only.",
			"Whoever has both can read values of "+nameless+". If its agency has agreed to that, link with --with-names; otherwise ask for "+named+
				" without names and delete this one.")
	}
	return keys[0], nil
}

// encodedFile is a file and the keys that its records stand under.
type encodedFile struct {
	name string
	keys []encode.KeyName
}

func inCommon(a, b []encode.KeyName) []encode.KeyName {
	return slices.DeleteFunc(slices.Clone(a), func(k encode.KeyName) bool {
		return !slices.ContainsFunc(b, func(l encode.KeyName) bool { return l.ID == k.ID })
	})
}

// noCommonKey names two files that have no key in common; where any two have one and all together have none, all of them.
func noCommonKey(files []encodedFile) error {
	all := make([]string, len(files))
	for i, f := range files {
		all[i] = f.name + " under " + keyList(f.keys)
		for _, g := range files[:i] {
			if len(inCommon(g.keys, f.keys)) == 0 {
				return fault.InvalidField("extract", g.name+" is encoded under "+keyList(g.keys)+" and "+f.name+" under "+keyList(f.keys)+".",
					"Tokens of two keys are never equal. Ask for one of the two under the other's key, or under both.")
			}
		}
	}
	return fault.InvalidField("extract", "There is no key that all files are encoded under: "+strings.Join(all, "; ")+".",
		"Tokens of two keys are never equal. Ask for all of them under one key.")
}

func keyList(keys []encode.KeyName) string {
	text := "the key "
	for i, k := range keys {
		if i > 0 {
			text += " and "
		}
		text += k.String()
	}
	return text
}

func encodedHeader(path string) (h encode.Header, err error) {
	f, err := os.Open(path)
	if err != nil {
		return h, fault.InvalidField("extract", "The file "+path+" cannot be read.", "Check that you may read it.").Because(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	r, err := encode.NewReader(f, filepath.Base(path))
	if err != nil {
		return h, err
	}
	return r.Header, nil
}

// readEncoded adds the records of an encoded file to the linker, as they are under one key.
func (l *LinkedFiles) readEncoded(ctx context.Context, to *linkage.Linker, number uint16, f LinkFile, key encode.KeyName) (n int64, err error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return 0, fault.InvalidField("extract", "The file "+f.Path+" cannot be read.", "Check that you may read it.").Because(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	r, err := encode.NewReader(file, filepath.Base(f.Path))
	if err != nil {
		return 0, err
	}
	done := LinkedFile{Name: filepath.Base(f.Path), WithNames: r.WithNames, first: uint32(to.Records()),
		Layout: &intake.Layout{Name: "encoded, " + string(r.Mode) + ", key " + key.String(), Kind: intake.People}}
	if r.WithNames {
		done.Layout.Name += ", with names"
	}
	for r.Next() {
		record, id, tokens := r.Row()
		if id != key.ID {
			done.OtherKeys++
			continue
		}
		if err := to.AddEncoded(number, r.Mode, tokens); err != nil {
			return 0, err
		}
		if l.keys = append(l.keys, record...); done.Records%8192 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		l.ends = append(l.ends, uint64(len(l.keys)))
		if r.WithNames {
			done.says = append(done.says, r.Says())
		}
		done.Records++
	}
	if err := r.Err(); err != nil {
		return 0, err
	}
	done.Counts = intake.Counts{Rows: done.Records, Accepted: done.Records}
	l.Files = append(l.Files, done)
	return r.Bytes(), nil
}

// noRecords says that nobody was read, and why of the first rows.
func noRecords(files ...LinkedFile) error {
	f := fault.New(fault.Invalid, "no-records", "None of the rows could be read as somebody's record.",
		"Look at the rejected rows and the layout.")
	for _, file := range files {
		for _, r := range file.Rejected[:min(len(file.Rejected), shownReasons)] {
			at := fmt.Sprintf("%s, line %d", file.Name, r.Line)
			if r.Column != "" {
				at += ", " + r.Column
			}
			f = f.With(at, strings.TrimRight(r.Message, ".")+".", strings.TrimRight(r.Remedy, ".")+".")
		}
	}
	return f
}

// shownReasons is of how many rejected rows of each file noRecords says why.
const shownReasons = 3
