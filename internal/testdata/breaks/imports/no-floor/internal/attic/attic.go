// Package attic stands nowhere on the map.
package attic
