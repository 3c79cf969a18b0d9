package policy

import "testing"

func TestDefault(t *testing.T) {
	t.Log(Default().Hash())
	d := Default().Decide(Request{}, Facts{})
	if d.Outcome != Deny || d.Reason != "You are not signed in." {
		t.Fatalf("%+v", d)
	}
}
