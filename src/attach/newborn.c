#include "config.h"

#include "attach/newborn.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/images.h"
#include "attach/processor.h"
#include "attach/program.h"

enum {
	/*
	 * A thread that has run for longer has left fork() long ago.  Later,
	 * its frames may contain words that look like it forever.
	 */
	YOUNG_MS = 100,
	CODE_BYTES = 2048,  /* more than one of the functions has */
	BELOW_BYTES = 1024, /* just back from it: what it has left there */
	ABOVE_BYTES = 16 << 10,
};

/* The first is Python's up to 3.6. */
static const char *const names[] = {"PyOS_AfterFork", "PyOS_AfterFork_Child",
				    "fork", "_Fork"};

enum { NAMES = sizeof names / sizeof *names };

static bool
is_young(pid_t pid)
{
	enum { USER = 12, SYSTEM = 13 };
	unsigned long user, system;
	char text[2048];

	if (remote_file(pid, "stat", text, sizeof text) <= 0)
		return true;
	user = strtoul(remote_stat_field(text, USER), NULL, 10);
	system = strtoul(remote_stat_field(text, SYSTEM), NULL, 10);
	return (user + system) * 1000 <
	       (unsigned long)(YOUNG_MS * sysconf(_SC_CLK_TCK));
}

static size_t
find_functions(const struct program *p, uint64_t out[NAMES])
{
	size_t i, n = 0;

	for (i = 0; i < NAMES; i++) {
		uint64_t at = images_find_in(p->libc, &p->memory, names[i]);

		if (!at)
			at = images_find(&p->images, &p->memory, names[i],
					 NULL);
		if (at)
			out[n++] = at;
	}
	return n;
}

static bool
is_in(const uint64_t *functions, size_t n, uint64_t address)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (address - functions[i] < CODE_BYTES)
			return true;
	return false;
}

bool
newborn_is(const struct program *p, pid_t tid, const struct processor_state *s)
{
	uint64_t words[(BELOW_BYTES + ABOVE_BYTES) / sizeof(uint64_t)];
	uint64_t functions[NAMES];
	uint64_t from = (processor_sp(s) & ~(uint64_t)7) - BELOW_BYTES;
	size_t n_functions, n, i;

	/* The child has one thread, and that is its first. */
	if (tid != p->facts.pid || !is_young(tid))
		return false;
	n_functions = find_functions(p, functions);
	if (is_in(functions, n_functions, processor_pc(s)))
		return true;
	n = remote_read_some(&p->memory, from, words, sizeof words) /
	    sizeof *words;
	for (i = 0; i < n; i++)
		if (is_in(functions, n_functions, words[i]))
			return true;
	return !n;
}
