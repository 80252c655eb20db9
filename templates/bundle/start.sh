#!/bin/sh
# Shows the plans of this folder on this machine, without a network. With the
# word "program" it starts the whole program on a copy of the register instead.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
case ${1-} in
program)
	state=${BEREDSKAB_DIR:-$HOME/beredskab-laptop}
	if [ ! -e "$state/register.db" ]; then
		for backup in "$here"/register/*; do
			"$here/beredskab" restore "$backup" --into "$state" || exit
		done
	fi
	exec "$here/beredskab" --dir "$state" --plans "$here/plans" serve
	;;
*)
	exec "$here/beredskab" bundle serve "$here/pages" "$@"
	;;
esac
