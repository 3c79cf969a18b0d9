// Package cli is the command line: it parses a command, calls one act, and prints the answer. It reaches no row.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"throughline/internal/app"
	"throughline/internal/fault"
)

// World is all that a command is given.
type World struct {
	Args    []string // without the program's name
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Areas   fs.FS // the areas' configuration within the program
	Version string
	Now     func() time.Time
	Pages   func(a *app.App, log *slog.Logger, secure bool) *http.Server // the pages over an open installation
}

// commands is every command there is.
type commands struct {
	Demo      demo      `cmd:"" help:"Make an invented area, import, link and price it, and serve it on this machine."`
	Serve     serve     `cmd:"" help:"Serve the pages. In an empty directory it prints a one-time code, with which the first administrator is created."`
	Import    importing `cmd:"" help:"Bring in agencies’ files, or see what would become of them (--dry-run)."`
	Link      linking   `cmd:"" help:"Find who is who in all accepted extracts, then price their contacts."`
	Known     known     `cmd:"" help:"Ask, with your own account, whether somebody is known: spelling may be wrong."`
	Footprint footprint `cmd:"" help:"Price contacts over the persons found, in the window of the area’s rule."`
	Cohort    cohorts   `cmd:"" help:"List the high-cost cohort, by pseudonym."`
	Extract   extracts  `cmd:"" help:"List extracts, and decide about them."`
	Layout    layouts   `cmd:"" help:"List layouts, and add new versions."`
	Runs      runs      `cmd:"" name:"run" help:"List runs and what they found."`
	Job       jobs      `cmd:"" help:"List jobs under way."`
	LinkFiles linkFiles `cmd:"" help:"Link an analyst’s files without a database: persons.csv, links.csv, report.html."`
	Encode    encoding  `cmd:"" help:"At an agency: turn a file’s names into keyed tokens, so that it can be linked without them."`
	Evaluate  evaluate  `cmd:"" help:"Compare persons.csv with the truth: pairwise and B-cubed precision, recall, F1."`
	Sample    sampling  `cmd:"" help:"Invent an area: extracts as agencies send them, layouts, and the truth."`
	Account   account   `cmd:"" help:"Look after accounts from the machine itself."`
	Area      areas     `cmd:"" help:"Load an area’s configuration."`
	Audit     audit     `cmd:"" help:"Check the audit."`
	Config    config    `cmd:"" help:"Print the settings in force and where each comes from."`
	Version   version   `cmd:"" help:"Print the version."`
}

// place is the flags of every command that opens an installation.
type place struct {
	Dir      string `help:"The data directory." default:"throughline-data" env:"THROUGHLINE_DIR" type:"path" placeholder:"DIR"`
	Postgres string `help:"A PostgreSQL connection string, instead of SQLite in the data directory." env:"THROUGHLINE_POSTGRES" placeholder:"URL"`
}

// open opens the installation; shared beside a running server.
func (p place) open(ctx context.Context, w *World, shared bool) (*app.App, error) {
	return app.Open(ctx, app.Place{Dir: p.Dir, Postgres: p.Postgres, Areas: w.Areas, Version: w.Version, Now: w.Now, Shared: shared})
}

// exists says that there is no installation: only serve, demo and area load make one, so that a mistyped folder stays unmade.
func (p place) exists() error {
	if p.Postgres != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(p.Dir, "throughline.db")); !errors.Is(err, fs.ErrNotExist) {
		return nil // what else is wrong with it, opening it says
	}
	return fault.New(fault.NotFound, "no-installation", "There is no installation in "+p.Dir+".",
		"Name its data directory with --dir or THROUGHLINE_DIR. throughline serve makes a new one, and so does throughline area load.")
}

// operator is the flags of every command that acts upon an area.
type operator struct {
	place
	Area string `help:"The area. It may be left out where there is only one." env:"THROUGHLINE_AREA" placeholder:"AREA"`
	As   string `help:"Your name, as the audit is to show it." env:"THROUGHLINE_AS" placeholder:"NAME"`
	output
}

