package app

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/store"
)

// A link run compares only what came since the last run that compared everything, where it can: it keeps to that run's model and to how common
// values were in it, so that whoever is not touched stays who they were (linkage.LinkSince). What that run knew is not stored a second time: its
// records are what the extracts that it read say, and these still stand.

// LinkedSince is what a link run did that compared only what came since an earlier one.
type LinkedSince struct {
	Run    id.Run // the earlier run, whose model and commonness of values it kept to
	Came   int    // records that are new since, or of which something else is said
	Stood  int    // records as that run had them
	Joined int    // of all, those whose people were joined anew
	Pairs  int64  // of records compared
}

// mostSince is how many records may have come since the run that is held to: one for so many that it had. What values mean is learnt from the
// records; beyond a tenth more of them, a value that came with them, and that counts as rare, may be anything but, and comparing all costs little more.
const mostSince = 10

// sinceRun is the run that a link run is held to, and what is needed of it and of the published one.
type sinceRun struct {
	held    id.Run
	model   *linkage.Model
	quality linkage.Quality
	reads   map[id.Extract]bool               // the extracts that the earlier run read
	former  map[id.Record]store.RecordVersion // what that run read of records of which something else is said now
	again   []id.Record                       // see linkage.LinkSince
	links   [][2]id.Record                    // of the published run
	doubts  map[[2]id.Record]linkage.ReviewReason
	said    LinkedSince
	joined  []id.Record
}

// Why a link run compares everything, for the page of the run.
const (
	anewSettings = "The area’s configuration has changed since."
	anewProgram  = "The run before was made by another version of the program."
	anewTaken    = "An extract that the run before read has been taken back."
	anewLeftOut  = "In the run before, records that very many share something with were compared with a few of them only."
	anewAsked    = "Somebody asked for it."
	anewOther    = "The people of the run before are not those that its records make."
)

// sinceWhich decides to which run a link run is held, and reads what is needed of it; or notes why to none, where that is not noted already.
func (a *App) sinceWhich(tx *store.Tx, published id.Run, l *linking) error {
	if published == 0 || l.anew != "" {
		return nil
	}
	_, inputs, report, err := linkRunKept(tx, published)
	if err != nil {
		return err
	}
	s := &sinceRun{held: cmp.Or(inputs.Held, published), reads: map[id.Extract]bool{}}
	if s.held != published {
		if s.again, err = readNumbers[id.Record](report.Joined); err != nil {
			return err
		}
		if _, inputs, report, err = linkRunKept(tx, s.held); err != nil {
			return err
		}
	}
	s.model, s.quality, s.said = report.Model, report.Quality, LinkedSince{Run: s.held}
	switch {
	case s.model == nil || inputs.Code != a.version:
		l.anew = anewProgram
	case inputs.Configuration != l.area.Version:
		l.anew = anewSettings
	case report.Linkage.LeftOut > 0:
		l.anew = anewLeftOut
	default:
		if l.anew, err = s.read(tx, inputs, report.Records); err != nil || l.anew != "" {
			return err
		}
		l.since = s
		return s.readPublished(tx, published)
	}
	return nil
}

func linkRunKept(tx *store.Tx, n id.Run) (r store.Run, inputs RunInputs, report linkRunReport, err error) {
	if r, err = tx.Run(n); err != nil {
		return r, inputs, report, err
	}
	if err = json.Unmarshal([]byte(r.Inputs), &inputs); err != nil {
		return r, inputs, report, err
	}
	return r, inputs, report, json.Unmarshal([]byte(r.Report), &report)
}

// errTooMany ends the reading of versions once it is known that all records are compared.
var errTooMany = errors.New("too many records came since")

