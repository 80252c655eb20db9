package schedule

import "time"

// wall is a reading of a local clock in seconds, counted from 1970-01-01T00:00
// on that same clock. It knows no offset: that is the point of it.
type wall int64

const (
	nominalLayout = "2006-01-02T15:04"
	// maxOffset is more than any zone was ever away from UTC, in seconds.
	maxOffset = 16 * 60 * 60
	// maxShift is more than any clock change ever moved a clock, in seconds.
	maxShift = 26 * 60 * 60
)

func wallAt(d day, minuteOfDay int) wall {
	return wall(int64(d)*secondsPerDay + int64(minuteOfDay)*60)
}

func (w wall) day() day         { return day(floorDiv(int64(w), secondsPerDay)) }
func (w wall) minuteOfDay() int { return int(floorMod(int64(w), secondsPerDay) / 60) }
func (w wall) String() string   { return time.Unix(int64(w), 0).UTC().Format(nominalLayout) }

func parseWall(s string) (wall, error) {
	t, err := time.Parse(nominalLayout, s)
	return wall(t.Unix()), err
}

// resolve gives the first instant at which the clock of loc shows w or later.
// The cause is empty, [CauseGap] or [CauseFold]. Zone periods are walked from
// the past because time.Date picks the second passing of a fold in some zones.
func resolve(w wall, loc *time.Location) (time.Time, Cause) {
	t := time.Unix(int64(w)-maxOffset, 0).In(loc)
	for {
		_, offset := t.Zone()
		start, end := t.ZoneBounds()
		if !end.IsZero() && !end.After(t) {
			// Beyond a zone's table Go gives each year 365 days: the last one of a
			// leap year is said to be over before it begins.
			end = end.Add(secondsPerDay * time.Second)
		}
		at := time.Unix(int64(w)-int64(offset), 0)
		switch {
		case !end.IsZero() && !at.Before(end):
			t = end
		case !start.IsZero() && at.Before(start):
			return start.UTC(), CauseGap
		case comesAgain(w, at, end):
			return at.UTC(), CauseFold
		default:
			return at.UTC(), ""
		}
	}
}

// comesAgain says whether the clock, set back at end, will show w once more.
func comesAgain(w wall, at, end time.Time) bool {
	if end.IsZero() || end.Unix()-at.Unix() > maxShift {
		return false
	}
	_, next := end.Zone()
	return end.Unix()+int64(next) <= int64(w)
}

// unpassed gives the earliest reading that the clock of loc has not shown yet at
// the instant t. In the repeated part of a fold that is the end of the fold.
func unpassed(t time.Time, loc *time.Location) wall {
	t = time.Unix(t.Unix(), 0).In(loc)
	_, offset := t.Zone()
	least := t.Unix() + int64(offset) + 1
	start, _ := t.ZoneBounds()
	for !start.IsZero() && t.Unix()-start.Unix() < maxShift {
		before := start.Add(-time.Second)
		_, offset = before.Zone()
		least = max(least, start.Unix()+int64(offset))
		start, _ = before.ZoneBounds()
	}
	return wall(least)
}
