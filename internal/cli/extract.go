package cli

import (
	"context"
	"fmt"

	"throughline/internal/app"
	"throughline/internal/fault"
	"throughline/internal/id"
)

// extracts is throughline extract ….
type extracts struct {
	List        extractList        `cmd:"" help:"List extracts, the newest first."`
	Accept      extractAccept      `cmd:"" help:"Accept an extract, so that it counts."`
	Refuse      extractRefuse      `cmd:"" help:"Decide that an extract will not count."`
	SentInError extractSentInError `cmd:"" name:"sent-in-error" help:"Take an accepted extract back. At once nothing of it counts, and figures are made again without it."`
}

// extractNumber is an extract as somebody types it.
type extractNumber id.Extract

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *extractNumber) UnmarshalText(text []byte) error {
	e, err := id.Parse[id.Extract](string(text))
	if err != nil {
		return fmt.Errorf("“%s” is not the number of an extract; throughline extract list shows them", text)
	}
	*n = extractNumber(e)
	return nil
}

// extractLine is an extract as JSON shows it.
type extractLine struct {
	ID       id.Extract `json:"id"`
	Agency   string     `json:"agency"`
	File     string     `json:"file"`
	SHA256   string     `json:"sha256"`
	AsOf     string     `json:"as_of"`
	State    string     `json:"state"`
	Rows     int64      `json:"rows"`
	Accepted int64      `json:"accepted"`
	Rejected int64      `json:"rejected"`
	Repeated int64      `json:"repeated"`
	Received string     `json:"received_at"`
}

type extractList struct{ operator }

// Run lists extracts.
func (c extractList) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		list, err := a.Extracts(ctx, who)
		if err != nil {
			return err
		}
		slugs := map[id.Agency]string{}
		for _, g := range list.Agencies {
			slugs[g.ID] = g.Slug
		}
		lines, rows := []extractLine{}, [][]string{}
		for _, e := range list.Extracts {
			l := extractLine{e.ID, slugs[e.Agency], e.Name, e.SHA256, e.AsOf.String(), string(e.State), e.Rows, e.Accepted,
				e.Rejected, e.Repeated, moment(e.ReceivedAt)}
			lines = append(lines, l)
			rows = append(rows, []string{fmt.Sprint(l.ID), l.Agency, l.File, l.AsOf, e.State.Words(), count(l.Rows),
				count(l.Accepted), count(l.Rejected), count(l.Repeated)})
		}
		return c.print(w, map[string]any{"extracts": lines},
			table([]string{"EXTRACT", "AGENCY", "FILE", "AS OF", "STATE", "ROWS", "ACCEPTED", "REJECTED", "REPEATED"}, rows))
	})
}

type extractAccept struct {
	operator
	Extract  extractNumber `arg:"" help:"The extract’s number."`
	SeenEnds bool          `help:"You have seen how many contacts a full extract ends, and the agency says that it is right." name:"seen-ends"`
}

// Run accepts an extract.
func (c extractAccept) Run(ctx context.Context, w *World) error {
	return c.act(ctx, w, func(a *app.App, who app.Who) error {
		if err := a.AcceptExtract(ctx, who, app.AcceptExtract{Extract: id.Extract(c.Extract), Absent: c.SeenEnds}); err != nil {
			return err
		}
		return c.print(w, map[string]any{"extract": c.Extract, "state": "accepted"},
			fmt.Sprintf("Extract %d counts from now on. Figures follow with the next run: throughline link", c.Extract))
	})
}

type extractRefuse struct {
	operator
	Extract extractNumber `arg:"" help:"The extract’s number."`
	Reason  string        `help:"Why, in a sentence that the agency would understand." required:"" placeholder:"SENTENCE"`
}

// Run refuses an extract.
func (c extractRefuse) Run(ctx context.Context, w *World) error {
	return c.work(ctx, w, func(k *worker) error {
		if err := k.RefuseExtract(ctx, k.who, app.EndExtract{Extract: id.Extract(c.Extract), Reason: c.Reason}); err != nil {
			return err
		}
		if err := k.drain(ctx); err != nil {
			return err
		}
		return c.print(w, map[string]any{"extract": c.Extract, "state": "refused"},
			fmt.Sprintf("Extract %d will not count. Its rows are removed.", c.Extract))
	})
}

type extractSentInError struct {
	operator
	Extract extractNumber `arg:"" help:"The extract’s number."`
	Sure    bool          `help:"You have seen what is taken back. Without it that is shown, and nothing is done."`
	Reason  string        `help:"Why, in a sentence that the agency would understand." required:"" placeholder:"SENTENCE"`
}

// Run takes an extract back.
func (c extractSentInError) Run(ctx context.Context, w *World) error {
	if !c.Sure {
		return c.act(ctx, w, func(a *app.App, who app.Who) error { return c.ask(ctx, a, who) })
	}
	return c.work(ctx, w, func(k *worker) error {
		if _, err := c.counts(ctx, k.App, k.who); err != nil {
			return err
		}
		if err := k.SentInError(ctx, k.who, app.EndExtract{Extract: id.Extract(c.Extract), Reason: c.Reason}); err != nil {
			return err
		}
		if err := k.drain(ctx); err != nil {
			return err
		}
		return c.print(w, map[string]any{"extract": c.Extract, "state": "removed"},
			fmt.Sprintf("Nothing of extract %d counts any more. Its rows are removed and figures made again without it.", c.Extract))
	})
}

// ask says what taking an extract back removes, and asks for --sure.
func (c extractSentInError) ask(ctx context.Context, a *app.App, who app.Who) error {
	p, err := c.counts(ctx, a, who)
	if err != nil {
		return err
	}
	e := p.Extract
	return fault.InvalidField("sure", fmt.Sprintf("Taking back extract %d (%s, as of %s) removes %s rows that count, and cannot be undone but by sending the file again.",
		e.ID, e.Name, e.AsOf, count(e.Accepted)), "Give --sure to do it.")
}

// counts gives an extract that counts. It refuses to take back one that does not, and says how it stands.
func (c extractSentInError) counts(ctx context.Context, a *app.App, who app.Who) (app.ExtractPage, error) {
	p, err := a.Extract(ctx, who, id.Extract(c.Extract), 1)
	if err != nil {
		return p, err
	}
	if state := p.Extract.State.Words(); state != "accepted" {
		return p, fault.New(fault.Conflict, "not-accepted", fmt.Sprintf("Extract %d does not count: it is %s. Nothing is done.", c.Extract, state),
			"Only an accepted extract is taken back; throughline extract list shows which they are.")
	}
	return p, nil
}
