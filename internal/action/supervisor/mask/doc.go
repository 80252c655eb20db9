// Package mask hides known secrets in what a command writes, in the shapes in which tools print them: plain, escaped, encoded, line
// by line (S13). It keeps back only as much of the stream as could still become a secret, so that a secret that is cut into many
// writes is found too, and what goes out does not depend on how the stream was cut.
//
// It cannot hide what was compressed, encrypted or turned around: whoever can choose what a command does can make it speak. Masking
// catches accidents; the fences are what holds an enemy.
package mask
