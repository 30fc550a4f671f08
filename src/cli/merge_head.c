#include "config.h"

#include "cli/merge_head.h"

#include <string.h>

#include "cli/merge_checks.h"
#include "cli/merge_rows.h"
#include "cli/merge_value.h"
#include "cli/read_json.h"
#include "report/sums.h"

/*
 * Sums of fractions depend on their order, sums of whole microseconds do not;
 * a report has no more digits.
 */
static void
sum_seconds(double *to, double from)
{
	if (*to < 0)
		*to = from;
	else if (from >= 0)
		*to = (double)((int64_t)(*to * 1e6 + 0.5) +
			       (int64_t)(from * 1e6 + 0.5)) /
		      1e6;
	if (*to > READ_MOST_SECONDS)
		*to = READ_MOST_SECONDS;
}

/* What differs between them is unknown for the whole. */
static void
agree(const char **to, const char *from)
{
	if (*to && (!from || strcmp(*to, from)))
		*to = NULL;
}

static void
agree_number(int64_t *to, int64_t from)
{
	if (*to != from)
		*to = REPORT_UNKNOWN;
}

static void
agree_truth(int *to, int from)
{
	if (*to != from)
		*to = -1;
}

static void
agree_argv(struct report *to, const struct report *from)
{
	size_t i;

	if (!to->argv_known)
		return;
	if (!from->argv_known || to->n_argv != from->n_argv)
		to->argv_known = false;
	for (i = 0; to->argv_known && i < to->n_argv; i++)
		if (strcmp(to->argv[i], from->argv[i]))
			to->argv_known = false;
	if (!to->argv_known)
		to->n_argv = 0;
}

/* An approximate one makes the whole approximate. */
static void
join_free_lists(const char **to, const char *from)
{
	if (*to && !strcmp(*to, "approximate"))
		return;
	if (from && !strcmp(from, "approximate"))
		*to = "approximate";
	else
		agree(to, from);
}

static void
sum_generation(struct report_generation *to,
	       const struct report_generation *from)
{
	merge_sum(&to->collections, from->collections);
	merge_sum(&to->collected, from->collected);
	merge_sum(&to->uncollectable, from->uncollectable);
	sum_seconds(&to->seconds, from->seconds);
	if (from->longest_seconds > to->longest_seconds)
		to->longest_seconds = from->longest_seconds;
}

static void
sum_numbers(struct report *to, const struct report *from)
{
	size_t k;

	merge_sum(&to->heap_objects, from->heap_objects);
	merge_sum(&to->heap_tracked, from->heap_tracked);
	merge_sum(&to->permanent, from->permanent);
	merge_sum(&to->unreachable, from->unreachable);
	merge_sum(&to->blocks, from->blocks);
	merge_sum(&to->heap_bytes, from->heap_bytes);
	merge_sum(&to->garbage, from->garbage);
	merge_sum(&to->table_bytes, from->table_bytes);
	merge_sum(&to->stacks, from->stacks);
	sum_seconds(&to->pause_seconds, from->pause_seconds);
	sum_seconds(&to->analysis_seconds, from->analysis_seconds);
	for (k = 0; k < 3; k++) {
		merge_sum(&to->generations[k], from->generations[k]);
		agree_number(&to->thresholds[k], from->thresholds[k]);
		if (k < from->n_gc && k >= to->n_gc)
			to->gc[k] = from->gc[k];
		else if (k < from->n_gc)
			sum_generation(&to->gc[k], &from->gc[k]);
	}
	if (from->n_gc > to->n_gc)
		to->n_gc = from->n_gc;
}

static void
sum_sums(struct report_sum *to, const struct report_sum *from)
{
	size_t k;

	for (k = 0; k < FINDING_KINDS; k++) {
		sums_add(&to[k].findings, from[k].findings);
		sums_add(&to[k].count, from[k].count);
		sums_add(&to[k].objects, from[k].objects);
		sums_add(&to[k].bytes, from[k].bytes);
	}
}

/* The first one: its strings will go with its file. */
static void
take(struct merge_head *h, const struct report *r)
{
	struct report *all = &h->all;
	const char **argv;
	size_t i;

	*all = *r;
	all->tool_version = arena_string(&h->arena, r->tool_version);
	all->exe = arena_string(&h->arena, r->exe);
	all->host = arena_string(&h->arena, r->host);
	all->time = arena_string(&h->arena, r->time);
	all->trigger = arena_string(&h->arena, r->trigger);
	all->python_version = arena_string(&h->arena, r->python_version);
	all->linkage = arena_string(&h->arena, r->linkage);
	all->tracking = arena_string(&h->arena, r->tracking);
	all->free_lists = arena_string(&h->arena, r->free_lists);
	argv = arena_array(&h->arena, r->n_argv, sizeof *argv);
	for (i = 0; argv && i < r->n_argv; i++)
		argv[i] = arena_string(&h->arena, r->argv[i]);
	all->argv = argv;
	all->n_argv = argv ? r->n_argv : 0;
	all->n_merged = r->n_merged ? r->n_merged : 1;
}

static void
join(struct report *to, const struct report *r)
{
	agree(&to->tool_version, r->tool_version);
	agree_number(&to->pid, r->pid);
	agree_number(&to->ppid, r->ppid);
	agree(&to->exe, r->exe);
	agree_argv(to, r);
	agree(&to->host, r->host);
	agree(&to->time, r->time);
	agree(&to->trigger, r->trigger);
	agree(&to->python_version, r->python_version);
	agree(&to->linkage, r->linkage);
	agree_truth(&to->debug, r->debug);
	agree_truth(&to->free_threaded, r->free_threaded);
	agree(&to->tracking, r->tracking);
	join_free_lists(&to->free_lists, r->free_lists);
	to->native |= r->native;
	to->reachability &= r->reachability;
	agree_truth(&to->gc_enabled, r->gc_enabled);
	agree_number(&to->debug_flags, r->debug_flags);
	sum_numbers(to, r);
	sum_sums(to->rest, r->rest);
	sum_sums(to->cut, r->cut);
	to->has_audit |= r->has_audit;
	to->has_rules |= r->has_rules;
	merge_sum(&to->n_merged, r->n_merged ? r->n_merged : 1);
}

void
merge_head_add(struct merge_head *h, const struct report *r)
{
	if (h->n++)
		join(&h->all, r);
	else
		take(h, r);
	merge_rows_missed(&h->missed, r);
	merge_checks_add(&h->checks, r);
	merge_rows_audit(&h->audit, r);
	merge_rows_rules(&h->rules, r);
}

void
merge_head_result(struct merge_head *h, struct arena *a, struct report *out)
{
	bool is_several = h->all.n_merged > 1;

	*out = h->all;
	out->findings = NULL;
	out->n_findings = 0;
	if (!is_several)
		out->n_merged = 0;
	if (is_several) {
		merge_rows_sort(&h->missed);
		merge_rows_sort(&h->audit);
		merge_rows_sort(&h->rules);
	}
	merge_rows_result(a, h->missed, h->audit, h->rules, out);
	merge_checks_result(h->checks, a, out);
}

void
merge_head_fini(struct merge_head *h)
{
	merge_rows_free(&h->missed);
	merge_rows_free(&h->audit);
	merge_rows_free(&h->rules);
	merge_checks_free(&h->checks);
	arena_fini(&h->arena);
}
