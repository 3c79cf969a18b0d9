package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
	"throughline/internal/policy"
)

// known is throughline known.
type known struct {
	place
	Area         string `help:"The area. It may be left out where there is only one." env:"THROUGHLINE_AREA" placeholder:"AREA"`
	Account      string `required:"" help:"The e-mail address that you sign in with." placeholder:"EMAIL"`
	PasswordFile string `required:"" help:"A file whose first line is your password; - reads it from standard input." placeholder:"FILE"`
	Purpose      string `required:"" enum:"find-and-cost,check-records,take-to-panel" help:"Why you ask: find-and-cost, check-records or take-to-panel." placeholder:"PURPOSE"`
	Why          string `help:"The reason in your own words, for the audit." placeholder:"TEXT"`
	Name         string `help:"Any part of the name, in any order." placeholder:"NAME"`
	Born         string `help:"The date of birth, 4/3/1983, or the year alone." placeholder:"DAY"`
	Sex          string `help:"female or male." placeholder:"SEX"`
	Postcode     string `help:"A postcode, or NFA for no fixed abode." placeholder:"POSTCODE"`
	Number       string `help:"A number of any kind: NHS, National Insurance, telephone, an agency’s own, a reference." placeholder:"NUMBER"`
	output
}

// Help ends the command's help.
func (known) Help() string {
	return `Spelling may be wrong: records are weighed as a link run weighs them. You sign in with your own account, state why you ask, see whom that account may see
on the pages, and are in the audit as there. People are shown by reference, likeliest first, with what agrees and differs and how much it says in bits: each bit
doubles the odds that the record is of the person you ask about, or halves them. The percentage is shared among all who are found: it is the chance that you
ask about this one of them and neither about another nor about somebody who is not known, so two who agree alike have half each at most. Who is spoken clearly
against, by -3.2 bits or less where more is asked than a name, is left out.

Example:
  throughline known --account ann@example.org.uk --password-file - --purpose take-to-panel --name "Dean Witlock" --born 4/3/1983 --postcode "SE5 8AZ"`
}

// Run asks whether somebody is known.
func (c known) Run(ctx context.Context, w *World) (err error) {
	asked, err := c.asked()
	if err != nil {
		return err
	}
	password, err := c.password(w)
	if err != nil {
		return err
	}
	if err := c.exists(); err != nil {
		return err
	}
	a, err := c.open(ctx, w, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	area, err := areaAsked(ctx, a, c.Area)
	if err != nil {
		return err
	}
	in, err := a.SignIn(ctx, app.Credentials{Area: id.Area(area), Email: c.Account, Password: password, Source: policy.CommandLine, Agent: "throughline known"})
	if err != nil {
		return err
	}
	who, err := bySession(area, in.Token)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.SignOut(context.WithoutCancel(ctx), who)) }()
	token, err := a.StatePurpose(ctx, who, policy.Purpose(c.Purpose), c.Why)
	if err != nil {
		return c.refused(ctx, a, who, asked, err)
	}
	if who, err = bySession(area, token); err != nil {
		return err
	}
	p, err := a.SearchPeople(ctx, who, asked)
	if err != nil {
		return err
	}
	answer := answered(p)
	return c.print(w, answer, answer.words())
}

// refused is why a purpose was not taken. Whoever may search for none is told that, as is whoever has stated one and may not.
func (known) refused(ctx context.Context, a *app.App, who app.Who, asked app.SearchPeople, err error) error {
	if p, e := a.Purpose(ctx, who); fault.KindOf(err) != fault.Invalid || e != nil || p.Viewer.MayEver(policy.PersonSearch) {
		return err
	}
	_, denied := a.SearchPeople(ctx, who, asked)
	return cmp.Or(denied, err)
}

func bySession(area, token string) (app.Who, error) {
	hash, ok := app.TokenHash(token)
	if !ok {
		return app.Who{}, fault.New(fault.Internal, "no-session", "The session that was begun has no token.", "Try again.")
	}
	return app.BySession(area, hash, policy.CommandLine), nil
}

// asked reads what is asked.
func (c known) asked() (app.SearchPeople, error) {
	in := app.SearchPeople{Name: strings.TrimSpace(c.Name), Postcode: strings.TrimSpace(c.Postcode), Number: strings.TrimSpace(c.Number)}
	return in, cmp.Or(in.SetSex(c.Sex), in.SetBorn(c.Born))
}

// longestPassword bounds what of a file is read.
const longestPassword = 4096

