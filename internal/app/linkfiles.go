package app

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"throughline/internal/day"
	"throughline/internal/fault"
	"throughline/internal/intake"
	"throughline/internal/linkage"
)

// LinkFile is one file of an analyst's and the layout that it is read through.
type LinkFile struct {
	Path   string
	Layout *intake.Layout // nil for a file that EncodeFile wrote, and for one that is refused beside such files
}

// LinkFilesAsked says which files to link, and how.
type LinkFilesAsked struct {
	Files          []LinkFile
	AsOf           day.Day                  // ages and dates of birth are read as of this day
	Threshold      float64                  // the probability from which records are linked; 0 is even odds
	HoldHouseholds bool                     // who may be two people of one household is for somebody to look at first
	RareNames      bool                     // name and date of birth alone link only where few others of the population are expected to have both
	Population     int                      // how many people the area has, for RareNames
	Exhaustive     bool                     // compare every pair, of few records
	WithNames      bool                     // files with names beside their tokens may be linked with files of tokens only
	AllRules       bool                     // no rule rests that adds next to nothing
	Model          *linkage.Model           // learnt before; nil learns one from the files
	Sample         int                      // how many pairs to draw for somebody to look at; 0 draws none
	Plan           func([]linkage.RulePlan) // told before pairs are compared; may be nil
	Progress       func(stage string, done, total int64)
}

// LinkedFile is one file that was read.
type LinkedFile struct {
	Name     string // base name
	Layout   *intake.Layout
	Counts   intake.Counts
	Records  int                  // different records that its accepted rows are of
	Reused   int                  // rows with the key of an earlier row that say something else of who it is; they are not linked
	First    []int                // the lines of the first of those earlier rows
	Totals   int                  // records that look like lines of totals
	TotalsAt []int                // the lines of the first of these
	Rejected []intake.RejectedRow // the first of them
	Unmapped []string             // columns of which nothing was used
	SetAside []intake.SetAsideCount
	// WithNames says that it is encoded and has the agency's own record numbers, and names beside its tokens.
	WithNames bool
	OtherKeys int // rows of an encoded file that stand under other keys than the run's, and were not linked

	says  []string // of each record, in a file with names
	first uint32   // number of its first record
}

// LinkedFiles is who is who in an analyst's files. Nothing of it is stored.
type LinkedFiles struct {
	Files    []LinkedFile
	Options  linkage.Options
	Result   *linkage.Result
	Families linkage.Families // links that may be of two people of one family

	linker *linkage.Linker
	keys   []byte   // of every record, one after the other
	ends   []uint64 // where in keys each record's ends
}

// shownRejected is how many rejected rows of a file are kept to be shown.
const shownRejected = 20

// shownReused is of how many rows whose key came again, or that look like totals, the lines are kept to be shown.
const shownReused = 5

// LinkFiles links an analyst's files without a database: it reads each through its layout, row by row, and finds who is who.
// A record is what has one key in one file, or one row where the layout has no key; the first row of a record says who it is.
func LinkFiles(ctx context.Context, in LinkFilesAsked) (*LinkedFiles, error) {
	out := &LinkedFiles{Options: linkage.DefaultOptions()}
	if o := &out.Options; in.Threshold != 0 {
		// Who would be linked but for a high threshold is for somebody to look at, and nobody who is linked by a low one is not.
		o.LinkAt, o.ReviewFrom, o.ReviewTo = in.Threshold, min(o.ReviewFrom, in.Threshold), max(o.ReviewTo, in.Threshold)
	}
	out.Options.HoldHouseholds = in.HoldHouseholds
	if in.RareNames {
		out.Options.NameAndBirth, out.Options.Population = linkage.RareOnly, in.Population
	}
	total, err := checkFiles(in.Files)
	if err != nil {
		return nil, err
	}
	key, err := agree(in.Files, in.WithNames)
	if err != nil {
		return nil, err
	}
	// What grows with the records (columns, dictionaries, keys) holds no pointers and is seldom thrown away, so the heap need not be allowed
	// twice what is alive: to a fifth when it is large, and to more while rows are read and it is small.
	defer debug.SetGCPercent(debug.SetGCPercent(int(max(20, min(100, 100*smallFiles/(total+1))))))
	linker := linkage.New()
	done := int64(0)
	for i, f := range in.Files {
		read := func(bytes int64) { in.Progress("Read", done+bytes, total) }
		var n int64
		if f.Layout == nil {
			n, err = out.readEncoded(ctx, linker, uint16(i), f, key)
		} else {
			n, err = out.read(ctx, linker, uint16(i), f, in.AsOf, read)
		}
		if err != nil {
			name := filepath.Base(f.Path)
			if x := (*fault.Error)(nil); errors.As(err, &x) && !strings.HasPrefix(x.Message, name) {
				named := *x
				named.Message = name + ": " + named.Message
				return nil, &named
			}
			return nil, err
		}
		done += n
	}
	if linker.Records() == 0 {
		return nil, noRecords(out.Files...)
	}
	debug.SetGCPercent(20)
	debug.FreeOSMemory() // what reading needed is given back before linking takes as much
	out.Options.Exhaustive, out.Options.AllRules, out.Options.Plan = in.Exhaustive, in.AllRules, in.Plan
	out.Options.Model, out.Options.Sample = in.Model, in.Sample
	out.Options.Progress = func(stage string, done, total int) { in.Progress(stage, int64(done), int64(total)) }
	if out.Result, err = linker.Link(ctx, out.Options); err != nil {
		return nil, err
	}
	out.linker, out.Families = linker, linker.Families(out.Result)
	return out, nil
}

