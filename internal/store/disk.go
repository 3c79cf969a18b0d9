package store

import (
	"log/slog"
)

// networkFileSystems are kinds of file system on which SQLite's write-ahead log is not safe, by the number that Linux's statfs gives
// (linux/magic.h).
var networkFileSystems = map[uint32]string{
	0x6969: "NFS", 0xFF534D42: "SMB", 0xFE534D42: "SMB", 0x517B: "SMB", 0x5346414F: "AFS", 0x00C36400: "Ceph", 0x01021997: "9P", 0x47504653: "GPFS",
}

// networkFileSystem names the kind of a network file system; empty for a disk of this machine.
func networkFileSystem(kind uint32) string { return networkFileSystems[kind] }

// warnOfNetwork warns of a data directory on another machine's disk: the write-ahead log needs memory that all its readers share, and
// such disks may acknowledge what they have not kept.
func warnOfNetwork(dir string) {
	if name := networkFileSystem(fileSystem(dir)); name != "" {
		slog.Warn("The data directory is on a network file system. SQLite may lose or damage data there: use a disk of this machine, or PostgreSQL.",
			"directory", dir, "file system", name)
	}
}
