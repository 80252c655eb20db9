package move

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"beredskab/internal/kept"
)

// Place says what the log last said of the register as a whole, and what was
// noted with it; nothing when it never said anything.
func Place(ctx context.Context, in Statements) (act string, place kept.Place, err error) {
	var body []byte
	err = in.QueryRowContext(ctx, "SELECT act, bytes FROM entry WHERE object = ?1 ORDER BY seq DESC LIMIT 1", kept.RegisterObject).Scan(&act, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", place, nil
	}
	if err != nil {
		return "", place, fmt.Errorf("reading where the register is: %w", err)
	}
	if err := json.Unmarshal(body, &struct{ Detail *kept.Place }{&place}); err != nil {
		return "", place, fmt.Errorf("reading where the register is: %w", err)
	}
	return act, place, nil
}

// Refuse says why no server may work on this register, if it is so.
func Refuse(ctx context.Context, in Statements) error {
	act, place, err := Place(ctx, in)
	switch {
	case err != nil:
		return err
	case act == kept.ActLeft:
		return fmt.Errorf("%w to %s; set `database` there (or take it out for a folder). If that move was cut off, `beredskab migrate --to` the same place ends it",
			kept.ErrMoved, place.To)
	case act == kept.ActArriving:
		return fmt.Errorf("%w: if the register at %s says that it was moved, run the same `beredskab migrate --to` again to end it; otherwise drop this one and begin again",
			kept.ErrHalf, place.From)
	}
	return nil
}
