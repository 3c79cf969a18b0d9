package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/linkage"
	"throughline/internal/person"
	"throughline/internal/policy"
	"throughline/internal/web/ui"
)

// reasonNames are the reasons for which pairs wait, in few words; those that tell whether the two are linked are not among them.
var reasonNames = []struct {
	why   linkage.ReviewReason
	words string
}{
	{linkage.UncertainPair, "Not enough evidence either way"}, {linkage.CommonNameAndBirth, "A name and date of birth that others share"},
	{linkage.NameAndBirthOnly, "Name and date of birth only"}, {linkage.TwoNumbers, "Two NHS numbers"}, {linkage.Household, "One household?"},
	{linkage.LargePerson, "Very many records"}, {linkage.AgainstOthers, "They agree, and something speaks against it"},
	{linkage.OneFieldOnly, "One thing agrees and no more"}, {linkage.OtherNames, "Two names, one telephone or e-mail"},
}

func reasonName(why linkage.ReviewReason) string {
	for _, r := range reasonNames {
		if r.why == why {
			return r.words
		}
	}
	return reasonNames[0].words
}

// blindSentences say why a pair waits without saying whether the two are linked.
var blindSentences = map[linkage.ReviewReason]string{
	linkage.TwoNumbers:  "The two have different valid NHS numbers, and much else agrees.",
	linkage.LargePerson: "The two may belong to a person with very many records.",
}

func reasonSentence(why linkage.ReviewReason, blind bool) string {
	if s, ok := blindSentences[why]; ok && blind {
		return s
	}
	return cmp.Or(why.Sentence(), "People have answered this pair.")
}

// stands are how a pair stands for somebody who is asked.
var stands = []struct {
	stand linkage.Stand
	words string
}{{linkage.Unread, "Nobody has looked"}, {linkage.Waits, "Somebody has looked"}, {linkage.Disputed, "Two people differ"}}

func standName(s linkage.Stand) string {
	for _, x := range stands {
		if x.stand == s {
			return x.words
		}
	}
	return string(s)
}

func (s *Server) links(w http.ResponseWriter, r *http.Request, who app.Who) error {
	q := r.URL.Query()
	in := app.PairsAsked{Why: q.Get("why"), Stand: q.Get("stand"), Agency: q.Get("agency"), Rest: q.Get("part") == "rest", Page: page(q)}
	p, err := s.app.Pairs(r.Context(), who, in)
	if err != nil {
		return err
	}
	c := ui.Pairs{List: ui.List{Path: "/links", Kept: kept(q, "part", "why", "stand", "agency"), Page: p.Page, Size: app.PairsOnPage, Total: p.Total}, Run: p.Run.ID,
		Waiting: p.Waiting, Others: p.Others, Answered: p.Counted, Yours: p.Yours, Gone: p.Gone, Twice: p.Accord.Pairs, Alike: p.Accord.Alike,
		Deciding: p.Deciding, Threshold: p.Rule.Threshold(), Moved: p.Moved, MayCohort: p.Viewer.May(policy.CohortOpen), Rest: in.Rest,
		Filter: typedIn(q, "part", "why", "stand", "agency"), Narrowed: in.Why+in.Stand+in.Agency != ""}
	if p.Accord.Defined {
		c.Kappa = strconv.FormatFloat(p.Accord.Kappa, 'f', 2, 64)
	}
	for _, x := range reasonNames {
		c.Whys = append(c.Whys, ui.Option{Value: string(x.why), Label: x.words})
	}
	for _, x := range stands {
		c.Stands = append(c.Stands, ui.Option{Value: string(x.stand), Label: x.words})
	}
	for _, g := range p.Agencies {
		c.Agencies = append(c.Agencies, ui.Option{Value: g.Slug, Label: g.Name})
	}
	for _, x := range p.Rows {
		c.Rows = append(c.Rows, ui.PairRow{A: x.Pair[0], B: x.Pair[1], Agencies: [2]string{x.Agencies[0].Name, x.Agencies[1].Name}, Why: reasonName(x.Why),
			Stand: standName(x.Stand), Dispute: x.Stand == linkage.Disputed, Stake: x.Stake})
	}
	return ui.PairsPage.Write(w, http.StatusOK, s.frame(w, r, p.Viewer), c)
}

var noneWaits = notice("no-pair-waits", "No pair waits for you.")

