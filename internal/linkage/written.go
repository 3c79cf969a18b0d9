package linkage

// written makes a list of noughts of which every one has been written. Memory that is read before it is first written is given twice: as a page
// of noughts that all share, and when it is written as one of its own, for which every processor is stopped. A large table that is looked up
// before it is filled takes ten times as long to fill so (BenchmarkWritten).
func written[T any](n int) []T {
	list := make([]T, n)
	clear(list)
	return list
}
