package main

import (
	"context"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/view"
	"beredskab/internal/kept"
	"beredskab/internal/register"
)

// node is the group of commands about the servers that share this register.
func (c *cli) node() *cobra.Command {
	cmd := &cobra.Command{Use: "node", Short: "See the servers that share this register"}
	cmd.AddCommand(c.nodeList(), c.nodeForget())
	return cmd
}

func (c *cli) nodeList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the servers of this register, and whether they live", Args: cobra.NoArgs,
		Long: "List the servers of this register: site, role, version, when each was last heard from by the database's\n" +
			"clock, and how many automatic steps it has in hand. One that has been silent for " + kept.Silence.String() + " counts as dead, and\n" +
			"the others take its work over.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(r *register.Register) error { return c.listNodes(cmd.Context(), r) })
		},
	}
}

func (c *cli) listNodes(ctx context.Context, r *register.Register) error {
	nodes, inHand, err := r.Nodes(ctx)
	if err != nil {
		return err
	}
	list := view.NodesOf(nodes, inHand)
	return c.print(list, func() { list.Text(c.out) })
}

func (c *cli) nodeForget() *cobra.Command {
	cmd := &cobra.Command{
		Use: "forget NAME", Short: "Let another machine have the name of a server that is gone for good",
		Long: "Let another machine have the name of a server that is gone for good. Make sure first that the old machine is\n" +
			"off. A server that is alive is not forgotten; one that was only cut off stops when it is heard again.",
		Example: "  beredskab node forget it-drift-2", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.actOn(cmd.Context(), "forgotten: "+args[0], func(r *register.Register) error { return r.Forget(cmd.Context(), c.actor(), args[0]) })
		},
	}
	c.person(cmd)
	return cmd
}
