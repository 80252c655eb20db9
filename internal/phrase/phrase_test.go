package phrase

import (
	"testing"
	"time"
)

func phrasesOf(t *testing.T, lang string) *Phrases {
	t.Helper()
	p, err := New("report", lang)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSpan(t *testing.T) {
	da, en := phrasesOf(t, "da"), phrasesOf(t, "en")
	const day = 24 * time.Hour
	for _, c := range []struct {
		length time.Duration
		da, en string
	}{
		{0, "0 min", "0 min"},
		{time.Nanosecond, "0,1 s", "0.1 s"},
		{12400 * time.Millisecond, "12,4 s", "12.4 s"},
		{12 * time.Second, "12 s", "12 s"},
		{59950 * time.Millisecond, "1 min", "1 min"},
		{time.Minute, "1 min", "1 min"},
		{270 * time.Second, "4 min 30 s", "4 min 30 s"},
		{10*time.Minute - time.Nanosecond, "10 min", "10 min"},
		{192 * time.Minute, "3 t 12 min", "3 h 12 min"},
		{4*time.Hour + time.Second, "4 t 1 min", "4 h 1 min"}, // over the limit of 4 t, and read so
		{4*time.Hour - time.Second, "4 t", "4 h"},
		{24 * time.Hour, "24 t", "24 h"},
		{5*day + 3*time.Hour, "5 døgn 3 t", "5 d 3 h"},
		{-90 * time.Minute, "−1 t 30 min", "−1 h 30 min"},
	} {
		if got := da.Span(c.length); got != c.da {
			t.Errorf("%s in Danish is %q, want %q", c.length, got, c.da)
		}
		if got := en.Span(c.length); got != c.en {
			t.Errorf("%s in English is %q, want %q", c.length, got, c.en)
		}
	}
	if got := da.Signed(11 * time.Minute); got != "+11 min" {
		t.Errorf("a deviation of 11 minutes is %q", got)
	}
}

func TestMoment(t *testing.T) {
	da, en := phrasesOf(t, "da"), phrasesOf(t, "en")
	for _, c := range []struct {
		at     time.Time
		da, en string
	}{
		{time.Date(2026, 11, 23, 13, 5, 0, 0, time.UTC), "23. november 2026 kl. 14.05", "23 November 2026 at 14:05"},
		{time.Date(2026, 7, 1, 22, 30, 0, 0, time.UTC), "2. juli 2026 kl. 00.30", "2 July 2026 at 00:30"},
		{time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), "25. oktober 2026 kl. 02.30 (sommertid)", "25 October 2026 at 02:30 (summer time)"},
		{time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), "25. oktober 2026 kl. 02.30 (vintertid)", "25 October 2026 at 02:30 (winter time)"},
		{time.Date(2026, 10, 25, 2, 0, 0, 0, time.UTC), "25. oktober 2026 kl. 03.00", "25 October 2026 at 03:00"},
		{time.Time{}, "–", "–"},
	} {
		if got := da.Moment(c.at); got != c.da {
			t.Errorf("%s in Danish is %q, want %q", c.at, got, c.da)
		}
		if got := en.Moment(c.at); got != c.en {
			t.Errorf("%s in English is %q, want %q", c.at, got, c.en)
		}
	}
}

func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"to  linjer\nbliver\ten": "to linjer bliver en",
		"\x1b[31mrød\x7f":        "␛[31mrød␡",
		"a\u202eb\u200bc\ue000":  "a⟨U+202E⟩b⟨U+200B⟩c⟨U+E000⟩",
		"\u2028linje\u0085":      "⟨U+2028⟩linje⟨U+0085⟩",
		"brudt \xff":             "brudt �",
		"Æblegrød, 12 % – ok":    "Æblegrød, 12 % – ok",
	} {
		if got := Visible(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := VisibleLines("en\r\n\tto\x00\n\n"); got != "en␍\n\tto␀" {
		t.Errorf("output becomes %q", got)
	}
}
