// Package app holds the acts: one method for each thing a person can do, each opening the keeper's door once or, for work in
// pieces, once a piece. What joins two nouns is an act and lives here; a rule that would hold with the computer off does not.
package app

import (
	"io/fs"
	"slices"
	"time"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// App is the acts over one keeper.
type App struct {
	db      *store.DB
	dir     string
	areas   fs.FS // the areas' configuration: a folder for each area
	now     func() time.Time
	version string
	sorted  int // triples that a sorting holds in memory
	configs configs
	prices  priceMaps
	turn    chan struct{} // holds one while an act reckons over every contact
	effects kept[reckonedBoth]
	ranWith kept[*priceMap]    // by runs
	codes   kept[[]CodePerson] // whose the contacts of codes are
	paces   paces              // how fast jobs go
	signing signing
}

// New makes the acts. areas holds a folder of configuration for each area; dir is the data directory, in which uploads wait.
func New(db *store.DB, areas fs.FS, dir, version string, now func() time.Time) *App {
	return &App{db: db, areas: areas, dir: dir, now: now, version: version, sorted: sortedInMemory, turn: make(chan struct{}, 1)}
}

// Who is whoever asks for an act; the shells make one and hand it on. The zero Who is nobody.
type Who = store.Credential

// Nobody is somebody who has not signed in.
func Nobody(area, source string) Who { return store.Nobody(area, source) }

// BySession is whoever holds the session of this token.
func BySession(area, tokenHash, source string) Who { return store.BySession(area, tokenHash, source) }

// ByOperator is a named person at the command line.
func ByOperator(area, name string) Who { return store.ByOperator(area, name) }

// Viewer is what every page knows of who looks at it.
type Viewer struct {
	Account    id.Account
	Name       string
	Area       id.Area
	AreaTitle  string
	Agency     id.Agency
	Roles      []policy.Role
	Purpose    policy.Purpose
	NamesUntil time.Time // zero while people are shown by pseudonym
	MustChange bool      // their password was made for them, and they choose their own before anything else

	may map[policy.Act]bool
}

// May says whether the viewer's roles could open an act for the purpose they stated: what a page needs to know before it offers a link.
// The door decides.
func (v Viewer) May(act policy.Act) bool {
	info, known := policy.ActInfo(act)
	return known && v.may[act] && (len(info.Purposes) == 0 || v.Purpose == "" || slices.Contains(info.Purposes, v.Purpose))
}

// MayEver says whether the viewer's roles could open an act for some purpose, so that stating it is the way there.
func (v Viewer) MayEver(act policy.Act) bool { return v.may[act] }

// viewer gathers the Viewer inside the door.
func viewer(tx *store.Tx) (Viewer, error) {
	a := tx.Actor()
	area, err := tx.Area()
	v := Viewer{Account: a.Account, Name: a.Name, Area: a.Area, AreaTitle: area.Title, Agency: a.Agency, Roles: a.Roles, Purpose: tx.Purpose()}
	if err != nil {
		return Viewer{}, err
	}
	if a.NamesShown(tx.Now()) {
		v.NamesUntil = a.NamesUntil
	}
	v.may = map[policy.Act]bool{}
	for _, info := range policy.Acts() {
		v.may[info.Act] = tx.MayEver(info.Act)
	}
	v.MustChange, err = tx.MustChange()
	return v, err
}

// request is the store's request of an act upon a subject.
func request(who Who, act policy.Act, kind policy.SubjectKind, n int64) store.Request {
	return store.Request{Who: who, Act: act, Subject: policy.Subject{Kind: kind, ID: n}}
}

// inArea is the request of an act upon the area itself, or upon the whole of a kind of thing in it.
func inArea(who Who, act policy.Act, kind policy.SubjectKind) store.Request {
	return request(who, act, kind, 1)
}

// bySecret is whoever holds a session's secret, as the demonstration holds it in memory.
func bySecret(area id.Area, secret string) Who {
	hash, ok := TokenHash(secret)
	if !ok {
		return Who{}
	}
	return BySession(string(area), hash, policy.CommandLine)
}
