#include "config.h"

#include "shim/check/facts.h"

#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/days.h"
#include "python/api.h"
#include "python/atexits.h"
#include "python/interpreters.h"
#include "shim/base/clone.h"
#include "shim/base/fault.h"
#include "shim/base/filters.h"
#include "shim/base/process.h"
#include "shim/base/stdlib.h"
#include "shim/base/watched.h"
#include "shim/check/growths.h"
#include "shim/check/inspection.h"
#include "shim/gc/collected.h"
#include "shim/record/capture.h"
#include "shim/record/hooks.h"
#include "shim/record/layer.h"
#include "shim/record/nativestack.h"
#include "shim/record/recorded.h"
#include "shim/record/sharedblocks.h"
#include "shim/record/sidetable.h"
#include "shim/record/stacks.h"

enum { MOST_EXPLAINERS = 4 };

static bool
is_file_name(const char *log_path)
{
	return strcmp(log_path, "stderr") && strcmp(log_path, "stdout");
}

void
facts_gather(struct facts *f, const char *trigger, const char *path,
	     bool is_at_rest)
{
	struct timespec t;

	memset(f, 0, sizeof *f);
	clock_gettime(CLOCK_REALTIME, &t);
	f->trigger = trigger;
	f->path = path ? path : process.options.log_path;
	f->is_chosen = path;
	f->is_later_process = is_file_name(f->path) && !process_is_first();
	f->time = (int64_t)t.tv_sec;
	f->started_ns = clone_now_ns();
	if (is_at_rest)
		gcwatch_recall(&f->gc);
	else
		gcwatch_look(&f->gc);
	f->has_generations = gcwatch_generations(f->generations);
	gclists_thresholds(&watched.lists, f->thresholds);
	stdlib_find(f->stdlib, sizeof f->stdlib);
}

static uint32_t collected_since;

static void
walk_collected(void (*each)(const struct finding *f, bool is_own, void *ctx),
	       void *ctx)
{
	collected_walk(collected_since, each, ctx);
}

static uint64_t late_ns;
static const volatile uint32_t *the_order;

static bool
is_late(void)
{
	return *the_order == ORDER_GIVE_UP || clone_now_ns() > late_ns;
}

void
facts_source(struct source *s, struct facts *f, const volatile uint32_t *order)
{
	the_order = order;
	recorded_source(s, f->since, f->until);
	s->options = &process.options;
	s->n_lists = interpreters_lists(&watched.lists, s->lists,
					SOURCE_MAX_INTERPRETERS);
	f->n_interpreters_left = interpreters_number() > s->n_lists ?
					 interpreters_number() - s->n_lists :
					 0;
	s->garbage = f->gc.garbage;
	s->suppressions =
		filters.has_suppressions ? &filters.suppressions : NULL;
	s->baseline = filters.has_baseline ? &filters.baseline : NULL;
	s->today = f->time / SECONDS_OF_DAY;
	s->gc_enabled = f->gc.enabled;
	s->saveall_seen = f->gc.saveall_seen;
	s->stdlib = f->stdlib[0] ? f->stdlib : NULL;
	s->is_late = is_late;
	s->find_kin = sharedblocks_are_possible() ? sharedblocks_find : NULL;
	s->shared_key = sharedblocks_key();
	collected_since = f->since;
	s->only_new = f->since > 0;
	s->walk_collected = collected_is_wanted() ? walk_collected : NULL;
	/* The last tenth is for reporting that the time was not enough. */
	late_ns = f->started_ns + (uint64_t)process.options.timeout * 900000000;
}

/* ---- in the clone ---- */

static const char *
time_text(struct arena *a, int64_t seconds)
{
	const char *text;
	struct buf b;

	buf_init(&b);
	days_put_time(&b, seconds);
	text = arena_string(a, buf_string(&b));
	buf_fini(&b);
	return text;
}

static void
fill_argv(struct arena *a, struct report *r)
{
	const char **argv = arena_array(a, PROCESS_MAX_ARGS, sizeof *argv);
	size_t at = 0;

	r->argv = argv;
	r->argv_known = process.options.argv && argv && process.n_argv_bytes;
	if (!r->argv_known)
		return;
	while (at < process.n_argv_bytes && r->n_argv < PROCESS_MAX_ARGS) {
		argv[r->n_argv++] = process.argv + at;
		at += strlen(process.argv + at) + 1;
	}
}

static struct {
	enum omission which;
	const char *(*why)(void);
} explainers[MOST_EXPLAINERS];
static size_t n_explainers;

void
facts_explain(enum omission which, const char *(*why)(void))
{
	size_t i;

	for (i = 0; i < n_explainers; i++)
		if (explainers[i].which == which)
			return;
	if (n_explainers == MOST_EXPLAINERS)
		return;
	explainers[n_explainers].which = which;
	explainers[n_explainers++].why = why;
}