// smallFiles is how many bytes of files are read with a heap that may double before it is collected.
const smallFiles = 64 << 20

// ofSomebody are the fields by which somebody can be linked. A layout has one of them at least.
var ofSomebody = []intake.Field{intake.Forename, intake.Surname, intake.FullName, intake.AliasName, intake.Initials, intake.BirthDay, intake.NHSNumber, intake.NINO,
	intake.PNC, intake.PrisonNumber, intake.NationalID, intake.Postcode, intake.Address, intake.Phone, intake.Email}

// checkFiles refuses what cannot be linked before the first byte is read, and gives how many bytes there are.
func checkFiles(files []LinkFile) (total int64, err error) {
	names := map[string]string{}
	for _, f := range files {
		name := filepath.Base(f.Path)
		if before, twice := names[name]; twice {
			return 0, fault.InvalidField("extract", "Two files are called "+name+": "+before+" and "+f.Path+".",
				"Rename one: records are told apart by file name.")
		}
		names[name] = f.Path
		if f.Layout != nil && !f.Layout.Kind.HasPeople() {
			return 0, fault.InvalidField("layout",
				name+" is read through the layout "+f.Layout.Name+", which has contacts and nobody's name.",
				"Leave the file out, or give a layout of kind people or both.")
		}
		if f.Layout != nil && !slices.ContainsFunc(ofSomebody, func(field intake.Field) bool { return f.Layout.Find(field) >= 0 }) {
			return 0, fault.InvalidField("layout",
				name+" is read through the layout "+f.Layout.Name+", which maps no name, date of birth, number, address, telephone or e-mail: nobody could be linked by it.",
				"Map the columns that say who somebody is; throughline layout draft "+name+" begins a layout.")
		}
		info, err := os.Stat(f.Path)
		if err == nil && info.IsDir() {
			err = errors.New("it is a folder")
		}
		if err != nil {
			return 0, fault.InvalidField("extract", "The file "+f.Path+" cannot be read.",
				"Check the name and that you may read it.").Because(err)
		}
		total += info.Size()
	}
	if len(files) > 1<<16 {
		return 0, fault.InvalidField("extract", "There are more than 65,536 files.", "Link fewer at a time.")
	}
	return total, nil
}