// output is how a command prints its answer.
type output struct {
	JSON bool `help:"Print JSON." name:"json"`
}

// who is the operator's credential.
func (o operator) who(ctx context.Context, a *app.App) (app.Who, error) {
	name := o.As
	if name == "" {
		if u, err := user.Current(); err == nil {
			name = u.Username
		}
	}
	if name == "" {
		return app.Who{}, fault.InvalidField("as", "Your name is not known.", "Give it with --as, or in THROUGHLINE_AS.")
	}
	area, err := areaAsked(ctx, a, o.Area)
	if err != nil {
		return app.Who{}, err
	}
	return app.ByOperator(area, name), nil
}

// areaAsked is the area that a command names, or the only one.
func areaAsked(ctx context.Context, a *app.App, asked string) (string, error) {
	if asked != "" {
		return asked, nil
	}
	doors, err := a.Doors(ctx)
	if err != nil {
		return "", err
	}
	var known []string
	for _, d := range doors {
		known = append(known, string(d.Area))
	}
	switch len(known) {
	case 1:
		return known[0], nil
	case 0:
		return "", fault.InvalidField("area", "This installation has no area yet.",
			"Load one: throughline area load --area SLUG.")
	}
	return "", fault.InvalidField("area", "There is more than one area here.",
		"Say which with --area: "+strings.Join(known, ", ")+".")
}

// print writes an answer as JSON, or in words.
func (o output) print(w *World, answer any, words string) error {
	if !o.JSON {
		_, err := fmt.Fprintln(w.Stdout, words)
		return err
	}
	e := json.NewEncoder(w.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(answer)
}

type version struct{ output }

// Run prints the version.
func (c version) Run(w *World) error {
	return c.print(w, map[string]string{"version": w.Version}, w.Version)
}

// usage is the exit code of a command that was not typed right (sysexits.h).
const usage = 64

// interrupted is the exit code of a command that was told to stop, by Ctrl-C as a rule: what a shell says of one that the signal ended.
const interrupted = 130

// errQueued is beside the error of a command that puts jobs in the queue and was stopped.
var errQueued = errors.New("a job may be in the queue")

// exited is how kong's own help ends a command.
type exited struct{ code int }

// Run runs one command and gives its exit code.
func Run(ctx context.Context, w World) (code int) {
	defer func() {
		if e, ok := recover().(exited); ok {
			code = e.code
		}
	}()
	var c commands
	parser, err := kong.New(&c, kong.Name("throughline"), kong.Description(description()), kong.Writers(w.Stdout, w.Stderr),
		kong.UsageOnError(), kong.ValueFormatter(helpOf), kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Exit(func(code int) { panic(exited{code}) }), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&w))
	if err != nil {
		panic(err) // the commands above do not hold together
	}
	if len(w.Args) == 0 {
		fmt.Fprint(w.Stderr, firstSteps)
		return usage
	}
	if w.Args[0] == "help" {
		w.Args = append(slices.Clone(w.Args[1:]), "--help")
	}
	run, err := parser.Parse(w.Args)
	if err != nil {
		fmt.Fprintln(w.Stderr, "throughline:", plainly(err))
		fmt.Fprintln(w.Stderr, "Try: throughline help"+commandOf(err))
		return usage
	}
	err = run.Run()
	switch {
	case err == nil:
		return 0
	case ctx.Err() == nil || !errors.Is(err, context.Canceled):
		return complain(w.Stderr, err)
	case errors.Is(err, errQueued):
		fmt.Fprintln(w.Stderr, "throughline: Stopped. What had ended is kept, and nothing is half done. A job that waits or was under way stays in the queue: a running server ends it, and so does the same command given again.")
	default:
		fmt.Fprintln(w.Stderr, "throughline: Stopped before the end. Nothing was kept of what it had begun.")
	}
	return interrupted
}

