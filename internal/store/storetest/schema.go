// Package storetest gives tests a PostgreSQL of their own. Nothing of the product imports it.
package storetest

import (
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by the name of pgx
)

// Schema makes an empty schema on the server that THROUGHLINE_TEST_PG names, which goes when the test ends, and gives a
// connection string that uses it. Where that is not set the test is skipped, and says so.
func Schema(t testing.TB) string {
	t.Helper()
	server := os.Getenv("THROUGHLINE_TEST_PG")
	if server == "" {
		t.Skip("THROUGHLINE_TEST_PG names no PostgreSQL; make test and make bench start one")
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("create schema " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("drop schema " + name + " cascade"); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	join := "?"
	if strings.Contains(server, "?") {
		join = "&"
	}
	return server + join + "search_path=" + name
}
