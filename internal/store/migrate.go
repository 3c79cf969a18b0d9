package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrate brings the schema to the newest version, forward only, each file in one transaction.
func migrate(ctx context.Context, db *sql.DB, d dialect) error {
	return migrateTo(ctx, db, d, math.MaxInt64)
}

// migrateTo brings the schema to a version, or to the newest below it.
func migrateTo(ctx context.Context, db *sql.DB, d dialect, version int64) error {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return err
	}
	var steps []*goose.Migration
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return err
		}
		number, _, _ := strings.Cut(strings.TrimPrefix(name, "migrations/"), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return fmt.Errorf("migration %s has no number: %w", name, err)
		}
		run := func(ctx context.Context, tx *sql.Tx) error {
			if d.name == "postgres" {
				if err := force(ctx, tx, false); err != nil {
					return err
				}
			}
			for _, statement := range statements(string(text), d) {
				if _, err := tx.ExecContext(ctx, statement); err != nil {
					return fmt.Errorf("%s: %w\n%s", name, err, statement)
				}
			}
			if d.name == "postgres" {
				return errors.Join(force(ctx, tx, true), wall(ctx, tx))
			}
			return nil
		}
		steps = append(steps, goose.NewGoMigration(version, &goose.GoFunc{RunTx: run}, nil))
	}
	engine := goose.DialectSQLite3
	if d.name == "postgres" {
		engine = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(engine, db, nil, goose.WithGoMigrations(steps...),
		goose.WithDisableGlobalRegistry(true), goose.WithSlog(slog.New(slog.DiscardHandler)))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	current, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("ask the schema's version: %w", err)
	}
	if newest := steps[len(steps)-1].Version; current > newest {
		return fmt.Errorf("this database is at schema %d and this program knows only %d: use the newer program", current, newest)
	}
	_, err = provider.UpTo(ctx, version)
	return err
}

// statements cuts a migration into its statements for one engine: sections that begin "-- only: NAME" belong
// to that engine, and a semicolon at the end of a line ends a statement except between $$ and $$.
func statements(text string, d dialect) []string {
	var out []string
	var b strings.Builder
	mine, quoted := true, false
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		if only, ok := strings.CutPrefix(trimmed, "-- only: "); ok {
			mine = only == d.name
			continue
		}
		if !mine || trimmed == "" || strings.HasPrefix(trimmed, "--") {
			continue
		}
		b.WriteString(line)
		if strings.Count(line, "$$")%2 == 1 {
			quoted = !quoted
		}
		if !quoted && strings.HasSuffix(trimmed, ";") {
			out = append(out, d.ddl(b.String()))
			b.Reset()
		}
	}
	return out
}

// force has row-level security bind the tables' owner too, or not: a migration names no area, and would find every table empty. Others see
// nothing of it before the migration's transaction ends.
func force(ctx context.Context, tx *sql.Tx, bind bool) error {
	rows, err := tx.QueryContext(ctx, `select relname from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r' and relrowsecurity
		order by relname`)
	if err != nil {
		return err
	}
	tables, err := collect(rows, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
	if err != nil {
		return err
	}
	word := "force"
	if !bind {
		word = "no force"
	}
	for _, table := range tables {
		if _, err := tx.ExecContext(ctx, "alter table "+table+" "+word+" row level security"); err != nil {
			return fmt.Errorf("row-level security of %s: %w", table, err)
		}
	}
	return nil
}

// wall puts each table that carries its area behind row-level security on PostgreSQL: a connection sees and
// writes only the area that its transaction has named, and nothing where none is named.
func wall(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, `select c.relname from pg_class c join information_schema.columns col
		on col.table_schema = current_schema() and col.table_name = c.relname and col.column_name = 'area'
		where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and not c.relrowsecurity`)
	if err != nil {
		return err
	}
	tables, err := collect(rows, func(scan func(...any) error) (s string, err error) { return s, scan(&s) })
	if err != nil {
		return err
	}
	for _, table := range tables {
		for _, statement := range []string{
			`alter table ` + table + ` enable row level security`,
			`alter table ` + table + ` force row level security`,
			`create policy only_this_area on ` + table +
				` using (area = nullif(current_setting('throughline.area', true), '')::bigint)`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("row-level security of %s: %w", table, err)
			}
		}
	}
	return nil
}
