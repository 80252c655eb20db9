package report

import (
	"strings"
	"testing"
	"time"
)

func phrasesOf(t *testing.T, lang string) *phrases {
	t.Helper()
	p, err := newPhrases(lang)
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
		if got := da.span(c.length); got != c.da {
			t.Errorf("%s in Danish is %q, want %q", c.length, got, c.da)
		}
		if got := en.span(c.length); got != c.en {
			t.Errorf("%s in English is %q, want %q", c.length, got, c.en)
		}
	}
	if got := da.signed(11 * time.Minute); got != "+11 min" {
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
		if got := da.moment(c.at); got != c.da {
			t.Errorf("%s in Danish is %q, want %q", c.at, got, c.da)
		}
		if got := en.moment(c.at); got != c.en {
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
		if got := visible(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := visibleLines("en\r\n\tto\x00\n\n"); got != "en␍\n\tto␀" {
		t.Errorf("output becomes %q", got)
	}
}

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"1. ikke en liste":    `1\. ikke en liste`,
		"- heller ikke":       `\- heller ikke`,
		"# overskrift":        `\# overskrift`,
		"a|b `c` <d> [e](f)":  "a\\|b \\`c\\` \\<d\\> \\[e\\](f)",
		`C:\mappe & *stjerne`: `C:\\mappe \& \*stjerne`,
		"Øvelsen er bestået.": "Øvelsen er bestået.",
	} {
		if got := escape(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if fence := fenceFor("a ```` b"); fence != "`````" {
		t.Errorf("the fence %s can be closed by the text", fence)
	}
}

// TestPicturesFitPages: many steps are drawn in several pictures on one scale,
// and the scale never has more than six lines.
func TestPicturesFitPages(t *testing.T) {
	p := phrasesOf(t, "da")
	lines := make([]bar, 40)
	for i := range lines {
		lines[i] = bar{Label: "<trin>", Planned: time.Hour, Worked: time.Duration(i) * time.Minute, Known: i > 0}
	}
	pictures := p.bars("steps", "Plan & målt", "steps-table", lines)
	if len(pictures) != 3 {
		t.Fatalf("40 steps are drawn in %d pictures, want 3", len(pictures))
	}
	for _, pic := range pictures {
		svg := string(pic.SVG)
		if strings.Contains(svg, "<trin>") || !strings.Contains(svg, "Plan &amp; målt") || !strings.Contains(svg, ">1 t<") {
			t.Errorf("a text is not escaped, or the scale differs:\n%s", svg)
		}
	}
	for longest := time.Second; longest < 10000*time.Hour; longest = longest*3/2 + 7*time.Millisecond {
		if n := longest / tick(longest); n > 5 {
			t.Errorf("a scale to %s has %d steps", longest, n)
		}
	}
}
