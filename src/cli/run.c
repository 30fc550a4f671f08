#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/forward_signals.h"
#include "cli/target.h"
#include "common/buf.h"
#include "common/options.h"
#include "common/procfs.h"
#include "common/sandbox.h"
#include "common/tally.h"

enum { MAX_OPTIONS = 64, OPTION_HELP = 1000, OPTION_KEY = 2000 };

static void
usage(void)
{
	size_t i;

	puts("usage: leakshim run [OPTION...] [--] COMMAND [ARG...]\n\n"
	     "Runs COMMAND under the shim. Exit status: COMMAND's own, or 23 "
	     "(--exitcode)\nwhen a process of its tree had a failing finding "
	     "and COMMAND ended with 0.\n\nOptions (the keys of "
	     "LEAKSHIM_OPTIONS):");
	for (i = 0; options_key(i); i++)
		if (strcmp(options_key(i), "help"))
			printf("  --%s=VALUE\n        %s\n", options_key(i),
			       options_meaning(i));
	puts("  --help\n        print this help");
}

/* A long option for each key; `help' is ours. */
static void
make_long_options(struct option *list)
{
	size_t i, n = 0;

	for (i = 0; options_key(i) && n < MAX_OPTIONS - 2; i++)
		if (strcmp(options_key(i), "help"))
			list[n++] = (struct option){options_key(i),
						    required_argument, NULL,
						    OPTION_KEY + (int)i};
	list[n++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
	list[n] = (struct option){0};
}

/*
 * Parse options into *o and, as text, behind what LEAKSHIM_OPTIONS has. -1 to
 * continue, or the exit status.
 */
static int
parse(int argc, char **argv, struct options *o, struct buf *text)
{
	struct option list[MAX_OPTIONS];
	const char *old = getenv("LEAKSHIM_OPTIONS");
	struct buf complaints;
	int c, faults = 0;

	buf_init(&complaints);
	options_init(o);
	if (old) {
		options_parse(o, old, &complaints);
		buf_put(text, old);
	}
	/* The shim will complain of these itself. */
	buf_clear(&complaints);
	make_long_options(list);
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+:h", list, NULL)) != -1) {
		if (c == OPTION_HELP || c == 'h') {
			usage();
			return STATUS_OK;
		}
		if (c == ':') {
			complain("run: %s needs a value", argv[optind - 1]);
			return STATUS_USAGE;
		}
		if (c < OPTION_KEY) {
			complain("run: unknown option '%s': leakshim run "
				 "--help lists the options, and `--' ends them",
				 argv[optind - 1]);
			return STATUS_USAGE;
		}
		faults += options_set(o, options_key((size_t)(c - OPTION_KEY)),
				      optarg, &complaints) != 0;
		append_option(text, options_key((size_t)(c - OPTION_KEY)),
			      optarg);
	}
	if (faults) {
		fputs(buf_string(&complaints), stderr);
		return STATUS_USAGE;
	}
	buf_fini(&complaints);
	if (optind == argc) {
		complain("run: no command given: leakshim run [OPTION...] "
			 "[--] COMMAND [ARG...]");
		return STATUS_USAGE;
	}
	return -1;
}

/* Pages that the processes of the tree add to; see common/tally.h. */
struct tallies {
	struct tally *of_file, *of_segment; /* NULL: there is none */
};

static void
begin_tally(struct tally *t)
{
	t->magic = TALLY_MAGIC;
	t->version = TALLY_VERSION;
}

/* The descriptor stays open: children find it under our pid. */
static struct tally *
make_file(int *fd)
{
	void *page;

	*fd = memfd_create(TALLY_NAME, MFD_CLOEXEC);
	if (*fd < 0 || ftruncate(*fd, sizeof(struct tally)) < 0)
		return NULL;
	page = mmap(NULL, sizeof(struct tally), PROT_READ | PROT_WRITE,
		    MAP_SHARED, *fd, 0);
	if (page == MAP_FAILED)
		return NULL;
	begin_tally(page);
	return page;
}

/* It goes away with the last process that has it. */
static struct tally *
make_segment(int *id)
{
	void *page;

	*id = shmget(IPC_PRIVATE, sizeof(struct tally), IPC_CREAT | 0600);
	if (*id < 0)
		return NULL;
	page = shmat(*id, NULL, 0);
	shmctl(*id, IPC_RMID, NULL);
	if (page == (void *)-1)
		return NULL;
	begin_tally(page);
	return page;
}

