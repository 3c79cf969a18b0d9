package store

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store/storetest"
)

// asSuper opens the test server as its superuser, from THROUGHLINE_TEST_PG_SUPER.
func asSuper(t *testing.T) (*sql.DB, string) {
	t.Helper()
	dsn := os.Getenv("THROUGHLINE_TEST_PG_SUPER")
	if dsn == "" {
		t.Skip("THROUGHLINE_TEST_PG_SUPER names no superuser of the test server; make test does")
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, dsn
}

// TestRoleThatTheWallWouldNotBind sees that a superuser and a role with BYPASSRLS are refused before a table is made (bar A8).
func TestRoleThatTheWallWouldNotBind(t *testing.T) {
	t.Parallel()
	super, dsn := asSuper(t)
	schema := storetest.Schema(t)
	refused := func(what, dsn string) {
		t.Helper()
		db, err := Open(t.Context(), Config{Dir: t.TempDir(), Postgres: dsn})
		if err == nil {
			t.Errorf("%s was let in (%v)", what, db.Close())
		} else if !strings.Contains(err.Error(), "row-level security would not bind it") {
			t.Errorf("%s was refused with %v, want to hear why", what, err)
		}
	}
	refused("the superuser", dsn)
	role := fmt.Sprintf("bypass_%d", os.Getpid())
	if _, err := super.Exec("create role " + role + " login bypassrls password 'invented'"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := super.Exec("drop role " + role); err != nil {
			t.Error(err)
		}
	}()
	u, err := url.Parse(schema)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(role, "invented")
	refused("a role with BYPASSRLS", u.String())
}

// TestWallIsForced sees that every table that carries its area is behind row-level security that binds its owner too, and that a
// database on which somebody took that away from one table is refused (bar A8).
func TestWallIsForced(t *testing.T) {
	t.Parallel()
	schema := storetest.Schema(t)
	db := openTest(t, Config{Dir: t.TempDir(), Postgres: schema})
	open, err := db.writes.Query(`select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r'
		and not (relrowsecurity and relforcerowsecurity) order by relname`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := collect(open, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"areas", "counters", "goose_db_version", "installation"}, got); d != "" {
		t.Errorf("tables before the wall (-want +got):\n%s", d)
	}
	for _, breach := range []string{"no force row level security", "disable row level security"} {
		if _, err := db.writes.Exec("alter table records " + breach); err != nil {
			t.Fatal(err)
		}
		if other, err := Open(t.Context(), Config{Dir: t.TempDir(), Postgres: schema}); err == nil {
			t.Errorf("after %s the database was opened (%v)", breach, other.Close())
		}
		if _, err := db.writes.Exec("alter table records enable row level security, force row level security"); err != nil {
			t.Fatal(err)
		}
	}
}

// world is an area with one row of everything.
type world struct {
	area                string
	number              int64
	agency              id.Agency
	account             id.Account
	who                 Credential
	layout              id.Layout
	extract, replacing  id.Extract
	record, other       id.Record
	person              id.Person
	oldRun              id.Run // superseded, and not the last that was
	linkRun, costRun    id.Run
	job                 id.Job
	answer              int64
	price               id.Price
	code                ServiceCode
	session             int64
	tokenHash, agencyIs string
}

// newWorld makes an area and fills every table of it.
func newWorld(t *testing.T, db *DB, slug string) *world {
	t.Helper()
	w := &world{area: slug, agencyIs: slug + "-agency", tokenHash: fmt.Sprintf("%064s", slug)}
	err := db.Do(t.Context(), Request{Who: ByOperator(slug, "Olive of "+slug), Act: policy.AreaLoad,
		Subject: policy.Subject{Kind: policy.System}, Purpose: policy.Operate}, func(tx *Tx) error { return tx.SaveArea(id.Area(slug), slug, "hash") })
	if err != nil {
		t.Fatal(err)
	}
	err = db.alone(t.Context(), 0, func(tx *Tx) error {
		return tx.sql.QueryRow(db.text("select id from areas where slug = $1"), slug).Scan(&w.number)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.alone(t.Context(), w.number, w.fill); err != nil {
		t.Fatal(err)
	}
	w.who = BySession(slug, w.tokenHash, "192.0.2.1")
	if err := db.Do(t.Context(), w.home(), func(tx *Tx) error { _, err := tx.RecordsOf(w.person, w.linkRun); return err }); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) fill(tx *Tx) (err error) {
	tx.actor = policy.Actor{Account: 1, Area: id.Area(w.area), Source: "192.0.2.1"}
	tx.shown = map[id.Person]struct{}{}
	step := func(f func() error) {
		if err == nil {
			err = f()
		}
	}
	step(func() (err error) { w.agency, err = tx.AddAgency(w.agencyIs, "AGE", w.agencyIs); return err })
	step(func() (err error) {
		roles := []policy.Role{policy.Analyst, policy.Auditor}
		if w.area == "north" { // so that its roles can be told from another area's
			roles = append(roles, policy.FinanceLead)
		}
		w.account, err = tx.AddAccount(Account{Email: "ann@example.org.uk", Name: "Ann of " + w.area, Roles: roles}, "hash", false)
		return err
	})
	tx.actor.Account = w.account
	step(func() error { return tx.StartSession(w.account, w.tokenHash, "Test browser") })
	step(func() error {
		return tx.sql.QueryRow(tx.db.text("select id from sessions where token_hash = $1"), w.tokenHash).Scan(&w.session)
	})
	tx.session = w.session
	step(func() error { return tx.StatePurpose(policy.FindAndCost, "") })
	step(func() error { _, _, err := tx.Try("ann@example.org.uk"); return err })
	step(func() error {
		l, err := tx.AddLayout(Layout{Agency: w.agency, Name: "calls", Version: 1, Hash: "h", Text: "layout of " + w.area})
		w.layout = l.ID
		return err
	})
	step(func() error {
		e, _, err := tx.AddExtract(Extract{Agency: w.agency, Layout: w.layout, Name: w.area + ".csv", SHA256: "s", AsOf: 739000, ControlRows: -1})
		w.extract = e.ID
		return err
	})
	step(func() error {
		keys := []RecordKey{{Hash: 1, Key: w.area + "-1"}, {Hash: 2, Key: w.area + "-2"}}
		err := tx.AddRecords(w.agency, keys)
		w.record, w.other = keys[0].ID, keys[1].ID
		return err
	})
	step(func() error {
		var some []RecordVersion
		for i, r := range []id.Record{w.record, w.other} {
			some = append(some, RecordVersion{Record: r, Extract: w.extract, AsOf: 739000, Line: int64(i) + 2, Identity: `{"of":"` + w.area + `"}`,
				SetAside: "[]", Borough: w.area})
		}
		return tx.StageVersions(some)
	})
	step(func() error { return tx.StageSearchKeys(w.extract, []SearchKey{{77, w.record}, {77, w.other}}) })
	step(func() (err error) { w.code, err = tx.AddServiceCode(w.agency, "CUST", "night"); return err })
	step(func() error {
		return tx.StageContacts([]Contact{{Extract: w.extract, Line: 2, Record: w.record, Service: w.code.ID, From: 738000, Quantity: 1000}})
	})
	step(func() error { return tx.StageRecordLines(w.extract, []RecordLine{{w.record, 2}}) })
	step(func() error {
		return tx.StageWorkers(w.extract, []WorkerOf{{w.record, 738000, "A Mensah", "020 7946 0123"}})
	})
	step(func() error {
		return tx.StageMarks(w.extract, []Mark{{w.record, 0, 1}, {w.record, 7, 2}, {w.other, 7, 1}})
	})
	step(func() error { return tx.StageChunk(w.extract, Chunk{1, 9, []byte(w.area)}) })
	step(func() error { return tx.StageFaults(w.extract, []RowFault{{Line: 4, Field: "when", Code: "date"}}) })
	step(func() error {
		return tx.StageSetAside(w.extract, []ValueSetAside{{Field: "born", Code: "x", Said: w.area, Uses: 1}})
	})
	step(func() error {
		e, _, err := tx.AddExtract(Extract{Agency: w.agency, Layout: w.layout, Name: "later.csv", SHA256: "t", AsOf: 739001, ControlRows: -1})
		w.replacing = e.ID
		return err
	})
	step(func() error { return tx.StageReplacements([]Replacement{{ContactAt{w.extract, 2}, w.replacing}}) })
	step(func() error { // it says what the first extract says
		return tx.StageContacts([]Contact{{Extract: w.replacing, Line: 2, Record: w.record, Service: w.code.ID, From: 738000, Quantity: 1000}})
	})
	step(func() error {
		return tx.StageContacts([]Contact{{Extract: w.extract, Line: 9, Record: w.record, Service: w.code.ID, From: 738000, Quantity: 1000}})
	})
	step(func() error { return tx.StageReplacements([]Replacement{{ContactAt{w.extract, 9}, w.extract}}) })
	step(func() error { return tx.StageServices(w.extract, map[int64]int64{w.code.ID: 2}) })
	step(func() error {
		return tx.ExtractIsChecked(w.extract, ExtractCounts{Unmapped: "[]"}, `{"encoding": "utf-8"}`)
	})
	step(func() error { return tx.MoveExtract(w.extract, ExtractChecked, ExtractAccepted, "") })
	for range 2 {
		w.oldRun = w.linkRun
		step(func() (err error) { w.linkRun, err = tx.AddRun(LinkRun); return err })
		step(func() error { return tx.StageMemberships(w.linkRun, []Membership{{w.record, 1}}) })
		step(func() error { return tx.PublishRun(w.linkRun, LinkRun, "{}", "{}") })
	}
	step(func() (err error) { w.linkRun, err = tx.AddRun(LinkRun); return err })
	step(func() (err error) { w.person, err = tx.AddPersons(1, w.linkRun); return err })
	step(func() error {
		return tx.StageMemberships(w.linkRun, []Membership{{w.record, w.person}, {w.other, w.person}})
	})
	step(func() error {
		return tx.StageLinks(w.linkRun, []Link{{A: w.record, B: w.other, Millibits: 9000, PPM: 990_000, Evidence: w.area}})
	})
	step(func() error {
		return tx.StageDoubts(w.linkRun, []Doubt{{Link: Link{A: w.record, B: w.other, Evidence: w.area}, Why: "near"}})
	})
	step(func() error {
		return tx.AddMembershipEvents([]MembershipEvent{{Run: w.linkRun, Record: w.record, To: w.person, Kind: "linked"},
			{Run: w.linkRun, Record: w.other, From: w.person, Kind: "unlinked"}})
	})
	step(func() error { return tx.PublishRun(w.linkRun, LinkRun, "{}", "{}") })
	step(func() (err error) { w.costRun, err = tx.AddRun(CostRun); return err })
	step(func() error {
		return tx.StageSums(w.costRun, []PersonSum{{Person: w.person, Agency: w.agencyIs, Service: "nights", Amount: 500_00, Contacts: 1}})
	})
	step(func() error {
		return tx.StageTotals(w.costRun, []PersonTotal{{Person: w.person, Rank: 1, Place: "cohort", Borough: w.area, Total: 500_00}})
	})
	step(func() error { return tx.PublishRun(w.costRun, CostRun, "{}", "{}") })
	step(func() error {
		a, err := tx.AddAnswer(Answer{Answer: "unsure", Person: w.person, Record: w.record, Reason: w.area, Pairs: [][2]id.Record{{w.record, w.other}}, Pair: true,
			CountsFrom: w.linkRun})
		w.answer = a.ID
		return err
	})
	step(func() error {
		_, err := tx.AddAnswer(Answer{Answer: "same", Person: w.person, Record: w.record, Reason: w.area, Pairs: [][2]id.Record{{w.record, w.other}}, Sensitive: true})
		return err
	})
	step(func() error {
		return tx.AddMembershipEvents([]MembershipEvent{{Run: w.linkRun, Answer: w.answer, Record: w.record, To: w.person, Kind: "linked"}})
	})
	step(func() (err error) {
		w.price, err = tx.SetPrice(PriceEntry{Agency: w.agency, Code: "CUST", Unit: "night", Entry: w.area, State: "proposed"})
		return err
	})
	step(func() (err error) { w.job, err = tx.AddJob("stage", w.area); return err })
	return err
}

// areaTables gives every table that carries its area.
func areaTables() (out []string) {
	for table, names := range columns {
		if _, ok := names["area"]; ok {
			out = append(out, table)
		}
	}
	return out
}

// TestNoAreaNoRows counts rows on a connection that has named no area, and on one that has (bar A8).
func TestNoAreaNoRows(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir(), Postgres: storetest.Schema(t), Now: newClock().now})
	w := newWorld(t, db, "north")
	newWorld(t, db, "south")
	seal(t, db)
	for _, table := range areaTables() {
		var n, own int64
		if err := db.writes.QueryRow("select count(*) from " + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%s shows %d rows (%v) where no area was named", table, n, err)
		}
		err := db.alone(t.Context(), w.number, func(tx *Tx) error {
			return tx.sql.QueryRow("select count(*), coalesce(sum(case when area = $1 then 1 else 0 end), 0) from "+table, w.number).Scan(&n, &own)
		})
		if err != nil || n == 0 || own != n {
			t.Errorf("%s shows %d rows, %d of them the area's own (%v), want some and no others", table, n, own, err)
		}
		if _, err := db.writes.Exec("update " + table + " set area = 1"); err != nil {
			t.Errorf("update of no rows of %s: %v", table, err)
		}
	}
	// Nor can a row be written into another area.
	err := db.alone(t.Context(), w.number, func(tx *Tx) error {
		_, err := tx.sql.Exec("insert into agencies (area, id, slug, mark, name) values ($1, 900, 'x', 'X', 'X')", w.number+1)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a row was written into another area: %v", err)
	}
}

// TestAlternatingAreas shares two connections among a thousand requests of two areas and of nobody's area (bar A8).
func TestAlternatingAreas(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir(), Postgres: storetest.Schema(t), Now: newClock().now})
	worlds := []*world{newWorld(t, db, "north"), newWorld(t, db, "south")}
	db.writes.SetMaxOpenConns(2)
	db.writes.SetMaxIdleConns(2)
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := range 250 {
				var want []int64
				var err error
				var got []int64
				look := func(tx *Tx) error {
					rows, err := tx.sql.Query("select distinct area from agencies union select distinct area from records")
					if err != nil {
						return err
					}
					got, err = collect(rows, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) })
					return err
				}
				switch k := (g + i) % 3; k {
				case 2:
					err = withoutArea(t, db, look)
				default:
					want = []int64{worlds[k].number}
					err = db.Do(t.Context(), worlds[k].home(), look)
				}
				if d := cmp.Diff(want, got); d != "" || err != nil {
					t.Errorf("request %d.%d (-want +got):\n%s%v", g, i, d, err)
				}
			}
		})
	}
	group.Wait()
}

