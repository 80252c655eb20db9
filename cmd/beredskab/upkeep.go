package main

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"

	"beredskab/cmd/beredskab/site"
	"beredskab/internal/app"
)

// path is a file or folder that was typed, from the folder that it was typed in.
func (c *cli) path(typed string) string {
	if filepath.IsAbs(typed) {
		return typed
	}
	return filepath.Join(c.workDir, typed)
}

func (c *cli) backup() *cobra.Command {
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write the register as of one moment, and the evidence, into one file", Args: cobra.ExactArgs(1),
		Long: "Write a checked copy of the register and all files of evidence into a new file, while servers go on working, and\n" +
			"record it in the log. The copy is the same on every engine and can be checked and restored without a database. Spool,\n" +
			"settings, secrets and plan files are not in it. Evidence that is missing or damaged is named, and the exit code is 3.",
		Example: "  beredskab backup /srv/backup/register-$(date +%F).tar\n  beredskab backup verify /srv/backup/register-2026-11-23.tar",
		RunE: func(cmd *cobra.Command, args []string) error {
			defer c.working("writing and checking the backup")()
			var m app.Manifest
			err := c.using(cmd.Context(), func(a *app.App) (_ text, err error) {
				m, err = a.Backup(cmd.Context(), c.actor(), c.path(args[0]))
				return site.BackedUp(args[0], m), err
			})
			if err == nil && len(m.Evidence.Lacking) > 0 {
				err = errFound
			}
			return err
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use: "verify FILE", Short: "Read a backup through: its hash, its file, its log and its evidence", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			defer c.working("reading the backup")()
			m, err := app.VerifyBackup(cmd.Context(), c.path(args[0]))
			if err != nil {
				return err
			}
			return c.show(site.Verified(args[0], m))
		},
	})
	return cmd
}

// using answers a question with the program over the register.
func (c *cli) using(ctx context.Context, ask func(*app.App) (text, error)) error {
	var v text
	err := c.line().Within(ctx, func(a *app.App) (err error) {
		v, err = ask(a)
		return err
	})
	if err != nil {
		return err
	}
	return c.show(v)
}

func (c *cli) restore() *cobra.Command {
	into := ""
	cmd := &cobra.Command{
		Use: "restore FILE --into DIR", Short: "Put the register of a backup into a folder that holds none", Args: cobra.ExactArgs(1),
		Long: "Check a backup, put its register and its evidence into a folder, and record the restore in its log. What was recorded\n" +
			"after the backup is not in it. For PostgreSQL restore into a folder first and move it with beredskab migrate.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if into == "" {
				return usage("--into is missing; name the folder for the register")
			}
			defer c.working("checking and restoring the backup")()
			m, err := app.Restore(cmd.Context(), c.actor(), c.path(args[0]), c.path(into), c.log())
			if err != nil {
				return err
			}
			return c.show(site.Restored(c.path(into), m))
		},
	}
	cmd.Flags().StringVar(&into, "into", "", "folder without a register")
	return cmd
}

func (c *cli) migrate() *cobra.Command {
	to := ""
	cmd := &cobra.Command{
		Use: "migrate --to PLACE", Short: "Move the register from a folder to PostgreSQL, or back", Args: cobra.NoArgs,
		Long: "Carry the whole register to another engine and prove that every value arrived. Stop every server first. The\n" +
			"old place then says that it was left, and no server starts on it. A move that was cut off is ended by the\n" +
			"same command.",
		Example: "  beredskab --dir /var/lib/beredskab migrate --to postgres://beredskab@db/beredskab\n" +
			"  beredskab --database postgres://beredskab@db/beredskab migrate --to /var/lib/beredskab-2",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to == "" {
				return usage("--to is missing; name postgres://user@host/name, or a folder")
			}
			defer c.working("moving the register")()
			return c.about(func(s *app.Settings) (text, error) {
				m, err := s.Move(cmd.Context(), c.actor(), to, c.workDir, c.log())
				return site.Moved(m), err
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "postgres://user@host/name, or a new folder")
	return cmd
}
