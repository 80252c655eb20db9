package action

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (l *Local) probeFile(with map[string]string) (probe, []Problem) {
	v, problems := checkValues(map[string]param{
		"path":           {Type: typeString, MaxLength: 4096},
		"max_age":        {Type: typeDuration, Optional: true},
		"min_size":       {Type: typeString, Optional: true, Pattern: `[0-9]{1,12}(KiB|MiB|GiB|TiB)?`},
		"sha256":         {Type: typeString, Optional: true, Pattern: `[0-9a-f]{64}`},
		"recovery_point": {Type: typeBool, Default: "false"},
	}, with)
	if len(problems) > 0 {
		return nil, problems
	}
	dir, pattern, err := l.options.Allow.folder(v["path"])
	if err != nil {
		return nil, []Problem{{"path", err.Error()}}
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, []Problem{{"path", fmt.Sprintf("%s is no pattern; *, ? and [a-z] have a meaning here", quote(pattern))}}
	}
	return func(ctx context.Context) (finding, error) { return lookFile(ctx, v, dir, pattern) }, nil
}

// lookFile judges the newest regular file that matches. It works through os.Root, so that no symbolic link leads out of the folder.
func lookFile(ctx context.Context, v values, dir, pattern string) (finding, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return finding{}, fmt.Errorf("opening the allowed folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	name, info, err := newest(ctx, root, pattern)
	if err != nil {
		return finding{}, err
	}
	age := time.Since(info.ModTime())
	message := fmt.Sprintf("%s: %d bytes, %s old", name, info.Size(), age.Round(time.Second))
	found := finding{message: message}
	if v.flag("recovery_point") {
		found.point = info.ModTime().UTC()
	}
	if most := v.duration("max_age"); most > 0 && age > most {
		found.message += fmt.Sprintf(", want at most %s", most)
		return found, nil
	}
	if least := bytesOf(v["min_size"]); info.Size() < least {
		found.message += fmt.Sprintf(", want at least %d bytes", least)
		return found, nil
	}
	if want := v["sha256"]; want != "" {
		sum, err := hashFile(ctx, root, name)
		if err != nil {
			return found, fmt.Errorf("hashing %s: %w", name, err)
		}
		if sum != want {
			found.message += ", SHA-256 " + sum + ", want " + want
			return found, nil
		}
	}
	found.good = true
	return found, nil
}

func newest(ctx context.Context, root *os.Root, pattern string) (string, fs.FileInfo, error) {
	names, err := fs.Glob(root.FS(), pattern)
	if err != nil {
		return "", nil, fmt.Errorf("looking for %s: %w", pattern, err)
	}
	var best string
	var found fs.FileInfo
	for _, name := range names {
		if ctx.Err() != nil {
			return "", nil, context.Cause(ctx)
		}
		info, err := root.Stat(name)
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		if found == nil || info.ModTime().After(found.ModTime()) {
			best, found = name, info
		}
	}
	if found == nil {
		return "", nil, fmt.Errorf("no regular file matches %s", quote(pattern))
	}
	return best, found, nil
}

func hashFile(ctx context.Context, root *os.Root, name string) (string, error) {
	file, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	for {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		_, err := io.CopyN(sum, file, 8<<20)
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(sum.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// bytesOf reads a size that was checked, such as 10MiB.
func bytesOf(text string) int64 {
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			n, _ := strconv.ParseInt(number, 10, 64)
			return min(n, 1<<20) << (10 * (i + 1))
		}
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// mostRows is how many rows the sql probe counts.
const mostRows = 100_000

func (l *Local) probeSQL(with map[string]string) (probe, []Problem) {
	v, problems := checkValues(map[string]param{
		"database":       {Type: typeString, MaxLength: 64},
		"query":          {Type: typeString, MaxLength: 4096},
		"equals":         {Type: typeString, Optional: true, AllowDash: true},
		"min_rows":       {Type: typeInt, Optional: true},
		"max_age":        {Type: typeDuration, Optional: true},
		"recovery_point": {Type: typeBool, Default: "false"},
	}, with)
	if len(problems) > 0 {
		return nil, problems
	}
	if !slices.Contains(l.options.Allow.SQL, v["database"]) {
		problems = append(problems, Problem{"database", unknownText("database target", v["database"], l.options.Allow.SQL)})
	}
	if err := readOnly(v["query"]); err != nil {
		problems = append(problems, Problem{"query", err.Error()})
	}
	if l.options.OpenSQL == nil && len(problems) == 0 {
		problems = append(problems, Problem{"", "no database targets are configured"})
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return func(ctx context.Context) (finding, error) { return l.lookSQL(ctx, v) }, nil
}

// lookSQL asks in a read-only transaction that is always rolled back.
func (l *Local) lookSQL(ctx context.Context, v values) (finding, error) {
	db, err := l.options.OpenSQL(v["database"])
	if err != nil {
		return finding{}, fmt.Errorf("opening the database target %s: %w", v["database"], err)
	}
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return finding{}, fmt.Errorf("asking %s: %w", v["database"], err)
	}
	defer func() { _ = tx.Rollback() }()
	rows, err := tx.QueryContext(ctx, v["query"])
	if err != nil {
		return finding{}, fmt.Errorf("asking %s: %w", v["database"], err)
	}
	defer func() { _ = rows.Close() }()
	first, count, err := readRows(rows)
	if err != nil {
		return finding{}, fmt.Errorf("reading the answer of %s: %w", v["database"], err)
	}
	return judgeRows(v, first, count), nil
}

// readRows gives the first value of the first row and the number of rows.
func readRows(rows *sql.Rows) (first any, count int, err error) {
	columns, err := rows.Columns()
	if err != nil {
		return nil, 0, err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() && count < mostRows {
		if count == 0 {
			if err := rows.Scan(cells...); err != nil {
				return nil, 0, err
			}
			first = *cells[0].(*any)
		}
		count++
	}
	return first, count, rows.Err()
}

func judgeRows(v values, first any, count int) finding {
	text := cellText(first)
	found := finding{message: fmt.Sprintf("%d rows, first value %s", count, quote(text))}
	least := v.integer("min_rows")
	if v["min_rows"] == "" {
		least = 1
	}
	if count < least {
		found.message += fmt.Sprintf(", want at least %d rows", least)
		return found
	}
	if want := v["equals"]; want != "" && text != want {
		found.message += ", want " + quote(want)
		return found
	}
	if v["max_age"] != "" || v.flag("recovery_point") {
		at, err := cellTime(first)
		if err != nil {
			found.message += ": " + err.Error()
			return found
		}
		found.point = at.UTC()
		if most := v.duration("max_age"); most > 0 && time.Since(at) > most {
			found.message += fmt.Sprintf(", %s old, want at most %s", time.Since(at).Round(time.Second), most)
			return found
		}
	}
	found.good = true
	return found
}

func cellText(cell any) string {
	switch value := cell.(type) {
	case nil:
		return "NULL"
	case []byte:
		return string(value)
	case time.Time:
		return value.UTC().Format(time.RFC3339Nano)
	}
	return fmt.Sprint(cell)
}

// cellTime reads a time stamp as databases give it: a time, a text in UTC unless it names its zone, or seconds since 1970.
func cellTime(cell any) (time.Time, error) {
	switch value := cell.(type) {
	case time.Time:
		return value, nil
	case int64:
		return time.Unix(value, 0), nil
	case string, []byte:
		for _, layout := range []string{
			time.RFC3339Nano, "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05.999999999Z07",
			"2006-01-02T15:04:05.999999999", time.DateTime, time.DateOnly,
		} {
			if at, err := time.Parse(layout, cellText(cell)); err == nil {
				return at, nil
			}
		}
	}
	return time.Time{}, fmt.Errorf("%s is no time stamp; select one as text, such as 2026-11-23T12:00:00Z", quote(cellText(cell)))
}

// readOnly accepts a single SELECT or WITH statement. It is the first of three fences; the others are the transaction and the rights
// with which the target was opened.
func readOnly(query string) error {
	bare, err := strip(query)
	if err != nil {
		return err
	}
	words := regexp.MustCompile(`[A-Z_][A-Z0-9_]*`).FindAllString(strings.ToUpper(bare), -1)
	if len(words) == 0 || (words[0] != "SELECT" && words[0] != "WITH") {
		return errors.New("write a single SELECT or WITH query")
	}
	for _, word := range words {
		switch word {
		case "INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "REPLACE", "TRUNCATE", "DROP", "ALTER", "CREATE", "ATTACH", "DETACH",
			"PRAGMA", "VACUUM", "GRANT", "REVOKE", "COPY", "CALL", "DO", "SET", "LOCK", "EXECUTE", "LOAD_EXTENSION", "WRITEFILE":
			return fmt.Errorf("the query holds %s; a probe may only read (a column of that name stands in quotation marks)", word)
		}
	}
	return nil
}

// strip replaces comments, texts and quoted names by blanks and refuses a second statement.
func strip(query string) (string, error) {
	token := regexp.MustCompile(`(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/`)
	if strings.ContainsAny(query, "\\$`") {
		return "", errors.New(`the query holds \, $ or a back quote, which databases read differently; write it without`)
	}
	bare := strings.TrimSpace(token.ReplaceAllString(query, " "))
	if strings.ContainsAny(bare, `'"`) || strings.Contains(bare, "/*") || strings.Contains(bare, "*/") {
		return "", errors.New("the query has an unfinished quotation or comment, or one within another")
	}
	if strings.Contains(strings.TrimSuffix(bare, ";"), ";") {
		return "", errors.New("the query holds more than one statement; write one")
	}
	return bare, nil
}