// read adds the records of one file to the linker. Its rows are read on all processors; which of them are new records, and what numbers
// their values get, is settled in the order of the file.
func (l *LinkedFiles) read(ctx context.Context, to *linkage.Linker, number uint16, f LinkFile, asOf day.Day, read func(int64)) (n int64, err error) {
	file, err := os.Open(f.Path)
	if err != nil {
		return 0, fault.New(fault.Unavailable, "extract-gone", "It cannot be opened.", "Check that it is still there.").Because(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	size := int64(0)
	if info, err := file.Stat(); err == nil {
		size = info.Size()
	}
	r, err := intake.NewReader(file, f.Layout, intake.Options{AsOf: asOf, Size: size})
	if err != nil {
		return 0, err
	}
	done := LinkedFile{Name: filepath.Base(f.Path), Layout: f.Layout, Unmapped: r.Unmapped(), first: uint32(to.Records())}
	known := map[string]struct{}{} // keys met, where rows of one record may stand anywhere in the file
	encoders := make([]*linkage.Encoder, runtime.GOMAXPROCS(0))
	for i := range encoders {
		encoders[i] = linkage.NewEncoder()
	}
	encode := func(worker int, rows iter.Seq[*intake.Row]) *encodedRows {
		b := &encodedRows{batch: encoders[worker].NewBatch(recordsAtOnce)}
		for row := range rows {
			encoders[worker].Add(b.batch, &row.Person.Identity)
			if b.aside.AddForNow(row); row.LooksTotal() {
				b.totals = append(b.totals, [2]int{b.rows, row.Line})
			}
			b.rows++
		}
		return b
	}
	var aside intake.AsideTally
	err = intake.EachPortion(ctx, r, len(encoders), shownRejected, encode, func(p *intake.Portion[*encodedRows]) error {
		if p.Expected > 0 {
			to.Expect(p.Expected)
			key := p.Key(&p.Rows[len(p.Rows)-1])
			l.keys, l.ends = slices.Grow(l.keys, p.Expected*(len(key)+1)), slices.Grow(l.ends, p.Expected)
		}
		done.Rejected = append(done.Rejected, p.Rejected[:min(len(p.Rejected), shownRejected-len(done.Rejected))]...)
		var repeated []int
		to.AddBatch(number, p.Made.batch, func(i int) bool {
			row := &p.Rows[i]
			key := p.Key(row)
			if row.Outcome == intake.Repeated {
				repeated = append(repeated, i)
			}
			switch {
			case row.Outcome != intake.Accepted:
				return false
			case row.Revises > 0 && f.Layout.Kind == intake.People:
				if done.Reused++; len(done.First) < shownReused {
					done.First = append(done.First, row.Revises)
				}
				return false
			case f.Layout.Kind == intake.Both:
				if _, before := known[string(key)]; before {
					return false
				}
				known[string(key)] = struct{}{}
			}
			if at, found := slices.BinarySearchFunc(p.Made.totals, i, func(row [2]int, i int) int { return row[0] - i }); found {
				if done.Totals++; len(done.TotalsAt) < shownReused {
					done.TotalsAt = append(done.TotalsAt, p.Made.totals[at][1])
				}
			}
			l.keys = append(l.keys, key...)
			l.ends = append(l.ends, uint64(len(l.keys)))
			return true
		})
		p.Made.aside.Remove(repeated)
		aside.Take(&p.Made.aside)
		read(p.Bytes)
		return nil
	})
	if err = errors.Join(err, r.Err()); err != nil {
		return 0, err
	}
	done.Counts, done.Records, done.SetAside = r.Counts(), to.Records()-int(done.first), aside.Counts(r.Headers())
	l.Files = append(l.Files, done)
	return r.Bytes(), nil
}

// encodedRows are rows of a portion of a file as the linker takes them, and what was set aside of them.
type encodedRows struct {
	batch  *linkage.Batch
	aside  intake.AsideTally
	rows   int
	totals [][2]int // of rows that look like lines of totals, which of the batch and its line
}

// recordsAtOnce is for about how many records of a portion of a file there is room before it grows.
const recordsAtOnce = 4096

// file gives the file of a record.
func (l *LinkedFiles) file(n uint32) *LinkedFile {
	lo, hi := 0, len(l.Files) // the last file that begins at n or before
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; l.Files[mid].first <= n {
			lo = mid
		} else {
			hi = mid
		}
	}
	return &l.Files[lo]
}

// record gives the file and key of a record.
func (l *LinkedFiles) record(n uint32) (file string, key []byte) {
	from := uint64(0)
	if n > 0 {
		from = l.ends[n-1]
	}
	return l.file(n).Name, l.keys[from:l.ends[n]]
}

// String counts what was found, for a log.
func (l *LinkedFiles) String() string {
	return fmt.Sprintf("%d records are %d people, by %d links; %d pairs to look at", len(l.Result.Person), l.Result.Persons,
		len(l.Result.Links), len(l.Result.Review))
}
