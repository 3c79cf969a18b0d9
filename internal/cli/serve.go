package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"throughline/internal/app"
	"throughline/internal/fault"
)

// serve is throughline serve.
type serve struct {
	place
	Addr    string `help:"Where to listen. Other machines are served by TLS only." default:"127.0.0.1:8400" env:"THROUGHLINE_ADDR" placeholder:"HOST:PORT"`
	TLSCert string `help:"A TLS certificate, PEM." name:"tls-cert" env:"THROUGHLINE_TLS_CERT" type:"path" placeholder:"FILE"`
	TLSKey  string `help:"Its private key, PEM." name:"tls-key" env:"THROUGHLINE_TLS_KEY" type:"path" placeholder:"FILE"`
}

// lastWords is how long requests under way may take once the server is asked to stop.
const lastWords = 20 * time.Second

// Run serves until it is asked to stop, then lets requests under way end.
func (s serve) Run(ctx context.Context, w *World) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	a, err := s.open(ctx, w, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	listener, err := listen(ctx, s.Addr)
	if err != nil {
		return err
	}
	code, err := a.OpenFirstRun(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	areas, err := a.FirstRunAreas(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	invented := !slices.ContainsFunc(areas, func(a app.FirstRunArea) bool { return !a.Invented })
	if _, err := fmt.Fprint(w.Stdout, s.greeting(listener.Addr().String(), code, invented)); err != nil {
		return errors.Join(err, listener.Close())
	}
	return show(ctx, w, a, listener, s.TLSCert, s.TLSKey, w.Stderr)
}

// check refuses to show people's data in clear to a network.
func (s serve) check() error {
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return fault.InvalidField("tls-cert", "A certificate and its key go together.", "Give both --tls-cert and --tls-key.")
	}
	if s.TLSCert == "" && !loopback(s.Addr) {
		return fault.InvalidField("addr", s.Addr+" can be reached from other machines, without TLS.",
			"Listen on 127.0.0.1, or give --tls-cert and --tls-key.")
	}
	return nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "address", "The address "+addr+" cannot be listened on.",
			"Choose another with --addr, or stop what uses it.").Because(err)
	}
	return listener, nil
}

func loopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (s serve) greeting(addr, code string, invented bool) string {
	scheme := "http://"
	if s.TLSCert != "" {
		scheme = "https://"
	}
	text := "Throughline is at " + scheme + addr + "/\n"
	if code != "" {
		text += "Nobody can sign in yet. Open " + scheme + addr + "/first and give this one-time code: " + code + "\n"
		if invented {
			text += "The only area at hand is invented. Begin one of your own with: throughline area new --area anytown --name \"Anytown partnership\"\n"
		}
	}
	return text
}

// show serves the pages of an installation on a listener, works its queue and seals its audit, until ctx ends. The demonstration is
// served the same way. Requests are logged to logged, a line of JSON each.
func show(ctx context.Context, w *World, a *app.App, listener net.Listener, cert, key string, logged io.Writer) error {
	log := slog.New(slog.NewJSONHandler(logged, nil))
	server := w.Pages(a, log, cert != "")
	working, stop := context.WithCancel(ctx)
	var agents sync.WaitGroup
	agents.Go(func() {
		if err := a.Work(working, "server"); err != nil {
			log.Error("the worker stopped", "error", err)
		}
	})
	agents.Go(func() {
		a.Seal(working, func(err error) { log.Error("the audit could not be sealed", "error", err) })
	})
	ended := make(chan error, 1)
	go func() {
		if cert != "" {
			ended <- server.ServeTLS(listener, cert, key)
		} else {
			ended <- server.Serve(listener)
		}
	}()
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWords)
		err = server.Shutdown(last)
		cancel()
	}
	stop()
	agents.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