// withoutArea runs f in a transaction that names no area.
func withoutArea(t *testing.T, db *DB, f func(*Tx) error) error {
	s, err := db.reads.BeginTx(t.Context(), db.dialect.read)
	if err != nil {
		return err
	}
	return errors.Join(f(&Tx{ctx: t.Context(), db: db, sql: s, now: db.now()}), s.Rollback())
}

// home is a request of the world's own analyst, to open their home page.
func (w *world) home() Request {
	return Request{Who: w.who, Act: policy.HomeOpen, Subject: policy.Subject{Kind: policy.Area, ID: 1}}
}

// reading calls one reading method of Tx with the numbers of a world.
type reading struct {
	call  func(tx *Tx, w *world) (any, error)
	byRun bool   // it takes the number of a run, extract or answer, which acts take from the area's own rows; on SQLite that is its only wall
	crowd string // why it notes nobody, though it gives people
}

func gathered[T any](f func(func(T)) error) (any, error) {
	var out []T
	err := f(func(v T) { out = append(out, v) })
	return out, err
}

const (
	wholeRun    = "a run reads everybody, and its event names the run"
	onlyANumber = "one number of the same person"
	searched    = "whoever of them is shown is noted then"
	decides     = "the policy asks for them; whoever is shown is noted by the list"
)

