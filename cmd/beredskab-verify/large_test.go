package main

import (
	"strings"
	"testing"

	"beredskab/internal/kept"
	"beredskab/internal/ledger"
)

// large is an export of n entries of 600 bytes, made while it is written, with a
// checkpoint at the end.
func large(t testing.TB, b *book, n int) ledger.Export {
	t.Helper()
	detail := map[string]string{"why": strings.Repeat("d", 600-132)}
	var tree ledger.Tree
	each := func(visit func(kept.Entry) bool) {
		for i := range n {
			e := ledger.Entry{Actor: map[string]string{"name": "it-chef"}, Act: "step.end", Object: "esdh", Outcome: "done", Detail: detail}
			body, hash, err := ledger.Seal(e, noon())
			if err != nil || len(body) != 600 {
				t.Fatalf("an entry of %d bytes (%v)", len(body), err)
			}
			if !visit(kept.Entry{Seq: int64(i + 1), Bytes: body, Hash: hash}) {
				return
			}
		}
	}
	each(func(e kept.Entry) bool {
		_, err := tree.Append(e.Hash)
		return err == nil
	})
	return ledger.Export{
		Origin: origin, Keys: []string{b.first}, Made: noon(), Checkpoints: []string{must(b.key.Sign(tree, noon()))(t)},
		Entries: func(yield func(kept.Entry, error) bool) { each(func(e kept.Entry) bool { return yield(e, nil) }) },
	}
}
