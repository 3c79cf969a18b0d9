package store

import (
	"database/sql"
	"errors"
	"fmt"

	"throughline/internal/fault"
)

// statement is one registered query. Every query of the program is a package variable made by query, beside the
// function that scans it, and a test prepares each on both engines.
type statement struct {
	name   string
	text   string
	sqlite string
	prices bool // it changes what price maps are made from
}

var registered = map[string]*statement{}

// query registers a query by name; two of one name are a mistake that stops the program at once.
func query(name, text string) *statement {
	if _, ok := registered[name]; ok {
		panic("store: two queries are called " + name)
	}
	s := &statement{name: name, text: text, sqlite: sqliteDialect.query(text), prices: changesPrices.MatchString(text)}
	registered[name] = s
	return s
}

func (s *statement) in(d *dialect) string {
	if d.name == "sqlite" {
		return s.sqlite
	}
	return s.text
}

// exec runs a statement and gives the number of rows it changed.
func (tx *Tx) exec(s *statement, args ...any) (int64, error) {
	r, err := tx.sql.ExecContext(tx.ctx, s.in(tx.db.dialect), args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.name, err)
	}
	if s.prices {
		if _, err := tx.next(priceMapsMade, 1); err != nil {
			return 0, err
		}
		tx.priced = true
	}
	return r.RowsAffected()
}

// one scans the only row of a query; no row is sql.ErrNoRows.
func (tx *Tx) one(s *statement, args []any, into ...any) error {
	if err := tx.sql.QueryRowContext(tx.ctx, s.in(tx.db.dialect), args...).Scan(into...); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// each runs a query and gives every row's scan to f, in order.
func (tx *Tx) each(s *statement, args []any, f func(scan func(...any) error) error) error {
	rows, err := tx.sql.QueryContext(tx.ctx, s.in(tx.db.dialect), args...)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	return nil
}

// list gathers the rows of a query into a slice.
func list[T any](tx *Tx, s *statement, args []any, row func(scan func(...any) error) (T, error)) ([]T, error) {
	var out []T
	err := tx.each(s, args, func(scan func(...any) error) error {
		v, err := row(scan)
		out = append(out, v)
		return err
	})
	return out, err
}

func collect[T any](rows *sql.Rows, row func(scan func(...any) error) (T, error)) ([]T, error) {
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := row(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// missing turns no row into the NotFound fault of a noun, and leaves other errors as they are.
func missing(err error, noun string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing(noun)
	}
	return err
}
