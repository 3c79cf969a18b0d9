package store

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"throughline/internal/policy"
)

// TestBusyIsAboutPeople asks from several sides: only what somebody signed in asks makes a job's pieces small, and not their looking how far
// the job is.
func TestBusyIsAboutPeople(t *testing.T) {
	t.Parallel()
	db := openTest(t, Config{Dir: t.TempDir()})
	w := newWorld(t, db, "north")
	ask := func(who Credential, act policy.Act, s policy.Subject) bool {
		t.Helper()
		db.asked.Store(0)
		_ = db.Do(t.Context(), Request{Who: who, Act: act, Subject: s, Purpose: policy.Operate}, func(*Tx) error { return nil })
		return db.Busy()
	}
	here, job := policy.Subject{Kind: policy.Area, ID: 1}, policy.Subject{Kind: policy.Job, ID: int64(w.job)}
	for _, c := range []struct {
		what string
		got  bool
		want bool
	}{
		{"the operator lists agencies", ask(ByOperator("north", "Olive"), policy.AgencyList, here), false},
		{"the worker takes a job", ask(ByJob("north", w.job), policy.JobTake, job), false},
		{"somebody looks how far a job is", ask(w.who, policy.JobOpen, job), false},
		{"somebody lists agencies", ask(w.who, policy.AgencyList, here), true},
	} {
		if c.got != c.want {
			t.Errorf("%s: busy is %v, want %v", c.what, c.got, c.want)
		}
	}
}

// TestGiveWay measures, on a clock of the test's own, how long a job rests before its next piece.
func TestGiveWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what     string
		worked   time.Duration
		busy     bool
		answered time.Duration // how long somebody's answer takes from now; the job looks each millisecond
		gone     bool          // the job is stopped
		want     time.Duration
	}{
		{"nobody asks", time.Hour, false, 0, false, 0},
		{"people ask: three times as long as it worked", 5 * time.Millisecond, true, 0, false, 15 * time.Millisecond},
		{"it never rests for long", time.Hour, true, 0, false, 40 * time.Millisecond},
		{"somebody is being answered", 0, false, 9500 * time.Microsecond, false, 10 * time.Millisecond},
		{"somebody's answer takes long", 0, false, time.Hour, false, 40 * time.Millisecond},
		{"people ask and one is being answered", 2 * time.Millisecond, true, 29500 * time.Microsecond, false, 30 * time.Millisecond},
		{"the job is stopped", time.Hour, true, time.Hour, true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			db := &DB{}
			db.GiveWay(ctx)
			time.Sleep(c.worked)
			if c.busy {
				db.asked.Store(time.Now().UnixMilli())
			}
			if c.answered > 0 {
				db.asking.Add(1)
				time.AfterFunc(c.answered, func() { db.asking.Add(-1) })
			}
			if c.gone {
				stop()
			}
			begun := time.Now()
			db.GiveWay(ctx)
			if got := time.Since(begun); got != c.want {
				t.Errorf("%s: the job rested %v, want %v", c.what, got, c.want)
			}
			stop()
		})
	}
}
