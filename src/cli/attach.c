#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/program.h"
#include "cli/cli.h"
#include "cli/request.h"
#include "common/buf.h"
#include "common/options.h"

enum {
	MAX_OPTIONS = 64,
	OPTION_HELP = 1000,
	OPTION_METHOD,
	OPTION_TREE,
	OPTION_KEY = 2000,
};

/* ---- arguments ---- */

static const char *
summary_of(enum attach_verb verb)
{
	switch (verb) {
	case ATTACH_VERB_ATTACH:
		return "Loads the shim into a running process, which keeps "
		       "running, and reports what\nit has already leaked.";
	case ATTACH_VERB_CHECK:
		return "Asks a watched process for a check and prints the "
		       "report.\nExit status: 23 (--exitcode) if findings "
		       "fail, else 0.";
	default:
		return "Removes the hooks from a process and frees their "
		       "memory.";
	}
}

/* timeout is described by what it means here. */
static bool
is_listed(const char *key)
{
	return strcmp(key, "help") && strcmp(key, "timeout");
}

static void
usage(const struct request *w)
{
	bool has_options = w->session.verb != ATTACH_VERB_DETACH;
	size_t i;

	printf("usage: leakshim %s [--tree] [OPTION...] PID\n\n%s\nIf that is "
	       "not possible, a line says why, and the exit status is 3.\n",
	       w->verb, summary_of(w->session.verb));
	puts("\nOptions:\n"
	     "  --tree\n"
	     "        the process and its descendants\n"
	     "  --method=VALUE\n"
	     "        ptrace: stop a thread for a moment; python (3.14 and "
	     "later): let Python\n"
	     "        run a script, which stops nothing, but needs a file, and "
	     "Python to run it\n"
	     "  --timeout=VALUE\n"
	     "        seconds within which the process must begin\n"
	     "  --help\n"
	     "        print this help");
	if (has_options)
		puts("\nOptions of LEAKSHIM_OPTIONS:");
	for (i = 0; has_options && options_key(i); i++)
		if (is_listed(options_key(i)))
			printf("  --%s=VALUE\n        %s\n", options_key(i),
			       options_meaning(i));
}

static void
make_long_options(struct option *list, bool has_options)
{
	size_t i, n = 0;

	for (i = 0; options_key(i) && n < MAX_OPTIONS - 4; i++)
		if (strcmp(options_key(i), "help") &&
		    (has_options || !strcmp(options_key(i), "timeout")))
			list[n++] = (struct option){options_key(i),
						    required_argument, NULL,
						    OPTION_KEY + (int)i};
	list[n++] = (struct option){"method", required_argument, NULL,
				    OPTION_METHOD};
	list[n++] = (struct option){"tree", no_argument, NULL, OPTION_TREE};
	list[n++] = (struct option){"help", no_argument, NULL, OPTION_HELP};
	list[n] = (struct option){0};
}

static int
take_method(struct request *w, const char *name)
{
	if (!strcmp(name, "ptrace") || !strcmp(name, "python")) {
		w->session.method = !strcmp(name, "python") ? SESSION_PYTHON :
							      SESSION_PTRACE;
		return -1;
	}
	complain("%s: unknown method '%s': use ptrace or python", w->verb,
		 name);
	return STATUS_USAGE;
}

/* -1 to continue, or the exit status. */
static int
take_option(struct request *w, int c, char **argv, struct buf *complaints)
{
	const char *key;

	if (c == OPTION_HELP || c == 'h') {
		usage(w);
		return STATUS_OK;
	}
	if (c == OPTION_METHOD)
		return take_method(w, optarg);
	if (c == OPTION_TREE) {
		w->is_tree = true;
		return -1;
	}
	if (c < OPTION_KEY)
		return complain_of_option(w->verb, c, argv[optind - 1]);
	key = options_key((size_t)(c - OPTION_KEY));
	if (options_set(&w->options, key, optarg, complaints) != 0) {
		fputs(buf_string(complaints), stderr);
		return STATUS_USAGE;
	}
	append_option(&w->text, key, optarg);
	return -1;
}

static bool
parse_pid(const char *text, pid_t *out)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	*out = (pid_t)v;
	return !errno && *text && !*end && v > 0 && v <= INT_MAX;
}

