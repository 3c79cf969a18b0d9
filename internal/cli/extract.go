package cli

import (
	"context"
	"fmt"

	"throughline/internal/app"
	"throughline/internal/id"
)

// extracts is throughline extract ….
type extracts struct {
	List        extractList        `cmd:"" help:"List extracts, the newest first."`
	Accept      extractAccept      `cmd:"" help:"Accept an extract, so that it counts."`
	Refuse      extractRefuse      `cmd:"" help:"Decide that an extract will not count."`
	SentInError extractSentInError `cmd:"" name:"sent-in-error" help:"Take an accepted extract back. At once nothing of it counts, and figures are made again without it."`
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
			rows = append(rows, []string{fmt.Sprint(l.ID), l.Agency, l.File, l.AsOf, l.State, count(l.Rows),
				count(l.Accepted), count(l.Rejected), count(l.Repeated)})
		}
		return c.print(w, map[string]any{"extracts": lines},
			table([]string{"EXTRACT", "AGENCY", "FILE", "AS OF", "STATE", "ROWS", "ACCEPTED", "REJECTED", "REPEATED"}, rows))
	})
}

type extractAccept struct {
	operator
	Extract  int64 `arg:"" help:"The extract’s number."`
	SeenEnds bool  `help:"You have seen how many contacts a full extract ends, and the agency says that it is right." name:"seen-ends"`
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
	Extract int64  `arg:"" help:"The extract’s number."`
	Reason  string `help:"Why, in a sentence that the agency would understand." required:"" placeholder:"SENTENCE"`
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
	Extract int64  `arg:"" help:"The extract’s number."`
	Reason  string `help:"Why, in a sentence that the agency would understand." required:"" placeholder:"SENTENCE"`
}

// Run takes an extract back.
func (c extractSentInError) Run(ctx context.Context, w *World) error {
	return c.work(ctx, w, func(k *worker) error {
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
