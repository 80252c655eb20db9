package papers

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/kept"
	"beredskab/internal/line"
	"beredskab/internal/plan"
	"beredskab/internal/preparedness"
)

// ready is a system's readiness as programs read it, in schema
// beredskab.readiness.v1. Lengths are minutes.
type ready struct {
	System   string     `json:"system"`
	Name     string     `json:"name"`
	Ready    bool       `json:"ready"`
	InTime   bool       `json:"in_time"` // its chain brings it back within the accepted time, as far as is known
	Total    int        `json:"total"`   // 0 to 100
	Measured bool       `json:"measured"`
	FallsAt  *time.Time `json:"falls_at,omitempty"`
	Points   []point    `json:"points"`
}

type point struct {
	What     string     `json:"what"`
	Have     int        `json:"have"`
	Of       int        `json:"of"`
	Why      string     `json:"why"`
	Sentence string     `json:"sentence"`
	Unknown  bool       `json:"unknown,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
}

func (l Line) readiness() *cobra.Command {
	return &cobra.Command{
		Use: "readiness [SYSTEM]", Short: "How ready each system is to be recovered, and what every point rests on", Args: cobra.MaximumNArgs(1),
		Long: "Show the readiness of each system, 0 to 100, lowest first; of one system every point with its reason. Nobody sets it:\n" +
			"it comes from tests, approvals and upkeep, and falls by itself as what it rests on grows old.",
		Example: "  beredskab readiness\n  beredskab readiness esdh", ValidArgsFunction: l.Complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			return l.Within(cmd.Context(), func(a *app.App) error {
				list, set, err := a.Bureau.Readiness(cmd.Context())
				if err != nil {
					return err
				}
				if len(args) > 0 {
					list = slices.DeleteFunc(list, func(r preparedness.Ready) bool { return r.System != args[0] })
					if len(list) == 0 {
						return fmt.Errorf("there is no system %q in the register; `beredskab readiness` lists them: %w", args[0], kept.ErrNotFound)
					}
				}
				views := []ready{}
				for _, r := range list {
					views = append(views, readyOf(r, set))
				}
				slices.SortStableFunc(views, func(a, b ready) int { return cmp.Compare(a.Total, b.Total) })
				return l.Print(map[string]any{"schema": "beredskab.readiness.v1", "systems": views}, func(out io.Writer) {
					if len(args) > 0 {
						explain(out, views[0])
						return
					}
					overview(out, views)
				})
			})
		},
	}
}

func readyOf(r preparedness.Ready, set *plan.Set) ready {
	out := ready{System: r.System, Ready: r.Counts(), InTime: r.InTime, Total: r.Total, Measured: r.Measured, FallsAt: when(r.FallsAt), Points: []point{}}
	if p, ok := set.Plan(r.System); ok {
		out.Name = p.Name
	}
	for _, p := range r.Points {
		out.Points = append(out.Points, point{p.What, p.Have, p.Of, p.Why, sentence(p), p.Unknown, when(p.Until)})
	}
	return out
}

func when(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func overview(out io.Writer, list []ready) {
	count := 0
	line.Table(out, "SYSTEM\tREADINESS\tREADY\tWEAKEST\tFALLS", func(w io.Writer) {
		for _, r := range list {
			yes := "no"
			if r.Ready {
				yes, count = "yes", count+1
			}
			falls := ""
			if r.FallsAt != nil {
				falls = r.FallsAt.Local().Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", r.System, r.Total, yes, weakest(r), line.Dash(falls))
		}
	})
	fmt.Fprintf(out, "\n%d of %d systems are ready. Every point of one: beredskab readiness SYSTEM\n", count, len(list))
}

// outOfTime is what keeps a system from being ready whatever its points are.
const outOfTime = "not back within the accepted time: beredskab check"

// weakest is the sentence of the point that costs most.
func weakest(r ready) string {
	if !r.InTime {
		return outOfTime
	}
	worst := slices.MaxFunc(r.Points, func(a, b point) int { return cmp.Compare(a.Of-a.Have, b.Of-b.Have) })
	if worst.Of == worst.Have {
		return "–"
	}
	return worst.Sentence
}

func explain(out io.Writer, r ready) {
	yes := "not ready"
	if r.Ready {
		yes = "ready"
	}
	fmt.Fprintf(out, "%s (%s): %d of 100, %s\n", r.Name, r.System, r.Total, yes)
	if !r.InTime {
		fmt.Fprintln(out, outOfTime)
	}
	fmt.Fprintln(out)
	line.Table(out, "POINTS\tFOR\tWHY", func(w io.Writer) {
		for _, p := range r.Points {
			why := p.Sentence
			if p.Until != nil {
				why += ", until " + p.Until.Local().Format(time.DateOnly)
			}
			fmt.Fprintf(w, "%d of %d\t%s\t%s\n", p.Have, p.Of, strings.ReplaceAll(p.What, "_", " "), why)
		}
	})
}
