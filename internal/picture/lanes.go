package picture

import "time"

// Stop is one system in the order of recovery.
type Stop struct {
	Name   string
	Class  int
	Finish time.Duration // from the loss of everything, by plan
	RTO    time.Duration
	Late   bool // finishes after what is accepted
}

// MostStops is how many systems Lanes draws: what fits on a page.
const MostStops = 60

// Lanes draws the order in which systems are back as lanes of time: what within
// the hour, what next. The numbers are the order in which to begin. Only the
// first MostStops are drawn; the table has all.
func Lanes(s Speaker, id, caption string, stops []Stop) Picture {
	const left, width, height, gap, inALane = 112, 168, 44, 8, 4
	c := canvas{Speaker: s, id: id}
	twin := id + "-table"
	p := Picture{
		Caption: caption, Twin: twin,
		Titles: []string{">" + c.Say("col.number"), c.Say("col.system"), ">" + c.Say("col.class"), ">" + c.Say("col.finish"), ">" + c.Say("col.rto"), c.Say("col.met")},
	}
	lanes, late := make([][]int, len(laneEnds())), 0
	for i, stop := range stops {
		if at := lane(stop.Finish); i < MostStops {
			lanes[at] = append(lanes[at], i)
		}
		met := "✓ " + c.Say("aim.met")
		if stop.Late {
			late++
			met = "✗ " + c.Say("aim.missed")
		}
		p.Rows = append(p.Rows, []string{c.Say("count", i+1), stop.Name, c.Say("count", stop.Class), c.Span(stop.Finish), c.Span(stop.RTO), met})
	}
	tall, total := make([]int, len(lanes)), 2*gap
	for l, in := range lanes {
		if len(in) > 0 {
			tall[l] = (len(in)+inALane-1)/inALane*(height+gap) + gap
			total += tall[l]
		}
	}
	c.begin(left+inALane*(width+gap)+gap, total, caption, c.Say("picture.lanes", len(stops), late), twin)
	y := gap
	for l, in := range lanes {
		if len(in) == 0 {
			continue
		}
		c.rect(1, y, left+inALane*(width+gap)+gap-2, tall[l], map[bool]string{true: "#f5f5f5", false: "#fff"}[l%2 == 0])
		c.text(10, y+24, "start", bold, c.Say("lane."+laneEnds()[l].key))
		for i, n := range in {
			c.stop(left+i%inALane*(width+gap), y+gap+i/inALane*(height+gap), width, height, n+1, stops[n])
		}
		y += tall[l]
	}
	return c.end(p)
}

func (c *canvas) stop(x, y, width, height, number int, stop Stop) {
	state := ""
	if stop.Late {
		state = Breached
	}
	if state == "" {
		c.rect(x, y, width, height, "#fff")
	} else {
		c.box(x, y, width, height, state)
	}
	c.text(x+6, y+18, "start", bold, cut(c.Say("step.numbered", number, stop.Name), 20))
	text := c.Say("lane.times", c.Span(stop.Finish), c.Span(stop.RTO))
	if stop.Late {
		text = "✗ " + text
	}
	c.text(x+6, y+35, "start", ` font-size="11"`, cut(text, 27))
}

type laneEnd struct {
	key string
	end time.Duration
}

func laneEnds() []laneEnd {
	const hour = time.Hour
	return []laneEnd{{"1", hour}, {"4", 4 * hour}, {"8", 8 * hour}, {"24", 24 * hour}, {"later", 1 << 62}}
}

func lane(finish time.Duration) int {
	for i, l := range laneEnds() {
		if finish <= l.end {
			return i
		}
	}
	return len(laneEnds()) - 1
}
