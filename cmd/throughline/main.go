// Command throughline is the whole product: see docs/house.md.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"throughline/areas"
	"throughline/internal/app"
	"throughline/internal/cli"
	"throughline/internal/web"
)

var version = "unknown" // set when a release is built

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	os.Exit(cli.Run(ctx, cli.World{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Areas: areas.Files, Version: version, Now: time.Now, Pages: pages}))
}

// pages gives the command line the pages that it serves: one shell does not know the other.
func pages(a *app.App, log *slog.Logger, secure bool) *http.Server {
	return web.New(web.Config{App: a, Now: time.Now, Log: log, Secure: secure}).HTTP()
}
