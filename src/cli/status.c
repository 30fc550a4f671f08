#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attach/program.h"
#include "cli/cli.h"
#include "common/buf.h"

static void
usage(void)
{
	puts("usage: leakshim status PID\n\n"
	     "Shows what the shim in a process knows and costs. It only reads "
	     "its memory:\nthe process does not stop.");
}

static uint64_t
word_at(const struct program *p, uint64_t address, size_t n)
{
	uint64_t v = 0;

	if (!address || !remote_read(&p->memory, address, &v, n))
		return 0;
	return v;
}

static void
put_time(const char *what, int64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[32];
	struct tm tm;

	if (seconds && gmtime_r(&t, &tm) &&
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		printf("%-12s%s\n", what, text);
}

/* From another process: it may contain anything. */
static void
put_text(const char *what, const char *text)
{
	struct buf b;

	if (!text[0])
		return;
	buf_init(&b);
	buf_shown(&b, text, strlen(text));
	printf("%-12s%s\n", what, buf_string(&b));
	buf_fini(&b);
}

static const char *
state_word(const struct attach_status_page *s)
{
	switch (s->state) {
	case ATTACH_STATE_WATCHING:
		return s->is_attached ? "watched, since attach" :
					"watched, from its start";
	case ATTACH_STATE_DETACHED:
		return "detached";
	default:
		return "loaded, not watching";
	}
}

static void
put_memory(struct buf *b, const char *before, uint64_t bytes, const char *what)
{
	buf_put(b, before);
	buf_size(b, bytes);
	buf_put(b, what);
}

static void
print_memory(const struct program *p, const struct attach_status_page *s)
{
	uint64_t stacks =
		word_at(p, s->stacks, sizeof(uint32_t)) - s->stacks_from;
	uint64_t unused = word_at(p, s->free_stacks, sizeof(uint32_t));
	uint64_t growth = word_at(p, s->growth_bytes, sizeof(uint64_t));
	struct buf b;

	buf_init(&b);
	put_memory(&b, "at most ",
		   word_at(p, s->regions, sizeof(uint64_t)) * s->region_bytes,
		   " for blocks");
	put_memory(&b, ", ", stacks * s->stack_bytes, " for ");
	buf_printf(&b, "%lu stack frames",
		   stacks > unused ? stacks - unused : 0);
	put_memory(&b, ", ", word_at(p, s->code_bytes, sizeof(uint64_t)),
		   " for their code");
	if (growth)
		put_memory(&b, ", ", growth, " for what grows");
	printf("%-12s%s\n", "memory", buf_string(&b));
	buf_fini(&b);
}

static void
print(const struct program *p, const struct attach_status_page *s)
{

	printf("%-12s%d\n", "process", (int)p->facts.pid);
	put_text("state", state_word(s));
	put_text("shim", s->tool);
	put_text("python", s->python);
	if (s->state != ATTACH_STATE_WATCHING)
		return;
	put_time("since", s->since);
	put_text("hooks", s->hooks);
	put_text("free lists", s->free_lists);
	put_text("no analysis", s->problem);
	print_memory(p, s);
	printf("%-12s%u", "checks", (unsigned)s->n_checks);
	if (s->n_checks)
		printf(", the last with %" PRIu64 " failing findings, paused "
		       "%.1f ms",
		       s->n_failing, (double)s->last_pause_ns / 1e6);
	putchar('\n');
	put_time("last check", s->checked_at);
}

int
status_main(int argc, char **argv)
{
	struct attach_status_page status;
	char why[REFUSAL_BYTES], *end;
	struct program p;
	long pid;

	if (argc == 2 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		usage();
		return STATUS_OK;
	}
	errno = 0;
	pid = argc == 2 ? strtol(argv[1], &end, 10) : 0;
	if (argc != 2 || errno || *end || pid <= 0 || pid > INT_MAX) {
		complain("status: expected one process ID: leakshim status "
			 "PID");
		return STATUS_USAGE;
	}
	if (!program_open(&p, (pid_t)pid, why)) {
		complain("status: %ld: %s", pid, why);
		return STATUS_IMPOSSIBLE;
	}
	if (!program_status(&p, &status, why)) {
		complain("status: %ld: %s", pid, why);
		program_close(&p);
		return STATUS_IMPOSSIBLE;
	}
	print(&p, &status);
	program_close(&p);
	return STATUS_OK;
}