var readings = map[string]reading{
	"Account": {call: func(tx *Tx, w *world) (any, error) { return tx.Account(w.account) }},
	"SecretOf": {call: func(tx *Tx, w *world) (any, error) {
		s, err := tx.SecretOf("ann@example.org.uk")
		return s.Account == w.account, err
	}},
	"PasswordHash": {call: func(tx *Tx, w *world) (any, error) { return tx.PasswordHash(w.account) }},
	"Accounts": {call: func(tx *Tx, w *world) (any, error) {
		tx.act, tx.purpose = policy.AccountList, policy.AuditUse // under which the policy confirms each row
		all, _, err := tx.Accounts(nil, AccountOrder{}, 10, 0)
		return len(all) > 0 && all[0].ID == w.account, err
	}},
	"AgencyStanding": {call: func(tx *Tx, w *world) (any, error) { _, _, n, err := tx.AgencyStanding(w.agency); return n, err }},
	"Area":           {call: func(tx *Tx, w *world) (any, error) { a, err := tx.Area(); return a.ID == w.number, err }},
	"Agencies": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.Agencies()
		return len(all) > 0 && all[0].ID == w.agency, err
	}},
	"Agency": {call: func(tx *Tx, w *world) (any, error) { return tx.Agency(w.agency) }},
	"Events": {call: func(tx *Tx, w *world) (any, error) { return tx.Events(EventFilter{Account: w.account}, 10) }},
	"DoneTo": {call: func(tx *Tx, w *world) (any, error) {
		some, err := tx.DoneTo(policy.Subject{Kind: policy.Area, ID: 1}, policy.HomeOpen, 10)
		return len(some) > 0 && some[0].Actor == "Ann of "+w.area, err
	}},
	"EventCount":     {call: func(tx *Tx, w *world) (any, error) { return tx.EventCount(w.person) }},
	"ContactsOf":     {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.ContactsOf(w.person, w.linkRun) }},
	"ContactsBefore": {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.ContactsBefore(w.person, w.linkRun, tx.now) }},
	"ContactAt":      {call: func(tx *Tx, w *world) (any, error) { return tx.ContactAt(ContactAt{w.extract, 2}) }},
	"ContactsOfExtract": {byRun: true, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(StoredContact)) error {
			return tx.ContactsOfExtract(w.extract, func(c StoredContact) error { f(c); return nil })
		})
	}},
	"ContactsOfService": {crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(StoredContact)) error {
			return tx.ContactsOfService(w.code.ID, w.linkRun, func(_ id.Person, c StoredContact) { f(c) })
		})
	}},
	"ContactsAgain": {byRun: true, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(StoredContact)) error {
			return tx.ContactsAgain(w.replacing, func(_ int64, c StoredContact) error { f(c); return nil })
		})
	}},
	"ReplacedWithin":  {call: func(tx *Tx, w *world) (any, error) { return tx.ReplacedWithin(w.extract) }},
	"ReplacedBy":      {call: func(tx *Tx, w *world) (any, error) { return tx.ReplacedBy(w.replacing, ContactAt{}, 10) }},
	"MembershipCount": {call: func(tx *Tx, w *world) (any, error) { return tx.MembershipCount(w.linkRun, w.person) }},
	"FirstChunk":      {call: func(tx *Tx, w *world) (any, error) { return tx.FirstChunk(w.extract) }},
	"InvolvedWith":    {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.InvolvedWith(w.person, w.linkRun) }},
	"ChunkOf":         {call: func(tx *Tx, w *world) (any, error) { return tx.ChunkOf(w.extract, 2) }},
	"ChunkAfter":      {call: func(tx *Tx, w *world) (any, error) { return tx.ChunkAfter(w.extract, 0) }},
	"RepeatsHeld": {call: func(tx *Tx, w *world) (any, error) {
		return tx.RepeatsHeld(w.replacing, 1, 100, tx.now.AddDate(1, 0, 0))
	}},
	"FaultsAfter":     {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.FaultsAfter(w.extract, RowFault{}, 10) }},
	"FaultsOf":        {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.FaultsOf(w.extract, "date", 0, 10) }},
	"FaultCounts":     {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.FaultCounts(w.extract) }},
	"SetAsideOf":      {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.SetAsideOf(w.extract, 10) }},
	"Extract":         {call: func(tx *Tx, w *world) (any, error) { return tx.Extract(w.extract) }},
	"Extracts":        {call: func(tx *Tx, w *world) (any, error) { return tx.Extracts(w.agency) }},
	"HoldingExtracts": {call: func(tx *Tx, w *world) (any, error) { return tx.HoldingExtracts(w.agency, 0) }},
	"StandingExtracts": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.StandingExtracts()
		return len(all) > 0 && all[0].ID == w.extract, err
	}},
	"NewestAsOf": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.NewestAsOf()
		return all[w.agency] != 0, err
	}},
	"ReadingOf":    {call: func(tx *Tx, w *world) (any, error) { return tx.ReadingOf(w.extract) }},
	"LayoutNameOf": {call: func(tx *Tx, w *world) (any, error) { return tx.LayoutNameOf(w.extract) }},
	"PersonFacts":  {crowd: onlyANumber, call: func(tx *Tx, w *world) (any, error) { return tx.PersonFacts(w.person) }},
	"Cohort":       {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.Cohort(w.costRun, "cohort", 0, 10) }},
	"Costliest":    {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.Costliest(w.costRun, 0, 10) }},
	"CohortFacts":  {byRun: true, crowd: decides, call: func(tx *Tx, w *world) (any, error) { return tx.CohortFacts(w.costRun, "cohort") }},
	"TotalOf":      {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.TotalOf(w.costRun, w.person) }},
	"SumsOf":       {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.SumsOf(w.costRun, w.person) }},
	"CodeUses":     {call: func(tx *Tx, w *world) (any, error) { all, err := tx.CodeUses(); return all[w.code.ID] > 0, err }},
	"Job":          {call: func(tx *Tx, w *world) (any, error) { return tx.Job(w.job) }},
	"JobsUnderWay": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.JobsUnderWay(10)
		return len(all) > 0 && all[0].ID == w.job, err
	}},
	"WaitingJob": {call: func(tx *Tx, w *world) (any, error) {
		j, err := tx.Job(w.job)
		if err != nil {
			return nil, err
		}
		n, err := tx.WaitingJob(j.Kind, "another")
		return n == w.job, err
	}},
	"OldRun": {call: func(tx *Tx, w *world) (any, error) { n, err := tx.OldRun(LinkRun, 1); return n == w.oldRun, err }},
	"Layout": {call: func(tx *Tx, w *world) (any, error) { return tx.Layout(w.layout) }},
	"Layouts": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.Layouts()
		return len(all) > 0 && all[0].ID == w.layout, err
	}},
	"NameOf": {call: func(tx *Tx, w *world) (any, error) { n, err := tx.NameOf(w.account); return n == "Ann of "+w.area, err }},
	"AccountNames": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.AccountNames()
		return len(all) > 0 && all[0].ID == w.account, err
	}},
	"AccountMayEver": {call: func(tx *Tx, w *world) (any, error) { return tx.AccountMayEver(w.account, policy.HomeOpen) }},
	"RolesHeld": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.RolesHeld()
		return w.area == "north" && slices.Contains(all, policy.FinanceLead), err
	}},
	"Operators": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.Operators()
		return slices.Contains(all, "Olive of "+w.area), err
	}},
	"Checkpoint": {call: func(tx *Tx, w *world) (any, error) {
		_, _, text, err := tx.Checkpoint()
		return strings.HasPrefix(text, fmt.Sprintf("throughline audit of area %d\n", w.number)), err
	}},
	"Memberships": {byRun: true, crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(Membership)) error { return tx.Memberships(w.linkRun, f) })
	}},
	"Follow":  {crowd: onlyANumber, call: func(tx *Tx, w *world) (any, error) { return tx.Follow(w.person) }},
	"LinksOf": {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.LinksOf(w.person, w.linkRun) }},
	"LinkEvidence": {call: func(tx *Tx, w *world) (any, error) {
		return tx.LinkEvidence(w.person, w.linkRun, Link{A: w.record, B: w.other})
	}},
	"LinkPairs": {byRun: true, crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(Link)) error {
			return tx.LinkPairs(w.linkRun, func(a, b id.Record) { f(Link{A: a, B: b}) })
		})
	}},
	"DoubtWhys": {byRun: true, crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(Doubt)) error {
			return tx.DoubtWhys(w.linkRun, func(a, b id.Record, why string) { f(Doubt{Link: Link{A: a, B: b}, Why: why}) })
		})
	}},
	"VersionsBeside": {crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(RecordVersion)) error {
			return tx.VersionsBeside(w.extract, func(v RecordVersion) error { f(v); return nil })
		})
	}},
	"WeakestLinks": {byRun: true, crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) { return tx.WeakestLinks(w.linkRun) }},
	"DoubtPairs": {crowd: searched, call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.DoubtPairs()
		return len(all) > 0 && all[0].A == w.record, err
	}},
	"Doubt": {call: func(tx *Tx, w *world) (any, error) { return tx.Doubt(w.record, w.other) }},
	"PairAnswers": {crowd: searched, call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.PairAnswers()
		if len(all) > 0 && all[0].ID != w.answer {
			all = nil
		}
		return all, err
	}},
	"AnswersOfPair": {call: func(tx *Tx, w *world) (any, error) { return tx.AnswersOfPair(w.record, w.other) }},
	"SameAnswersOn": {crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.SameAnswersOn(w.record, w.other) }},
	"Marks": {crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) {
		found := false
		err := tx.Marks(func(m Mark) { found = found || m.Record == w.record })
		return found, err
	}},
	"MarksOf":          {byRun: true, crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.MarksOf(w.linkRun, []id.Person{w.person}) }},
	"MarkedBy":         {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.MarkedBy(w.extract) }},
	"AnswersChangedIn": {byRun: true, crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.AnswersChangedIn(w.linkRun) }},
	"MovesIn":          {byRun: true, crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.MovesIn(w.linkRun) }},
	"MovesBetween": {crowd: searched, call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.MovesBetween(tx.now.AddDate(-1, 0, 0), tx.now)
		return len(all) > 0 && tx.area == w.number, err
	}},
	"MembersKept":   {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.MembersKept(w.linkRun) }},
	"MovesOf":       {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.MovesOf(w.answer) }},
	"MembersOf":     {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.MembersOf(w.linkRun, w.person) }},
	"WhoseIs":       {byRun: true, crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.WhoseIs(w.linkRun, w.record) }},
	"OwnerOf":       {crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.OwnerOf(w.record) }},
	"SourceOf":      {crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.SourceOf(w.record) }},
	"HolderOf":      {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.HolderOf(w.linkRun, w.record) }},
	"RecordMovesOf": {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.RecordMovesOf(w.person, w.linkRun) }},
	"HistoryOf":     {crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.HistoryOf([]id.Record{w.record, w.other}) }},
	"RecordsLeft":   {crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.RecordsLeft(w.person) }},
	"TiesOf":        {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.TiesOf(w.linkRun, w.record) }},
	"Answer":        {call: func(tx *Tx, w *world) (any, error) { return tx.Answer(w.answer) }},
	"AnswersOf":     {call: func(tx *Tx, w *world) (any, error) { return tx.AnswersOf(w.person) }},
	"AnswersSince": {call: func(tx *Tx, w *world) (any, error) {
		n, err := tx.AnswersSince(tx.now.AddDate(-1, 0, 0))
		return n > 0 && tx.area == w.number, err
	}},
	"AnswersBetween": {call: func(tx *Tx, w *world) (any, error) {
		n, err := tx.AnswersBetween(tx.now.AddDate(-1, 0, 0), tx.now)
		return n > 0 && tx.area == w.number, err
	}},
	"StandingAnswers": {crowd: wholeRun, call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.StandingAnswers()
		if len(all) > 0 && all[0].ID != w.answer {
			all = nil
		}
		return all, err
	}},
	"Prices": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.Prices()
		return len(all) > 0 && all[0].ID == w.price, err
	}},
	"PricesSince": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.PricesSince(tx.now.AddDate(-1, 0, 0))
		return len(all) > 0 && all[0].ID == w.price, err
	}},
	"PriceHistory": {call: func(tx *Tx, w *world) (any, error) { return tx.PriceHistory(w.agency, "CUST", "night") }},
	"LastRecord":   {call: func(tx *Tx, w *world) (any, error) { n, err := tx.LastRecord(); return n == w.other, err }},
	"StandingRecords": {call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(Record)) error {
			return tx.StandingRecords(w.record-1, w.other, func(r Record) error { f(r); return nil })
		})
	}},
	"Record":         {call: func(tx *Tx, w *world) (any, error) { return tx.Record(w.record, w.linkRun) }},
	"RecordsOf":      {byRun: true, call: func(tx *Tx, w *world) (any, error) { return tx.RecordsOf(w.person, w.linkRun) }},
	"PeopleFacts":    {crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.PeopleFacts([]id.Person{w.person}) }},
	"PeopleServices": {byRun: true, crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.PeopleServices([]id.Person{w.person}, w.linkRun) }},
	"ServicesOf":     {byRun: true, crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.ServicesOf(w.person, w.linkRun) }},
	"RecordOfKey": {crowd: searched, call: func(tx *Tx, w *world) (any, error) {
		return tx.RecordOfKey(w.agency, RecordKey{Hash: 1, Key: "north-1"}, w.linkRun)
	}},
	"RecordsByKey": {crowd: searched, call: func(tx *Tx, w *world) (any, error) {
		some, err := tx.RecordsByKey(77, w.linkRun, 10)
		if len(some) > 0 && some[0].Record != w.record {
			some = nil
		}
		return some, err
	}},
	"Boroughs": {call: func(tx *Tx, w *world) (any, error) {
		found := false
		err := tx.Boroughs(func(r id.Record, _ string) { found = found || r == w.record })
		return found, err
	}},
	"Identities": {crowd: searched, call: func(tx *Tx, w *world) (any, error) { return tx.Identities([]id.Record{w.record}) }},
	"Run":        {call: func(tx *Tx, w *world) (any, error) { return tx.Run(w.linkRun) }},
	"Runs": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.Runs(10)
		return len(all) > 0 && all[0].ID == w.costRun, err
	}},
	"RunsBefore": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.RunsBefore(0, CostRun, 10)
		return len(all) > 0 && all[0].ID == w.costRun, err
	}},
	"RunsBeside": {call: func(tx *Tx, w *world) (any, error) {
		before, _, err := tx.RunsBeside(LinkRun, w.linkRun)
		return before == w.linkRun-1, err
	}},
	"Sessions": {call: func(tx *Tx, w *world) (any, error) { return tx.Sessions(w.account) }},
	"ServiceCodes": {call: func(tx *Tx, w *world) (any, error) {
		all, err := tx.ServiceCodes()
		return len(all) > 0 && all[0].ID == w.code.ID, err
	}},
	"RecordKeys": {call: func(tx *Tx, w *world) (any, error) { return tx.RecordKeys(w.agency, 0, 10) }},
	"ContactMarks": {byRun: true, call: func(tx *Tx, w *world) (any, error) {
		return gathered(func(f func(ContactMark)) error { return tx.ContactMarks(w.extract, f) })
	}},
}

