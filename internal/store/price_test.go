package store

import (
	"testing"

	"throughline/internal/id"
)

// TestPriceMapsVersion makes each change that a price map depends on: the version goes up with each, is not known inside the act that
// makes it, and stays when the act is rolled back.
func TestPriceMapsVersion(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB, _ *clock) {
		newArea(t, db)
		var agency id.Agency
		var price id.Price
		version := func() (n int64) {
			t.Helper()
			err := db.alone(t.Context(), 1, func(tx *Tx) (err error) {
				known := false
				if n, known, err = tx.PriceMapsVersion(); !known {
					t.Error("the version is not known in an act that changes nothing")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		last := version()
		for _, c := range []struct {
			what string
			do   func(tx *Tx) error
		}{
			{"an agency is added", func(tx *Tx) (err error) { agency, err = tx.AddAgency("fern", "FER", "Fern"); return err }},
			{"an agency is renamed", func(tx *Tx) error { _, err := tx.AddAgency("fern", "FER", "Fernhill"); return err }},
			{"a code is seen", func(tx *Tx) error { _, err := tx.AddServiceCode(agency, "AE", "visit"); return err }},
			{"a price is proposed", func(tx *Tx) (err error) {
				price, err = tx.SetPrice(PriceEntry{Agency: agency, Code: "AE", Unit: "visit", Entry: "{}", State: "proposed"})
				return err
			}},
			{"a price is approved", func(tx *Tx) error { return tx.ApprovePrice(price) }},
		} {
			change := func(tx *Tx) error {
				if err := c.do(tx); err != nil {
					return err
				}
				if _, known, err := tx.PriceMapsVersion(); known || err != nil {
					t.Errorf("%s: the version is taken for known before the change is committed (%v)", c.what, err)
				}
				return nil
			}
			if err := db.alone(t.Context(), 1, change); err != nil {
				t.Fatal(c.what, err)
			}
			now := version()
			if now <= last {
				t.Errorf("%s: the version stays at %d", c.what, now)
			}
			last = now
		}
	})
}
