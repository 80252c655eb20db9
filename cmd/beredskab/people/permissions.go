package people

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"beredskab/internal/matrix"
)

func (l Line) permissions() *cobra.Command {
	return &cobra.Command{
		Use: "permissions", Short: "Print who may do what: the permission matrix, as Markdown", Args: cobra.NoArgs,
		Long:    "Prints the permission matrix, and the words for each role. It is what docs/permissions.md holds.",
		Example: "  beredskab docs permissions\n  beredskab docs permissions --json",
		RunE: func(*cobra.Command, []string) error {
			return l.Print(permissionsOf(matrix.New()), func(out io.Writer) { fmt.Fprint(out, Permissions()) })
		},
	}
}

// Permissions is the whole of docs/permissions.md.
func Permissions() string {
	return "# Permissions\n\n<!-- generated from the permission matrix by cmd/beredskab/docs_test.go; do not edit -->\n\n" +
		"Every act is decided by this table, and what is not in it is refused. The log keeps each act with the role on which it rested,\n" +
		"and each refusal with its reason. It is asked anew at each act: whoever is disabled, or has lost a role, is refused at the next\n" +
		"one. A test walks every method of the program through which somebody acts, by every role, in the own and in a foreign scope.\n\n" +
		"A step of a drill is answered by whom the plan names. The words of plan files that are roles are listed below; any other word\n" +
		"is a team, and whoever holds a role for that team may answer, whatever the role. So may the deputy that the files name. A mailbox\n" +
		"gives nobody a right. The step that verifies the recovery is its system owner's alone, a manual step may be done by whoever may\n" +
		"carry drills out, and the director of the run, who is one of these, answers on behalf of others with a reason. Starting a drill,\n" +
		"leading it, setting its times and stating earlier drills is carrying drills out. Starting an incident is the activation of a plan.\n" +
		"Taking the plan files over is writing the draft of each plan that changed, and of all of them when the organisation did; a server\n" +
		"that runs does it by itself.\n\n" +
		"Reading or exporting the audit log is decided; verifying it and looking after the program (`audit verify`, `doctor`) is not. Plans,\n" +
		"runs, findings and persons can be read by whoever can use this command line: the rows for reading them are for pages to ask.\n\n" +
		"Work on the installation is its backups, its copies for offline use, test messages and servers that are forgotten. Beside\n" +
		"administrators, an account of the machine that belongs to no person may do it, such as root or that of a nightly job: nobody is\n" +
		"locked out of his own machine, and the log says so. That the register was restored or moved is recorded whoever did it.\n\n" +
		"An administrator adds persons and says how each signs in; no two enabled persons share an account. The IT manager decides on\n" +
		"roles and administrators carry it out; nobody gives a role to himself, and the last administrator and the last IT manager\n" +
		"cannot leave. Until the first administrator has his role, whoever can use the register may do everything, and the log says so.\n\n" +
		"A deputy has the role himself and his acts say whose deputy he is. A delegation lets somebody act in the name of an IT manager\n" +
		"or a system owner for a time; it never gives what the giver may not do, and is not given on.\n\n" +
		matrix.New().Markdown()
}

// permissions is the matrix as programs read it.
type permissions struct {
	Schema      string       `json:"schema"`
	Permissions []permission `json:"permissions"`
}

type permission struct {
	Permission matrix.Permission `json:"permission"`
	Verb       matrix.Verb       `json:"verb"`
	Act        string            `json:"act"`
	Roles      []holder          `json:"roles"`
	NeverBy    string            `json:"never_by,omitempty"`
}

type holder struct {
	Role      matrix.Role `json:"role"`
	Own       bool        `json:"own_scope_only,omitempty"`
	Himself   bool        `json:"about_oneself_only,omitempty"`
	Condition string      `json:"condition,omitempty"`
}

func permissionsOf(t *matrix.Table) permissions {
	v := permissions{Schema: "beredskab.permissions.v1"}
	for _, p := range t.Permissions() {
		for _, verb := range []matrix.Verb{matrix.Read, matrix.Write, matrix.Confirm, matrix.Approve, matrix.Execute} {
			one := permission{Permission: p, Verb: verb, Act: t.Sentence(p, verb)}
			for _, role := range t.Holders(p, verb) {
				r, _ := t.Right(p, verb, role)
				one.Roles = append(one.Roles, holder{role, r.Scoped, r.Personal, r.Condition})
			}
			one.NeverBy, _ = t.Separated(p, verb, 0)
			if len(one.Roles) > 0 {
				v.Permissions = append(v.Permissions, one)
			}
		}
	}
	return v
}