// notReadings are the methods of Tx that read no row of an area, or write.
var notReadings = strings.Fields(`Now Names Shows Asks Actor Purpose Purposes Confirm Ask May MayFor MayHere MayEver MustChange VerifyAudit
	AddAccount SetPasswordHash SetRoles Suspend Restore SaveArea AddAgency AddExtract PriceMapsVersion ExtractIsChecked ExtractIsFaulty MoveExtract ExtractIsSwept
	StageSums StageTotals AddJob TakeJob JobProgress FinishJob ReleaseJob AddLayout ApproveLayout AddPersons StageMemberships StageLinks StageDoubts
	AddMembershipEvents SetMembership ForwardPerson AddAnswer UndoAnswer SetCounts AnswerMade AnswerIsOn AnswerIsSensitive SetPrice ApprovePrice AddRun FixRun PublishRun FailRun SweepRun
	StartSession RenewSession StatePurpose ShowNamesUntil EndSession EndOwnSession EndSessions StageChunk StageFaults StageSetAside AddServiceCode DropServiceCodes
	AddRecords StageVersions StageServices StageSearchKeys StageContacts StageRecordLines StageWorkers StageMarks StageReplacements BridgeReplacements SweepExtract Try TryWasRight`)

// TestEveryReadingIsKnown fails on a method of Tx that the two tests below do not know of.
func TestEveryReadingIsKnown(t *testing.T) {
	t.Parallel()
	typ := reflect.TypeFor[*Tx]()
	for i := range typ.NumMethod() {
		name := typ.Method(i).Name
		if _, known := readings[name]; !known && !slices.Contains(notReadings, name) {
			t.Errorf("Tx.%s reads or writes something that no test knows of: add it to readings or notReadings", name)
		}
	}
}

