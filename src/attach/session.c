#include "config.h"

#include "attach/session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/hold.h"
#include "attach/inject.h"
#include "attach/program.h"
#include "attach/remote.h"
#include "attach/script.h"

enum {
	MOST_THREADS = 4096,
	LOAD_MS = 10000,    /* until the library has been loaded */
	END_MS = 2000,      /* until the thread has ended */
	PATIENCE_MS = 3000, /* before it is said what the command waits for */
	MARGIN_S = 10,
	MOST_REPORT = 512 << 20,
	MOST_SAID = 1 << 20,
};

struct talk {
	const struct session *session;
	struct injection injection;
	pid_t thread; /* ours in the target, 0: not known */
	uint64_t until_us;
	uint64_t warn_us; /* when to say what it waits for; 0: not */
	size_t n_report, n_said;
	bool has_failed; /* the library could not be loaded */
};

static void
wait_for(struct talk *t, unsigned seconds)
{
	t->until_us = hold_now_us() + (uint64_t)seconds * 1000000;
}

/* Said early, so that the user need not wait for the timeout. */
static void
say_waiting(struct talk *t)
{
	static const char text[] =
		"waiting for the GIL: C code may be holding it; a server that "
		"holds it while idle (uWSGI without --enable-threads) releases "
		"it with its next request\n";

	t->warn_us = 0;
	t->session->say(t->session, text, sizeof text - 1);
}

/* ---- reading ---- */

static bool
read_all(struct talk *t, void *out, size_t n, char why[REFUSAL_BYTES])
{
	char *to = out;

	while (n) {
		struct pollfd p = {t->injection.channel, POLLIN, 0};
		uint64_t now = hold_now_us();
		ssize_t k;

		if (t->warn_us && now >= t->warn_us)
			say_waiting(t);
		if (now >= t->until_us)
			return refusal_put(why,
					   "no answer in time: C code may be "
					   "holding the GIL; --timeout=SECONDS "
					   "waits longer",
					   NULL);
		if (poll(&p, 1, 200) <= 0)
			continue;
		k = read(t->injection.channel, to, n);
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k <= 0)
			return refusal_put(why,
					   "it exited, or forked and exited, "
					   "before it answered",
					   NULL);
		to += k;
		n -= (size_t)k;
	}
	return true;
}

static bool
is_sane(const struct attach_header *h)
{
	/* NOLINTNEXTLINE: it has been read in full. */
	return h->magic == ATTACH_MAGIC && h->bytes <= ATTACH_MESSAGE_BYTES;
}

/* Its number here: it has told the one in its own namespace. */
static pid_t
find_thread(pid_t pid, long inner)
{
	static pid_t threads[MOST_THREADS];
	size_t n = remote_threads(pid, threads, MOST_THREADS), i;

	for (i = 0; i < n; i++) {
		char name[64], text[8192];
		const char *line, *last;

		snprintf(name, sizeof name, "task/%d/status", (int)threads[i]);
		if (remote_file(pid, name, text, sizeof text) <= 0)
			continue;
		line = strstr(text, "\nNSpid:");
		if (!line)
			return (pid_t)inner; /* no namespaces in this kernel */
		line += 7;
		for (last = line; *line && *line != '\n'; line++)
			if (*line == '\t' || *line == ' ')
				last = line;
		if (strtol(last, NULL, 10) == inner)
			return threads[i];
	}
	return 0;
}

/* ---- what it says ---- */

static bool
take_text(struct talk *t, const struct attach_header *h, const char *text,
	  char why[REFUSAL_BYTES])
{
	size_t *n = h->kind == ATTACH_SAY ? &t->n_said : &t->n_report;
	size_t most = h->kind == ATTACH_SAY ? MOST_SAID : MOST_REPORT;

	if (h->bytes > most - *n)
		return refusal_put(why, "it sent a size that cannot be true",
				   NULL);
	*n += h->bytes;
	if (h->kind == ATTACH_SAY)
		t->session->say(t->session, text, h->bytes);
	else
		t->session->report(t->session, text, h->bytes);
	return true;
}

