#include "config.h"

#include "shim/check/statuspage.h"

#include <string.h>
#include <time.h>

#include "common/attachpage.h"
#include "python/api.h"
#include "shim/base/fault.h"
#include "shim/base/watched.h"
#include "shim/check/growths.h"
#include "shim/record/codes.h"
#include "shim/record/hooks.h"
#include "shim/record/regions.h"
#include "shim/record/stacks.h"

static struct attach_status_page nowhere;
static struct attach_status_page *published = &nowhere;

void
statuspage_use(struct attach_status_page *page)
{
	published = page;
}

bool
statuspage_is(const void *page)
{
	return page == published;
}

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME_COARSE, &t);
	return (int64_t)t.tv_sec;
}

static void
copy(char *to, size_t n, const char *text)
{
	size_t len = text ? strlen(text) : 0;

	memset(to, 0, n);
	if (len)
		memcpy(to, text, len < n ? len : n - 1);
}

static void
publish_hooks(void)
{
	struct attach_status_page *s = published;

	s->since = now();
	s->regions = (uintptr_t)regions_counter();
	s->region_bytes = 5u << (REGION_SHIFT - regions_shift);
	s->stacks = (uintptr_t)stacks_counter();
	s->stacks_from = stacks_first();
	s->stack_bytes = STACKS_NODE_BYTES;
	s->free_stacks = (uintptr_t)stacks_free_counter();
	s->code_bytes = (uintptr_t)codes_bytes_counter();
	s->growth_bytes = (uintptr_t)growths_counter();
	copy(s->python, sizeof s->python, python.text);
	copy(s->hooks, sizeof s->hooks, hooks_kind());
	copy(s->free_lists, sizeof s->free_lists, hooks_free_list_kind());
	copy(s->problem, sizeof s->problem, watched.problem);
	s->state = ATTACH_STATE_WATCHING;
}

void
statuspage_started(void)
{
	published->is_attached = 0;
	publish_hooks();
}

void
statuspage_attached(void)
{
	published->is_attached = 1;
	publish_hooks();
}

void
statuspage_detached(void)
{
	published->state = ATTACH_STATE_DETACHED;
}

void
statuspage_checked(uint32_t n_failing, uint64_t pause_ns)
{
	published->n_checks++;
	published->checked_at = now();
	published->n_failing = n_failing;
	published->last_pause_ns = pause_ns;
}
