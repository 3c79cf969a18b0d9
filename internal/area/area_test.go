package area

import (
	"os"
	"testing"
)

func TestSouthLondonLoads(t *testing.T) {
	a, err := Load(os.DirFS("../../areas"), "south-london")
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Agencies) != 10 || len(a.Services) != 21 || len(a.Prices.Map) != 27 {
		t.Errorf("%d agencies, %d services, %d price lines", len(a.Agencies), len(a.Services), len(a.Prices.Map))
	}
}
