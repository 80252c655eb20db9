// Package pulse touches the world on the highest pure floor, and its row says so.
package pulse

import "os"

// Beat tells who beats.
func Beat() int { return os.Getpid() }
