// Command throughline is the whole product: see docs/house.md.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"throughline/areas"
	"throughline/internal/cli"
)

var version = "unknown" // set when a release is built

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Run(ctx, cli.World{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Areas: areas.Files, Version: version, Now: time.Now}))
}