// TestSecondAreaSeesNothing asks for everything of one area with the credentials of another (bar A8).
func TestSecondAreaSeesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		north, south := newWorld(t, db, "north"), newWorld(t, db, "south")
		seal(t, db)
		// Counted first: who asks for a number they have no right to is noted under it, in the events of their own area.
		names := append([]string{"EventCount"}, slices.Sorted(maps.Keys(readings))...)
		checked := map[string]bool{}
		for _, name := range names {
			if checked[name] {
				continue
			}
			checked[name] = true
			r := readings[name]
			for _, c := range []struct {
				who *world
				own bool
			}{{north, true}, {south, false}} {
				if r.byRun && !c.own && db.dialect.name == "sqlite" {
					continue
				}
				var got any
				err := db.Do(t.Context(), c.who.home(), func(tx *Tx) (err error) {
					got, err = r.call(tx, north)
					return err
				})
				if err != nil && (c.own || fault.KindOf(err) != fault.NotFound) {
					t.Errorf("%s as %s: %v", name, c.who.area, err)
				}
				if seen := err == nil && !empty(reflect.ValueOf(got)); seen != c.own {
					t.Errorf("%s of north as %s: seen %t, want %t: %+v", name, c.who.area, seen, c.own, got)
				}
			}
		}
		for _, s := range []policy.Subject{{Kind: policy.Person, ID: int64(north.person)}, {Kind: policy.Record, ID: int64(north.record)},
			{Kind: policy.Extract, ID: int64(north.extract)}, {Kind: policy.Layout, ID: int64(north.layout)}, {Kind: policy.Run, ID: int64(north.linkRun)},
			{Kind: policy.Job, ID: int64(north.job)}, {Kind: policy.Account, ID: int64(north.account)}, {Kind: policy.Agency, ID: int64(north.agency)},
			{Kind: policy.Session, ID: north.session}} {
			for _, w := range []*world{north, south} {
				err := db.Do(t.Context(), w.home(), func(tx *Tx) error {
					f, err := tx.facts(s)
					if own := w == north; f.Exists != own {
						t.Errorf("as %s, %s %d exists %t, want %t", w.area, s.Kind, s.ID, f.Exists, own)
					}
					return err
				})
				if err != nil {
					t.Errorf("%s as %s: %v", s.Kind, w.area, err)
				}
			}
		}
		err := db.Do(t.Context(), Request{Who: south.who, Act: policy.PersonOpen, Subject: policy.Subject{Kind: policy.Person, ID: int64(north.person)}}, nothing)
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("a person of north was opened from south: %v", err)
		}
		// A session's token is of its area only.
		err = db.Do(t.Context(), Request{Who: BySession("south", north.tokenHash, "192.0.2.1"), Act: policy.HomeOpen, Subject: policy.Subject{Kind: policy.Area, ID: 1}}, nothing)
		if fault.KindOf(err) != fault.SignIn {
			t.Errorf("a session of north is good in south: %v", err)
		}
	})
}

