package ui

import (
	"strconv"
	"strings"
	"time"

	"throughline/internal/id"
)

// Note is something to know before reading on. Attention is for what needs the reader.
type Note struct {
	Label     string // names the region for a screen reader, when it needs attention
	Attention bool
	Lines     []Text
}

// Todo is one thing that waits for somebody.
type Todo struct {
	Count int
	What  string // "Extracts waiting for your decision"
	Href  string
	Why   Text // whose, since when, and what hangs on it
}

// Job is work under way or just ended: what, how far, how long, who began, and what stays in force meanwhile.
type Job struct {
	ID         id.Job
	What       string // "Making run 32"
	Step       string // "Step 2 of 3, pricing"
	Done, Of   int64  // of the unit; Of 0 is not known yet
	Unit       string // "contacts"
	Left       time.Duration
	Began      time.Time
	By         string
	Meanwhile  string // "Run 31 stays in use until this one is whole."
	Stoppable  bool
	CheckAgain string // the page to ask for again; the job's own page when empty
}

// Again is where "Check again" leads.
func (j Job) Again() string {
	if j.CheckAgain != "" {
		return j.CheckAgain
	}
	return JobPath(j.ID)
}

// Path is where the job is stopped.
func (j Job) Path() string { return JobPath(j.ID) }

// ElementID tells two jobs on a page apart.
func (j Job) ElementID() string { return "job-" + strconv.FormatInt(int64(j.ID), 10) }

// Says is the job in a sentence.
func (j Job) Says() string {
	s := j.Step
	if j.Of > 0 {
		s = sentence(s+":", count(j.Done), "of", count(j.Of), j.Unit)
		if j.Step == "" {
			s = sentence(count(j.Done), "of", count(j.Of), j.Unit)
		}
	}
	if j.Left > 0 {
		s += ", " + left(j.Left)
	}
	if s != "" {
		s += "."
	}
	return sentence(s, "Started "+clock(j.Began)+" by "+j.By+".")
}

// Percent is how far the job is, in words for those who do not see the bar.
func (j Job) Percent() string {
	if j.Of == 0 {
		return "not known yet"
	}
	return share(j.Done, j.Of).whole()
}

func left(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "less than a minute left of this step"
	case d < 2*time.Hour:
		return "about " + many(int(d.Round(time.Minute).Minutes()), "minute", "minutes") + " left of this step"
	}
	return "about " + strconv.Itoa(int(d.Round(time.Hour).Hours())) + " hours left of this step"
}

// lasted writes how long something took: "1 minute 34 seconds".
func lasted(d time.Duration) string {
	d = d.Round(time.Second)
	minutes, seconds := int(d/time.Minute), int(d%time.Minute/time.Second)
	switch {
	case d < time.Second:
		return "less than a second"
	case minutes == 0:
		return many(seconds, "second", "seconds")
	case seconds == 0:
		return many(minutes, "minute", "minutes")
	}
	return many(minutes, "minute", "minutes") + " " + many(seconds, "second", "seconds")
}

// View is one way of looking at the same thing.
type View struct {
	Name, Href string
	Current    bool
}

// Step is a line of a task list: what an empty page still needs.
type Step struct {
	Name, Href string
	Done       bool
}

// Key tells the steps of two lists on a page apart.
func (s Step) Key() string { return strings.ReplaceAll(s.Href, "/", "-") }