static bool
take_call(struct talk *t, const struct attach_header *h, const void *data,
	  char why[REFUSAL_BYTES])
{
	struct attach_call call;

	if (h->bytes != sizeof call || t->session->method != SESSION_PTRACE)
		return refusal_put(why, "it sent an unexpected message", NULL);
	memcpy(&call, data, sizeof call);
	return inject_main_thread(&t->injection, call.function, why);
}

/* Until the result has come; false: it will not. */
static bool
listen_to(struct talk *t, struct attach_result *result, char why[REFUSAL_BYTES])
{
	static char data[ATTACH_MESSAGE_BYTES];
	struct attach_header h;

	for (;;) {
		if (!read_all(t, &h, sizeof h, why))
			return false;
		if (!is_sane(&h))
			return refusal_put(why, "it sent an unexpected message",
					   NULL);
		if (!read_all(t, data, h.bytes, why))
			return false;
		if (h.kind == ATTACH_DONE && h.bytes == sizeof *result) {
			memcpy(result, data, sizeof *result);
			t->thread =
				find_thread(t->session->pid, result->thread);
			return true;
		}
		t->warn_us = 0;
		if (h.kind == ATTACH_SAY || h.kind == ATTACH_REPORT) {
			if (!take_text(t, &h, data, why))
				return false;
		} else if (h.kind == ATTACH_BEGUN) {
			wait_for(t, t->session->timeout + MARGIN_S);
		} else if (h.kind != ATTACH_THREADS) {
			return refusal_put(why, "it sent an unexpected message",
					   NULL);
		} else if (!take_call(t, &h, data, why)) {
			return false;
		}
	}
}

/* ---- the thread ---- */

static bool
await_loading(struct talk *t, char why[REFUSAL_BYTES])
{
	uint64_t until = hold_now_us() + LOAD_MS * 1000;
	const struct program *p = t->injection.program;
	struct attach_page page;

	for (;;) {
		struct pollfd ready = {t->injection.channel, POLLIN, 0};

		/* It has begun to talk, or is done: its page may be gone. */
		if (poll(&ready, 1, 0) > 0)
			return true;
		if (!remote_read(&p->memory, t->injection.page, &page,
				 sizeof page))
			return true;
		if (page.stage == ATTACH_STAGE_FAILED) {
			t->thread =
				find_thread(p->facts.pid, page.kernel_thread);
			t->has_failed = true;
			page.error[sizeof page.error - 1] = '\0';
			snprintf(why, REFUSAL_BYTES,
				 "the library cannot be loaded into it: %.180s",
				 page.error[0] ? page.error :
						 "no reason given");
			return false;
		}
		if (page.stage == ATTACH_STAGE_LOADED) {
			t->thread =
				find_thread(p->facts.pid, page.kernel_thread);
			return true;
		}
		if (hold_now_us() > until)
			return refusal_put(why,
					   "loading did not finish (a lock is "
					   "held): try again",
					   NULL);
		usleep(500);
	}
}

static bool
await_thread(const struct talk *t)
{
	uint64_t until = hold_now_us() + END_MS * 1000;
	char path[64];

	if (!t->thread)
		return t->has_failed; /* it has ended before we looked */
	snprintf(path, sizeof path, "/proc/%d/task/%d", (int)t->session->pid,
		 (int)t->thread);
	while (access(path, F_OK) == 0) {
		if (hold_now_us() > until)
			return false;
		usleep(200);
	}
	return true;
}

/* Nothing is left behind: the thread neither. */
static void
await_end(const struct talk *t)
{
	uint64_t until = hold_now_us() + END_MS * 1000;
	char byte;

	/* Closing the channel is its last act but one. */
	for (;;) {
		struct pollfd p = {t->injection.channel, POLLIN, 0};

		if (poll(&p, 1, 50) > 0 &&
		    read(t->injection.channel, &byte, 1) <= 0)
			break;
		if (hold_now_us() > until)
			return;
	}
	await_thread(t);
}

