// Package arch holds the house to its drawing in docs/house.md. It reads the source with go/parser and says where
// an import climbs, where two rooms of one floor lean on each other, and where code does what its floor may not.
// Nothing of the product imports it; its tests run the checks over the tree.
package arch

import (
	"path"
	"strings"
)

// Floor is a level of the house. Code may import rooms of the floors beneath its own, and never of its own or above.
type Floor int

const (
	Data Floor = iota
	Ground
	Rules
	Joint
	Keeper
	Acts
	Shells
	Wiring
	Yard // test support, invented people and benchmarks: may import all; see yardUsers for who may import it
)

var floorNames = [...]string{"data", "ground", "rules", "joint", "keeper", "acts", "shells", "wiring", "yard"}

func (f Floor) String() string { return floorNames[f] }

// floors gives each room its floor. A room is a folder with all that is beneath it: internal/linkage/compare is part
// of internal/linkage. A folder with Go files and no room here is a fault, so a new package begins with a decision.
var floors = map[string]Floor{
	"areas":            Data,
	"reference":        Data,
	"internal/fault":   Ground,
	"internal/money":   Ground,
	"internal/day":     Ground,
	"internal/id":      Ground,
	"internal/policy":  Rules,
	"internal/person":  Rules,
	"internal/account": Rules,
	"internal/area":    Rules,
	"internal/cost":    Rules,
	"internal/cohort":  Rules,
	"internal/sheet":   Rules,
	"internal/linkage": Joint,
	"internal/intake":  Joint,
	"internal/store":   Keeper,
	"internal/app":     Acts,
	"internal/web":     Shells,
	"internal/cli":     Shells,
	"cmd/throughline":  Wiring,
	"internal/sample":  Yard,
	"internal/arch":    Yard,
	"internal/browser": Yard,
	"bench":            Yard,
}

// storeUsers are the rooms that may open the keeper. Everyone else goes through an act.
var storeUsers = map[string]bool{"internal/app": true, "cmd/throughline": true, "bench": true}

// yardUsers are the rooms whose shipped code may use a room of the yard: the commands that make invented people.
// Tests may use any of it.
var yardUsers = map[string]map[string]bool{
	"internal/sample": {"internal/app": true, "internal/cli": true, "cmd/throughline": true, "bench": true},
}

// clocks are the rooms that may ask what time it is. Everywhere else an instant or a day is an argument.
var clocks = map[string]bool{"cmd/throughline": true, "internal/store": true, "bench": true, "internal/browser": true}

// exact are the rooms that count money, where binary fractions have no place.
var exact = map[string]bool{"internal/money": true, "internal/cost": true, "internal/cohort": true}

// outside lists what the pure floors may not import, so that a rule stays values in, values out.
var outside = []string{"os", "os/exec", "net", "database/sql", "log", "log/slog", "syscall"}

// keeperOnly lists imports that belong to the keeper alone: it is the only room with SQL.
var keeperOnly = []string{"database/sql", "github.com/jackc/pgx", "github.com/ncruces/go-sqlite3", "github.com/pressly/goose"}

// roomOf gives the room a folder belongs to, and false when it has none.
func roomOf(folder string) (string, bool) {
	for f := folder; f != "." && f != "/"; f = path.Dir(f) {
		if _, ok := floors[f]; ok {
			return f, true
		}
	}
	return "", false
}

// among says whether an import path is one of a list or lies beneath one.
func among(list []string, imported string) bool {
	for _, p := range list {
		if imported == p || strings.HasPrefix(imported, p+"/") {
			return true
		}
	}
	return false
}
