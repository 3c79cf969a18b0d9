package store

import (
	"fmt"
	"math/bits"
	"strings"
)

// bulk inserts many rows of one table with few statements. values holds the rows one after another, columns to a row.
func (tx *Tx) bulk(table string, columns []string, values []any) error {
	n := len(columns)
	if len(values)%n != 0 {
		return fmt.Errorf("bulk insert into %s: %d values do not fill rows of %d", table, len(values), n)
	}
	for len(values) > 0 {
		text, args, rows := tx.db.dialect.insert(table, columns, values)
		if _, err := tx.sql.ExecContext(tx.ctx, text, args...); err != nil {
			return fmt.Errorf("insert %d rows into %s: %w", rows, table, err)
		}
		values = values[rows*n:]
	}
	return nil
}

// insertValues is an insert for SQLite, which has no arrays: a parameter for each value, of which it takes 32,766. It takes as many rows as
// the largest power of two below that bound, so that a table has few texts, and each connection keeps them prepared.
func insertValues(table string, columns []string, values []any) (string, []any, int) {
	n := len(columns)
	rows := 1 << (bits.Len(uint(min(len(values)/n, 512, 16_000/n))) - 1)
	row := "(?" + strings.Repeat(",?", n-1) + ")"
	return "insert into " + table + " (" + strings.Join(columns, ", ") + ") values " + row + strings.Repeat(","+row, rows-1), values[:rows*n], rows
}

// insertColumns is an insert for PostgreSQL: a parameter for each column, an array of its values. So the text is the same for any number of
// rows, is planned once, and needs no plan of thousands of parameters. COPY would be faster, and cannot be used behind row-level security.
func insertColumns(table string, columns []string, values []any) (string, []any, int) {
	n := len(columns)
	rows := min(len(values)/n, 10_000)
	args, casts := make([]any, n), make([]string, n)
	for c := range columns {
		kind := ""
		args[c], kind = column(values[:rows*n], c, n)
		casts[c] = fmt.Sprintf("$%d::%s[]", c+1, kind)
	}
	return "insert into " + table + " (" + strings.Join(columns, ", ") + ") select * from unnest(" + strings.Join(casts, ", ") + ")", args, rows
}

// column gives every n-th of values from the one at place c, with their type in PostgreSQL. What is null may stand among whole numbers only.
func column(values []any, c, n int) (array any, kind string) {
	rows := len(values) / n
	switch values[c].(type) {
	case string:
		return every[string](values, c, n), "text"
	case []byte:
		return every[[]byte](values, c, n), "bytea"
	}
	whole := make([]int64, rows)
	null := make([]*int64, rows)
	nulls := false
	for i := range rows {
		switch v := values[i*n+c].(type) {
		case int64:
			whole[i] = v
		case int:
			whole[i] = int64(v)
		case nil:
			nulls = true
			continue
		default:
			panic(fmt.Sprintf("store: %T among the whole numbers of a column", v))
		}
		null[i] = &whole[i]
	}
	if nulls {
		return null, "bigint"
	}
	return whole, "bigint"
}

func every[T any](values []any, c, n int) []T {
	out := make([]T, 0, len(values)/n)
	for i := c; i < len(values); i += n {
		out = append(out, values[i].(T))
	}
	return out
}