// password reads the first line of the file.
func (c known) password(w *World) (string, error) {
	from := w.Stdin
	if c.PasswordFile != "-" {
		f, err := os.Open(c.PasswordFile)
		if err != nil {
			return "", fault.InvalidField("password-file", "The file cannot be read.", "Name a file whose first line is your password.").Because(err)
		}
		defer f.Close()
		from = f
	}
	text, err := io.ReadAll(io.LimitReader(from, longestPassword))
	if err != nil {
		return "", fault.InvalidField("password-file", "The password cannot be read.", "Name a file whose first line is your password.").Because(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// knownAnswer is the answer as JSON shows it.
type knownAnswer struct {
	Agencies int           `json:"agencies_searched"`
	AsOf     string        `json:"as_of,omitempty"`
	Among    float64       `json:"among,omitempty"` // that the person asked about is one of those found, on whichever page; left out where not all were looked at
	People   []knownPerson `json:"people"`
	listed   string
	More     bool `json:"more"`
	Cut      bool `json:"cut"` // so many have such a name that not all of them were looked at
}

type knownPerson struct {
	Reference string      `json:"reference"`
	Close     string      `json:"close"`
	Chance    float64     `json:"chance,omitempty"` // that the person asked about is this one, and nobody else of those found; left out where one thing alone agrees that others share
	Bits      float64     `json:"bits"`
	Agencies  []string    `json:"agencies"`
	Evidence  []knownPart `json:"evidence"`
}

type knownPart struct {
	What string  `json:"what"`
	How  string  `json:"how,omitempty"`
	Bits float64 `json:"bits"`
}

func answered(p app.FoundPage) knownAnswer {
	out := knownAnswer{Agencies: p.Searched, People: []knownPerson{}, More: p.More, Cut: p.Cut, Among: float64(p.Among) / 1e6, listed: p.Listed()}
	if p.AsOf != 0 {
		out.AsOf = p.AsOf.String()
	}
	for _, f := range p.People {
		k := knownPerson{Reference: id.Pseudonym(f.Person), Close: f.Close(), Bits: float64(f.Millibits) / 1000,
			Agencies: []string{}, Evidence: []knownPart{}}
		if f.Only == "" {
			k.Chance = float64(f.PPM) / 1e6
		}
		for _, g := range f.Agencies {
			k.Agencies = append(k.Agencies, g.Name)
		}
		for _, x := range f.Evidence {
			k.Evidence = append(k.Evidence, knownPart{x.What, x.How, float64(x.Millibits) / 1000})
		}
		out.People = append(out.People, k)
	}
	return out
}

// signed writes bits to one place. What rounds to nothing has no sign.
func signed(bits float64) string {
	if tenths := math.Round(10 * bits); tenths != 0 {
		return fmt.Sprintf("%+.1f", tenths/10)
	}
	return "0.0"
}

func (k knownAnswer) words() string {
	var b strings.Builder
	if len(k.People) == 0 {
		b.WriteString("Nobody like this is known to you: nobody whom you may see agrees enough")
		if k.Cut {
			b.WriteString(" among those that were looked at")
		}
		b.WriteString(".\n")
	}
	if k.listed != "" {
		fmt.Fprintf(&b, "%s Together %.1f%%.\n\n", k.listed, math.Floor(1000*k.Among)/10)
	}
	for _, p := range k.People {
		chance := ""
		if p.Chance > 0 {
			chance = fmt.Sprintf(": %.1f%%", math.Floor(1000*p.Chance)/10)
		}
		fmt.Fprintf(&b, "%s  %s%s, %s bits. %s\n", p.Reference, p.Close, chance, signed(p.Bits), strings.Join(p.Agencies, ", "))
		if len(p.Evidence) == 0 {
			b.WriteString("          the reference that you typed\n")
		}
		for _, x := range p.Evidence {
			if signed(x.Bits) == "0.0" {
				continue
			}
			how := ""
			if x.How != "" {
				how = ": " + x.How
			} else if math.Abs(x.Bits) < .05 {
				continue // it says nothing either way
			}
			fmt.Fprintf(&b, "  %6s  %s%s\n", signed(x.Bits), x.What, how)
		}
	}
	if slices.ContainsFunc(k.People, func(p knownPerson) bool { return p.Chance > 0 }) {
		b.WriteString("A percentage is shared among all who are found: the chance that it is this one of them, and neither another nor somebody who is not known.\n")
	}
	if k.More {
		b.WriteString("Others agree less.\n")
	}
	if k.Cut {
		b.WriteString("So many have such a name that not all of them were looked at. Add a surname, a date of birth, a postcode or a number.\n")
	}
	if k.AsOf != "" {
		fmt.Fprintf(&b, "Searched: records of %s, the newest as of %s.", counted(k.Agencies, "agency", "agencies"), k.AsOf)
	} else {
		b.WriteString("No records have been accepted yet.")
	}
	return b.String()
}
