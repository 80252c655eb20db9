package record

import (
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	type action struct{ Text string }
	row, err := Row{Kind: "action", Key: "A-1"}.Set(action{"Bestil diske"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := ReadAll[action]([]Row{row, row})
	if err != nil || len(list) != 2 || list[1].Text != "Bestil diske" {
		t.Errorf("got %v, %v", list, err)
	}
	if _, err := Read[struct{ Other string }](row); err == nil || !strings.Contains(err.Error(), "action/A-1") {
		t.Errorf("a field that is not known must be refused by name, got %v", err)
	}
}
