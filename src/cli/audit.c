#include "config.h"

#include "cli/audit.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/forward_signals.h"
#include "cli/merge.h"
#include "cli/read_report.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/options.h"
#include "report/missed.h"
#include "report/text_audit.h"

/* Each process of the tree writes its report to a directory of ours. */
static bool
make_directory(char *directory, size_t n)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || tmp[0] != '/')
		tmp = "/tmp";
	if ((size_t)snprintf(directory, n, "%s/leakshim-audit-XXXXXX", tmp) <
		    n &&
	    mkdtemp(directory))
		return true;
	complain("doctor: cannot create a directory for the reports in %s: %s",
		 tmp, strerror(errno));
	return false;
}

/* What the user has set is kept, unless the audit decides it. */
static bool
set_options(const char *directory)
{
	const char *old = getenv("LEAKSHIM_OPTIONS");
	struct buf path, text;
	bool ok;

	buf_init(&path);
	buf_init(&text);
	buf_put(&text, old);
	buf_printf(&path, "%s/%%p-%%n", directory);
	options_append(&text, "audit", "1");
	options_append(&text, "reachability", "1");
	options_append(&text, "format", "json");
	options_append(&text, "exitcode", "0");
	options_append(&text, "log_path", buf_string(&path));
	ok = setenv("LEAKSHIM_OPTIONS", buf_string(&text), 1) == 0;
	buf_fini(&path);
	buf_fini(&text);
	return ok;
}

/*
 * Run it, with our streams, and describe how it ended in at most n bytes:
 * nothing if all was well.
 */
static void
run(char **command, char *end, size_t n)
{
	pid_t pid = fork();
	int status = 0;

	end[0] = '\0';
	if (pid == 0) {
		execvp(command[0], command);
		_exit(STATUS_NOT_FOUND);
	}
	if (pid < 0) {
		snprintf(end, n, "cannot be started: %s", strerror(errno));
		return;
	}
	forward_signals(pid, 0);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	forward_signals_end();
	if (WIFSIGNALED(status))
		snprintf(end, n, "died of signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		snprintf(end, n, "exited with status %d", WEXITSTATUS(status));
}

/* Why a process has no audit; said once for each. */
static void
say_missing(const struct report *r)
{
	const char *why = "the analysis failed";
	size_t i;

	if (r->has_audit)
		return;
	for (i = 0; i < r->n_missed; i++)
		if (r->missed[i].why &&
		    (missed_is(&r->missed[i], "audit") ||
		     missed_is(&r->missed[i], MISSED_ANALYSIS)))
			why = r->missed[i].why;
	complain("doctor: process %ld was not audited: %s", (long)r->pid, why);
}

/* Merge all reports, and remove them; returns their number. */
static int
take_reports(struct arena *a, const char *directory, struct merge *m)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	struct report r;

	while (dir && (entry = readdir(dir))) {
		char path[sizeof entry->d_name + 4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		if (read_report(a, path, &r) == 0) {
			say_missing(&r);
			merge_add(m, &r);
		}
		unlink(path);
	}
	if (dir)
		closedir(dir);
	rmdir(directory);
	return (int)merge_count(m);
}

static void
say_end(const char *command, const char *end, int n_reports)
{
	const char *missing = "no report was written: no CPython was seen, or "
			      "it had no time for one";

	if (!n_reports && end[0])
		complain("doctor: %s %s, and %s", command, end, missing);
	else if (!n_reports)
		complain("doctor: %s: %s", command, missing);
	else if (end[0])
		complain("doctor: %s %s", command, end);
}

/* The table on standard output, and the exit status. */
static int
print(const struct report *r)
{
	struct buf text;
	int status;

	buf_init(&text);
	text_audit(&text, r);
	status = write_out("doctor", &text);
	buf_fini(&text);
	return status == STATUS_OK && audit_hides(r) ? STATUS_FOUND : status;
}

int
audit_command(char **command)
{
	int status = STATUS_IMPOSSIBLE;
	struct merge *merge;
	struct report r;
	struct arena arena;
	char directory[4096], end[200];

	if (!make_directory(directory, sizeof directory))
		return STATUS_FAILED;
	if (!set_options(directory)) {
		complain("doctor: out of memory");
		rmdir(directory);
		return STATUS_FAILED;
	}
	run(command, end, sizeof end);
	arena_init(&arena);
	merge = merge_new();
	say_end(command[0], end, take_reports(&arena, directory, merge));
	merge_result(merge, &arena, &r);
	if (r.has_audit)
		status = print(&r);
	merge_free(merge);
	arena_fini(&arena);
	return status;
}
