package web

import (
	"strings"
	"testing"

	"throughline/internal/fault"
	"throughline/internal/web/ui"
)

// TestTakingBackDoesNotWaitForTheSums: a file whose amounts cannot be added up can be taken back, and the page says that its effect is not
// known; whoever may not see the effect is refused as before.
func TestTakingBackDoesNotWaitForTheSums(t *testing.T) {
	t.Parallel()
	for _, err := range []error{fault.New(fault.Invalid, "amount-too-large", "The sums are too large to add up.", ""), fault.New(fault.Internal, "any", "secret", "")} {
		var c ui.Confirm
		if got := unreckoned(err, &c); got != nil || len(c.Consequences) != 1 || !strings.Contains(c.Consequences[0], "can be taken back all the same") ||
			strings.Contains(c.Consequences[0], "secret") {
			t.Errorf("%v: %v, %q", err, got, c.Consequences)
		}
	}
	if got := unreckoned(fault.New(fault.Denied, "any", "No.", ""), &ui.Confirm{}); fault.KindOf(got) != fault.Denied {
		t.Errorf("a refusal became %v", got)
	}
}
