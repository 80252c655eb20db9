package rule

import "os/exec"

func run() { exec.Command("true") }
