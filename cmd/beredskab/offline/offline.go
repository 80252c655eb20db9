// Package offline is the commands about the copy of the plans for when everything
// is down. All but the making of it and the recording of times from paper need
// nothing but a folder: no register, no settings, no network.
package offline

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"beredskab/internal/app"
	"beredskab/internal/bundle"
	"beredskab/internal/line"
)

// Line is the command line that the commands stand on.
type Line struct{ line.Line }

// Command is the group of commands.
func (l Line) Command() *cobra.Command {
	return line.Group("bundle", "Make and use the copy of the plans for when everything is down",
		l.build(), l.verify(), l.serve(), l.unseal(), l.importPaper())
}

func (l Line) build() *cobra.Command {
	var want app.Offline
	cmd := &cobra.Command{
		Use: "build", Short: "Make a signed copy of the plans that the register holds", Args: cobra.NoArgs,
		Long: "Make a signed folder with pages that open from a stick, and record it in the log. What lies in the open leaves out\n" +
			"confidential sections, telephone numbers and mailboxes; what is printed, encrypted or on the laptop does not.\n" +
			"The five newest stay. Check G6 looks at those of the state folder, not at those of another -o.",
		Example: "  beredskab bundle build --print --passphrase-file /etc/beredskab/bundle-passphrase\n  beredskab bundle build --laptop -o /media/stick",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if want.Passphrase != "" && len(want.Recipients) > 0 {
				return l.Usage("--seal-to and --passphrase-file are both given; write one, and make a second copy for the other")
			}
			if want.Root, want.Passphrase = l.named(want.Root), l.named(want.Passphrase); cmd.Flags().Changed("lang") {
				want.Language = cmd.Flag("lang").Value.String()
			}
			defer l.Working("building the bundle")()
			var built bundle.Built
			err := l.Within(cmd.Context(), func(a *app.App) (err error) {
				built, err = a.Bundle(cmd.Context(), l.Actor(), want)
				return err
			})
			if err != nil {
				return err
			}
			v := tellOf(built.Folder, built.Manifest, "Bundle built", "copy it to where it is needed; check it there with: beredskab bundle verify DIR")
			v.Removed = built.Removed
			return l.Print(v, v.text)
		},
	}
	cmd.Flags().StringVarP(&want.Root, "output", "o", "", "folder of the bundles (default: bundles in the state folder)")
	cmd.Flags().BoolVar(&want.Print, "print", false, "also pages to print, with telephone numbers")
	cmd.Flags().BoolVar(&want.Laptop, "laptop", false, "also this program, the plan files and the register, for the crisis laptop")
	cmd.Flags().StringArrayVar(&want.Recipients, "seal-to", nil, "also an encrypted copy for the holder of this age key (age1…); may be repeated")
	cmd.Flags().StringVar(&want.Passphrase, "passphrase-file", "", "also an encrypted copy that the passphrase in this file opens")
	l.Person(cmd)
	return cmd
}

// named is a path that was typed; one that was not stays empty.
func (l Line) named(typed string) string {
	if typed == "" {
		return ""
	}
	return l.Path(typed)
}

func (l Line) verify() *cobra.Command {
	key := ""
	cmd := &cobra.Command{
		Use: "verify DIR", Short: "Check a bundle, or a part of one, with nothing but its folder", Args: cobra.ExactArgs(1),
		Long:    "Check the signature and every file of a bundle or of a part that was copied, and name the first file that was changed,\nadded or lost. Who signed is proved only by the fingerprint that stands on the printed card: give it with --key, or\ncompare it yourself. Ends with 3 when the folder is not what was signed.",
		Example: "  beredskab bundle verify /media/stick/open --key \"0f3a 71c2 …\"",
		RunE: func(_ *cobra.Command, args []string) error {
			m, err := verify(l.Path(args[0]), key)
			if err != nil {
				return err
			}
			next := "compare the key with the one on the printed card"
			if key != "" {
				next = "nothing; the key is the one that you named"
			}
			v := tellOf(args[0], m, "The copy is whole", next)
			return l.Print(v, v.text)
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "fingerprint of the only key that counts, as the card has it")
	return cmd
}

func (l Line) serve() *cobra.Command {
	listen := "127.0.0.1:0"
	cmd := &cobra.Command{
		Use: "serve DIR", Short: "Show a bundle to the browser of this machine, until told to stop", Args: cobra.ExactArgs(1),
		Long: "Show the pages of a bundle at an address that only this machine reaches. No register, no settings and no network\nare needed. A folder that is not what was signed is shown with a warning.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !own(listen) {
				return l.Usage("pages are shown to this machine only, and --listen %q is not its own address; write 127.0.0.1:0, or another port", listen)
			}
			return show(cmd.Context(), l.Path(args[0]), listen, func(url string, damage error) {
				if damage != nil {
					fmt.Fprintln(cmd.ErrOrStderr(), "warning:", damage)
				}
				fmt.Fprintln(cmd.OutOrStdout(), url)
			})
		},
	}
	cmd.Flags().StringVar(&listen, "listen", listen, "a loopback address; port 0 takes a free one (default 127.0.0.1:0)")
	return cmd
}

func (l Line) unseal() *cobra.Command {
	var passphrase, identity string
	cmd := &cobra.Command{
		Use: "unseal FILE DIR", Short: "Open an encrypted copy into a new folder, and check it", Args: cobra.ExactArgs(2),
		Example: "  beredskab bundle unseal full.tar.age plans-now --passphrase-file passphrase",
		RunE: func(_ *cobra.Command, args []string) error {
			if (passphrase == "") == (identity == "") {
				return l.Usage("write one of --passphrase-file and --identity-file")
			}
			m, err := unseal(l.Path(args[0]), l.Path(args[1]), l.named(passphrase), l.named(identity))
			if err != nil {
				return err
			}
			v := tellOf(args[1], m, "Opened and checked", "open index.html in a browser")
			return l.Print(v, v.text)
		},
	}
	cmd.Flags().StringVar(&passphrase, "passphrase-file", "", "file with the passphrase")
	cmd.Flags().StringVar(&identity, "identity-file", "", "file with the age key (AGE-SECRET-KEY-…)")
	return cmd
}

func (l Line) importPaper() *cobra.Command {
	wanted := false
	cmd := &cobra.Command{
		Use: "import-paper FILE", Short: "Read times that were kept on paper or in a bundle's pages", Args: cobra.ExactArgs(1),
		Long: "Read a sheet as CSV, or the JSON that the pages of a bundle save, and show every time. With --record each becomes a\n" +
			"remark of the run that its line names, assured by paper; it changes no measured figure. Recording the same file\n" +
			"again adds nothing. For a line without a run, open one with beredskab drill start and write its number there.",
		Example: "  beredskab bundle import-paper tider.csv\n  beredskab bundle import-paper tider.csv --record --as beredskabskoordinator",
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := os.ReadFile(l.Path(args[0]))
			if err != nil {
				return err
			}
			times, err := bundle.ReadPaper(args[0], src)
			if err != nil {
				return err
			}
			v := fromPaper(args[0], times)
			if wanted {
				err = l.Within(cmd.Context(), func(a *app.App) error {
					n, err := record(cmd.Context(), a.Register, l.Actor(), args[0], times)
					v.Recorded = &n
					return err
				})
			}
			if err != nil {
				return err
			}
			return l.Print(v, v.text)
		},
	}
	cmd.Flags().BoolVar(&wanted, "record", false, "write the times into their runs")
	l.Person(cmd)
	return cmd
}
