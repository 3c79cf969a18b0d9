package cli

import (
	"context"
	"errors"
	"fmt"

	"throughline/internal/fault"
)

// areas is throughline area ….
type areas struct {
	Load areaLoad `cmd:"" help:"Load an area’s configuration and its agencies. Loading it again changes only what it now says otherwise."`
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
