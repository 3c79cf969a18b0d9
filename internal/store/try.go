package store

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"throughline/internal/account"
)

// Tries to sign in are kept for as long as a place counts as known to the account.
const keptTries = 90 * 24 * time.Hour

var (
	tryInsert = query("try.insert", `insert into sign_in_tries (area, id, subject, source, at, succeeded) values ($1, $2, $3, $4, $5, 0)`)
	tryRight  = query("try.right", `update sign_in_tries set succeeded = 1 where area = $1 and id = $2`)
	tryKnown  = query("try.known", `select coalesce(max(at), '') from sign_in_tries where area = $1 and subject = $2 and source = $3 and succeeded = 1`)
	triesPair = query("try.of-pair", `select at from sign_in_tries
		where area = $1 and subject = $2 and source = $3 and succeeded = 0 and at > $4 order by at`)
	triesAccount = query("try.of-account", `select t.at from sign_in_tries t where t.area = $1 and t.subject = $2 and t.succeeded = 0 and t.at > $3
		and not exists (select 1 from sign_in_tries k where k.area = t.area and k.subject = t.subject and k.source = t.source and k.succeeded = 1)
		order by t.at`)
	triesSource = query("try.of-source", `select at from sign_in_tries where area = $1 and source = $2 and succeeded = 0 and at > $3 order by at`)
	trySweep    = query("try.sweep", `delete from sign_in_tries where area = $1 and at < $2`)
)

// subject is the keyed hash of an address that was typed, so that the table of tries names nobody.
func (tx *Tx) subject(email string) string {
	h := hmac.New(sha256.New, tx.db.keys.hash)
	h.Write([]byte(email))
	return hex.EncodeToString(h.Sum(nil))
}

// Try writes down a try to sign in with what was typed as the address, before the password is looked at. It gives the
// try's number, how long the tries before it ask one to wait, and the failures are those before this one.
func (tx *Tx) Try(typed string) (try int64, wait time.Duration, err error) {
	subject, source := tx.subject(typed), tx.actor.Source
	since := instant(tx.now.Add(-account.Window))
	var last string
	if err := tx.one(tryKnown, []any{tx.area, subject, source}, &last); err != nil {
		return 0, 0, err
	}
	var f account.Failures
	for _, q := range []struct {
		into *[]time.Time
		s    *statement
		args []any
	}{
		{&f.Pair, triesPair, []any{tx.area, subject, source, max(since, last)}},
		{&f.Account, triesAccount, []any{tx.area, subject, since}},
		{&f.Address, triesSource, []any{tx.area, source, since}},
	} {
		*q.into, err = list(tx, q.s, q.args, func(scan func(...any) error) (time.Time, error) {
			var at string
			err := scan(&at)
			return moment(at), err
		})
		if err != nil {
			return 0, 0, err
		}
	}
	if wait := f.Wait(last != "", tx.now); wait > 0 {
		return 0, wait, nil
	}
	if _, err := tx.exec(trySweep, tx.area, instant(tx.now.Add(-keptTries))); err != nil {
		return 0, 0, err
	}
	if try, err = tx.next("tries", 1); err != nil {
		return 0, 0, err
	}
	_, err = tx.exec(tryInsert, tx.area, try, subject, source, instant(tx.now))
	return try, 0, err
}

// TryWasRight takes a try back that turned out to be right.
func (tx *Tx) TryWasRight(try int64) error { return tx.only(tryRight, "try", tx.area, try) }
