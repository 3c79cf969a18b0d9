package app

// pageOf gives the page of a list of so many rows that is shown where one is asked for, from 1, and its first row and the one after its last. Beyond
// the last page there is none.
func pageOf(asked, rows, size int) (page, from, to int) {
	page = min(max(asked, 1), max((rows+size-1)/size, 1))
	from = (page - 1) * size
	return page, from, min(from+size, rows)
}