/* ---- all of it ---- */

static bool
is_possible(const struct session *s, const struct program *p,
	    char why[REFUSAL_BYTES])
{
	struct attach_status_page status;
	bool is_watched;

	if (s->verb == ATTACH_VERB_ATTACH && !p->serve)
		return refusal_judge_memory(&p->facts, false, why);
	if (!program_status(p, &status, why))
		return false;
	is_watched = status.state == ATTACH_STATE_WATCHING;
	if (s->verb == ATTACH_VERB_ATTACH && is_watched)
		return refusal_put(why, "it is already watched", NULL);
	if (s->verb != ATTACH_VERB_ATTACH && !is_watched)
		return refusal_put(why,
				   "it is not watched: run `leakshim attach' "
				   "first",
				   NULL);
	return s->verb == ATTACH_VERB_DETACH ||
	       refusal_judge_memory(&p->facts, s->verb == ATTACH_VERB_CHECK,
				    why);
}

/* Attaching has a check of its own, unless memory is too short for one. */
static bool
skips_check(const struct session *s, const struct program *p,
	    char why[REFUSAL_BYTES])
{
	return s->verb == ATTACH_VERB_ATTACH &&
	       !refusal_judge_memory(&p->facts, true, why);
}

static void
say_skipped(const struct session *s, const char *why)
{
	char line[REFUSAL_BYTES + 32];

	snprintf(line, sizeof line, "not checked yet: %s\n", why);
	s->say(s, line, strlen(line));
}

static bool
enter(struct talk *t, struct program *p, struct attach_page *request,
      const char *library, char why[REFUSAL_BYTES])
{
	const struct session *s = t->session;

	if (s->method == SESSION_PYTHON)
		return script_run(&t->injection, p, request, library,
				  s->timeout, why);
	return inject(&t->injection, p, request, library, why);
}

static bool
converse(struct talk *t, struct program *p, const char *library,
	 struct attach_result *result, char why[REFUSAL_BYTES])
{
	char no_check[REFUSAL_BYTES];
	const struct session *s = t->session;
	struct attach_page request;
	bool ok;

	memset(&request, 0, sizeof request);
	request.verb = s->verb;
	request.timeout = s->timeout;
	request.colour = s->colour;
	request.tells_json = s->attach_json;
	request.skips_check = skips_check(s, p, no_check);
	if (strlen(s->options) >= sizeof request.options)
		return refusal_put(why, "its options are too long", NULL);
	snprintf(request.options, sizeof request.options, "%s", s->options);
	if (!enter(t, p, &request, library, why))
		return false;
	wait_for(t, s->timeout + 1);
	ok = s->method == SESSION_PYTHON || await_loading(t, why);
	if (!ok && t->has_failed && await_thread(t))
		inject_clean_up(&t->injection);
	t->warn_us = hold_now_us() + PATIENCE_MS * 1000;
	ok = ok && listen_to(t, result, why);
	if (ok)
		await_end(t);
	if (ok && request.skips_check)
		say_skipped(s, no_check);
	close(t->injection.channel);
	return ok;
}

enum session_result
session_run(const struct session *s, char why[REFUSAL_BYTES])
{
	enum session_result result = SESSION_REFUSED;
	struct attach_result answer = {.status = ATTACH_REFUSED};
	struct talk t = {.session = s};
	const char *library = "";
	struct program p;

	why[0] = '\0';
	if (!program_open(&p, s->pid, why))
		return SESSION_REFUSED;
	if (!is_possible(s, &p, why)) {
		program_close(&p);
		return SESSION_REFUSED;
	}
	if (!p.serve)
		library = s->library();
	if (!library)
		result = SESSION_NO_LIBRARY;
	else if (converse(&t, &p, library, &answer, why))
		result = answer.status == ATTACH_OK    ? SESSION_OK :
			 answer.status == ATTACH_FOUND ? SESSION_FOUND :
							 SESSION_REFUSED;
	program_close(&p);
	return result;
}
