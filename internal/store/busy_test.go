package store

import (
	"testing"

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
