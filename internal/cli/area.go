package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"throughline/internal/app"
	"throughline/internal/area"
	"throughline/internal/fault"
	"throughline/internal/id"
)

// areas is throughline area ….
type areas struct {
	New   areaNew   `cmd:"" help:"Write the settings that a new area begins with, into the folder areas of the data directory."`
	Check areaCheck `cmd:"" help:"Say what is still missing or wrong in an area’s settings."`
	Load  areaLoad  `cmd:"" help:"Load an area’s configuration and its agencies. Loading it again changes only what it now says otherwise."`
}

type areaNew struct {
	Dir  string  `help:"The data directory." default:"throughline-data" env:"THROUGHLINE_DIR" type:"path" placeholder:"DIR"`
	Area id.Area `help:"The area’s folder: small letters, figures and hyphens." required:"" placeholder:"AREA"`
	Name string  `help:"The partnership’s name, as every page is to show it." required:"" placeholder:"NAME"`
	output
}

// Run writes the files of a new area. It never writes over anything.
func (c areaNew) Run(w *World) error {
	files, err := area.Start(c.Area, c.Name)
	if err != nil {
		return err
	}
	folder := filepath.Join(app.OwnAreas(c.Dir), string(c.Area))
	if err := os.MkdirAll(filepath.Dir(folder), 0o750); err != nil {
		return cannotWrite(folder, err)
	}
	if err := os.Mkdir(folder, 0o750); errors.Is(err, os.ErrExist) {
		return fault.InvalidField("area", folder+" is there already, so nothing was written.", "Edit its files, or choose another name.")
	} else if err != nil {
		return cannotWrite(folder, err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o640); err != nil {
			return cannotWrite(folder, err)
		}
	}
	return c.print(w, map[string]any{"area": c.Area, "folder": folder}, fmt.Sprintf("The settings of %s are in %s.\n", c.Area, folder)+
		"Fill in what is empty, and see what is left with: throughline area check --area "+string(c.Area))
}

type areaCheck struct {
	Dir  string  `help:"The data directory." default:"throughline-data" env:"THROUGHLINE_DIR" type:"path" placeholder:"DIR"`
	Area id.Area `help:"The area." required:"" env:"THROUGHLINE_AREA" placeholder:"AREA"`
	output
}

// Run reads an area's settings and says all that is wrong with them, or else which services' rows stay with their agency. It opens no
// installation.
func (c areaCheck) Run(w *World) error {
	a, err := area.Load(app.AreaFiles(c.Dir, w.Areas), c.Area)
	if err != nil {
		return err
	}
	var names []string
	for _, g := range a.Agencies {
		names = append(names, g.Name)
	}
	var services []areaService
	var rows [][]string
	for _, s := range a.Services {
		services = append(services, areaService{s.Slug, s.Category, s.Sensitivity})
		rows = append(rows, []string{s.Slug, s.Category, string(s.Sensitivity)})
	}
	return c.print(w, map[string]any{"area": a.Slug, "partnership": a.Partnership, "version": a.Version, "agencies": names, "services": services},
		fmt.Sprintf("%s can be used: %d agencies (%s), configuration %.12s.", a.Partnership, len(names), strings.Join(names, ", "), a.Version)+"\n\n"+
			table([]string{"SERVICE", "CATEGORY", "SENSITIVITY"}, rows)+"\n\n"+
			"Rows of a service that is not ordinary stay with the agency that sent them, and so do rows with a code that the price map gives no service.")
}

// areaService is a service as area check --json writes it.
type areaService struct {
	Service     string           `json:"service"`
	Category    string           `json:"category"`
	Sensitivity area.Sensitivity `json:"sensitivity"`
}

type areaLoad struct{ operator }

// Run loads an area.
func (c areaLoad) Run(ctx context.Context, w *World) (err error) {
	if c.Area == "" {
		return fault.InvalidField("area", "Say which area to load.", "Give its folder’s name with --area, for example south-london.")
	}
	a, err := c.open(ctx, w, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	who, err := c.who(ctx, a)
	if err != nil {
		return err
	}
	loaded, err := a.LoadArea(ctx, who)
	if err != nil {
		return err
	}
	return c.print(w, map[string]any{"area": loaded.Area, "title": loaded.Title, "version": loaded.Version, "agencies": loaded.Agencies},
		fmt.Sprintf("%s is loaded: %d agencies, configuration %.12s.", loaded.Title, loaded.Agencies, loaded.Version))
}
