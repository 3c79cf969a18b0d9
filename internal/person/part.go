package person

// Part is what part somebody had in an incident: none of these, one of them, or both.
type Part uint8

const (
	Victim  Part = 1 << iota // harm was done to them
	Suspect                  // they are said to have done it
)

// Opposes says whether those who had the two parts in one incident stand as victim and suspect.
func (p Part) Opposes(q Part) bool {
	return p&Victim != 0 && q&Suspect != 0 || p&Suspect != 0 && q&Victim != 0
}
