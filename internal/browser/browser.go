// Package browser drives a real Chromium in tests, the way a person does: pages at a width, keys, pictures, and what
// the page did wrong while it was looked at. Only tests import it. Everything it opens is on this machine; a page
// that asks for another host has made a fault.
package browser

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long one step of the browser may take before the test fails; no step waits for it otherwise.
const patience = 60 * time.Second

// Browser is one running Chromium. Its pages share nothing with each other.
type Browser struct {
	ctx    context.Context
	seen   sync.Map // stops whose focus was seen
	styles sync.Map // style sheets that axe-core has read
}

// Start runs a Chromium until the test ends. Where none is installed the test is skipped, unless THROUGHLINE_TEST_ALL
// is set (make test sets it), when it fails. Start one for a test and open its pages in subtests: it takes half a second.
func Start(t testing.TB) *Browser {
	t.Helper()
	program := find()
	if program == "" {
		lacking(t, "Chromium is not installed; make test installs it, or set THROUGHLINE_CHROMIUM to its path")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.WSURLReadTimeout(patience),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("lang", "en-GB"),
	}
	for _, flag := range []string{"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-default-apps", "disable-extensions", "disable-dev-shm-usage", "disable-breakpad", "hide-scrollbars", "mute-audio"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	ctx, _ = chromedp.NewContext(ctx)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("closing Chromium: %v", err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", program, err)
	}
	return &Browser{ctx: ctx}
}

func find() string {
	if p := os.Getenv("THROUGHLINE_CHROMIUM"); p != "" {
		return p
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// lacking ends a test that needs what is not installed.
func lacking(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("THROUGHLINE_TEST_ALL") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// root is the folder of go.mod above the test.
func root() (string, bool) {
	folder, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, true
		}
		up := filepath.Dir(folder)
		if up == folder {
			return "", false
		}
		folder = up
	}
}
