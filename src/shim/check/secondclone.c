#include "config.h"

#include "shim/check/secondclone.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analysis/base/lines.h"
#include "analysis/check/check.h"
#include "common/buf.h"
#include "common/options.h"
#include "common/ownmap.h"
#include "shim/base/clone.h"
#include "shim/base/guard.h"
#include "shim/check/testhooks.h"

/* More cannot be a matter of threads. */
enum { MOST_LOST = 1 << 20 };

enum { STAGE_DONE = 1 };

/* Memory that the process and its clones share. */
struct page {
	volatile uint32_t stage;
	volatile uint32_t has_failed;
	volatile pid_t pid;
	size_t n;
	uintptr_t lost[MOST_LOST]; /* nodes, by address */
};

static struct {
	struct page *page;
	bool steps_back;      /* the program does not wait for the report */
	struct source source; /* for the second clone */
	pid_t pid;
} now;

/* Each thread is a directory in it, so its link count is theirs plus two. */
bool
secondclone_is_needed(void)
{
	struct stat s;
	int saved = errno;
	bool has_others =
		syscall(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &s, 0) ||
		s.st_nlink > 3;

	errno = saved;
	return has_others;
}

/* ---- in the second clone ---- */

static int
list_lost(uintptr_t node, void *ctx)
{
	struct page *page = now.page;

	(void)ctx;
	if (page->n == MOST_LOST)
		return 1;
	page->lost[page->n++] = node;
	return 0;
}

static void
list_all(void *ctx)
{
	struct check *c = ctx;
	const char *why;

	if (testhooks_second())
		return;
	check_begin(c, &now.source);
	check_outside(c);
	if (check_find(c, &why) &&
	    reach_mark(&c->world.reach, &now.source, &c->world.mirror,
		       &c->world.unreachable, &c->notcloned, &why))
		heap_walk_unmarked(&c->world.reach.g.heap, list_lost, NULL);
	else
		now.page->has_failed = 1;
}

static void
look(void *ctx)
{
	static struct check c;
	struct guard_crash crash;

	(void)ctx;
	if (now.steps_back)
		clone_step_back();
	guard_run(list_all, &c, &crash);
	if (crash.signal)
		now.page->has_failed = 1;
	now.page->stage = STAGE_DONE;
	clone_wake(&now.page->stage);
}

/* ---- in the first clone ---- */

/*
 * Dead, and not reaped yet: only the parent is notified of our sibling's end.
 */
static bool
has_died(pid_t pid)
{
	char line[LINES_BYTES];
	static struct lines r;
	const char *name_end;
	struct buf path;
	bool ok;

	buf_init(&path);
	buf_printf(&path, "/proc/%d/stat", (int)pid);
	ok = lines_open(&r, buf_string(&path));
	buf_fini(&path);
	if (!ok)
		return true;
	ok = lines_next(&r, line);
	lines_close(&r);
	name_end = ok ? strrchr(line, ')') : NULL;
	return name_end && (name_end[2] == 'Z' || name_end[2] == 'X');
}

/* Until the second has made its list; false: there will be none. */
static bool
await_list(void)
{
	struct page *page = now.page;

	while (!clone_has(&page->stage, STAGE_DONE)) {
		if (now.source.is_late() || page->has_failed ||
		    (page->pid && has_died(page->pid)))
			return clone_has(&page->stage, STAGE_DONE);
	}
	return !page->has_failed;
}

static enum source_opinion
opinion_of(uintptr_t node)
{
	const struct page *page = now.page;
	size_t low = 0, high;

	if (!page || !await_list())
		return SOURCE_UNKNOWN;
	if (page->n == MOST_LOST)
		return SOURCE_LOST;
	for (high = page->n; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (page->lost[middle] == node)
			return SOURCE_LOST;
		if (page->lost[middle] < node)
			low = middle + 1;
		else
			high = middle;
	}
	return SOURCE_HELD;
}

/* ---- in the process ---- */

void
secondclone_prepare(struct source *s, bool steps_back)
{
	if (!s->options->reachability || !secondclone_is_needed())
		return;
	now.page = ownmap_shared(sizeof *now.page);
	now.source = *s;
	now.steps_back = steps_back;
	s->second_opinion = opinion_of;
}

bool
secondclone_is_prepared(void)
{
	return now.page;
}

void
secondclone_begin(void)
{
	const char *why;

	if (!now.page)
		return;
	now.pid = clone_start(look, NULL, &why);
	if (now.pid < 0)
		now.page->has_failed = 1;
	else
		now.page->pid = now.pid;
}

void
secondclone_forget(void)
{
	now.pid = 0;
}

void
secondclone_end(void)
{
	if (now.pid > 0)
		clone_reap(now.pid);
	ownunmap(now.page, sizeof *now.page);
	now.page = NULL;
	now.pid = 0;
}