func (s *Server) nextPair(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := s.app.NextPair(r.Context(), who)
	switch {
	case err != nil:
		return err
	case p == app.Pair{}:
		return s.done(w, "/links", noneWaits)
	}
	return s.done(w, ui.PairPath(p[0], p[1]), "")
}

// pairIn reads the two records in the path, the lower number first.
func pairIn(r *http.Request) (app.Pair, error) {
	a, b, _ := strings.Cut(r.PathValue("pair"), "-")
	x, err := id.Parse[id.Record](a)
	y, err2 := id.Parse[id.Record](b)
	if err != nil || err2 != nil || x >= y || r.PathValue("pair") != strings.TrimPrefix(ui.PairPath(x, y), "/links/") {
		return app.Pair{}, fault.Missing("pair")
	}
	return app.Pair{x, y}, nil
}

func (s *Server) pair(w http.ResponseWriter, r *http.Request, who app.Who) error {
	return s.pairPage(w, r, who, http.StatusOK, ui.Form{})
}

func (s *Server) pairPage(w http.ResponseWriter, r *http.Request, who app.Who, status int, form ui.Form) error {
	in, err := pairIn(r)
	if err != nil {
		return err
	}
	p, err := s.app.Pair(r.Context(), who, in)
	if err != nil {
		return err
	}
	onlyAnalysts := p.Blind && !p.MaySame
	c := ui.PairView{A: in[0], B: in[1], Named: p.Named, MayShowNames: p.Viewer.MayEver(policy.NamesShow) && !p.Named && p.Viewer.NamesUntil.IsZero(), Form: form,
		Why: cmp.Or(p.Rule, reasonSentence(p.Why, p.Blind)), Stand: pairStand(p), Care: careWords(p.Second, onlyAnalysts), Blind: p.Blind, MaySame: p.MaySame, MayNotSame: p.MayNotSame, MayUndo: p.MayUndo, Waits: p.Waits}
	if onlyAnalysts {
		c.CannotSame = "Only an analyst can say that they are the same person. If you think so, answer that you are not sure and say why: an analyst is asked, and reads it once they have answered."
	}
	for i, side := range p.Sides {
		c.Sides[i] = ui.PairSide{Agency: side.Agency.Name, Record: in[i], MayRow: p.Viewer.May(policy.RecordOpen), From: "line " + commas(side.Line) + " of " + side.Layout + ", as of " + side.AsOf.Long()}
		for _, v := range side.SetAside {
			if !slices.Contains(c.Sides[i].SetAside, v.Field) {
				c.Sides[i].SetAside = append(c.Sides[i].SetAside, v.Field)
			}
		}
	}
	for _, part := range p.Compared {
		if f := pairField(part, p); f.State == ui.PairNothing && len(f.A)+len(f.B) == 0 {
			c.Neither = append(c.Neither, f.Field)
		} else {
			c.Fields = append(c.Fields, f)
		}
	}
	if !p.Blind {
		c.Link, c.Now, c.Readings = pairWhy(p), pairNow(p), pairReadings(p)
		c.Against = againstShown(p.Against, func(x app.AgainstPair, i int) string { return x.Agencies[i].Name + ", record " + commas(x.Records[i]) })
		c.Against.Of = p.People
		if p.Linked && p.Viewer.May(policy.PersonOpen) {
			c.Within = ui.GroupPath(p.People[0])
		}
	}
	return ui.PairPage.Write(w, status, s.frame(w, r, p.Viewer), c)
}

// pairStand says how far the pair has been read.
func pairStand(p app.PairPage) string {
	switch {
	case p.Blind && p.Again:
		return "An answer about it was taken back, and you are asked. Since what the model makes of it could be seen, yours does not count towards how often people agree."
	case p.Blind && p.Stand == linkage.Disputed:
		return "Two people have looked and differ; you decide. You do not see what they said before you answer."
	case p.Blind && p.Stand == linkage.Waits && !p.MaySame:
		return "Somebody has looked. You do not see what they said before you answer."
	case p.Blind && p.Stand == linkage.Waits:
		return "Somebody has looked, and you are asked as well. You do not see what they said before you answer."
	case p.Blind:
		return "Nobody has looked yet."
	case p.Stand == linkage.Unread:
		return "Nobody has looked yet."
	case p.Stand == linkage.InDoubt:
		return "Nobody who looked was sure. It waits for somebody else."
	case p.Stand == linkage.Waits:
		return "It waits for a second person to say the same before it counts."
	case p.Stand == linkage.Disputed:
		return "Two people differ. It waits for a third, who decides."
	case p.Stand == linkage.Settled:
		return "Two people differed, and a third decided."
	case p.Stand == linkage.Agreed:
		return "Two people agree."
	case p.Waits:
		return "It is answered. A second person is asked as well, so that it is known how often people agree."
	}
	return "It is answered."
}

