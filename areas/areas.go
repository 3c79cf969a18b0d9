// Package areas carries the seed areas as data: a folder for each, of strict YAML and the files beside it.
package areas

import "embed"

// Files holds every area's folder: south-london/area.yaml, south-london/layouts/….
//
//go:embed south-london
var Files embed.FS
