package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"throughline/internal/app"
	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/web"
)

// BenchmarkPages asks for pages of people and of the cohort at a fixed rate over loopback, through the server as it is served, while a file
// is imported beside. Requests are sent when they are due, whether or not the one before was answered, and are timed from when they were
// due: waiting counts. PAGES_PEOPLE residents are invented (a tenth come to an agency); PAGES_RATE requests are due a second for
// PAGES_SECONDS, nine of ten for a person.
//
//	PAGES_PEOPLE=100000 PAGES_SECONDS=60 go test ./bench -run - -bench Pages/sqlite -benchtime 1x -timeout 1h
func BenchmarkPages(b *testing.B) {
	people, rate, seconds := size(b, "PAGES_PEOPLE", 2_000), size(b, "PAGES_RATE", 200), size(b, "PAGES_SECONDS", 3)
	onBoth(b, func(b *testing.B, p app.Place) {
		a := open(b, p)
		dir := b.TempDir()
		accounts, err := a.MakeDemo(b.Context(), app.Demonstrate{People: people, Seed: 7, Dir: filepath.Join(dir, "world"),
			Say: func(string, ...any) {}, Watch: func(app.JobState) {}})
		if err != nil {
			b.Fatal(err)
		}
		analyst, governance := account(b, accounts, policy.Analyst), account(b, accounts, policy.GovernanceLead)
		site := serve(b, a)
		cookie := &http.Cookie{Name: "throughline", Value: string(southLondonArea) + "." + signIn(b, a, analyst, policy.FindAndCost) + ".word"}
		pages := site.pages(b, a, by(b, signIn(b, a, analyst, policy.FindAndCost)), cookie)
		b.ResetTimer()
		for range b.N {
			quiet := site.load(b, pages, cookie, rate, max(1, seconds/4))
			quiet.report(b, "alone", rate)
			ctx, stop := context.WithCancel(b.Context())
			rows := 0
			var group sync.WaitGroup
			path := filepath.Join(dir, "import.csv")
			write(b, path, contactHeader, 0, 1_000_000, contactRow(250_000))
			layout := approved(b, a, analyst, governance, "southwark-contacts")
			n, job, err := take(ctx, a, by(b, signIn(b, a, analyst, policy.HandleExtracts)), layout, path)
			if err != nil {
				b.Fatal(err)
			}
			group.Go(func() {
				if err := a.Work(ctx, "bench"); err != nil {
					b.Error(err)
				}
			})
			group.Go(func() { a.Seal(ctx, func(err error) { b.Error(err) }) })
			begun := time.Now()
			busy := site.load(b, pages, cookie, rate, seconds)
			spent := time.Since(begun)
			state, err := a.Job(b.Context(), by(b, signIn(b, a, analyst, policy.HandleExtracts)), job)
			if err != nil {
				b.Fatal(err)
			}
			stop()
			group.Wait()
			rows = int(float64(state.Done) / float64(max(1, state.Total)) * 1_000_000)
			busy.report(b, "beside an import", rate)
			b.Logf("the import of extract %d beside is %s, about %d rows in %v", n, state.State, rows, spent.Round(time.Second))
			b.ReportMetric(float64(rows)/spent.Seconds(), "imported/s")
			if state.State != "working" {
				b.Logf("the import had ended before the measuring did: take a shorter PAGES_SECONDS")
			}
			for _, kind := range kinds {
				b.ReportMetric(milliseconds(busy.at(kind, 50)), kind+"-p50-ms")
				b.ReportMetric(milliseconds(busy.at(kind, 99)), kind+"-p99-ms")
			}
			b.ReportMetric(float64(busy.failed), "failed")
		}
	})
}

func account(b *testing.B, all []app.DemoAccount, role policy.Role) app.DemoAccount {
	b.Helper()
	i := slices.IndexFunc(all, func(a app.DemoAccount) bool { return a.Role == role.Words() })
	if i < 0 {
		b.Fatalf("the demonstration has no %s", role)
	}
	return all[i]
}

