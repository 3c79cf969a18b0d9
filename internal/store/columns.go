package store

// Class says what a column holds of a person, and so how it is treated. Every column of every table has one; a column without
// one fails the build, so that nothing is left behind when people are linked, parted, shown, hidden or forgotten.
type Class struct {
	Holds         string // in words
	Link          string // when two people become one
	Unlink        string // when a record is parted from a person
	SubjectAccess string // when a person asks for what is held of them
	Erasure       string
	Shield        string // while the person is shielded
	Retention     string
	Hold          string // under a legal hold
	Export        string
}

// The classes. What a later issue will do is said as what must hold, so that it finds each column by its class.
var (
	system = Class{"nothing of a person", "stays", "stays", "not given", "stays", "shown", "with the installation", "kept", "by the list's own columns"}
	who    = Class{"who somebody is", "stays with its record", "stays with its record", "given", "removed, and the chunk it came in is rewritten",
		"hidden but for the right to see it", "with its extract", "kept", "only while names are shown"}
	use = Class{"what somebody used", "follows the record", "follows the record", "given", "removed with the record",
		"hidden from other agencies as the agreement says", "with its extract", "kept", "by pseudonym, priced"}
	which = Class{"which person or record", "changed by an event, never silently", "changed by an event, never silently", "given as the pseudonym",
		"kept as a number that leads nowhere", "shown as the pseudonym", "with the run or the event", "kept", "as the pseudonym"}
	sums = Class{"what somebody's use cost", "made anew by the next run", "made anew by the next run", "given", "removed with the run", "hidden with the person",
		"until the run is superseded and its time is over", "kept", "by pseudonym, with what the total is not"}
	staff = Class{"who works here", "stays", "stays", "not given but as who has looked", "pseudonymised when the account's time is over", "shown",
		"with the account", "kept", "by name"}
	secret = Class{"a secret, hashed or keyed", "stays", "stays", "not given", "removed with the account", "never shown", "with the account", "kept", "never"}
	words  = Class{"words somebody wrote", "stays with the person it was written on", "stays where it was written", "given", "removed with the person",
		"hidden with the person", "with the person", "kept", "never in bulk"}
	guard = Class{"what asks for care with somebody", "stays with its record", "stays with its record", "given but for what tells of another", "removed with the record",
		"told only to those who may know of it", "with its extract", "kept", "never"}
	trail = Class{"who looked, links and never content", "stays under the number it was written on", "stays under the number it was written on",
		"given as who has looked", "kept: numbers and hashes only", "shown to the shield's owner", "by the audit's schedule", "kept", "to the auditor"}
)

