package ledger

import (
	"errors"
	"strings"
	"testing"
	"time"

	"beredskab/internal/kept"
)

func TestFits(t *testing.T) {
	at := time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)
	body, hash, err := Seal(Entry{Actor: map[string]string{"name": "leder"}, Act: "drill.start", Object: "2026-01", Outcome: "done"}, at)
	if err != nil {
		t.Fatal(err)
	}
	sound := kept.Entry{Seq: 7, At: at.Truncate(time.Microsecond), Actor: "leder", Act: "drill.start", Object: "2026-01", Outcome: "done", Bytes: body, Hash: hash}
	if err := Fits(sound); err != nil {
		t.Error(err)
	}
	for i := range body {
		e := sound
		e.Bytes = append([]byte(nil), body...)
		e.Bytes[i] ^= 1
		if err := Fits(e); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: got %v", i, err)
		}
	}
	for _, change := range []func(*kept.Entry){
		func(e *kept.Entry) { e.At = e.At.Add(time.Microsecond) },
		func(e *kept.Entry) { e.Actor = "Leder" },
		func(e *kept.Entry) { e.Act = "drill.stop" },
		func(e *kept.Entry) { e.Object = "2026-02" },
		func(e *kept.Entry) { e.Outcome = "refused" },
		func(e *kept.Entry) { e.Hash = hash[1:] },
		func(e *kept.Entry) { e.Bytes, e.Hash = []byte("x"), Leaf([]byte("x")) },
	} {
		e := sound
		change(&e)
		if err := Fits(e); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "entry 7") {
			t.Errorf("%+v: got %v", e, err)
		}
	}
}