// careWords says that a second person is asked, and why to whoever may know it. onlyAnalysts is of a viewer who is asked and cannot be that person.
func careWords(s app.SecondAsked, onlyAnalysts bool) string {
	if !s.Asked {
		return ""
	}
	why := ""
	switch {
	case s.Shielded && s.Opposed:
		why = "One of the people is shielded, and two of the records stand as victim and suspect of one incident. "
	case s.Shielded:
		why = "One of the people is shielded by an agency. "
	case s.Opposed:
		why = "Two of the records stand as victim and suspect of one incident. "
	}
	if onlyAnalysts {
		return why + "That they are the same counts when two analysts have said so; one person who says that they are not, such as you, is enough."
	}
	return why + "A second person is asked: that they are the same counts when two people have said so; one who says that they are not is enough."
}

// pairNow says whose the two records are.
func pairNow(p app.PairPage) ui.Text {
	if p.Linked {
		return ui.Say(ui.Plain("The two are one person now: "), ui.Ref(p.People[0]), ui.Plain(", of "+plural(int64(p.Holds[0]), "record", "records")+"."))
	}
	return ui.Say(ui.Plain("The two are of two people now: "), ui.Ref(p.People[0]), ui.Plain(", of "+plural(int64(p.Holds[0]), "record", "records")+", and "),
		ui.Ref(p.People[1]), ui.Plain(", of "+plural(int64(p.Holds[1]), "record", "records")+"."))
}

func pairWhy(p app.PairPage) *ui.LinkWhy {
	l := &ui.LinkWhy{Record: p.Pair[0], Agency: p.Sides[0].Agency.Name, Other: p.Sides[1].Agency.Name, Probability: float64(p.Evidence.PPM) / 1_000_000,
		Model: "Link run " + commas(p.Run.ID) + " of " + dayOf(p.Run.FinishedAt).Long() + "."}
	for _, part := range p.Evidence.Parts {
		l.Evidence = append(l.Evidence, ui.Evidence{Field: part.Field, Words: part.Words, Millibits: int(part.Millibits), Nothing: !part.Compared,
			Start: part.Key == "start"})
	}
	l.TurnsOn, l.Rest = turnsOn(p.Evidence.Parts)
	return l
}

var saysWords = map[string]string{"same": "The same person", "not-same": "Not the same person", "unsure": "Not sure"}

func pairReadings(p app.PairPage) (out []ui.PairReading) {
	for _, x := range p.Readings {
		y := ui.PairReading{ID: x.ID, By: x.By, Says: saysWords[x.Answer.Answer], Why: x.Reason, When: x.At, Counts: x.Counts(), After: x.After, MayUndo: p.MayUndo && x.UndoneAt.IsZero()}
		if !x.UndoneAt.IsZero() {
			y.Undone = "Taken back by " + x.UndoneBy + ", " + dayOf(x.UndoneAt).Long()
		}
		out = append(out, y)
	}
	return out
}

// pairField sets one field of both records side by side.
func pairField(part app.EvidencePart, p app.PairPage) ui.PairField {
	f := ui.PairField{Field: part.Field, State: ui.PairNothing}
	if part.Compared {
		f.State, f.How = ui.PairClose, sentenceCase(part.Level)
		switch part.Level {
		case "the same", "the same initial", "the year agrees", "":
			f.State = ui.PairSame
		case "different", "another initial", "another year", "another outcode", "one of no fixed abode":
			f.State = ui.PairDiffers
		}
		if part.Level == "the same" || part.Level == "different" {
			f.How = "" // the tag says it
		}
	}
	if !p.Named {
		return f
	}
	var values [2][]string
	for i := range values {
		values[i] = valuesOf(part.Key, p.Sides[i].Who)
	}
	for i := range values {
		to := &f.A
		if i == 1 {
			to = &f.B
		}
		for _, v := range values[i] {
			*to = append(*to, marked(v, values[1-i]))
		}
	}
	return f
}