// site is the server on loopback, with a client that holds as many connections as it needs.
type site struct {
	address string
	client  *http.Client
}

func serve(b *testing.B, a *app.App) *site {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	server := web.New(web.Config{App: a, Now: time.Now}).HTTP()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 1024, DisableCompression: true}
	b.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := server.Shutdown(context.Background()); err != nil {
			b.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			b.Error(err)
		}
	})
	return &site{"http://" + listener.Addr().String(), &http.Client{Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// get fetches a page whole, and says how large it is.
func (s *site) get(path string, cookie *http.Cookie) (int64, error) {
	r, err := http.NewRequest(http.MethodGet, s.address+path, nil)
	if err != nil {
		return 0, err
	}
	r.AddCookie(cookie)
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s", path, answer.Status)
	}
	return n, err
}

var kinds = []string{"person", "cohort"}

// pages gives the addresses to ask for by kind: everybody of the cohort and as many others, and the cohort in its orders.
func (s *site) pages(b *testing.B, a *app.App, who app.Who, cookie *http.Cookie) map[string][]string {
	b.Helper()
	cohort, err := a.Cohort(b.Context(), who, app.OpenCohort{})
	if err != nil {
		b.Fatal(err)
	}
	out := map[string][]string{"cohort": {"/cohort", "/cohort?page=2", "/cohort?sort=total&order=descending"}}
	for _, t := range cohort.Blocks {
		out["person"] = append(out["person"], "/people/"+id.Pseudonym(t.Person))
	}
	members := len(out["person"])
	for n := id.Person(1); n < 5000 && len(out["person"]) < max(100, 2*members); n++ {
		path := "/people/" + id.Pseudonym(n)
		if _, err := s.get(path, cookie); err == nil {
			out["person"] = append(out["person"], path)
		}
	}
	for _, kind := range kinds {
		n, err := s.get(out[kind][0], cookie)
		if err != nil {
			b.Fatal(err)
		}
		b.Logf("%d pages of the kind %s, the first of %d bytes", len(out[kind]), kind, n)
	}
	return out
}

// timed is how long answers took, from when their requests were due.
type timed struct {
	mu     sync.Mutex
	took   map[string][]time.Duration
	failed int
	first  error
}

// load asks for pages at a fixed rate.
func (s *site) load(b *testing.B, pages map[string][]string, cookie *http.Cookie, rate, seconds int) *timed {
	b.Helper()
	t := &timed{took: map[string][]time.Duration{}}
	random := rand.New(rand.NewPCG(3, 3))
	var group sync.WaitGroup
	begun := time.Now()
	for i := range rate * seconds {
		due := begun.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(due))
		kind := kinds[0]
		if i%10 == 9 {
			kind = kinds[1]
		}
		path := pages[kind][random.IntN(len(pages[kind]))]
		group.Go(func() {
			_, err := s.get(path, cookie)
			took := time.Since(due)
			t.mu.Lock()
			defer t.mu.Unlock()
			t.took[kind] = append(t.took[kind], took)
			if err != nil {
				t.failed++
				t.first = cmp.Or(t.first, err)
			}
		})
	}
	group.Wait()
	for _, all := range t.took {
		slices.Sort(all)
	}
	if t.failed > 0 {
		b.Errorf("%d requests failed, as this one: %v", t.failed, t.first)
	}
	return t
}

// at is the time within which so many of a hundred answers of a kind came.
func (t *timed) at(kind string, percent int) time.Duration {
	all := t.took[kind]
	if len(all) == 0 {
		return 0
	}
	return all[min(len(all)-1, len(all)*percent/100)]
}

func (t *timed) report(b *testing.B, when string, rate int) {
	for _, kind := range kinds {
		b.Logf("%s, %d requests a second: %d pages of the kind %s: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, at most %.1f ms", when, rate, len(t.took[kind]),
			kind, milliseconds(t.at(kind, 50)), milliseconds(t.at(kind, 90)), milliseconds(t.at(kind, 99)), milliseconds(t.at(kind, 100)))
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
