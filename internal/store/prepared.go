package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/ncruces/go-sqlite3"
	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// SQLite reads a statement's text anew each time it is run, which takes as long as many a query itself: a person's page runs some thirty.
// So each connection keeps the statements that it has used. PostgreSQL's driver does the same by itself.

// mostKept bounds the text of the statements that one connection keeps: all of ours and some inserts of many rows.
const mostKept = 256 << 10

// pinned makes connections that have our settings and keep their statements.
type pinned struct {
	driver.Connector
	pragmas []string
}

// Connect opens a connection and sets its pragmas.
func (p pinned) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	inner := c.(connection)
	// A plan must not rest upon the values that a statement is run with: one that does is made anew whenever they are bound again.
	if _, err := inner.Raw().Config(sqlite3.DBCONFIG_ENABLE_QPSG, true); err != nil {
		return nil, errors.Join(fmt.Errorf("keep plans: %w", err), inner.Close())
	}
	for _, p := range p.pragmas {
		if err := inner.Raw().Exec("pragma " + p); err != nil {
			return nil, errors.Join(fmt.Errorf("pragma %s: %w", p, err), inner.Close())
		}
	}
	return &keeping{connection: inner, idle: map[string]*kept{}}, nil
}

// connection is what the driver's connections can do.
type connection interface {
	sqlite.Conn
	driver.ExecerContext
	driver.NamedValueChecker
}

// keeping is a connection with its idle statements by text. database/sql uses a connection from one goroutine at a time.
type keeping struct {
	connection
	idle  map[string]*kept
	bytes int
	turn  int64
}

// kept is a statement that goes back to its connection when it is closed. One in use is not among the idle, so that a query within the
// same query gets another.
type kept struct {
	statementOf
	text string
	home *keeping
	used int64
}

// statementOf is what the driver's statements can do.
type statementOf interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
	driver.NamedValueChecker
}

// Prepare is PrepareContext without a context.
func (c *keeping) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text)
}

// PrepareContext gives an idle statement of the text, or makes one.
func (c *keeping) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if s := c.idle[text]; s != nil {
		delete(c.idle, text)
		c.bytes -= len(text)
		return s, nil
	}
	s, err := c.connection.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	return &kept{statementOf: s.(statementOf), text: text, home: c}, nil
}

// Close ends the connection and what it keeps.
func (c *keeping) Close() error {
	var errs []error
	for _, s := range c.idle {
		errs = append(errs, s.statementOf.Close())
	}
	return errors.Join(append(errs, c.connection.Close())...)
}

// Close gives the statement back, and ends those that have been idle longest when there are too many.
func (s *kept) Close() error {
	c := s.home
	if c.idle[s.text] != nil || len(s.text) > mostKept {
		return s.statementOf.Close()
	}
	c.turn++
	s.used = c.turn
	c.idle[s.text] = s
	for c.bytes += len(s.text); c.bytes > mostKept; {
		oldest := s
		for _, other := range c.idle {
			if other.used < oldest.used {
				oldest = other
			}
		}
		delete(c.idle, oldest.text)
		c.bytes -= len(oldest.text)
		if err := oldest.statementOf.Close(); err != nil {
			return err
		}
	}
	return nil
}
