package area

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"

	"throughline/internal/fault"
	"throughline/internal/id"
)

type areaFile struct {
	Slug, Title, Partnership string

	Boroughs        []struct{ Slug, Name string }
	PostcodeSectors string `yaml:"postcode_sectors"`
	Agencies        []struct {
		Slug, Mark, Name, Payer, Sends string
		Reach                          []string
	}
	Categories []struct {
		Slug, Name  string
		Sensitivity Sensitivity
	}
	Payers   []struct{ Slug, Name string }
	Services []struct {
		Slug, Name, Category, Kind, Unit, Units string
		Sensitivity                             Sensitivity
	}
	Purposes []struct{ Slug, Words string }
	Roles    []string
	Cohort   struct {
		Version         int
		Agreed          string
		AWeek           string `yaml:"a_week"`
		PriceYear       string `yaml:"price_year"`
		ShownAlsoIn     string `yaml:"shown_also_in"`
		Days            int
		AsOf            string `yaml:"as_of"`
		AgenciesAtLeast int    `yaml:"agencies_at_least"`
		LargestMost     int    `yaml:"largest_service_at_most_percent"`
	}
	Prices struct {
		Map       string
		PriceYear string `yaml:"price_year"`
		Deflator  string
		Editions  []string
	}
	Linkage struct {
		Population        int
		NameAndBirthAlone string  `yaml:"name_and_birth_alone"`
		AutomaticAbove    float64 `yaml:"automatic_above"`
		ReviewAbove       float64 `yaml:"review_above"`
	}
	Wording struct {
		NotASaving string `yaml:"not_a_saving"`
		Average    string
		LeftOut    string `yaml:"left_out"`
		Invented   string
	}
}

// Load reads the area in the folder slug of fsys: area.yaml and the files that it names. It gives the area whole or a
// *fault.Error with a note for every problem, each naming its file, line and remedy.
func Load(fsys fs.FS, slug id.Area) (*Area, error) {
	if !slugForm.MatchString(string(slug)) {
		return nil, fault.Missing("area")
	}
	sum := sha256.New()
	var files []*file
	read := func(name string) *file {
		f := &file{name: name}
		files = append(files, f)
		raw, err := fs.ReadFile(fsys, path.Join(string(slug), name))
		if err != nil {
			f.note("", 1, "The file is not there.", "Put it in the folder of the area.")
			return nil
		}
		f.raw = raw
		fmt.Fprintf(sum, "%s %d\n", name, len(raw))
		sum.Write(raw)
		return f
	}
	a := &Area{Slug: slug}
	if f := read("area.yaml"); f != nil {
		var in areaFile
		if f.decode(&in) {
			a.fill(f, in)
			if sectors := read(in.PostcodeSectors); sectors != nil {
				a.loadSectors(sectors)
			}
			if prices := read(in.Prices.Map); prices != nil {
				a.loadPrices(prices)
			}
		}
	}
	wrong := fault.New(fault.Invalid, "area-settings", fmt.Sprintf("The settings of %s cannot be used.", slug),
		"Correct the lines named, and try again.")
	for _, f := range files {
		wrong.Notes = append(wrong.Notes, f.problems...)
	}
	if len(wrong.Notes) > 0 {
		return nil, wrong
	}
	a.Version = hex.EncodeToString(sum.Sum(nil))
	return a, nil
}

var (
	slugForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	markForm = regexp.MustCompile(`^[A-Z]{3}$`)
	kinds    = []string{"crisis", "planned", "enforcement_disposal"}
)

// fill takes what area.yaml says into a, noting in f whatever does not hold together.
func (a *Area) fill(f *file, in areaFile) {
	if in.Slug != string(a.Slug) {
		f.at("slug").bad("The slug is %q, but the folder is %q.", "Make them the same.", in.Slug, a.Slug)
	}
	a.Title = f.at("title").words(in.Title)
	a.Partnership = f.at("partnership").words(in.Partnership)
	a.Roles = in.Roles
	for _, b := range in.Boroughs {
		a.Boroughs = append(a.Boroughs, Named(b))
	}
	for _, p := range in.Payers {
		a.Payers = append(a.Payers, Named(p))
	}
	for i, c := range in.Categories {
		a.Categories = append(a.Categories, Category(c))
		f.at("categories", i, "sensitivity").sensitivity(c.Sensitivity)
	}
	for _, p := range in.Purposes {
		a.Purposes = append(a.Purposes, Purpose(p))
	}
	slugs(f, "boroughs", a.Boroughs, func(n Named) string { return n.Slug })
	slugs(f, "payers", a.Payers, func(n Named) string { return n.Slug })
	slugs(f, "categories", a.Categories, func(c Category) string { return c.Slug })
	slugs(f, "purposes", a.Purposes, func(p Purpose) string { return p.Slug })
	slugs(f, "roles", a.Roles, func(s string) string { return s })
	a.fillAgencies(f, in)
	a.fillServices(f, in)
	a.fillCohort(f, in)
	a.fillPrices(f, in)
	a.fillLinkage(f, in)
	a.Wording = Wording{NotASaving: f.at("wording", "not_a_saving").words(in.Wording.NotASaving),
		Average: f.at("wording", "average").words(in.Wording.Average),
		LeftOut: f.at("wording", "left_out").words(in.Wording.LeftOut), Invented: in.Wording.Invented}
}

// slugs notes slugs that are ill-formed or stand twice, and an empty list.
func slugs[T any](f *file, list string, all []T, slug func(T) string) {
	if len(all) == 0 {
		f.at(list).bad("The list of %s is empty.", "Add at least one.", list)
	}
	seen := map[string]bool{}
	for i, t := range all {
		s := slug(t)
		if !slugForm.MatchString(s) {
			f.at(list, i).bad("%q is not a slug.", "Use small letters, figures and hyphens.", s)
		}
		if seen[s] {
			f.at(list, i).bad("%q stands twice under %s.", "Keep one.", s, list)
		}
		seen[s] = true
	}
}

func (a *Area) fillAgencies(f *file, in areaFile) {
	marks := map[string]bool{}
	for i, g := range in.Agencies {
		at := func(key string) place { return f.at("agencies", i, key) }
		a.Agencies = append(a.Agencies, Agency{Slug: g.Slug, Mark: g.Mark, Name: at("name").words(g.Name),
			Sends: g.Sends, Payer: g.Payer, Reach: g.Reach})
		if !markForm.MatchString(g.Mark) || marks[g.Mark] {
			at("mark").bad("The mark %q must be three capitals of its own.", "Choose another mark.", g.Mark)
		}
		marks[g.Mark] = true
		if _, ok := a.Payer(g.Payer); !ok {
			at("payer").bad("There is no payer %q in this area.", "Use one of the slugs under payers.", g.Payer)
		}
		for _, b := range g.Reach {
			if !slices.ContainsFunc(a.Boroughs, func(n Named) bool { return n.Slug == b }) {
				at("reach").bad("There is no borough %q in this area.", "Use one of the slugs under boroughs.", b)
			}
		}
	}
	slugs(f, "agencies", a.Agencies, func(g Agency) string { return g.Slug })
}

func (a *Area) fillServices(f *file, in areaFile) {
	for i, s := range in.Services {
		at := func(key string) place { return f.at("services", i, key) }
		c, ok := a.Category(s.Category)
		if !ok {
			at("category").bad("There is no category %q in this area.", "Use one of the slugs under categories.", s.Category)
		}
		if s.Sensitivity != "" {
			c.Sensitivity = at("sensitivity").sensitivity(s.Sensitivity)
		}
		a.Services = append(a.Services, Service{Slug: s.Slug, Name: at("name").words(s.Name), Category: s.Category,
			Kind: s.Kind, Unit: at("unit").words(s.Unit), Units: at("units").words(s.Units), Sensitivity: c.Sensitivity})
		if !slices.Contains(kinds, s.Kind) {
			at("kind").bad("%q is not a kind of service.", "Use crisis, planned or enforcement_disposal.", s.Kind)
		}
	}
	slugs(f, "services", a.Services, func(s Service) string { return s.Slug })
}

