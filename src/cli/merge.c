#include "config.h"

#include "cli/merge.h"

#include <string.h>

#include "common/arena.h"
#include "report/report.h"

static struct finding *
find(struct report *r, const char *fingerprint)
{
	size_t i;

	for (i = 0; i < r->n_findings; i++)
		if (!strcmp(r->findings[i].fingerprint, fingerprint))
			return &r->findings[i];
	return NULL;
}

static void
add_types(struct arena *a, struct finding *to, const struct finding *from)
{
	struct report_type *types =
		arena_array(a, to->n_types, sizeof *types);
	size_t i, j;

	if (!types)
		return;
	for (i = 0; i < to->n_types; i++) {
		types[i] = to->types[i];
		for (j = 0; j < from->n_types; j++) {
			if (strcmp(types[i].name, from->types[j].name))
				continue;
			types[i].count += from->types[j].count;
			types[i].bytes += from->types[j].bytes;
		}
	}
	to->types = types;
}

/* Unknown and a number make the number. */
static void
add(int64_t *to, int64_t from)
{
	if (*to == REPORT_UNKNOWN)
		*to = from;
	else if (from != REPORT_UNKNOWN)
		*to += from;
}

static void
add_seconds(double *to, double from)
{
	if (*to < 0)
		*to = from;
	else if (from >= 0)
		*to += from;
}

static void
add_numbers(struct report *to, const struct report *from)
{
	size_t k;

	add(&to->heap_objects, from->heap_objects);
	add(&to->heap_tracked, from->heap_tracked);
	add(&to->permanent, from->permanent);
	add(&to->unreachable, from->unreachable);
	add(&to->blocks, from->blocks);
	add(&to->heap_bytes, from->heap_bytes);
	add(&to->garbage, from->garbage);
	add(&to->table_bytes, from->table_bytes);
	add(&to->stacks, from->stacks);
	add_seconds(&to->pause_seconds, from->pause_seconds);
	add_seconds(&to->analysis_seconds, from->analysis_seconds);
	for (k = 0; k < 3; k++) {
		struct report_generation *g = &to->gc[k];

		add(&to->generations[k], from->generations[k]);
		add(&g->collections, from->gc[k].collections);
		add(&g->collected, from->gc[k].collected);
		add(&g->uncollectable, from->gc[k].uncollectable);
		add_seconds(&g->seconds, from->gc[k].seconds);
		if (from->gc[k].longest_seconds > g->longest_seconds)
			g->longest_seconds = from->gc[k].longest_seconds;
	}
}

static void
add_sums(struct report_sum *to, const struct report_sum *from)
{
	size_t k;

	for (k = 0; k < FINDING_KINDS; k++) {
		to[k].findings += from[k].findings;
		to[k].count += from[k].count;
		to[k].objects += from[k].objects;
		to[k].bytes += from[k].bytes;
	}
}

static bool
is_same_field(const struct report_audit *x, const struct report_audit *y)
{
	return x->reason == y->reason && x->offset == y->offset &&
	       !strcmp(x->type, y->type) &&
	       !strcmp(x->module_file ? x->module_file : "",
		       y->module_file ? y->module_file : "");
}

static void
add_audit(struct arena *a, struct report *to, const struct report *from)
{
	size_t i, j, n = to->n_audit;
	struct report_audit *all =
		arena_array(a, n + from->n_audit, sizeof *all);

	to->has_audit |= from->has_audit;
	if (!all)
		return;
	if (n)
		memcpy(all, to->audit, n * sizeof *all);
	for (i = 0; i < from->n_audit; i++) {
		for (j = 0; j < n; j++)
			if (is_same_field(&all[j], &from->audit[i]))
				break;
		if (j < n)
			all[j].instances += from->audit[i].instances;
		else
			all[n++] = from->audit[i];
	}
	to->audit = all;
	to->n_audit = n;
}

void
merge_reports(struct arena *a, struct report *to, const struct report *from)
{
	struct finding *all = arena_array(
		a, to->n_findings + from->n_findings, sizeof *all);
	size_t i;

	if (!all)
		return;
	if (to->n_findings)
		memcpy(all, to->findings, to->n_findings * sizeof *all);
	to->findings = all;
	for (i = 0; i < from->n_findings; i++) {
		const struct finding *f = &from->findings[i];
		struct finding *known = find(to, f->fingerprint);

		if (!known) {
			all[to->n_findings++] = *f;
			continue;
		}
		known->count += f->count;
		known->objects += f->objects;
		known->bytes += f->bytes;
		add_types(a, known, f);
		/* New in one of them is new. */
		if (f->state == STATE_NEW)
			known->state = STATE_NEW;
	}
	add_sums(to->rest, from->rest);
	add_sums(to->cut, from->cut);
	add_numbers(to, from);
	add_audit(a, to, from);
}
