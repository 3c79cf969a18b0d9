package cli

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// bar shows how far long work is: on a terminal as a bar with its rate and the time left, elsewhere as a line for each stage.
type bar struct {
	to    io.Writer
	live  bool
	doing string
	bar   *progressbar.ProgressBar
}

func newBar(w *World) *bar {
	f, ok := w.Stderr.(*os.File)
	if !ok {
		return &bar{to: w.Stderr}
	}
	info, err := f.Stat()
	return &bar{to: w.Stderr, live: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

// show says what is being done and how much of it is done; total 0 is not known.
func (b *bar) show(doing string, done, total int64) {
	if doing == "" {
		return
	}
	if doing != b.doing {
		b.end()
		b.doing = doing
		if !b.live {
			fmt.Fprintln(b.to, doing)
			return
		}
		b.bar = progressbar.NewOptions64(max(total, -1), progressbar.OptionSetWriter(b.to), progressbar.OptionSetDescription(doing),
			progressbar.OptionShowIts(), progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth(),
			progressbar.OptionThrottle(100*time.Millisecond))
	}
	if b.bar == nil {
		return
	}
	if total > 0 && b.bar.GetMax64() != total {
		b.bar.ChangeMax64(total)
	}
	if total > 0 {
		_ = b.bar.Set64(min(done, total)) // a bar that cannot be drawn is no reason to stop
	}
}

// end leaves the bar as it is and goes to a new line.
func (b *bar) end() {
	if b.bar != nil {
		_ = b.bar.Exit()
		fmt.Fprintln(b.to)
	}
	b.bar, b.doing = nil, ""
}
