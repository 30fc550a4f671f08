#include "config.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/member.h"
#include "cli/merge.h"
#include "cli/read_report.h"
#include "cli/request.h"
#include "cli/symbolize.h"
#include "cli/tree.h"
#include "cli/verdict.h"
#include "common/arena.h"
#include "report/json.h"
#include "report/text.h"

enum {
	MOST_AT_ONCE = 8,
	MOST_PASSES = 32,   /* a server that starts processes without end */
	NAP_US = 20 * 1000, /* for one between vfork() and exec() */
};

struct job {
	struct request *request;
	struct member *members;
	size_t n, n_at_work;
	bool has_found;
	struct merge *merge;
};

/* ---- several at once ---- */

static size_t
how_many_at_once(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);

	return n < 1 ? 1 : n > MOST_AT_ONCE ? MOST_AT_ONCE : (size_t)n;
}

static void
begin(struct job *job, struct member *m)
{
	pid_t parent = getpid();

	fflush(stdout);
	m->report = memfd_create("leakshim-report", MFD_CLOEXEC);
	m->child = m->report < 0 ? -1 : fork();
	if (m->child == 0)
		member_serve(job->request, m, parent);
	if (m->child > 0) {
		job->n_at_work++;
		return;
	}
	complain("%s: %d: %s", job->request->verb, (int)m->process.pid,
		 strerror(errno));
	m->child = 0;
	m->outcome = OUTCOME_REFUSED;
	if (m->report >= 0)
		close(m->report);
}

static bool
merge_report(struct job *job, const struct member *m)
{
	off_t n = lseek(m->report, 0, SEEK_END);
	struct arena arena;
	struct report r;
	char name[64];
	char *text;
	bool ok;

	text = n <= 0 ? MAP_FAILED :
			mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, m->report,
			     0);
	snprintf(name, sizeof name, "%s: %d", job->request->verb,
		 (int)m->process.pid);
	if (text == MAP_FAILED) {
		/* What was attached to stays so; a line has said why. */
		if (job->request->session.verb == ATTACH_VERB_ATTACH)
			return true;
		complain("%s: it sent no report", name);
		return false;
	}
	arena_init(&arena);
	ok = read_report_text(&arena, name, text, (size_t)n, &r) == 0;
	if (ok)
		merge_add(job->merge, &r);
	arena_fini(&arena);
	munmap(text, (size_t)n);
	return ok;
}

static void
finish(struct job *job, struct member *m, int status)
{
	m->child = 0;
	m->outcome = OUTCOME_FAILED;
	if (WIFEXITED(status) && WEXITSTATUS(status) > OUTCOME_NEW &&
	    WEXITSTATUS(status) < OUTCOMES)
		m->outcome = (enum outcome)WEXITSTATUS(status);
	if (m->outcome == OUTCOME_FAILED)
		complain("%s: %d: this command failed", job->request->verb,
			 (int)m->process.pid);
	job->has_found |= m->outcome == OUTCOME_FOUND;
	if ((m->outcome == OUTCOME_DONE || m->outcome == OUTCOME_FOUND) &&
	    job->merge && !merge_report(job, m))
		m->outcome = OUTCOME_REFUSED;
	close(m->report);
}

static void
wait_for_one(struct job *job)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);
	size_t i;

	for (i = 0; i < job->n && pid > 0; i++) {
		if (job->members[i].child != pid)
			continue;
		finish(job, &job->members[i], status);
		job->n_at_work--;
		return;
	}
}

/* ---- passes ---- */

/* The member that it is, or a new one. */
static struct member *
intern(struct job *job, const struct tree_process *p, bool *is_new)
{
	size_t i;

	for (i = 0; i < job->n; i++)
		if (tree_is_same(&job->members[i].process, p)) {
			*is_new = false;
			return &job->members[i];
		}
	*is_new = true;
	job->members =
		reallocarray(job->members, job->n + 1, sizeof *job->members);
	if (!job->members)
		abort_for_memory();
	job->members[job->n] = (struct member){.process = *p};
	return &job->members[job->n++];
}

/*
 * Serve new processes, and look again at those that were not CPython: the
 * loader may not have got that far.  False: there is none.
 */
static bool
pass(struct job *job, const struct tree *t)
{
	size_t most = how_many_at_once(), i;
	bool any = false, is_early = false, is_new;

	for (i = 0; i < t->n; i++) {
		struct member *m = intern(job, &t->all[i], &is_new);

		is_early |= m->outcome == OUTCOME_EARLY;
		any |= is_new || m->outcome == OUTCOME_EARLY;
	}
	if (is_early)
		usleep(NAP_US);
	for (i = 0; i < t->n && any; i++) {
		struct member *m = intern(job, &t->all[i], &is_new);

		if (m->outcome != OUTCOME_NEW && m->outcome != OUTCOME_OTHER &&
		    m->outcome != OUTCOME_EARLY)
			continue;
		while (job->n_at_work >= most)
			wait_for_one(job);
		begin(job, m);
	}
	while (job->n_at_work)
		wait_for_one(job);
	return any;
}

