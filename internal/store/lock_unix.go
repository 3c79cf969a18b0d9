//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockDir takes the directory's lock, which the system lets go when the process ends, however it ends.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the directory's lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		held := errors.Is(err, syscall.EWOULDBLOCK)
		if cerr := f.Close(); cerr != nil {
			return nil, cerr
		}
		if held {
			return nil, ErrHeld
		}
		return nil, fmt.Errorf("take the directory's lock: %w", err)
	}
	return f, nil
}
