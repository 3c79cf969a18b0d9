//go:build !linux

package store

// fileSystem is the number of a folder's kind of file system, which is asked on Linux only.
func fileSystem(string) uint32 { return 0 }
