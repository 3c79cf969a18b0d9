// Package fault holds the one error that people are shown: a kind, a code, a sentence that is safe to show,
// what to do about it, and notes tied to fields. It knows nothing of HTTP or of commands beyond the table
// that maps a kind to a status and an exit code. Nothing that identifies a person goes into a fault.
package fault

import (
	"errors"
	"net/http"
	"strings"
)

// Kind says what sort of thing went wrong. The zero Kind is Internal.
type Kind uint8

const (
	Internal    Kind = iota // our fault; nothing of it is shown but a reference
	Invalid                 // what was given cannot be used; notes say which field and the remedy
	Denied                  // the policy says no, with its reason
	SignIn                  // nobody is signed in, or the session has ended
	NotFound                // there is no such thing, or none that this person may know of
	Conflict                // somebody or something else changed it first
	TooMany                 // too many tries; wait
	Unavailable             // it can't be done now: disk full, another server holds the directory, the audit can't be written
)

// kinds is the one table of what each kind means outside: the HTTP status and the exit code of a command.
var kinds = [...]struct {
	name   string
	status int
	exit   int
}{
	Internal:    {"internal", http.StatusInternalServerError, 70},
	Invalid:     {"invalid", http.StatusUnprocessableEntity, 65},
	Denied:      {"denied", http.StatusForbidden, 77},
	SignIn:      {"sign in", http.StatusUnauthorized, 77},
	NotFound:    {"not found", http.StatusNotFound, 66},
	Conflict:    {"conflict", http.StatusConflict, 75},
	TooMany:     {"too many", http.StatusTooManyRequests, 75},
	Unavailable: {"unavailable", http.StatusServiceUnavailable, 69},
}

func (k Kind) String() string { return kinds[k].name }

// Status is the HTTP status of answers of this kind.
func (k Kind) Status() int { return kinds[k].status }

// Exit is the exit code of commands that end with this kind (sysexits.h numbers).
func (k Kind) Exit() int { return kinds[k].exit }

// Note ties a message and its remedy to one field of what was given.
type Note struct {
	Field   string // the field's name in the act's input, for example "as_of"
	Message string // what is wrong, a sentence
	Remedy  string // what to do, a sentence; may be empty when Message says it
}

// Error is a failure that may be shown. Message and Remedy are whole sentences in plain English.
type Error struct {
	Kind    Kind
	Code    string // short and stable, for programs and tests: "older-extract"
	Message string
	Remedy  string
	Notes   []Note
	cause   error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, n := range e.Notes {
		b.WriteString(" [" + n.Field + "] " + n.Message)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap gives the error beneath, which is for logs and never for people.
func (e *Error) Unwrap() error { return e.cause }

// Because keeps the error beneath this one, for the log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With adds a note about one field.
func (e *Error) With(field, message, remedy string) *Error {
	c := *e
	c.Notes = append(append([]Note(nil), e.Notes...), Note{field, message, remedy})
	return &c
}

// New makes an error of a kind. code is short and stable; message and remedy are sentences.
func New(kind Kind, code, message, remedy string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, Remedy: remedy}
}

// InvalidField is an Invalid error about a single field.
func InvalidField(field, message, remedy string) *Error {
	return (&Error{Kind: Invalid, Code: "invalid-" + field, Message: "There is a problem."}).With(field, message, remedy)
}

// Missing is the NotFound error for a thing named by its noun: "person". It is the same whether the thing
// does not exist or may not be known of, so that an answer is never an oracle.
func Missing(noun string) *Error {
	return &Error{Kind: NotFound, Code: "not-found", Message: "There is no such " + noun + ", or you may not see it.",
		Remedy: "Check the reference, or search again."}
}

// KindOf gives the kind of err; any error that is not a fault is Internal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// As gives the fault inside err, or a bare Internal one that keeps err as its cause.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Internal, Code: "internal", Message: "Something went wrong on our side.",
		Remedy: "Try again. If it happens again, give the reference below to whoever looks after the system.", cause: err}
}
