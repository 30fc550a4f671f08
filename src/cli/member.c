#include "config.h"

#include "cli/member.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "attach/program.h"
#include "cli/cli.h"

enum {
	NAP_US = 20 * 1000,
	NAPS = 10, /* for one that is about to end */
	TRIES = 3, /* with one that has only just begun */
	SAID_BYTES = 1 << 16,
};

static enum outcome
look_at(const struct request *w, const struct tree_process *process)
{
	pid_t pid = process->pid;
	struct attach_status_page status;
	struct refusal_facts facts;
	char why[REFUSAL_BYTES];
	struct program p;
	bool is_watched;

	refusal_gather(&facts, pid);
	if (facts.is_ending)
		return OUTCOME_GONE;
	if (facts.shares_memory)
		return OUTCOME_EARLY;
	/* In the middle of exec(2) it is neither program, and counts once. */
	if (program_kind(pid) == PROGRAM_OTHER)
		return tree_is_alive(process) ? OUTCOME_OTHER : OUTCOME_GONE;
	/* session_run() asks again, and says what is wrong. */
	if (w->session.verb == ATTACH_VERB_CHECK || !program_open(&p, pid, why))
		return OUTCOME_DONE;
	is_watched = program_status(&p, &status, why) &&
		     status.state == ATTACH_STATE_WATCHING;
	/* Without a shim there is nothing to take out. */
	if (w->session.verb == ATTACH_VERB_DETACH && !p.serve)
		is_watched = false;
	program_close(&p);
	return is_watched == (w->session.verb == ATTACH_VERB_ATTACH) ?
		       OUTCOME_ALREADY :
		       OUTCOME_DONE;
}

static bool
put_report(const struct buf *text, int fd)
{
	size_t at = 0;

	while (at < text->len) {
		ssize_t n = write(fd, text->data + at, text->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return !text->failed;
}

/* A process that refuses may be about to exit, or to exec another program. */
static bool
stays_alive(const struct tree_process *p)
{
	int n;

	for (n = 0; n < NAPS && tree_is_alive(p); n++)
		usleep(NAP_US);
	return n == NAPS;
}

static bool
is_done(enum session_result result)
{
	return result == SESSION_OK || result == SESSION_FOUND;
}

/*
 * A process that refused quickly is tried again: a worker whose Python is not
 * initialized yet will be in a moment.
 */
static enum session_result
run_session(struct request *w, const struct tree_process *p, bool *is_gone,
	    char why[REFUSAL_BYTES])
{
	enum session_result result;
	time_t began;
	int n = 0;

	*is_gone = false;
	do {
		__fpurge(stderr);
		buf_clear(&w->report);
		began = time(NULL);
		result = session_run(&w->session, why);
		if (is_done(result))
			return result;
		*is_gone = !stays_alive(p);
	} while (!*is_gone && ++n < TRIES && time(NULL) - began <= 1 &&
		 result == SESSION_REFUSED);
	return result;
}

static enum outcome
serve(struct request *w, const struct member *m)
{
	enum outcome outcome = look_at(w, &m->process);
	enum session_result result;
	char why[REFUSAL_BYTES];
	bool is_gone;

	if (outcome != OUTCOME_DONE)
		return outcome;
	w->session.pid = m->process.pid;
	result = run_session(w, &m->process, &is_gone, why);
	if (is_done(result)) {
		if (!put_report(&w->report, m->report))
			abort_for_memory();
		return result == SESSION_FOUND ? OUTCOME_FOUND : OUTCOME_DONE;
	}
	if (is_gone) {
		__fpurge(stderr); /* what it has said of its end */
		return OUTCOME_GONE;
	}
	if (result == SESSION_REFUSED && why[0])
		complain("%s: %d: %s", w->verb, (int)m->process.pid, why);
	return OUTCOME_REFUSED;
}

void
member_serve(struct request *w, const struct member *m, pid_t parent)
{
	static char said[SAID_BYTES];
	enum outcome outcome;

	/* Killing the command ends this as well. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(OUTCOME_FAILED);
	/* Others write at the same time: write everything at once. */
	setvbuf(stderr, said, _IOFBF, sizeof said);
	outcome = serve(w, m);
	fflush(stderr);
	_exit(outcome);
}
