package web

import "strings"

// browser says in a few words what a browser calls itself, for people to know their own sessions by. It is what the browser
// claims, no more.
func browser(agent string) string {
	name, system := "A browser", ""
	for _, b := range []struct{ sign, name string }{ // the first that fits: most claim to be others, too
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if strings.Contains(agent, b.sign) {
			name = b.name
			break
		}
	}
	for _, s := range []struct{ sign, name string }{
		{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, s.sign) {
			system = " on " + s.name
			break
		}
	}
	return name + system
}