// empty says whether a value tells nothing: zero, no rows, or false.
func empty(v reflect.Value) bool {
	switch {
	case !v.IsValid():
		return true
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}

// TestWhoIsShownIsNoted compares the people in what each reading gives with the people of its event (bar U1).
func TestWhoIsShownIsNoted(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		w := newWorld(t, db, "north")
		seal(t, db)
		several := 0
		for name, r := range readings {
			var got any
			err := db.Do(t.Context(), w.home(), func(tx *Tx) (err error) {
				got, err = r.call(tx, w)
				return err
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			given := map[int64]bool{}
			peopleIn(reflect.ValueOf(got), given)
			noted := lastPeople(t, db, w)
			if len(given) > 0 {
				several++
			}
			for p := range given {
				if !slices.Contains(noted, p) && r.crowd == "" {
					t.Errorf("%s gives person %d, and its event names %v", name, p, noted)
				}
			}
			if len(noted) > 0 && r.crowd != "" {
				t.Errorf("%s notes %v: it needs no reason not to", name, noted)
			}
		}
		if several < 8 {
			t.Errorf("only %d readings gave people", several)
		}
	})
}

// peopleIn finds every person's number in a value.
func peopleIn(v reflect.Value, into map[int64]bool) {
	if !v.IsValid() {
		return
	}
	if v.Type() == reflect.TypeFor[id.Person]() {
		if v.Int() > 0 {
			into[v.Int()] = true
		}
		return
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			peopleIn(v.Index(i), into)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			peopleIn(k, into)
			peopleIn(v.MapIndex(k), into)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			peopleIn(v.Field(i), into)
		}
	case reflect.Interface, reflect.Pointer:
		peopleIn(v.Elem(), into)
	}
}