static int
parse(struct request *w, int argc, char **argv)
{
	struct option list[MAX_OPTIONS];
	struct buf complaints;
	int c, status = -1;

	buf_init(&complaints);
	options_init(&w->options);
	make_long_options(list, w->session.verb != ATTACH_VERB_DETACH);
	opterr = 0;
	while (status < 0 &&
	       (c = getopt_long(argc, argv, ":h", list, NULL)) != -1)
		status = take_option(w, c, argv, &complaints);
	buf_fini(&complaints);
	if (status >= 0)
		return status;
	if (optind != argc - 1) {
		complain("%s: expected one process ID: leakshim %s PID",
			 w->verb, w->verb);
		return STATUS_USAGE;
	}
	if (!parse_pid(argv[optind], &w->session.pid)) {
		complain("%s: '%s' is not a process ID", w->verb, argv[optind]);
		return STATUS_USAGE;
	}
	return -1;
}

/* ---- what comes back ---- */

/* A process may send anything: nothing but colours may control the terminal. */
static void
put_shown(FILE *out, const char *text, size_t n, bool colour)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_colour = colour && c == '\033' && i + 1 < n &&
				 text[i + 1] == '[';

		if (c < ' ' && c != '\n' && c != '\t' && !is_colour)
			c = '?';
		fputc(c == 0x7f ? '?' : c, out);
	}
}

/* A line may come in several messages, and a message have several lines. */
static void
say(const struct session *s, const char *text, size_t n)
{
	struct request *w = (void *)(uintptr_t)s;
	static const char ours[] = "leakshim: ";
	const char *end = text + n;

	fflush(stdout);
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n_line = (size_t)((newline ? newline + 1 : end) - text);

		if (!w->is_mid_line && (n_line < strlen(ours) ||
					memcmp(text, ours, strlen(ours)) != 0))
			fprintf(stderr, "leakshim: %s: %d: ", w->verb,
				(int)s->pid);
		put_shown(stderr, text, n_line, false);
		w->is_mid_line = !newline;
		text += n_line;
	}
}

static void
end_line(struct request *w)
{
	if (w->is_mid_line)
		fputc('\n', stderr);
	w->is_mid_line = false;
}

static void
report(const struct session *s, const char *text, size_t n)
{
	struct request *w = (void *)(uintptr_t)s;

	if (w->keeps_report)
		buf_putn(&w->report, text, n);
	else
		put_shown(stdout, text, n, s->colour);
}

static const char *
library(void)
{
	return find_library();
}

/* ---- the verbs ---- */

static void
prepare(struct request *w)
{
	w->session.options = buf_string(&w->text);
	w->session.timeout = (unsigned)w->options.timeout;
	w->session.library = library;
	w->session.say = say;
	w->session.report = report;
	w->keeps_report = w->is_tree || request_has_file(w);
	w->session.colour = !w->keeps_report && wants_colour();
}

static int
run(struct request *w)
{
	enum session_result result;
	char why[REFUSAL_BYTES];
	int status = STATUS_OK;

	result = session_run(&w->session, why);
	end_line(w);
	if (result == SESSION_NO_LIBRARY)
		return STATUS_IMPOSSIBLE;
	if (result == SESSION_REFUSED) {
		if (why[0])
			complain("%s: %d: %s", w->verb, (int)w->session.pid,
				 why);
		return STATUS_IMPOSSIBLE;
	}
	if (w->session.verb != ATTACH_VERB_DETACH && w->keeps_report &&
	    w->report.len)
		status = request_write_report(w);
	if (fflush(stdout) != 0) {
		complain("%s: stdout: %s", w->verb, strerror(errno));
		status = STATUS_FAILED;
	}
	if (status != STATUS_OK || result != SESSION_FOUND)
		return status;
	return w->options.exitcode_given ? w->options.exitcode : STATUS_FOUND;
}

static int
serve_verb(enum attach_verb verb, int argc, char **argv)
{
	struct request w = {.session.verb = verb, .verb = argv[0]};
	int status;

	buf_init(&w.text);
	buf_init(&w.report);
	status = parse(&w, argc, argv);
	if (status < 0) {
		prepare(&w);
		status = w.is_tree ? request_serve_tree(&w) : run(&w);
	}
	buf_fini(&w.report);
	buf_fini(&w.text);
	return status;
}

int
attach_main(int argc, char **argv)
{
	return serve_verb(ATTACH_VERB_ATTACH, argc, argv);
}

int
check_main(int argc, char **argv)
{
	return serve_verb(ATTACH_VERB_CHECK, argc, argv);
}

int
detach_main(int argc, char **argv)
{
	return serve_verb(ATTACH_VERB_DETACH, argc, argv);
}
