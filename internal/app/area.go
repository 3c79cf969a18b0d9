package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io/fs"
	"path"
	"sync"
	"time"

	"throughline/internal/area"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// configs keeps each area's settings as last read, with the SHA-256 of the files they came from.
type configs struct {
	mu  sync.Mutex
	was map[id.Area]config
}

type config struct {
	sum    [sha256.Size]byte
	area   *area.Area
	looked time.Time
}

// settled is how long settings are used before their files are looked at again.
const settled = time.Second

// config gives an area's settings as its files say, looked at no more than a second ago. They are parsed anew only when a
// file has changed. The Area is shared: nobody changes it.
func (a *App) config(slug id.Area) (*area.Area, error) {
	a.configs.mu.Lock()
	defer a.configs.mu.Unlock()
	was, known := a.configs.was[slug]
	if since := a.now().Sub(was.looked); known && since >= 0 && since < settled {
		return was.area, nil
	}
	sum, err := contentSum(a.areas, string(slug))
	if err != nil {
		return area.Load(a.areas, slug) // it says what is wrong with the folder
	}
	if known && was.sum == sum {
		was.looked = a.now()
		a.configs.was[slug] = was
		return was.area, nil
	}
	now, err := area.Load(a.areas, slug)
	if err != nil {
		return nil, err
	}
	if a.configs.was == nil {
		a.configs.was = map[id.Area]config{}
	}
	a.configs.was[slug] = config{sum, now, a.now()}
	return now, nil
}

// contentSum is the SHA-256 over the names and contents of the files of a folder, those of its own folders left out.
func contentSum(files fs.FS, folder string) (sum [sha256.Size]byte, err error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return sum, err
	}
	h := sha256.New()
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		raw, err := fs.ReadFile(files, path.Join(folder, e.Name()))
		if err != nil {
			return sum, err
		}
		part := sha256.Sum256(raw)
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(e.Name()))))
		h.Write([]byte(e.Name()))
		h.Write(part[:])
	}
	h.Sum(sum[:0])
	return sum, nil
}

// Configurations gives the areas whose settings are at hand, by the names of their folders. Whether they can be used
// is found out when they are loaded.
func (a *App) Configurations() ([]id.Area, error) {
	entries, err := fs.ReadDir(a.areas, ".")
	if err != nil {
		return nil, err
	}
	var slugs []id.Area
	for _, e := range entries {
		if _, err := fs.Stat(a.areas, path.Join(e.Name(), "area.yaml")); err == nil {
			slugs = append(slugs, id.Area(e.Name()))
		}
	}
	return slugs, nil
}

// AreaLoaded is what loading an area's configuration came to.
type AreaLoaded struct {
	Area     id.Area
	Title    string
	Version  string // SHA-256 of the configuration
	Agencies int
}

// LoadArea loads the configuration of the area of who, and its agencies. Doing it again changes only what the configuration
// now says otherwise; an agency that it no longer names stays, since its extracts do.
func (a *App) LoadArea(ctx context.Context, who Who) (AreaLoaded, error) {
	c, err := a.config(id.Area(who.Area()))
	if err != nil {
		return AreaLoaded{}, err
	}
	r := request(who, policy.AreaLoad, policy.System, 1)
	r.Purpose = policy.Operate
	err = a.db.Do(ctx, r, func(tx *store.Tx) error { return loadArea(tx, c) })
	if err != nil {
		return AreaLoaded{}, err
	}
	return AreaLoaded{c.Slug, c.Title, c.Version, len(c.Agencies)}, nil
}

func loadArea(tx *store.Tx, c *area.Area) error {
	if err := tx.SaveArea(c.Slug, c.Title, c.Version); err != nil {
		return err
	}
	for _, g := range c.Agencies {
		if _, err := tx.AddAgency(g.Slug, g.Mark, g.Name); err != nil {
			return err
		}
	}
	return seedPrices(tx, c)
}

// AreaWords are the words that an area's settings put on every page.
type AreaWords struct {
	Partnership string
	Invented    string // a sentence that every person and figure is invented; empty in a real area
	Agencies    []string
}

// AreaWords gives an area's words; none when its settings cannot be read.
func (a *App) AreaWords(slug id.Area) AreaWords {
	c, err := a.config(slug)
	if err != nil {
		return AreaWords{}
	}
	words := AreaWords{Partnership: c.Partnership, Invented: c.Wording.Invented}
	for _, g := range c.Agencies {
		words.Agencies = append(words.Agencies, g.Name)
	}
	return words
}
