package store

import (
	"reflect"
	"slices"
	"testing"
)

// TestEveryColumnIsClassified reads the live schema (bar S3): a new table or column without a class fails here.
func TestEveryColumnIsClassified(t *testing.T) {
	db := openTest(t, Config{Dir: t.TempDir()})
	rows, err := db.writes.Query(`select m.name, c.name from sqlite_schema m, pragma_table_info(m.name) c
		where m.type = 'table' and m.name not like 'sqlite_%' and m.name <> 'goose_db_version'`)
	if err != nil {
		t.Fatal(err)
	}
	live, err := collect(rows, func(scan func(...any) error) (p [2]string, err error) { return p, scan(&p[0], &p[1]) })
	if err != nil {
		t.Fatal(err)
	}
	if len(live) < 100 {
		t.Fatalf("only %d columns were found", len(live))
	}
	for _, c := range live {
		class, ok := columns[c[0]][c[1]]
		if !ok {
			t.Errorf("%s.%s has no class: say in columns.go what it holds of a person", c[0], c[1])
		}
		v := reflect.ValueOf(class)
		for i := range v.NumField() {
			if v.Field(i).String() == "" && ok {
				t.Errorf("the class of %s.%s does not say %s", c[0], c[1], v.Type().Field(i).Name)
			}
		}
	}
	for table, cs := range columns {
		for name := range cs {
			if !slices.Contains(live, [2]string{table, name}) {
				t.Errorf("%s.%s is classified but is not there", table, name)
			}
		}
	}
}

// TestOneDoor reads the type: nothing but Do reaches a row of an area. What else is exported is named here with why.
func TestOneDoor(t *testing.T) {
	allowed := map[string]string{
		"Do":          "the door",
		"Close":       "opens nothing",
		"SealAll":     "the keeper's own tree",
		"Checkpoints": "a folder's name",
		"GiveWay":     "waits, and reads nothing",
		"Busy":        "says whether people are asking",
		"Piece":       "says how many rows should go in at a time",
		"NextJob":     "the number of a waiting job and its area, no more",
		"JobsToCome":  "the arguments of jobs that have not ended, no more",
		"Doors":       "the areas that somebody may sign in to, by name",
	}
	v := reflect.TypeFor[*DB]()
	for i := range v.NumMethod() {
		if _, ok := allowed[v.Method(i).Name]; !ok {
			t.Errorf("DB.%s is a second way in", v.Method(i).Name)
		}
	}
	tx := reflect.TypeFor[Tx]()
	for i := range tx.NumField() {
		if tx.Field(i).IsExported() {
			t.Errorf("Tx.%s can be set from outside", tx.Field(i).Name)
		}
	}
}
