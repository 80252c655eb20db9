// Package schedule says when something is due, when it is overdue, and why it
// was moved, skipped or missed. It is pure: time comes in as a value and every
// answer can be computed again from the same text, zone and calendar, so nothing
// needs to be remembered between two starts of the program (DESIGN 2.1, 2.6).
//
// # Nominal time and due time
//
// A [Rule] names wall-clock times ("first monday of month at 09:00"). Such a
// nominal time is a local date and time without an offset; together with the
// zone it is the natural key of an occurrence. Only afterwards is it turned into
// the instant at which it is due, by one law (F20): it is due at the first
// instant at which the local clock shows that time or a later one. Therefore
//
//   - a time in the gap of a clock change is due at the first valid moment after
//     the gap,
//   - a time in the fold is due once, at the first passing,
//   - all nominal times of one rule that fall on the same instant (those inside a
//     gap, and the one right at its end) are ONE occurrence. It carries the
//     earliest of these nominal times and counts the others in StandsFor. So due
//     times of a rule strictly increase and a gap never causes a burst.
//
// # Anchors
//
// An interval is counted from a fixed point, never from the last run:
//
//   - minutes and hours from 2001-01-01T00:00 on the local wall clock,
//   - days from 2001-01-01, weeks from the ISO week of Monday 2001-01-01,
//   - months and quarters from January of year 0 ("every 6 months" is January
//     and July).
//
// "from march" or "from 2026-01-05" names another anchor. It is where the counting
// passes through, not a beginning: the rule comes before it as well.
//
// A day of the month that a month does not have ("monthly on day 31", "yearly on
// 29 february") falls on the last day of that month, so that no drill is lost.
// Cron text keeps cron's meaning and leaves such months out.
package schedule

import (
	_ "time/tzdata" // Zones must be known on a machine without system data.
)
