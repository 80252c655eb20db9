package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"beredskab/internal/kept"

	"github.com/spf13/cobra"

	"beredskab/internal/register"
)

// audit is the group of commands about the trace.
func (c *cli) audit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Read the trace of every act: who did what, when"}
	cmd.AddCommand(c.auditLog())
	return cmd
}

func (c *cli) auditLog() *cobra.Command {
	var f kept.EntryFilter
	cmd := &cobra.Command{
		Use: "log", Short: "List the trace, newest first", Args: cobra.NoArgs,
		Example: "  beredskab audit log --actor systemejer -n 20\n  beredskab audit log --object 2026-07 --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(r *register.Register) error { return c.trace(cmd.Context(), r, f) })
		},
	}
	cmd.Flags().StringVar(&f.Actor, "actor", "", "only acts of this person")
	cmd.Flags().StringVar(&f.Object, "object", "", "only acts on this, such as 2026-07 or 2026-07/bekraeft-data")
	cmd.Flags().IntVarP(&f.Limit, "number", "n", 50, "at most this many")
	return cmd
}

func (c *cli) trace(ctx context.Context, r *register.Register, f kept.EntryFilter) error {
	list, err := r.Entries(ctx, f)
	if err != nil {
		return err
	}
	type view struct {
		Seq   int64           `json:"seq"`
		Hash  string          `json:"leaf_hash"`
		Entry json.RawMessage `json:"entry"`
	}
	views := make([]view, len(list))
	for i, e := range list {
		views[i] = view{e.Seq, hex.EncodeToString(e.Hash), e.Bytes}
	}
	return c.print(map[string]any{"schema": "beredskab.log.v1", "entries": views}, func() {
		for _, e := range list {
			fmt.Fprintf(c.out, "%6d  %s  %-8s %-18s %-30s %s\n", e.Seq, e.At.Local().Format("2006-01-02 15:04:05"), e.Outcome, e.Act, e.Object, e.Actor)
		}
	})
}