static void
serve_all(struct job *job, pid_t root)
{
	struct tree t;
	bool any = true;
	int n;

	for (n = 0; n < MOST_PASSES && any; n++) {
		tree_read(&t, root);
		any = pass(job, &t);
		tree_free(&t);
	}
}

/* ---- the end ---- */

static size_t
count(const struct job *job, enum outcome outcome)
{
	size_t n = 0, i;

	for (i = 0; i < job->n; i++)
		n += job->members[i].outcome == outcome;
	return n;
}

static void
render(const struct request *w, const struct report *r, struct buf *out)
{
	struct text_style style = {
		.colour = !request_has_file(w) && wants_colour(),
		.with_missed = w->options.verbosity >= 1,
	};

	buf_clear(out);
	if (w->options.format == OPTIONS_FORMAT_JSON)
		report_json(out, r, false);
	else
		report_text(out, r, &style);
}

/* As without --tree. */
static bool
has_nothing_to_say(const struct request *w, const struct report *r)
{
	return w->session.verb == ATTACH_VERB_ATTACH &&
	       w->options.format == OPTIONS_FORMAT_TEXT && !report_has_news(r);
}

/* One report of all.  The exit status. */
static int
put_merged(struct job *job)
{
	struct request *w = job->request;
	struct verdict verdict;
	struct arena arena;
	struct report r;
	int status;

	arena_init(&arena);
	merge_result(job->merge, &arena, &r);
	verdict_init(&verdict);
	verdict.options = w->options;
	job->has_found |= verdict_judge(&verdict, &r) > 0;
	symbolize(&arena, &r);
	render(w, &r, &w->report);
	if (request_has_file(w)) {
		status = request_write_report(w);
	} else if (has_nothing_to_say(w, &r)) {
		complain("%s: %d: no known leaks so far", w->verb,
			 (int)w->session.pid);
		status = STATUS_OK;
	} else {
		status = write_out(w->verb, &w->report);
	}
	arena_fini(&arena);
	return status;
}

static void
say_numbers(const struct job *job)
{
	const struct request *w = job->request;

	if (w->options.verbosity < 1)
		return;
	complain("%s: %d: of %zu processes, %zu are done, %zu needed nothing, "
		 "%zu are not CPython, %zu have exited",
		 w->verb, (int)w->session.pid, job->n,
		 count(job, OUTCOME_DONE) + count(job, OUTCOME_FOUND),
		 count(job, OUTCOME_ALREADY), count(job, OUTCOME_OTHER),
		 count(job, OUTCOME_GONE));
}

static int
judge(struct job *job)
{
	const struct request *w = job->request;
	int status = STATUS_OK;

	say_numbers(job);
	if (!job->n) {
		complain("%s: %d: no such process", w->verb,
			 (int)w->session.pid);
		return STATUS_IMPOSSIBLE;
	}
	if (job->merge && merge_count(job->merge))
		status = put_merged(job);
	if (status != STATUS_OK)
		return status;
	if (job->has_found && w->session.verb == ATTACH_VERB_CHECK)
		return w->options.exitcode_given ? w->options.exitcode :
						   STATUS_FOUND;
	if (count(job, OUTCOME_FAILED) || count(job, OUTCOME_REFUSED) ||
	    count(job, OUTCOME_EARLY))
		return STATUS_IMPOSSIBLE;
	if (count(job, OUTCOME_DONE) || count(job, OUTCOME_ALREADY))
		return STATUS_OK;
	complain("%s: %d: neither it nor any descendant is a CPython process",
		 w->verb, (int)w->session.pid);
	return STATUS_IMPOSSIBLE;
}

int
request_serve_tree(struct request *w)
{
	struct job job = {.request = w};
	int status;

	/*
	 * The library is searched for once, and one complaint says if it is
	 * missing.
	 */
	if (w->session.verb == ATTACH_VERB_ATTACH && !find_library())
		return STATUS_IMPOSSIBLE;
	if (w->session.verb == ATTACH_VERB_CHECK) {
		append_option(&w->text, "format", "json");
		w->session.options = buf_string(&w->text);
	}
	w->session.attach_json = true;
	if (w->session.verb != ATTACH_VERB_DETACH)
		job.merge = merge_new();
	serve_all(&job, w->session.pid);
	status = judge(&job);
	if (job.merge)
		merge_free(job.merge);
	free(job.members);
	return status;
}
