package app

import (
	"sync"
	"time"

	"throughline/internal/id"
	"throughline/internal/store"
)

// paces is how far each job was at some instants of late: its rate since it began would say little of the step that it is at, and that of
// one moment would make what is left jump.
type paces struct {
	mu sync.Mutex
	of map[id.Job]*pace
}

type pace struct {
	doing string
	seen  []progressAt // the oldest first
}

type progressAt struct {
	at   time.Time
	done int64
}

// The rate is that of the last minute and of at least three seconds. A second passes between two notes, and as many jobs are known as an
// installation has under way.
const (
	paceOver   = time.Minute
	paceAtOnce = 3 * time.Second
	paceEvery  = time.Second
	mostPaces  = 64
)

// note keeps how far a job is. Another step begins anew, and so does work that is less far than it was.
func (p *paces) note(n id.Job, doing string, done int64, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.of[n]
	if was == nil || was.doing != doing || len(was.seen) > 0 && done < was.seen[len(was.seen)-1].done {
		if p.of == nil || len(p.of) >= mostPaces {
			p.of = map[id.Job]*pace{}
		}
		was = &pace{doing: doing}
		p.of[n] = was
	}
	if len(was.seen) > 0 && at.Sub(was.seen[len(was.seen)-1].at) < paceEvery {
		return
	}
	for len(was.seen) > 1 && at.Sub(was.seen[1].at) >= paceOver {
		was.seen = was.seen[1:]
	}
	was.seen = append(was.seen, progressAt{at, done})
}

// left is how long the step that a job is at will take at its rate of late; 0 while that cannot be said.
func (p *paces) left(j store.Job, now time.Time) time.Duration {
	if j.State != "working" || j.Total <= j.Done || j.Doing == "" {
		return 0
	}
	p.note(j.ID, j.Doing, j.Done, now)
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.of[j.ID]
	if was == nil || len(was.seen) == 0 {
		return 0
	}
	first := was.seen[0]
	took, done := now.Sub(first.at), j.Done-first.done
	if took < paceAtOnce || done <= 0 {
		return 0
	}
	return max(time.Second, time.Duration(float64(took)*float64(j.Total-j.Done)/float64(done)).Round(time.Second))
}
