package home

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"beredskab/internal/frame"
	"beredskab/internal/phrase"
	"beredskab/internal/picture"
)

// mostHeat is how many systems the heat map shows: those that used most of their
// time.
const mostHeat = 8

// pictures are the readiness by month and the heat map; nil where there is nothing
// to draw yet.
func (s *state) pictures(v *frame.Visit) (trend, heat *picture.Picture, err error) {
	pen, err := phrase.New("report", v.Texts.Lang)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the words of the pictures: %w", err)
	}
	if len(s.figures.Trend) > 1 {
		var readings []picture.Reading
		for _, r := range s.figures.Trend {
			_, label := pen.Month(r.Month.In(pen.Zone).Month())
			percent := r.Ready * 100 / max(1, r.Total)
			readings = append(readings, picture.Reading{Label: label, Share: picture.Share{Percent: percent, Known: r.Total > 0}})
		}
		drawn := picture.Trend(pen, "trend", v.Texts.Say("home.trend"), v.Texts.Say("home.trend.line"), "", readings, nil)
		trend = &drawn
	}
	if times, lines := s.heat(v, pen.Zone); len(lines) > 0 {
		drawn := picture.HeatMap(pen, "heat", v.Texts.Say("home.heat"), times, lines)
		heat = &drawn
	}
	return trend, heat, nil
}

// heat is the share of the accepted time that measured runs took in the newest four
// quarters, the longest of each quarter.
func (s *state) heat(v *frame.Visit, zone *time.Location) (times []string, lines []picture.Heat) {
	quarter := func(at time.Time) int { return at.In(zone).Year()*4 + (int(at.In(zone).Month())-1)/3 }
	last := quarter(s.at)
	for q := last - 3; q <= last; q++ {
		times = append(times, v.Texts.Say("home.quarter", q%4+1, q/4))
	}
	worst, cells := map[string]int{}, map[string][]picture.Share{}
	for _, r := range s.figures.Runs {
		column := quarter(r.At) - last + 3
		if r.RTA == nil || r.RTO <= 0 || column < 0 || column > 3 {
			continue
		}
		if cells[r.System] == nil {
			cells[r.System] = make([]picture.Share, 4)
		}
		// A begun percent counts, so that nothing over its limit reads as the limit.
		percent := (*r.RTA*100 + r.RTO - 1) / r.RTO
		cell := &cells[r.System][column]
		*cell = picture.Share{Percent: max(cell.Percent, percent), Known: true}
		worst[r.System] = max(worst[r.System], percent)
	}
	ids := slices.SortedFunc(maps.Keys(worst), func(a, b string) int { return cmp.Or(cmp.Compare(worst[b], worst[a]), cmp.Compare(a, b)) })
	for _, id := range ids[:min(mostHeat, len(ids))] {
		lines = append(lines, picture.Heat{Name: s.name(id), Cells: cells[id]})
	}
	return times, lines
}
