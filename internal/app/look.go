package app

import (
	"slices"
	"strings"

	"throughline/internal/id"
	"throughline/internal/policy"
	"throughline/internal/store"
)

// Look is an event about a person, as far as the viewer may know of it: which agency looked, in what role, when, for what purpose and by
// which rule; and who it was, where the policy lets the viewer know that.
type Look struct {
	store.Event      // without the account, its name and whence it came where Unnamed, the agency where Elsewhere, and the act and its rule where Among
	Unnamed     bool // who it was is for others to know
	Elsewhere   bool // of an agency that the viewer may not know to have a record of the person
	Among       bool // at a list of people, and which list it was is for others to know
}

// look leaves out of an event what the viewer may not know of whoever looked. That somebody of an agency opens a person's page tells that
// the agency has a record of them, so an agency is named only where the viewer may know of its record. That a person stood in a list, such
// as the cohort's, tells what they cost, so which list it was is named to nobody from whom anything of a person may be hidden.
func (s sight) look(tx *store.Tx, e store.Event) Look {
	l := Look{Event: e}
	subject, facts := policy.Subject{Kind: policy.Account, ID: int64(e.Account)}, policy.Facts{Exists: true, Area: tx.Actor().Area, Owner: e.Agency}
	if tx.May(policy.PersonSeeReader, subject, facts) {
		return l
	}
	l.Unnamed, l.Account, l.Actor, l.Source, l.Made = true, 0, "", "", ""
	if l.Among = s.hides != nil && !strings.HasPrefix(string(e.Act), "person."); l.Among {
		l.Act, l.Subject, l.Reason, l.Policies = "", policy.Subject{}, "", ""
	}
	if l.Elsewhere = e.Agency != 0 && s.hides != nil && !slices.Contains(s.Agencies, e.Agency); l.Elsewhere {
		l.Agency = 0
	}
	return l
}

// who names whoever gave an answer where the viewer may know who it was, as of whoever looked, and else says of which agency they are.
func (s sight) who(tx *store.Tx, m *priceMap, a id.Account) (string, error) {
	name, err := tx.NameOf(a)
	if err != nil || a == 0 {
		return name, err
	}
	all, err := tx.AccountNames()
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(all, func(x store.NamedAccount) bool { return x.ID == a })
	if at < 0 {
		return name, nil
	}
	switch l := s.look(tx, store.Event{Account: a, Actor: name, Agency: all[at].Agency}); {
	case !l.Unnamed:
		return name, nil
	case l.Elsewhere:
		return "somebody of another agency", nil
	case l.Agency == 0:
		return "somebody of the partnership", nil
	default:
		return "somebody of " + m.agencies[l.Agency].Name, nil
	}
}

func (s sight) looks(tx *store.Tx, events []store.Event) []Look {
	looks := make([]Look, len(events))
	for i, e := range events {
		looks[i] = s.look(tx, e)
	}
	return looks
}