// read finds what the earlier run read of each record of which something else is said now, and gives why all must be compared, if so.
func (s *sinceRun) read(tx *store.Tx, inputs RunInputs, records int) (anew string, err error) {
	for _, x := range inputs.Extracts {
		s.reads[x.Extract] = true
	}
	standing, err := tx.StandingExtracts()
	if err != nil {
		return "", err
	}
	still, came := 0, []id.Extract{}
	for _, e := range standing {
		if s.reads[e.ID] {
			still++
		} else {
			came = append(came, e.ID)
		}
	}
	if still < len(s.reads) {
		return anewTaken, nil
	}
	s.former = map[id.Record]store.RecordVersion{}
	said := map[id.Record]bool{}
	for _, extract := range came {
		marked, err := tx.MarkedBy(extract)
		if err != nil {
			return "", err
		}
		s.again = append(s.again, marked...)
		err = tx.VersionsBeside(extract, func(v store.RecordVersion) error {
			if v.Extract == extract {
				if said[v.Record] = true; len(said)*mostSince > records {
					return errTooMany
				}
			}
			if was, ok := s.former[v.Record]; s.reads[v.Extract] && (!ok || newer(v, was)) {
				s.former[v.Record] = v
			}
			return nil
		})
		if errors.Is(err, errTooMany) {
			return fmt.Sprintf("More than one record for every %d that run %d had is new since, or has changed.", mostSince, s.held), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", nil
}

// newer says whether a version stands before another of the same record.
func newer(v, w store.RecordVersion) bool {
	return cmp.Or(cmp.Compare(v.AsOf, w.AsOf), cmp.Compare(v.Extract, w.Extract)) > 0
}

// readPublished reads what the published run found of everybody, and which answers counted then or do since.
func (s *sinceRun) readPublished(tx *store.Tx, published id.Run) error {
	answers, err := tx.AnswersChangedIn(published)
	if err != nil {
		return err
	}
	for _, x := range answers {
		for _, pair := range x.Pairs {
			s.again = append(s.again, pair[0], pair[1])
		}
	}
	if err := tx.LinkPairs(published, func(a, b id.Record) { s.links = append(s.links, [2]id.Record{a, b}) }); err != nil {
		return err
	}
	s.doubts = map[[2]id.Record]linkage.ReviewReason{}
	return tx.DoubtWhys(published, func(a, b id.Record, why string) {
		if reason := linkage.ReviewReason(why); reason != answeredBefore {
			s.doubts[[2]id.Record{a, b}] = reason
		}
	})
}

// add gives a record to the linker.
func (l *linking) add(r store.Record, who person.Identity) (uint32, error) {
	s := l.since
	if s == nil {
		return l.linker.Add(uint16(r.Agency), who), nil
	}
	if s.reads[r.Extract] {
		s.said.Stood++
		return l.linker.Add(uint16(r.Agency), who), nil
	}
	if was, had := s.former[r.RecordVersion.Record]; had {
		var before person.Identity
		if err := json.Unmarshal([]byte(was.Identity), &before); err != nil {
			return 0, fmt.Errorf("record %d as it was: %w", was.Record, err)
		}
		l.linker.AddFormer(uint16(r.Agency), before)
	}
	s.said.Came++
	return l.linker.AddSince(uint16(r.Agency), who), nil
}

// find links the records: all of them, or those that must be, beside what the published run found of the others.
func (l *linking) find(ctx context.Context) (*linkage.Result, error) {
	s := l.since
	if s == nil {
		return l.linker.Link(ctx, l.options())
	}
	o := l.options()
	o.Model = s.model
	before := make([]id.Person, len(l.records))
	for i, r := range l.records {
		before[i] = l.before[r]
	}
	var again []uint32
	for _, r := range s.again {
		if i, stands := slices.BinarySearch(l.records, r); stands {
			again = append(again, uint32(i))
		}
	}
	found, anew, err := l.linker.LinkSince(ctx, o, before, again)
	if err != nil {
		return nil, err
	}
	for i, joined := range anew {
		if joined {
			s.joined = append(s.joined, l.records[i])
		}
	}
	s.said.Joined = len(s.joined)
	// Neither record of a pair that is left was touched: where one is, so is the other.
	left := func(pair [2]id.Record) (i, j uint32, is bool) {
		x, here := slices.BinarySearch(l.records, pair[0])
		y, too := slices.BinarySearch(l.records, pair[1])
		return uint32(x), uint32(y), here && too && !anew[x] && !anew[y]
	}
	for _, pair := range s.links {
		if i, j, is := left(pair); is {
			found.Links = append(found.Links, linkage.Link{A: i, B: j})
		}
	}
	for pair, why := range s.doubts {
		if i, j, is := left(pair); is {
			found.Review = append(found.Review, linkage.Review{A: i, B: j, Reason: why})
		}
	}
	return found, nil
}

// writeNumbers writes numbers of records or people, rising, in few bytes: how far each is from the one before.
func writeNumbers[N ~int64](rising []N) string {
	var b []byte
	last := N(0)
	for _, r := range rising {
		b = binary.AppendUvarint(b, uint64(r-last))
		last = r
	}
	return base64.RawStdEncoding.EncodeToString(b)
}

// readNumbers reads what writeNumbers writes.
func readNumbers[N ~int64](s string) (rising []N, err error) {
	b, err := base64.RawStdEncoding.DecodeString(s)
	last := N(0)
	for err == nil && len(b) > 0 {
		step, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errors.New("the numbers that a link run kept are not written whole")
		}
		last += N(step)
		rising, b = append(rising, last), b[n:]
	}
	return rising, err
}