// notANumber is how the parser says that a flag asks for a whole number.
var notANumber = regexp.MustCompile(`expected a valid \d+ bit (?:u?int|float) but got "(.*)"`)

// noVerb is how the parser says that a command is one of several under a word.
var noVerb = regexp.MustCompile(`^expected (?:one of )?"`)

// plainly is what was typed wrong, in words that do not ask what an int is.
func plainly(err error) string {
	text := notANumber.ReplaceAllString(err.Error(), "“$1” is not a whole number")
	if what, missing := strings.CutPrefix(text, `expected "<`); missing {
		return "this needs <" + strings.TrimSuffix(what, `"`)
	}
	return noVerb.ReplaceAllString(text, `this needs a further word: "`)
}

// commandOf is the command that was typed as far as it is known, with a space before it.
func commandOf(err error) string {
	var wrong *kong.ParseError
	if !errors.As(err, &wrong) || wrong.Context == nil {
		return ""
	}
	node := wrong.Context.Selected()
	if node == nil {
		return ""
	}
	words := ""
	for ; node != nil && node.Type == kong.CommandNode; node = node.Parent {
		words = " " + node.Name + words
	}
	return words
}

// firstSteps is said to whoever types nothing after the program's name.
const firstSteps = `Throughline finds who is who across agencies, and what their use of services costs.

To look at it with invented people:   throughline demo
To begin with your own area:          throughline serve    it prints an address and a one-time code; the page does the rest
From the command line alone:          throughline area load, then import, link, footprint and cohort list, in this order

Every command:                        throughline help
One of them:                          throughline help import
`

// helpOf is the help of a flag, with its default and the variable that it may come from.
func helpOf(v *kong.Value) string {
	text := kong.DefaultHelpValueFormatter(v)
	if v.HasDefault && v.Default != "" && v.Default != "false" {
		text += " Default: " + v.Default + "."
	}
	return text
}

// complain prints what went wrong and its remedy, and gives the exit code of its kind.
func complain(to io.Writer, err error) int {
	f := fault.As(err)
	if isOneField(f) {
		n := f.Notes[0]
		fmt.Fprintf(to, "throughline: %s: %s\n", n.Field, strings.TrimSpace(n.Message+" "+n.Remedy))
		because(to, f)
		return f.Kind.Exit()
	}
	fmt.Fprintln(to, "throughline:", strings.TrimSpace(f.Message+" "+f.Remedy))
	for _, n := range f.Notes {
		if n.Remedy == f.Remedy && strings.HasSuffix(strings.ToLower(f.Message), strings.ToLower(n.Message)) {
			fmt.Fprintf(to, "  It is on %s.\n", n.Field) // what it is has been said
			continue
		}
		fmt.Fprintf(to, "  %s: %s\n", n.Field, strings.TrimSpace(n.Message+" "+n.Remedy))
	}
	because(to, f)
	return f.Kind.Exit()
}

// because prints what lies beneath a fault: whoever is at the command line looks after the machine.
func because(to io.Writer, f *fault.Error) {
	if cause := errors.Unwrap(f); cause != nil {
		fmt.Fprintln(to, " ", cause)
	}
}

// description ends the help with the table of exit codes, from the one table of kinds.
func description() string {
	var b strings.Builder
	b.WriteString("Who is who across agencies, what each contact cost, and the cohort above a line the partnership chose.\n\nExit codes: 0 done; 64 typed wrong")
	seen := map[int][]string{}
	var order []int
	for k := fault.Internal; k <= fault.Unavailable; k++ {
		if seen[k.Exit()] == nil {
			order = append(order, k.Exit())
		}
		seen[k.Exit()] = append(seen[k.Exit()], k.String())
	}
	for _, code := range order {
		fmt.Fprintf(&b, "; %d %s", code, strings.Join(seen[code], " or "))
	}
	fmt.Fprintf(&b, "; %d stopped.", interrupted)
	return b.String()
}
