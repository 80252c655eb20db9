package schedule

import "time"

const (
	secondsPerDay = 24 * 60 * 60
	minutesPerDay = 24 * 60
)

// day counts days from 1970-01-01 in the proleptic Gregorian calendar.
type day int

func dayOf(year int, month time.Month, dayOfMonth int) day {
	return day(floorDiv(time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC).Unix(), secondsPerDay))
}

func (d day) time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

func (d day) date() (int, time.Month, int) { return d.time().Date() }

func (d day) String() string { return d.time().Format(time.DateOnly) }

// weekday uses that day 0 was a Thursday.
func (d day) weekday() time.Weekday { return time.Weekday(floorMod(int64(d)+4, 7)) }

// firstDay and lastDay bound what the program computes with, so that every
// nominal time has a year of four digits and every search ends.
func firstDay() day { return dayOf(1, time.January, 2) }
func lastDay() day  { return dayOf(9999, time.December, 30) }

// epochMonday is the start of the ISO week from which weeks and days are counted.
func epochMonday() day { return dayOf(2001, time.January, 1) }

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }
