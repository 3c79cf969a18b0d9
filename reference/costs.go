// Package reference holds versioned data that ships with the program: price editions, deflators and how common names are. Each file
// names its source; nothing here is about anyone.
package reference

import (
	"embed"
	"io/fs"
)

//go:embed unit-costs/*.csv
var unitCosts embed.FS

//go:embed deflators/*.csv
var deflators embed.FS

// UnitCosts holds the price editions that ship, a CSV file each, named after the edition: "NCC-2024-25.csv". The lines
// above the header name the edition, its licence, attribution and source; cost.ParseEdition reads a file. Prices
// whose licence forbids commercial use (the PSSRU manuals, CC BY-NC-SA) are not here: a partnership loads its own copy.
func UnitCosts() fs.FS { return folder(unitCosts, "unit-costs") }

// Deflators holds the vintages of GDP deflator, a CSV file each, named after the vintage: "hmt-2026-03.csv".
// cost.ParseDeflator reads a file.
func Deflators() fs.FS { return folder(deflators, "deflators") }

func folder(files embed.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // name is one of the two above
	}
	return sub
}
