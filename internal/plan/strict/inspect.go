package strict

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v4"
)

// inspect walks the tree once and refuses what no file of ours needs and every
// YAML attack does: aliases, anchors, merge keys, tags, and endless nesting
// (ASVS 1.5.2, spec/reliability.md 4.3 rule 8). False when the tree is too big
// to go on with.
func (r *Reading) inspect() bool {
	walk := &inspection{Reading: r, escapes: bytes.IndexByte(r.src, '\\') >= 0}
	walk.node(r.root, 1)
	return !walk.tooBig
}

type inspection struct {
	*Reading
	nodes   int
	escapes bool
	tooBig  bool
}

func (w *inspection) node(node *yaml.Node, depth int) {
	w.nodes++
	switch {
	case w.tooBig || w.fullyTold():
		return
	case depth > maxDepth:
		w.tooBig = true
		w.on(node, "BP010", "the file is nested too deeply", "a plan needs fewer than ten levels")
		return
	case w.nodes > maxNodes:
		w.tooBig = true
		w.on(node, "BP010", "the file holds more than 10,000 values", "split it: one file holds one system")
		return
	}
	w.marks(node)
	for i, item := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 0 && item.Tag == "!!merge" && item.Style == 0 {
			w.on(item, "BP006", "a merge key (<<) may not stand in a plan", "write the keys out where they are needed")
			continue
		}
		w.node(item, depth+1)
	}
}

func (w *inspection) marks(node *yaml.Node) {
	switch {
	case node.Kind == yaml.AliasNode:
		w.on(node, "BP006", "an alias (*) may not stand in a plan", "write the text out, or put it in quotes")
	case node.Anchor != "":
		w.on(node, "BP006", "an anchor (&) may not stand in a plan", "delete &"+node.Anchor+" and write the text out where it is needed")
	case node.Style&yaml.TaggedStyle != 0 || node.Tag == "!":
		w.on(node, "BP007", "a tag ("+node.Tag+") may not stand in a plan", "delete the tag, or put text that begins with ! in quotes")
	case w.escapes && node.Style&yaml.DoubleQuotedStyle != 0 && strings.ContainsFunc(node.Value, unwantedEscape):
		w.on(node, "BP004", "an escape in this text makes an invisible character", "delete the escape that begins with a backslash")
	}
}

// unwantedEscape lets the line break and the tab through, which people do write.
func unwantedEscape(char rune) bool { return char != '\t' && forbidden(char) }
