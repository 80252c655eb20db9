package strict

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Locate reads a text again and gives what finds places in it: the line and
// column, both from 1, of the value that a path such as objectives.rto or
// recovery.steps[1].after[0] names. A plan keeps no positions, so that thousands
// of them fit in memory. A path that leads further than the file does gives the
// key where it ends; a text that cannot be read gives 0, 0.
func Locate(src []byte) func(path string) (line, column int) {
	r := Reading{src: src}
	if !r.open() {
		return func(string) (line, column int) { return 0, 0 }
	}
	return func(path string) (line, column int) {
		node := nodeAt(r.root, path)
		return node.Line, node.Column
	}
}

// nodeAt follows a path to its scalar, its empty list or its list item; a group
// is shown at its key. Where the path leads too far, the node is the last key
// or list item reached, and the top of the file for a missing top key.
func nodeAt(root *yaml.Node, path string) *yaml.Node {
	value, key := root, (*yaml.Node)(nil)
	for path != "" {
		segment, rest := cutPath(path)
		nextKey, next := child(value, segment)
		if next == nil {
			break
		}
		value, key, path = next, nextKey, rest
	}
	switch {
	case path == "" && (value.Kind == yaml.ScalarNode || key == nil || len(value.Content) == 0):
		return value
	case key != nil:
		return key
	default:
		return value
	}
}

// valueAt is the node that a path names, or the last that it reaches.
func valueAt(root *yaml.Node, path string) *yaml.Node {
	for path != "" {
		segment, rest := cutPath(path)
		_, next := child(root, segment)
		if next == nil {
			return root
		}
		root, path = next, rest
	}
	return root
}

// cutPath takes the first key or [index] off a path.
func cutPath(path string) (segment, rest string) {
	path = strings.TrimPrefix(path, ".")
	if strings.HasPrefix(path, "[") {
		if end := strings.IndexByte(path, ']'); end > 0 {
			return path[:end+1], path[end+1:]
		}
	}
	if end := strings.IndexAny(path, ".["); end > 0 {
		return path[:end], path[end:]
	}
	return path, ""
}

// child is the value below a node. The key is nil for a list item, which then
// stands for itself.
func child(node *yaml.Node, segment string) (key, value *yaml.Node) {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == segment {
				return node.Content[i], node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		index, err := strconv.Atoi(strings.Trim(segment, "[]"))
		if err == nil && strings.HasPrefix(segment, "[") && index >= 0 && index < len(node.Content) {
			return nil, node.Content[index]
		}
	}
	return nil, nil
}

// pathTo is the path of a node, found by looking for it: only a file with a
// mistake in it pays for this. A key has the path of its value.
func pathTo(root, wanted *yaml.Node) (path string, found bool) {
	if root == wanted {
		return "", true
	}
	for i, item := range root.Content {
		segment := "[" + strconv.Itoa(i) + "]"
		if root.Kind == yaml.MappingNode {
			if i%2 == 0 {
				if item == wanted {
					return item.Value, true
				}
				continue
			}
			segment = root.Content[i-1].Value
		}
		if below, ok := pathTo(item, wanted); ok {
			return joinPath(segment, below), true
		}
	}
	return "", false
}

// joinPath puts a key or [index] before the path below it.
func joinPath(segment, below string) string {
	if below == "" || strings.HasPrefix(below, "[") {
		return segment + below
	}
	return segment + "." + below
}
