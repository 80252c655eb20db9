// Command tool stands on top.
package main

import "house/internal/page"

func main() { page.Job() }
