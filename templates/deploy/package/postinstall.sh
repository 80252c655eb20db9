#!/bin/sh
# After an installation or an upgrade. dpkg says "configure OLD-VERSION", rpm says how many versions there are now.
set -e
case "$1 $2" in
"configure " | "1 ") upgraded=no ;;
configure\ * | "2 ") upgraded=yes ;;
*) exit 0 ;;
esac

install -d -o beredskab -g beredskab -m 0700 /var/lib/beredskab

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	# Only what runs is restarted. The supervisors of running steps are left alone and found again.
	systemctl try-restart beredskab.service 'beredskab-runner@*.service'
fi

if [ "$upgraded" = no ] && [ ! -e /var/lib/beredskab/register.db ]; then
	cat <<-'TEXT'
	beredskab is installed and not started, because it needs your plans first:
	  install -d -o beredskab -g beredskab /srv/beredskab
	  runuser -u beredskab -- beredskab init /srv/beredskab --name "Eksempel Kommune"
	  systemctl enable --now beredskab.service beredskab-backup.timer
	The guide is /usr/share/doc/beredskab/operate.md.
	TEXT
fi
