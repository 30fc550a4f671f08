#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/audit.h"
#include "cli/cli.h"
#include "cli/target.h"

enum { TEXT_BYTES = 8192 };

static void
usage(void)
{
	puts("usage: leakshim doctor [--audit] [COMMAND...]\n\n"
	     "Shows which parts of leakshim work for COMMAND (default: "
	     "python3), and why others\ndo not. A bare interpreter runs an "
	     "empty program; a longer command is run as given.\nExit status: "
	     "0 when it can be watched, 3 when it cannot.\n\n"
	     "Options:\n"
	     "  --audit  run COMMAND to its end and list the types whose "
	     "tp_traverse does not\n           visit what their instances "
	     "hold, or that have no Py_TPFLAGS_HAVE_GC.\n           Exit "
	     "status: 23 if there are any, 0 if there are none\n"
	     "  --help   print this help");
}

static void
put(const char *key, const char *value)
{
	printf("  %-12s %s\n", key, value);
}

static void
describe(const char *command, const struct target *t)
{
	printf("leakshim %s: %s\n", PACKAGE_VERSION, command);
	put("program", t->path);
	if (!t->is_elf)
		return;
	put("kind", !t->is_64_bit       ? "32-bit ELF" :
		    !t->is_this_machine ? "64-bit ELF of another machine" :
					  "64-bit ELF");
	put("C library", !t->loader[0] ? "linked in (static)" :
			 t->is_musl    ? "musl" :
					 t->loader);
	put("privileges", t->is_setuid        ? "setuid or setgid" :
			  t->has_capabilities ? "file capabilities" :
						"none raised");
}

/*
 * Run the command under the shim and collect what it reports through a pipe.
 * The number of bytes, or -1 with the reason said.
 */
static ssize_t
ask(char **command, char *text)
{
	char number[16];
	int fds[2], status;
	ssize_t n = 0, got;
	pid_t pid;

	if (pipe(fds) < 0 || (pid = fork()) < 0) {
		complain("doctor: cannot start a process: %s", strerror(errno));
		return -1;
	}
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		close(fds[0]);
		snprintf(number, sizeof number, "%d", fds[1]);
		setenv("LEAKSHIM_DOCTOR", number, 1);
		setenv("LEAKSHIM_OPTIONS", "log_path=/dev/null:follow=0", 1);
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		execvp(command[0], command);
		_exit(STATUS_NOT_FOUND);
	}
	close(fds[1]);
	while (n < TEXT_BYTES - 1 &&
	       (got = read(fds[0], text + n, (size_t)(TEXT_BYTES - 1 - n))) > 0)
		n += got;
	text[n] = '\0';
	close(fds[0]);
	waitpid(pid, &status, 0);
	return n;
}

/* What to do about a part that does not work. */
static const char *
remedy(const char *key, const char *value)
{
	if (!strcmp(key, "hooks") && !strncmp(value, "none", 4))
		return "a static Python 2.7 has no allocation hooks: use a "
		       "shared libpython (pyenv --enable-shared) to get "
		       "backtraces";
	if (!strcmp(key, "free-lists") && !strncmp(value, "approximate", 11))
		return "a backtrace may be that of an earlier object in the "
		       "same memory";
	if (!strcmp(key, "frames") && strcmp(value, "verified"))
		return "findings have no backtraces";
	if (!strcmp(key, "gc-heads") && !strncmp(value, "not", 3))
		return "cycles cannot be analysed in this build: please report "
		       "its version";
	if (!strcmp(key, "layout") && strcmp(value, "verified"))
		return "please report this build's version";
	return NULL;
}

/* "key: value" lines; false when the analysis cannot work. */
static bool
explain(char *text)
{
	bool works = false;
	char *line, *rest = text;

	while ((line = strsep(&rest, "\n"))) {
		char *value = strstr(line, ": ");
		const char *what;

		if (!value)
			continue;
		*value = '\0';
		value += 2;
		put(line, value);
		if (!strcmp(line, "gc-heads"))
			works = strncmp(value, "not", 3) != 0;
		what = remedy(line, value);
		if (what)
			put("", what);
	}
	return works;
}

static bool
is_declined(const char *text)
{
	return !strncmp(text, "declined: ", 10);
}

/* Say whether the command can be watched, and what works for it. */
static int
examine(char **command)
{
	char text[TEXT_BYTES];
	ssize_t n = ask(command, text);

	if (n > 0 && is_declined(text)) {
		printf("cannot be watched: %s", text + 10);
		return STATUS_IMPOSSIBLE;
	}
	if (n <= 0) {
		puts("cannot be watched: no CPython was seen in it (or it "
		     "exited before leakshim could start)");
		return STATUS_IMPOSSIBLE;
	}
	if (!explain(text)) {
		puts("cannot be watched: its collector's lists were not found");
		return STATUS_IMPOSSIBLE;
	}
	puts("can be watched");
	return STATUS_OK;
}

/* The first word of the command in *first; -1 to go on, or the exit status. */
static int
parse(int argc, char **argv, bool *is_audit, int *first)
{
	int i;

	*is_audit = false;
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			usage();
			return STATUS_OK;
		}
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (strcmp(argv[i], "--audit")) {
			complain("doctor: unknown option '%s' (see leakshim "
				 "doctor --help)",
				 argv[i]);
			return STATUS_USAGE;
		}
		*is_audit = true;
	}
	*first = i;
	if (*is_audit && i == argc) {
		complain("doctor: --audit needs a command: leakshim doctor "
			 "--audit COMMAND...");
		return STATUS_USAGE;
	}
	return -1;
}

/* Can the library be loaded into it?  If not, that is said. */
static bool
can_be_loaded(const char *command, bool is_audit)
{
	struct target t;
	const char *problem;

	if (!target_read(command, &t)) {
		complain("doctor: %s: no such program", command);
		return false;
	}
	if (!is_audit)
		describe(command, &t);
	problem = target_problem(command);
	if (problem && is_audit)
		complain("doctor: %s cannot be watched: %s", command, problem);
	else if (problem)
		printf("cannot be watched: %s\n", problem);
	return !problem;
}

int
doctor_main(int argc, char **argv)
{
	char dash_c[] = "-c", nothing[] = "pass", python3[] = "python3";
	char *lone[] = {NULL, dash_c, nothing, NULL};
	const char *library;
	bool is_audit;
	int first, status = parse(argc, argv, &is_audit, &first);
	char **command;

	if (status >= 0)
		return status;
	command = argv + first;
	lone[0] = command[0] ? command[0] : python3;
	/* An interpreter by itself would wait for a program to be typed. */
	if (!command[0] || (!command[1] && strstr(command[0], "python")))
		command = lone;
	if (!can_be_loaded(command[0], is_audit))
		return STATUS_IMPOSSIBLE;
	library = find_library();
	if (!library || preload_library(library) != 0)
		return STATUS_IMPOSSIBLE;
	if (is_audit)
		return audit_command(command);
	put("library", library);
	fflush(stdout);
	return examine(command);
}
