/* A command that tries to outlive its end: nasty KIND stay|leave. It says "up" once the deed is done; then it stays, or leaves what it
   has made behind (R9). And one that writes without end: nasty pour KIND BYTES (R10). Built by the tests. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void linger(void) { for (;;) pause(); }

static void deaf(void) {
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
}

/* child starts a process that lingers, in a session of its own if wanted. */
static void child(int session) {
	if (fork() == 0) {
		if (session) setsid();
		deaf();
		linger();
	}
}

static void daemonize(void) {
	if (fork() == 0) {
		setsid();
		child(1);
		_exit(0);
	}
	wait(NULL);
}

static void files(int count) {
	char name[32];
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof name, "%d", i);
		int fd = open(name, O_CREAT | O_WRONLY, 0600);
		if (fd < 0) { perror(name); exit(9); }
		close(fd);
	}
}

/* memory takes what it gets of so many MiB, and says how many that were. */
static void memory(int wanted) {
	int got = 0;
	for (; got < wanted; got += 16) {
		char *p = mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (p == MAP_FAILED) break;
		for (int i = 0; i < 16 << 20; i += 4096) p[i] = 1;
	}
	printf("%d MiB\n", got);
	fflush(stdout);
}

static void bomb(void) {
	for (int failed = 0; failed < 1000;) {
		pid_t pid = fork();
		if (pid < 0) failed++;
		else if (pid == 0) setsid();
	}
}

/* pour writes a number of bytes of a kind: zero, line (no end of line), or random (xorshift64*, whose bytes hold everything that is no
   text). */
static int pour(const char *kind, long long left) {
	static unsigned char buffer[1 << 16];
	unsigned long long state = 88172645463325252ULL;
	memset(buffer, strcmp(kind, "line") == 0 ? 'x' : 0, sizeof buffer);
	while (left > 0) {
		if (strcmp(kind, "random") == 0)
			for (size_t i = 0; i < sizeof buffer; i += 8) {
				state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
				unsigned long long n = state * 2685821657736338717ULL;
				memcpy(buffer + i, &n, 8);
			}
		long long n = left < (long long)sizeof buffer ? left : (long long)sizeof buffer;
		for (long long done = 0; done < n;) {
			ssize_t wrote = write(1, buffer + done, n - done);
			if (wrote <= 0) return 6;
			done += wrote;
		}
		left -= n;
	}
	return 0;
}

int main(int argc, char **argv) {
	const char *kind = argc > 1 ? argv[1] : "", *end = argc > 2 ? argv[2] : "";
	int is(const char *name) { return strcmp(kind, name) == 0; }
	if (is("pour")) return pour(end, atoll(argv[3]));
	if (is("fork")) child(0);
	else if (is("setsid")) child(1);
	else if (is("double")) daemonize();
	else if (is("deaf")) deaf();
	else if (is("hold")) { if (fork() == 0) { setsid(); close(2); deaf(); linger(); } }
	else if (is("bomb")) { if (fork() == 0) { bomb(); linger(); } }
	else if (is("files")) files(strcmp(end, "stay") == 0 ? 100000 : 300);
	else if (is("crowd")) for (int i = 0; i < 40; i++) child(1);
	else if (is("memory")) memory(argc > 3 ? atoi(argv[3]) : 1024);
	else if (is("zombies")) { for (int i = 0; i < 200; i++) if (fork() == 0) _exit(0); }
	else if (is("setuid-stays")) { printf("euid %d\n", (int)geteuid()); fflush(stdout); }
	if (write(1, "up\n", 3) != 3) return 8;
	if (is("stop")) raise(SIGSTOP);
	else if (is("setuid")) { execl(argv[3], argv[3], "setuid-stays", end, (char *)NULL); return 7; }
	else if (is("shut")) { child(1); for (int fd = 0; fd < 1024; fd++) close(fd); }
	if (strcmp(end, "stay") == 0) linger();
	return 0;
}
