package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"
)

// dialect holds all that differs between the two engines: a few words of the schema, how parameters are
// written, how many rows go in together, how transactions begin, and which errors mean "try again". Queries have one text.
type dialect struct {
	name   string
	query  func(string) string // $1 becomes ?1 on SQLite
	ddl    func(string) string
	insert func(table string, columns []string, values []any) (text string, args []any, rows int) // of the first so many rows of values
	piece  int                                                                                    // rows that a job writes at a time while nobody asks
	write  *sql.TxOptions
	read   *sql.TxOptions
	again  func(error) bool // the transaction lost a race and may be run again from its beginning
}

var sqliteDialect = dialect{
	name:  "sqlite",
	query: func(q string) string { return parameter.ReplaceAllString(q, "?$1") },
	ddl: func(d string) string {
		d = strings.NewReplacer(") clustered;", ") strict, without rowid;", "\n);", "\n) strict;").Replace(d)
		d = word("bigint").ReplaceAllString(d, "integer")
		return word("bytea").ReplaceAllString(d, "blob")
	},
	insert: insertValues,
	piece:  512, // less than ten milliseconds of the one connection that writes, for which readers' events wait
	write:  &sql.TxOptions{Isolation: sql.LevelSerializable},
	read:   &sql.TxOptions{}, // every connection for reading is read-only: to make each transaction so would have its plans made anew
	again:  func(err error) bool { return errors.Is(err, sqlite3.BUSY) || errors.Is(err, sqlite3.LOCKED) },
}

var postgresDialect = dialect{
	name:   "postgres",
	query:  func(q string) string { return q },
	ddl:    func(d string) string { return strings.ReplaceAll(d, ") clustered;", ");") },
	insert: insertColumns,
	piece:  2000, // others write meanwhile, on connections of their own
	write:  &sql.TxOptions{Isolation: sql.LevelSerializable},
	read:   &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	again: func(err error) bool {
		var pg *pgconn.PgError
		return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
	},
}

var parameter = regexp.MustCompile(`\$([0-9]+)`)

func word(w string) *regexp.Regexp { return regexp.MustCompile(`\b` + w + `\b`) }

// unique says whether err is a breach of a unique constraint, on either engine.
func unique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	return errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) || errors.Is(err, sqlite3.CONSTRAINT_PRIMARYKEY)
}

// checkPostgres refuses a server on which the second wall or the order of text would not hold: a role that
// row-level security does not bind, or a collation that is not C. Both are asked by behaviour.
func checkPostgres(ctx context.Context, db *sql.DB) error {
	var super, bypass bool
	err := db.QueryRowContext(ctx, `select rolsuper, rolbypassrls from pg_roles where rolname = current_user`).Scan(&super, &bypass)
	if err != nil {
		return fmt.Errorf("ask PostgreSQL about this role: %w", err)
	}
	if super || bypass {
		return errors.New("this PostgreSQL role is a superuser or has BYPASSRLS, so row-level security would not bind it; " +
			"make a role of its own for Throughline: create role throughline login password '…'")
	}
	var inOrder bool
	if err := db.QueryRowContext(ctx, `select 'B' < '_' and '_' < 'a'`).Scan(&inOrder); err != nil {
		return err
	}
	if !inOrder {
		return errors.New("this PostgreSQL database does not sort text by the C collation; " +
			"create it with: create database throughline template template0 lc_collate 'C' lc_ctype 'C'")
	}
	return nil
}

// checkForced refuses tables that this role owns without FORCE ROW LEVEL SECURITY.
func checkForced(ctx context.Context, db *sql.DB) error {
	var unforced int
	err := db.QueryRowContext(ctx, `select count(*) from pg_class c join information_schema.columns col
		on col.table_schema = current_schema() and col.table_name = c.relname and col.column_name = 'area'
		where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
		and not (c.relrowsecurity and c.relforcerowsecurity)`).Scan(&unforced)
	if err != nil {
		return err
	}
	if unforced > 0 {
		return fmt.Errorf("%d tables of an area are not behind row-level security; migrate this database again", unforced)
	}
	return nil
}
