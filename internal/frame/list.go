package frame

import (
	"net/url"
	"strconv"
)

// PerPage is how many lines of a list a page shows.
const PerPage = 50

// Pager says which part of a list a page shows, as the component of that name takes it.
type Pager struct {
	Page, Pages    int    // from 1; Pages is 0 where nobody has counted them
	Previous, Next string // addresses; empty at the ends
}

// Page cuts the page that was asked for out of a list.
func Page[T any](v *Visit, list []T) ([]T, Pager) {
	count := max(1, (len(list)+PerPage-1)/PerPage)
	n := v.Page(count)
	p := v.Turn(n, n < count)
	p.Pages = count
	return list[(n-1)*PerPage : min(n*PerPage, len(list))], p
}

// Turn is the pager of a list that is read a page at a time; more tells whether another
// page follows the one of that number.
func (v *Visit) Turn(number int, more bool) Pager {
	p := Pager{Page: number}
	if number > 1 {
		p.Previous = v.With("page", strconv.Itoa(number-1))
	}
	if more {
		p.Next = v.With("page", strconv.Itoa(number+1))
	}
	return p
}

// Page is the number of the page that was asked for, from 1 to most.
func (v *Visit) Page(most int) int {
	number, _ := strconv.Atoi(v.Query("page"))
	return min(max(number, 1), most)
}

// With is the address of this page with another value of the query. What was done just
// now is not said again, and another choice begins on its first page.
func (v *Visit) With(name, value string) string {
	q := url.Values{}
	for key, values := range v.Request.URL.Query() {
		if key != "done" && key != "page" {
			q[key] = values
		}
	}
	q.Set(name, value)
	return v.Request.URL.Path + "?" + q.Encode()
}