func (a *Area) fillCohort(f *file, in areaFile) {
	at := func(key string) place { return f.at("cohort", key) }
	c := in.Cohort
	a.Cohort = CohortRule{Version: c.Version, Agreed: at("agreed").words(c.Agreed), AWeek: at("a_week").amount(c.AWeek),
		PriceYear: at("price_year").year(c.PriceYear), Days: c.Days, AsOf: at("as_of").day(c.AsOf),
		AgenciesAtLeast: c.AgenciesAtLeast, LargestMostPercent: c.LargestMost}
	if c.ShownAlsoIn != "" {
		a.Cohort.ShownAlsoIn = at("shown_also_in").year(c.ShownAlsoIn)
	}
	if c.Version < 1 {
		at("version").bad("A rule has a version, from 1.", "Give it a number one above the last.")
	}
	if c.Days < 14 || c.Days%14 != 0 {
		at("days").bad("A window is two years of whole weeks each, so its days are a multiple of 14.", "Use 728 for two years.")
	}
	if c.AgenciesAtLeast < 1 {
		at("agencies_at_least").bad("A member is known to at least one agency.", "Use 1 or more.")
	}
	if c.LargestMost < 1 || c.LargestMost > 100 {
		at("largest_service_at_most_percent").bad("A share is from 1 to 100 per cent.", "Use 100 for no limit.")
	}
}

func (a *Area) fillPrices(f *file, in areaFile) {
	a.Prices = Prices{PriceYear: f.at("prices", "price_year").year(in.Prices.PriceYear),
		Deflator: f.at("prices", "deflator").words(in.Prices.Deflator), Editions: in.Prices.Editions}
	if a.Prices.PriceYear != a.Cohort.PriceYear {
		f.at("cohort", "price_year").bad("The cohort's rule is in %s prices and the price map in %s.",
			"Use one year for both.", a.Cohort.PriceYear, a.Prices.PriceYear)
	}
	if len(in.Prices.Editions) == 0 {
		f.at("prices", "editions").bad("An area names the price editions it uses.", "List at least one.")
	}
}

func (a *Area) fillLinkage(f *file, in areaFile) {
	l := in.Linkage
	at := func(key string) place { return f.at("linkage", key) }
	a.Linkage = Linkage{l.Population, l.NameAndBirthAlone == "rare", l.AutomaticAbove, l.ReviewAbove}
	if l.Population < 1 {
		at("population").bad("The number of people who live in the area is needed.", "Use the latest mid-year estimate.")
	}
	if l.NameAndBirthAlone != "rare" && l.NameAndBirthAlone != "never" {
		at("name_and_birth_alone").bad("%q is not an answer.", "Use rare or never.", l.NameAndBirthAlone)
	}
	if !(0 < l.ReviewAbove && l.ReviewAbove <= l.AutomaticAbove && l.AutomaticAbove <= 1) {
		at("automatic_above").bad("Links for review start at %v and automatic ones at %v.",
			"Use probabilities, review not above automatic, both over 0 and at most 1.", l.ReviewAbove, l.AutomaticAbove)
	}
}

var sectorForm = regexp.MustCompile(`^[A-Z]{1,2}[0-9][0-9A-Z]? [0-9]$`)

// loadSectors reads the list of postcode sectors by borough.
func (a *Area) loadSectors(f *file) {
	in := map[string][]string{}
	if !f.decode(&in) {
		return
	}
	a.sectors = map[string]string{}
	for _, b := range a.Boroughs {
		borough := b.Slug
		for i, s := range in[borough] {
			at := f.at(borough, i)
			if !sectorForm.MatchString(s) {
				at.bad("%q is not a postcode sector.", "Write it like SE5 8.", s)
			} else if other := a.sectors[s]; other != "" {
				at.bad("%s stands under %s already.", "Keep it under one borough.", s, other)
			}
			a.sectors[s] = borough
		}
		delete(in, borough)
	}
	for _, other := range slices.Sorted(maps.Keys(in)) {
		f.at(other).bad("There is no borough %q in this area.", "Use one of the slugs under boroughs in area.yaml.", other)
	}
}
