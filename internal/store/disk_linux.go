package store

import "syscall"

// fileSystem is the number of a folder's kind of file system, 0 when the system does not say.
func fileSystem(dir string) uint32 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0
	}
	return uint32(s.Type)
}
