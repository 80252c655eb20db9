package schedule_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"beredskab/internal/proof"

	"github.com/robfig/cron/v3"
)

// The oracle of R7 is deliberately stupid: it walks through ten years minute by
// minute, looks at the clock, and asks simple questions about the date and the
// time of day. It shares nothing with the package but the zone data.

// question is a schedule put as questions, beside its text.
type question struct {
	text string
	date func(date) bool
	time func(minute int, sinceAnchor int64) bool
}

type date struct {
	year, month, day, length int
	weekday                  time.Weekday
}

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, int(m), d, time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day(), t.Weekday()}
}

type answer struct {
	nominal string
	due     int64
	stands  int
}

// walker is the clock on the wall, as it is looked at once a minute.
type walker struct {
	questions []question
	answers   [][]answer
	asked     []int // the questions whose date is right today
	today     date
	midnight  int64
	high      int64 // the latest minute that the clock has shown
}

// walk looks at the clock each minute of the years. The offset is read each hour,
// and each minute of an hour in which it changes.
func walk(loc *time.Location, fromYear, years int, questions []question) [][]answer {
	w := &walker{questions: questions, answers: make([][]answer, len(questions)), midnight: -1 << 40}
	start := time.Date(fromYear, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	end := time.Date(fromYear+years, time.January, 1, 0, 0, 0, 0, time.UTC).Unix()
	_, offset := time.Unix(start, 0).In(loc).Zone()
	w.high = (start+int64(offset))/60 - 1
	for hour := start; hour < end; hour += 3600 {
		_, later := time.Unix(hour+3600, 0).In(loc).Zone()
		for at := hour; at < hour+3600; at += 60 {
			now := offset
			if later != offset {
				_, now = time.Unix(at, 0).In(loc).Zone()
			}
			w.look(at, (at+int64(now))/60)
		}
		offset = later
	}
	return w.answers
}

// look sees the minute on the wall. Every minute that it has not shown before
// comes now, also those that it jumped over; those that it showed are past.
func (w *walker) look(at, shown int64) {
	jumped := shown - w.high
	for ; w.high < shown; w.high++ {
		minute := w.high + 1
		if minute < w.midnight || minute >= w.midnight+1440 {
			w.newDay(minute)
		}
		for _, q := range w.asked {
			if w.questions[q].time(int(minute-w.midnight), minute-978307200/60) {
				w.note(q, minute, at, jumped > 1)
			}
		}
	}
}

func (w *walker) newDay(minute int64) {
	t := time.Unix(minute*60, 0).UTC()
	w.today, w.midnight = dateOf(t), minute-int64(t.Hour()*60+t.Minute())
	w.asked = w.asked[:0]
	for i, q := range w.questions {
		if q.date(w.today) {
			w.asked = append(w.asked, i)
		}
	}
}

func (w *walker) note(q int, minute, at int64, jumped bool) {
	list := w.answers[q]
	if n := len(list); jumped && n > 0 && list[n-1].due == at {
		list[n-1].stands++
		return
	}
	w.answers[q] = append(list, answer{time.Unix(minute*60, 0).UTC().Format(nominal), at, 0})
}

func anyDate(date) bool { return true }

func at(hour, minute int) func(int, int64) bool {
	return func(m int, _ int64) bool { return m == hour*60+minute }
}

func handpicked() []question {
	weekday := func(d date) bool { return d.weekday != time.Saturday && d.weekday != time.Sunday }
	return []question{
		{"30 2 * * *", anyDate, at(2, 30)},
		{"15 0 * * *", anyDate, at(0, 15)},
		{"*/20 1-3 * * *", anyDate, func(m int, _ int64) bool { return m >= 60 && m < 240 && m%20 == 0 }},
		{"every 50 minutes", anyDate, func(_ int, n int64) bool { return n%50 == 0 }},
		{"weekdays at 06:00", weekday, at(6, 0)},
		{"first sunday of month at 02:15", func(d date) bool { return d.weekday == time.Sunday && d.day <= 7 }, at(2, 15)},
		{"last sunday of march at 02:59", func(d date) bool {
			return d.weekday == time.Sunday && d.month == 3 && d.day > d.length-7
		}, at(2, 59)},
		{"0 9 29 2 *", func(d date) bool { return d.month == 2 && d.day == 29 }, at(9, 0)},
		{"every 6 months on day 31 at 00:00", func(d date) bool { return d.month%6 == 1 && d.day == 31 }, at(0, 0)},
		{"every 3 months from november on last day at 23:30", func(d date) bool {
			return d.month%3 == 2 && d.day == d.length
		}, at(23, 30)},
		{"first working day of month", firstWorkingDay, at(9, 0)},
	}
}

// firstWorkingDay asks the oracle's own almanac, day by day from the first.
func firstWorkingDay(d date) bool {
	for n := 1; n <= d.day; n++ {
		t := time.Date(d.year, time.Month(d.month), n, 0, 0, 0, 0, time.UTC)
		if t.Weekday() != time.Saturday && t.Weekday() != time.Sunday && !redLetterDay(t) {
			return n == d.day
		}
	}
	return false
}

// redLetterDay uses Gauss's rule for Easter.
func redLetterDay(t time.Time) bool {
	y, m, d := t.Date()
	switch fmt.Sprint(int(m), d) {
	case "1 1", "12 25", "12 26":
		return true
	}
	k := y / 100
	a, b, c := y%19, y%4, y%7
	e := (15 - (13+8*k)/25 + k - k/4) % 30
	f := (19*a + e) % 30
	g := (2*b + 4*c + 6*f + (4+k-k/4)%7) % 7
	if f == 29 && g == 6 || f == 28 && g == 6 && a > 10 {
		g -= 7
	}
	easter := time.Date(y, time.March, 22+f+g, 0, 0, 0, 0, time.UTC)
	switch int(t.Sub(easter).Hours() / 24) {
	case -3, -2, 0, 1, 39, 49, 50:
		return true
	case 26:
		return y <= 2023
	}
	return false
}

// invented makes up schedules from a seed, both as text and as questions.
func invented(seed uint64, n int) []question {
	r := rand.New(rand.NewPCG(seed, 7))
	list := make([]question, 0, n)
	for range n {
		minute, hour := r.IntN(60), r.IntN(5)
		day, month, weekday := 1+r.IntN(28), 1+r.IntN(12), r.IntN(7)
		step := 2 + r.IntN(90)
		switch r.IntN(6) {
		case 0:
			list = append(list, question{
				fmt.Sprintf("%d %d %d %d *", minute, hour, day, month),
				func(d date) bool { return d.day == day && d.month == month }, at(hour, minute),
			})
		case 1:
			list = append(list, question{
				fmt.Sprintf("%d %d * * %d", minute, hour, weekday),
				func(d date) bool { return int(d.weekday) == weekday }, at(hour, minute),
			})
		case 2:
			list = append(list, question{
				fmt.Sprintf("every %d minutes", step+13), anyDate,
				func(_ int, n int64) bool { return n%int64(step+13) == 0 },
			})
		case 3:
			list = append(list, everyDays(step, hour, minute))
		case 4:
			list = append(list, question{
				fmt.Sprintf("third %s of quarter at %02d:%02d", time.Weekday(weekday), hour, minute),
				func(d date) bool {
					return int(d.weekday) == weekday && d.month%3 == 1 && d.day > 14 && d.day <= 21
				}, at(hour, minute),
			})
		default:
			list = append(list, everyWeeks(step, weekday, hour, minute))
		}
	}
	return list
}

func sinceEpoch(d date) int {
	t := time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
	return int(t.Sub(time.Date(2001, time.January, 1, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

func everyDays(n, hour, minute int) question {
	text := fmt.Sprintf("every %d days at %02d:%02d", n, hour, minute)
	return question{text, func(d date) bool { return sinceEpoch(d)%n == 0 }, at(hour, minute)}
}

func everyWeeks(n, weekday, hour, minute int) question {
	text := fmt.Sprintf("every %d weeks on %s at %02d:%02d", n, time.Weekday(weekday), hour, minute)
	return question{text, func(d date) bool {
		return int(d.weekday) == weekday && sinceEpoch(d)/7%n == 0
	}, at(hour, minute)}
}

// compare asks the package for the same years and counts the differences.
func compare(t *testing.T, q question, zone string, fromYear int, want []answer) (same bool) {
	t.Helper()
	r := rule(t, q.text, zone)
	after := time.Date(fromYear, time.January, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)
	for i, w := range want {
		occ, ok := r.Next(after)
		got := answer{occ.Nominal, occ.Due.Unix(), occ.StandsFor}
		if !ok || got != w {
			t.Errorf("%q in %s, number %d after %v: got %v, the oracle says %v", q.text, zone, i, after, got, w)
			return false
		}
		after = occ.Due
	}
	end := time.Date(fromYear+10, time.January, 1, 0, 0, 0, 0, time.UTC)
	if occ, ok := r.Next(after); ok && occ.Due.Before(end) {
		t.Errorf("%q in %s: %v comes after the oracle's last", q.text, zone, occ)
		return false
	}
	return true
}

// TestOracle is R7: ten years of each schedule in five zones, beside an oracle
// that counts minutes.
func TestOracle(t *testing.T) {
	seed := proof.Seed(t)
	questions := append(handpicked(), invented(seed, proof.Size(6, 29, 189))...)
	var different, asked atomic.Int32
	t.Run("zones", func(t *testing.T) {
		for zone, fromYear := range map[string]int{
			"Europe/Copenhagen": 2020, "America/Sao_Paulo": 2010, "Australia/Lord_Howe": 2020, "Pacific/Apia": 2008, "UTC": 2020,
		} {
			t.Run(zone, func(t *testing.T) {
				t.Parallel()
				loc, err := time.LoadLocation(zone)
				if err != nil {
					t.Fatal(err)
				}
				answers := walk(loc, fromYear, 10, questions)
				for i, q := range questions {
					if asked.Add(1); !compare(t, q, zone, fromYear, answers[i]) {
						different.Add(1)
					}
				}
			})
		}
	})
	proof.Report(t, proof.Figure{
		ID: "R7", What: "ten years of schedules beside a minute-by-minute oracle", Seed: seed, Count: int(asked.Load()), Unit: "schedules in five zones",
		Failed: int(different.Load()), Found: fmt.Sprintf("%d differ", different.Load()), Control: "the cron library's own answers lose 29 March and double 25 October",
	})
}

// TestOracleFindsTheLibrarysFaults is the control: robfig's own answers, put to
// the same oracle, must lose the 29 March and double the 25 October (F20).
func TestOracleFindsTheLibrarysFaults(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	library, err := cron.ParseStandard("30 2 * * *")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for now := time.Date(2026, time.January, 1, 0, 0, 0, 0, loc); now.Year() == 2026; {
		now = library.Next(now)
		seen[now.Format(nominal)]++
	}
	want := walk(loc, 2026, 1, handpicked()[:1])[0]
	lost, doubled := 0, 0
	for _, w := range want {
		switch seen[w.nominal] {
		case 0:
			lost++
		case 2:
			doubled++
		}
	}
	if lost != 1 || doubled != 1 {
		t.Errorf("the oracle found %d lost and %d doubled, want one each", lost, doubled)
	}
}