// valuesOf are the values of a field on a record, as people read them.
func valuesOf(key string, who person.Identity) (out []string) {
	add := func(v string) {
		if v = strings.TrimSpace(v); v != "" && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	kinds := map[string][]person.IdentifierKind{"nhs-number": {person.NHSNumber}, "nino": {person.NINO},
		"other-number": {person.PNCID, person.PrisonNumber, person.OtherNational}}
	switch key {
	case "forename":
		for _, n := range who.Names {
			if n.Full != "" {
				add(n.Full)
			} else {
				add(n.Forename + " " + n.Middle)
			}
		}
	case "surname":
		for _, n := range who.Names {
			add(n.Surname)
		}
	case "birth":
		for _, b := range who.Births {
			if b.Precision == person.YearOnly {
				y, _, _ := b.Day.Date()
				add(strconv.Itoa(y) + ", year only")
			} else {
				add(b.Day.Long())
			}
		}
	case "sex":
		add(map[person.Sex]string{person.Female: "Female", person.Male: "Male", person.OtherSex: "Other"}[who.Sex])
	case "postcode":
		for _, v := range who.Postcodes {
			add(v)
		}
		if who.NoFixed {
			add("no fixed abode")
		}
	case "address":
		add(who.Address)
	case "place":
		for _, v := range who.Places {
			add(v)
		}
	case "phone":
		for _, v := range who.Phones {
			add(v)
		}
	case "email":
		for _, v := range who.Emails {
			add(v)
		}
	default:
		for _, i := range who.Identifiers {
			if slices.Contains(kinds[key], i.Kind) {
				add(identifierWords(i))
			}
		}
	}
	return out
}

// marked is a value with what the closest of the other record's values does not have marked. A value that stands alone has nothing to differ from.
func marked(v string, others []string) ui.Text {
	best, common := -1, []bool(nil)
	for _, o := range others {
		n, in := shared([]rune(v), []rune(o))
		if n > best {
			best, common = n, in
		}
	}
	if best < 0 {
		return ui.Say(ui.Name(v))
	}
	var out ui.Text
	runes := []rune(v)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && common[j] == common[i] {
			j++
		}
		if part := string(runes[i:j]); common[i] {
			out = append(out, ui.Plain(part))
		} else {
			out = append(out, ui.Differs(part))
		}
		i = j
	}
	return out
}

// longestMarked is the longest value whose letters are compared one by one.
const longestMarked = 200

// shared tells which letters of a value another value has too, in their order (the longest common sequence), whatever their case, and how
// many they are.
func shared(v, o []rune) (n int, in []bool) {
	in = make([]bool, len(v))
	if len(v) > longestMarked || len(o) > longestMarked {
		return 0, in
	}
	most := make([][]int, len(v)+1) // of v from i on and o from j on
	for i := range most {
		most[i] = make([]int, len(o)+1)
	}
	same := func(i, j int) bool { return unicode.ToLower(v[i]) == unicode.ToLower(o[j]) }
	for i := len(v) - 1; i >= 0; i-- {
		for j := len(o) - 1; j >= 0; j-- {
			most[i][j] = max(most[i+1][j], most[i][j+1])
			if same(i, j) {
				most[i][j] = most[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(v) && j < len(o); {
		switch {
		case same(i, j) && most[i][j] == most[i+1][j+1]+1:
			in[i] = true
			i, j = i+1, j+1
		case most[i+1][j] >= most[i][j+1]:
			i++
		default:
			j++
		}
	}
	return most[0][0], in
}

var (
	pairIsKept  = notice("pair-answer-kept", "Your answer is kept. What the model makes of the pair, and what others said, is shown now.")
	pairIsTaken = notice("pair-answer-undone", "The answer is taken back, and what rested on it has followed.")
)

func (s *Server) answerPair(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := pairIn(r)
	if err != nil {
		return err
	}
	in := app.AnswerPair{Pair: p, Answer: r.PostForm.Get("answer"), Reason: r.PostForm.Get("why"), Both: r.PostForm.Get("both") == "yes"}
	err = s.app.AnswerPair(r.Context(), who, in)
	if form, status, ok := again(r, renamed(err, map[string]string{"reason": "why"})); ok {
		return s.pairPage(w, r, who, status, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, ui.PairPath(p[0], p[1]), pairIsKept)
}

func (s *Server) undoPair(w http.ResponseWriter, r *http.Request, who app.Who) error {
	p, err := pairIn(r)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(r.PathValue("answer"), 10, 64)
	if err != nil {
		return fault.Missing("answer")
	}
	if err := s.app.UndoPair(r.Context(), who, app.UndoPair{Pair: p, Answer: n}); err != nil {
		return err
	}
	return s.done(w, ui.PairPath(p[0], p[1]), pairIsTaken)
}
