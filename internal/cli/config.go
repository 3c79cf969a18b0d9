package cli

import (
	"net/url"
	"os"
	"strings"
)

// config is throughline config.
type config struct {
	place
	Addr   string `help:"Where to listen." default:"127.0.0.1:8400" env:"THROUGHLINE_ADDR" placeholder:"HOST:PORT"`
	Area   string `help:"The area." env:"THROUGHLINE_AREA" placeholder:"AREA"`
	As     string `help:"Your name, as the audit is to show it." env:"THROUGHLINE_AS" placeholder:"NAME"`
	output `embed:""`
}

// setting is one setting in force.
type setting struct {
	Flag     string `json:"flag"`
	Variable string `json:"variable"`
	Value    string `json:"value"`
	From     string `json:"from"`
}

// Run prints the settings in force. It opens nothing, and shows no password.
func (c config) Run(w *World) error {
	settings := []setting{
		{"--dir", "THROUGHLINE_DIR", c.Dir, ""}, {"--postgres", "THROUGHLINE_POSTGRES", withoutPassword(c.Postgres), ""}, {"--addr", "THROUGHLINE_ADDR", c.Addr, ""},
		{"--area", "THROUGHLINE_AREA", c.Area, ""}, {"--as", "THROUGHLINE_AS", c.As, ""},
	}
	var rows [][]string
	for i := range settings {
		s := &settings[i]
		s.From = "default"
		if _, ok := os.LookupEnv(s.Variable); ok {
			s.From = "environment"
		}
		for _, a := range w.Args {
			if a == s.Flag || strings.HasPrefix(a, s.Flag+"=") {
				s.From = "flag"
			}
		}
		rows = append(rows, []string{s.Flag, s.Variable, s.Value, s.From})
	}
	return c.print(w, map[string]any{"settings": settings}, table([]string{"FLAG", "VARIABLE", "VALUE", "FROM"}, rows))
}

// withoutPassword is a connection string as it may be shown. A password may stand before the host and among the options.
func withoutPassword(dsn string) string {
	u, err := url.Parse(dsn)
	switch {
	case dsn == "":
		return ""
	case err != nil || u.Scheme == "" || u.Host == "":
		return "given, and not shown"
	}
	if u.User != nil {
		u.User = url.User(u.User.Username())
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String()
}
