package app

import (
	"cmp"
	"context"
	"slices"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// flush writes the piece that has gathered. What the piece taught is kept only once it is written.
func (s *staging) flush(ctx context.Context) error {
	var services []store.ServiceCode
	pending := s.newVersions()
	versions := make([]store.RecordVersion, len(pending))
	contacts := make([]store.Contact, len(s.contacts))
	err := s.app.db.Do(ctx, request(s.task.who, policy.ExtractStage, policy.Extract, int64(s.extract.ID)), func(tx *store.Tx) error {
		var err error
		if services, err = s.number(tx); err != nil {
			return err
		}
		if err := tx.AddRecords(s.extract.Agency, s.newKeys); err != nil {
			return err
		}
		numbers := map[string]id.Record{}
		for _, k := range s.newKeys {
			numbers[k.Key] = k.ID
		}
		record := func(key string) id.Record { return cmp.Or(numbers[key], s.records[key]) }
		for i, v := range pending {
			versions[i] = v.RecordVersion
			versions[i].Record = record(v.Key)
		}
		if err := tx.StageVersions(versions); err != nil {
			return err
		}
		for i, c := range s.contacts {
			contacts[i] = c.Contact
			contacts[i].Record = record(c.key)
			if c.service < len(s.services) {
				contacts[i].Service = s.services[c.service]
			} else {
				contacts[i].Service = services[c.service-len(s.services)].ID
			}
		}
		if err := tx.StageContacts(contacts); err != nil {
			return err
		}
		for _, c := range s.chunks {
			if err := tx.StageChunk(s.extract.ID, c); err != nil {
				return err
			}
		}
		return tx.StageFaults(s.extract.ID, s.faults)
	})
	if err != nil {
		return err
	}
	for _, k := range s.newKeys {
		s.records[k.Key] = k.ID
	}
	for _, c := range services {
		s.services = append(s.services, c.ID)
	}
	for i, v := range versions {
		for _, k := range pending[i].search {
			s.search = append(s.search, store.SearchKey{Key: k, Record: v.Record})
		}
	}
	for _, c := range contacts {
		s.uses[c.Service]++
		s.lines = append(s.lines, store.RecordLine{Record: c.Record, Line: c.Line})
	}
	if len(s.search)+len(s.lines) >= sortedRows {
		if err := s.flushSorted(ctx); err != nil {
			return err
		}
	}
	s.counts.People += int64(len(versions))
	s.rows, s.chunks, s.newKeys, s.versions, s.contacts, s.faults = 0, s.chunks[:0], nil, s.versions[:0], s.contacts[:0], s.faults[:0]
	return s.task.tell("Reading and storing rows", s.reader.Bytes(), s.extract.Bytes)
}

// flushSorted writes what is kept in another order than the file's, in that order.
func (s *staging) flushSorted(ctx context.Context) error {
	slices.SortFunc(s.search, func(a, b store.SearchKey) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Record, b.Record))
	})
	slices.SortFunc(s.lines, func(a, b store.RecordLine) int {
		return cmp.Or(cmp.Compare(a.Record, b.Record), cmp.Compare(a.Line, b.Line))
	})
	err := pieces(ctx, s, s.search, (*store.Tx).StageSearchKeys)
	if err == nil {
		err = pieces(ctx, s, s.lines, (*store.Tx).StageRecordLines)
	}
	s.search, s.lines = s.search[:0], s.lines[:0]
	return err
}

// flushReplaced writes which rows stand no longer, in order.
func (s *staging) flushReplaced(ctx context.Context) error {
	var some []store.Replacement
	write := func() error {
		err := pieces(ctx, s, some, func(tx *store.Tx, _ id.Extract, some []store.Replacement) error { return tx.StageReplacements(some) })
		some = some[:0]
		return err
	}
	err := s.replaced.each(func(t triple) error {
		some = append(some, store.Replacement{ContactAt: store.ContactAt{Extract: id.Extract(t[0]), Line: t[1]}, By: id.Extract(t[2])})
		if len(some) < s.app.db.Piece() {
			return nil
		}
		return write()
	})
	if err != nil {
		return err
	}
	return write()
}

// pieces writes rows of the extract a piece at a time.
func pieces[T any](ctx context.Context, s *staging, rows []T, write func(*store.Tx, id.Extract, []T) error) error {
	return writePieces(ctx, s.app, request(s.task.who, policy.ExtractStage, policy.Extract, int64(s.extract.ID)), rows,
		func(tx *store.Tx, some []T) error { return write(tx, s.extract.ID, some) },
		func(int) error { return s.task.tell("Sorting rows", s.reader.Bytes(), s.extract.Bytes) })
}

// number gives the reader's services that the staging has not numbered yet their numbers.
func (s *staging) number(tx *store.Tx) ([]store.ServiceCode, error) {
	var out []store.ServiceCode
	for _, c := range s.reader.Services()[len(s.services):] {
		if n, ok := s.codes[[2]string{c.Code, c.Unit}]; ok {
			out = append(out, store.ServiceCode{ID: n, Agency: s.extract.Agency, Code: c.Code, Unit: c.Unit})
			continue
		}
		added, err := tx.AddServiceCode(s.extract.Agency, c.Code, c.Unit)
		if err != nil {
			return nil, err
		}
		out = append(out, added)
	}
	return out, nil
}

// newVersions gives what the piece says of records that the file has said nothing of before, the first thing said of each.
func (s *staging) newVersions() []pendingVersion {
	some := make([]pendingVersion, 0, len(s.versions))
	for _, v := range s.versions {
		if !s.said[v.Key] {
			s.said[v.Key] = true
			some = append(some, v)
		}
	}
	return some
}