static const char *
why_no_hooks(void)
{
	if (hooks_see_objects() || process.options.track == OPTIONS_TRACK_NONE)
		return NULL;
	return process.is_attached ?
		       "Python 2.7 has no allocation hooks that can be "
		       "installed while it runs: preload the library" :
		       "a statically linked Python 2.7 has no allocation "
		       "hooks: use track=none, which records no backtraces";
}

static const char *
why_no_collections(void)
{
	return !atexits_has_module() && !python.is_shared ?
		       "a statically linked Python 2.7 does not announce its "
		       "collections" :
		       NULL;
}

void
facts_omissions(const struct facts *f, struct omissions *out)
{
	const struct {
		enum omission which;
		const char *why;
	} undone[] = {
		{OMISSION_NO_HOOKS, why_no_hooks()},
		{OMISSION_NO_COLLECTIONS, why_no_collections()},
		{OMISSION_CAPTURE,
		 hooks_see_objects() ? capture_problem() : NULL},
		{OMISSION_NATIVE, nativestack_problem()},
		{OMISSION_SUPPRESSIONS, filters.no_suppressions},
		{OMISSION_BASELINE, filters.no_baseline},
		{OMISSION_SURVIVAL, f->survival_unknown},
	};
	const char *why;
	size_t i;

	fault_omissions(out);
	for (i = 0; i < sizeof undone / sizeof *undone; i++)
		if (undone[i].why)
			omissions_note(out, undone[i].which, undone[i].why);
	for (i = 0; i < n_explainers; i++)
		if ((why = explainers[i].why()))
			omissions_note(out, explainers[i].which, why);
	omissions_count(out, OMISSION_COLLECTED, collected_dropped());
	omissions_count(out, OMISSION_INTERPRETERS,
			(int64_t)f->n_interpreters_left);
	if (filters.has_suppressions && filters.no_suppressions)
		omissions_count(out, OMISSION_SUPPRESSIONS,
				filters.suppressions.faults);
}

static const char *
tracking_word(void)
{
	static const char *const words[] = {
		[OPTIONS_TRACK_ALL] = "all",
		[OPTIONS_TRACK_GC] = "gc",
		[OPTIONS_TRACK_SAMPLE] = "sample",
		[OPTIONS_TRACK_NONE] = "none",
	};

	if (!hooks_see_objects())
		return "none";
	if (process.is_attached)
		return "since-attach";
	return words[layer_is_sampling() ? OPTIONS_TRACK_SAMPLE :
					   process.options.track];
}

static void
fill_gc(const struct facts *f, struct report *r)
{
	int k;

	r->gc_enabled = f->gc.enabled;
	r->debug_flags = f->gc.debug_flags;
	r->garbage = f->gc.n_garbage;
	r->n_gc = GENERATIONS;
	for (k = 0; k < GENERATIONS; k++) {
		r->thresholds[k] = f->thresholds[k];
		r->gc[k] = f->generations[k];
		if (!f->has_generations)
			r->gc[k] = (struct report_generation){
				REPORT_UNKNOWN, REPORT_UNKNOWN, REPORT_UNKNOWN,
				-1, -1};
	}
}

void
facts_fill(struct arena *a, const struct facts *f, struct report *r)
{
	memset(r, 0, sizeof *r);
	r->tool_version = PACKAGE_VERSION;
	r->pid = process.pid;
	r->ppid = process.parent < 0 ? REPORT_UNKNOWN : process.parent;
	r->exe = process.exe[0] ? process.exe : NULL;
	fill_argv(a, r);
	r->host = process.host[0] ? process.host : NULL;
	r->time = time_text(a, f->time);
	r->trigger = f->trigger;
	r->python_version = python.text;
	r->linkage = python.is_shared ? "shared" : "static";
	r->debug = python.is_debug;
	r->free_threaded = python.is_free_threaded;
	r->tracking = tracking_word();
	r->free_lists = hooks_free_lists_exact() ? "exact" : "approximate";
	r->native = nativestack_is_on;
	fill_gc(f, r);
	r->heap_objects = r->heap_tracked = r->unreachable = r->permanent =
		r->blocks = r->heap_bytes = REPORT_UNKNOWN;
	if (hooks_see_objects() && !layer_is_sampling() &&
	    !process.is_attached) {
		struct sidetable_totals totals = sidetable_count();

		r->blocks = (int64_t)totals.blocks;
		r->heap_bytes = (int64_t)totals.bytes;
	}
	r->pause_seconds = (double)f->pause_ns / 1e9;
	r->table_bytes =
		(int64_t)(sidetable_bytes() + stacks_bytes() + growths_bytes());
	r->stacks = (int64_t)stacks_number();
}