// columns gives every column of every table its class.
var columns = map[string]map[string]Class{
	"counters": all(system, "name", "next"),

	"installation": join(all(system, "id"), all(secret, "keys")),

	"areas":    all(system, "id", "slug", "title", "config_hash", "loaded_at", "link_run", "cost_run"),
	"agencies": all(system, "area", "id", "slug", "mark", "name"),
	"accounts": join(all(system, "area", "id", "agency", "must_change", "password_at", "created_at", "suspended_at", "version"),
		all(staff, "email", "email_folded", "name", "created_by", "suspended_by"), all(secret, "password_hash")),
	"account_roles": join(all(system, "area", "role"), all(staff, "account")),
	"sessions": join(all(system, "area", "id", "purpose", "names_until", "started_at", "seen_at", "ended_at"), all(secret, "token_hash"),
		all(staff, "account", "purpose_why", "source", "agent", "ended_by")),
	"sign_in_tries": join(all(system, "area", "id", "at", "succeeded"), all(secret, "subject"), all(staff, "source")),
	"jobs": join(all(system, "area", "id", "kind", "args", "state", "created_at", "claimed_by", "lease_until", "tries", "started_at", "finished_at", "doing",
		"done", "total", "fault"), all(staff, "created_by")),
	"audit": join(all(system, "area", "id", "at", "agency", "roles", "act", "subject_kind", "purpose", "outcome", "reason", "policies", "policy_hash",
		"version", "people", "seal", "leaf"), all(trail, "subject_id", "made"), all(staff, "account", "actor_name", "session", "source")),
	"audit_people":      join(all(system, "area", "event"), all(trail, "person")),
	"audit_hashes":      all(system, "area", "place", "hash"),
	"audit_checkpoints": all(system, "area", "size", "at", "note"),
	"layouts":           join(all(system, "area", "id", "agency", "name", "version", "hash", "text", "added_at", "approved_at"), all(staff, "added_by", "approved_by")),
	"extracts": join(all(system, "area", "id", "agency", "layout", "name", "sha256", "bytes", "as_of", "whole", "control_rows", "control_sum", "state", "received_at",
		"checked_at", "decided_at", "rows", "accepted", "rejected", "repeated", "set_aside", "people", "contacts", "first_day", "last_day", "absent", "unmapped",
		"fault"), all(use, "reading"), all(staff, "received_by", "decided_by", "reason")),
	"extract_chunks":    join(all(system, "area", "extract", "first_line", "last_line"), all(who, "data")),
	"extract_faults":    join(all(system, "area", "extract", "line", "seq", "field", "code", "message", "remedy"), all(who, "said")),
	"extract_set_aside": join(all(system, "area", "extract", "field", "code", "reason", "uses"), all(who, "said")),
	"extract_services":  all(system, "area", "extract", "service", "contacts"),
	"records":           join(all(system, "area", "agency"), all(which, "id"), all(who, "key", "key_hash")),
	"record_versions": join(all(system, "area", "extract", "as_of", "line"), all(which, "record"), all(who, "content", "identity", "set_aside", "borough"),
		all(staff, "worker", "reach")),
	"service_codes":        all(system, "area", "id", "agency", "code", "unit"),
	"record_workers":       join(all(system, "area", "extract"), all(which, "record"), all(use, "day"), all(staff, "worker", "reach")),
	"record_marks":         join(all(system, "area", "extract"), all(which, "record"), all(guard, "incident", "mark")),
	"contact_records":      join(all(system, "area", "extract", "line"), all(which, "record")),
	"contacts":             join(all(system, "area", "extract", "line"), all(which, "record"), all(use, "service", "from_day", "to_day", "quantity", "own", "ref", "content")),
	"contact_replacements": join(all(system, "area", "extract", "by_extract"), all(use, "line")),
	"record_keys":          join(all(system, "area", "extract"), all(which, "record"), all(who, "key")),
	"runs": join(all(system, "area", "id", "kind", "state", "started_at", "finished_at", "inputs", "inputs_hash", "code_version", "fault"), all(staff, "started_by"),
		all(sums, "report", "found")),
	"persons":           join(all(system, "area", "made_by"), all(which, "id", "forwarded_to")),
	"memberships":       join(all(system, "area", "run"), all(which, "record", "person")),
	"membership_events": join(all(system, "area", "id", "at", "run", "kind"), all(which, "answer", "record", "from_person", "to_person"), all(staff, "account")),
	"links":             join(all(system, "area", "run", "millibits", "ppm"), all(which, "record_a", "record_b")),
	"link_evidence":     join(all(system, "area", "run"), all(which, "record_a", "record_b"), all(who, "evidence")),
	"doubts":            join(all(system, "area", "run", "millibits", "ppm", "why"), all(which, "record_a", "record_b"), all(who, "evidence")),
	"answers": join(all(system, "area", "answer", "at", "undone_at", "pair", "counts_from", "counts_to"), all(guard, "needs_two"), all(which, "id", "person", "record", "made"), all(words, "reason", "undone_reason"),
		all(staff, "account", "undone_by")),
	"answer_pairs": join(all(system, "area"), all(which, "answer", "record_a", "record_b")),
	"price_entries": join(all(system, "area", "id", "agency", "code", "unit", "entry", "state", "made_at", "approved_at", "ended_at"),
		all(staff, "made_by", "approved_by", "approved_as", "ended_by")),
	"person_sums": join(all(system, "area", "run"), all(which, "person"), all(sums, "month", "agency", "service", "payer", "kind", "amount", "contacts")),
	"person_totals": join(all(system, "area", "run"), all(which, "person"), all(sums, "rank", "place", "agencies", "total", "year_1", "year_2", "crisis", "a_week",
		"largest_service", "largest_share", "partial", "contacts", "not_priced"), all(who, "borough", "weakest_ppm")),
}

func all(c Class, names ...string) map[string]Class {
	m := make(map[string]Class, len(names))
	for _, n := range names {
		m[n] = c
	}
	return m
}

func join(some ...map[string]Class) map[string]Class {
	m := map[string]Class{}
	for _, s := range some {
		for n, c := range s {
			m[n] = c
		}
	}
	return m
}
