#!/bin/sh
# After a removal. The register is evidence for years, so no package manager deletes it, not even with purge.
set -e
case "$1" in
remove | purge | 0) ;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
if [ "$1" != remove ] && [ -d /var/lib/beredskab ]; then
	echo "beredskab: the register stays in /var/lib/beredskab. Delete it for good with: rm -r /var/lib/beredskab && userdel beredskab"
fi
