package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// faults collects what a page does wrong while it is looked at.
type faults struct {
	host string

	mu    sync.Mutex
	found []string
}

func (f *faults) add(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := fmt.Sprintf(format, args...); !slices.Contains(f.found, s) {
		f.found = append(f.found, s)
	}
}

// watch begins to collect.
func (f *faults) watch(ctx context.Context) error {
	if err := chromedp.Listen(ctx, f.hear); err != nil {
		return err
	}
	for _, enable := range []func() error{
		func() error { return call(ctx, network.Enable, network.EnableParams{}) },
		func() error { return call(ctx, audits.Enable, cdp.Empty{}) },
		func() error { return call(ctx, log.Enable, cdp.Empty{}) },
		func() error { return call(ctx, runtime.Enable, cdp.Empty{}) },
	} {
		if err := enable(); err != nil {
			return err
		}
	}
	return nil
}

func (f *faults) hear(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		at, err := url.Parse(e.Request.URL)
		if err != nil || at.Host != f.host && (at.Scheme == "http" || at.Scheme == "https" || at.Scheme == "ws" || at.Scheme == "wss") {
			f.add("asked another host: %s", e.Request.URL)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 && e.Type != network.ResourceTypeDocument {
			f.add("a part of the page is missing (%d): %s", e.Response.Status, e.Response.URL)
		}
	case *audits.EventIssueAdded:
		if csp := e.Issue.Details.ContentSecurityPolicyIssueDetails; csp != nil && !csp.IsReportOnly {
			what := csp.BlockedURL
			if what == "" {
				what = "inline code or style"
			}
			f.add("against the content security policy (%s): %s", csp.ViolatedDirective, what)
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		f.add("a script failed: %s", text)
	case *log.EventEntryAdded:
		// A refused request and a blocked script are told above, in words of our own.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork && e.Entry.Source != log.EntrySourceSecurity {
			f.add("the browser complains: %s", e.Entry.Text)
		}
	}
}

// Faults gives what the page has done wrong since it was opened or last asked, and forgets it: requests to other hosts,
// missing parts, breaches of the content security policy and failed scripts.
func (p *Page) Faults() []string {
	// What the browser has noticed is told before its answer to a later command.
	_ = call(p.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "0"})
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	found := p.faults.found
	p.faults.found = nil
	return found
}

// call sends one command of the browser's protocol and drops its answer.
func call[P, R any](ctx context.Context, command cdp.Command[P, R], params P) error {
	ctx, end := context.WithTimeout(ctx, patience)
	defer end()
	_, err := chromedp.Call(ctx, command, params)
	return err
}

// quote writes a string as JavaScript.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written as JSON
	}
	return string(b)
}

func itoa(n int) string { return strconv.Itoa(n) }
