#!/bin/sh
# Makes the system user before the files are unpacked, because some belong to its group.
set -e
getent group beredskab >/dev/null || groupadd --system beredskab
getent passwd beredskab >/dev/null ||
	useradd --system --gid beredskab --home-dir /var/lib/beredskab --no-create-home --shell /usr/sbin/nologin beredskab
