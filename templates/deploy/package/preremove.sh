#!/bin/sh
# Before a removal; an upgrade stops nothing here. A step that runs goes on to its end under its supervisor.
set -e
case "$1" in
remove | deconfigure | 0) ;;
*) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
	systemctl disable --now beredskab-backup.timer beredskab.service
	systemctl stop 'beredskab-runner@*.service'
fi
