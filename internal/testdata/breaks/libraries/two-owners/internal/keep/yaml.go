package keep

import "example.com/yaml/decode"

func read() { decode.All() }
