// Package installed shows that what is released can be installed, kept up and
// trusted: the packages in a clean Debian with its own systemd, the alarms and
// the page that explains them, the modules that are linked, and the secrets and
// modes of what the program writes (S16 and S17 of spec/reliability.md 6). All of
// it is tests.
package installed