// lastPeople gives the people of the newest event.
func lastPeople(t *testing.T, db *DB, w *world) []int64 {
	t.Helper()
	var out []int64
	err := db.alone(t.Context(), w.number, func(tx *Tx) error {
		rows, err := tx.sql.Query("select person from audit_people where event = (select max(id) from audit) order by person")
		if err != nil {
			return err
		}
		out, err = collect(rows, func(scan func(...any) error) (n int64, err error) { return n, scan(&n) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEventsSayWhoAndWhyAndNothingElse reads every column of the events of a world whose texts are all marked, and finds the links that
// ISO 27789 asks for and none of the marks (bar U2).
func TestEventsSayWhoAndWhyAndNothingElse(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, c *clock) {
		w := newWorld(t, db, "canary")
		for _, r := range readings {
			c.move(1000)
			if err := db.Do(t.Context(), w.home(), func(tx *Tx) error { _, err := r.call(tx, w); return err }); err != nil && fault.KindOf(err) != fault.NotFound {
				t.Fatal(err)
			}
		}
		open := Request{Who: w.who, Act: policy.PersonOpen, Subject: policy.Subject{Kind: policy.Person, ID: int64(w.person)}}
		if err := db.Do(t.Context(), open, func(tx *Tx) error { _, err := tx.RecordsOf(w.person, w.linkRun); return err }); err != nil {
			t.Fatal(err)
		}
		err := db.alone(t.Context(), w.number, func(tx *Tx) error {
			all, err := list(tx, verifyEvents, []any{w.number, -1, 1000}, scanSealed)
			for _, s := range all {
				text := fmt.Sprintf("%+v", s.event)
				text = strings.NewReplacer("Ann of canary", "", "Olive of canary", "").Replace(text)
				if strings.Contains(text, "canary") || strings.Contains(text, w.tokenHash) || strings.Contains(text, "example.org") {
					t.Errorf("an event holds content: %s", text)
				}
			}
			last := all[slices.IndexFunc(all, func(s sealedEvent) bool { return s.event.act == string(policy.PersonOpen) })].event
			last.policies, last.policyHash = strings.Join(strings.Fields(last.policies)[:1], " "), last.policyHash[:0]
			want := event{id: last.id, area: w.number, at: instant(c.now()), account: int64(w.account), actorName: "Ann of canary", roles: "analyst auditor",
				act: "person.open", subjectKind: "Person", subject: int64(w.person), purpose: "find-and-cost", outcome: "permit", reason: last.reason,
				policies: last.policies, session: w.session, source: "192.0.2.1"}
			if d := cmp.Diff(want, last, cmp.AllowUnexported(event{})); d != "" || last.policies == "" || last.reason == "" {
				t.Errorf("the event of opening a person (-want +got):\n%s", d)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
