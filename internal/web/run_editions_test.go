package web

import (
	"net/http"
	"strings"
	"testing"

	"throughline/internal/app"
	"throughline/internal/policy"
)

// TestRunFixesTheEditionsItUses holds a run's editions to those that the page of editions says are used.
func TestRunFixesTheEditionsItUses(t *testing.T) {
	t.Parallel()
	s := smallSite(t)
	b := s.as(policy.Analyst, policy.FindAndCost)
	c, err := s.app.Cohort(t.Context(), b.credential(), app.OpenCohort{})
	if err != nil {
		t.Fatal(err)
	}
	b.status(b.get("/editions"), http.StatusOK)
	if got := strings.Join(c.Inputs.Editions, " "); got != "MOJ NCC-2024-25" {
		t.Errorf("the run fixed the editions %s", got)
	}
}
