// Command one passes one moment.
package main

import "beredskab/internal/fault"

func main() {
	fault.Point("one.moment")
}
