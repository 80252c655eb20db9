/* Writes each argument with a NUL behind it, then an empty one, then the names of the processes around it: all of its PID namespace
   if it lives in one of its own, else its parent. Built by the tests (S4). */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void name(const char *pid) {
	char path[300], text[64] = "";
	snprintf(path, sizeof path, "/proc/%s/comm", pid);
	FILE *f = fopen(path, "r");
	if (!f) return;
	if (fgets(text, sizeof text, f)) text[strcspn(text, "\n")] = 0;
	fclose(f);
	fwrite(text, 1, strlen(text) + 1, stdout);
}

int main(int argc, char **argv) {
	for (int i = 1; i < argc; i++) fwrite(argv[i], 1, strlen(argv[i]) + 1, stdout);
	putchar(0);
	if (getppid() != 0) {
		char pid[16];
		snprintf(pid, sizeof pid, "%d", (int)getppid());
		name(pid);
		return 0;
	}
	DIR *d = opendir("/proc");
	for (struct dirent *e; d && (e = readdir(d));)
		if (isdigit((unsigned char)e->d_name[0])) name(e->d_name);
	return 0;
}