/* False: there is none; errno says why. */
static bool
make_tallies(struct tallies *t)
{
	char where[64];
	int fd, id, error;

	t->of_file = make_file(&fd);
	error = errno;
	/* A filter may kill us for it; the child will find out. */
	t->of_segment = !sandbox_is_possible() || procfs_problem() ?
				make_segment(&id) :
				NULL;
	errno = error;
	if (!t->of_file && !t->of_segment)
		return false;
	snprintf(where, sizeof where, "%d:%d:%d", (int)getpid(),
		 t->of_file ? fd : 0, t->of_segment ? id : 0);
	setenv("LEAKSHIM_RUN", where, 1);
	return true;
}

static unsigned
count_processes(const struct tallies *t)
{
	return (t->of_file ? t->of_file->processes : 0) +
	       (t->of_segment ? t->of_segment->processes : 0);
}

static unsigned
count_failing(const struct tallies *t)
{
	return (t->of_file ? t->of_file->failing_findings : 0) +
	       (t->of_segment ? t->of_segment->failing_findings : 0);
}

static int
status_of_exec_error(const char *command)
{
	complain("run: %s: %s", command, strerror(errno));
	return errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND :
						     STATUS_NOT_EXECUTABLE;
}

/*
 * Start the command.  A failing exec reports why through a pipe that success
 * closes.  The process ID, or -1 with *status set.
 */
static pid_t
start(char **command, int *status)
{
	int fds[2], error = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0 || (pid = fork()) < 0) {
		complain("run: cannot start a process: %s", strerror(errno));
		*status = STATUS_FAILED;
		return -1;
	}
	if (pid == 0) {
		close(fds[0]);
		execvp(command[0], command);
		error = errno;
		(void)!write(fds[1], &error, sizeof error);
		_exit(STATUS_NOT_FOUND);
	}
	close(fds[1]);
	if (read(fds[0], &error, sizeof error) == sizeof error) {
		waitpid(pid, NULL, 0);
		errno = error;
		*status = status_of_exec_error(command[0]);
		pid = -1;
	}
	close(fds[0]);
	return pid;
}

static int
wait_for(pid_t pid)
{
	int status;

	/* A stopped command (^Z) stops us too: the shell waits for us. */
	for (;;) {
		if (waitpid(pid, &status, WUNTRACED) < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (!WIFSTOPPED(status))
			return status;
		raise(SIGSTOP);
		kill(pid, SIGCONT);
	}
}

/* Die as the command died, without a second core. */
static int
die_of(int signal_number)
{
	struct rlimit no_core = {0, 0};
	sigset_t set;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(signal_number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signal_number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal_number);
	return 128 + signal_number;
}

static int
judge(const struct options *o, const struct tallies *t, int status,
      const char *command)
{
	if (WIFSIGNALED(status))
		return die_of(WTERMSIG(status));
	if (!count_processes(t) && o->verbosity > 0)
		complain("run: %s: no CPython was seen", command);
	if (WEXITSTATUS(status))
		return WEXITSTATUS(status);
	if (!count_failing(t))
		return STATUS_OK;
	return o->exitcode_given ? o->exitcode : STATUS_FOUND;
}

/* The library asks this command for files and lines of native frames. */
static void
offer_symbolizer(void)
{
	char self[PATH_MAX];

	if (locate_self(self))
		setenv("LEAKSHIM_SYMBOLIZER", self, 0);
}

int
run_main(int argc, char **argv)
{
	const char *library, *why;
	struct options o;
	struct tallies t;
	struct buf text;
	int status;
	pid_t pid;

	buf_init(&text);
	status = parse(argc, argv, &o, &text);
	if (status >= 0)
		return status;
	why = target_problem(argv[optind]);
	if (why)
		complain("run: %s is not watched: %s", argv[optind], why);
	library = find_library();
	if (!library || preload_library(library) != 0)
		return STATUS_FAILED;
	if (o.native)
		offer_symbolizer();
	if (!make_tallies(&t)) {
		complain("run: findings of child processes cannot be counted: "
			 "%s",
			 strerror(errno));
		unsetenv("LEAKSHIM_RUN");
		/* Then the program itself must show its own. */
		if (!o.exitcode_given)
			append_option(&text, "exitcode", "23");
	}
	if (text.len)
		setenv("LEAKSHIM_OPTIONS", buf_string(&text), 1);
	pid = start(argv + optind, &status);
	if (pid < 0)
		return status;
	forward_signals(pid, o.signal);
	status = wait_for(pid);
	if (status < 0) {
		complain("run: %s: %s", argv[optind], strerror(errno));
		return STATUS_FAILED;
	}
	return judge(&o, &t, status, argv[optind]);
}
