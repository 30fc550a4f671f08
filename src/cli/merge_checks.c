#include "config.h"

#include "cli/merge_checks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/merge_value.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/hash.h"
#include "report/missed.h"

struct merge_checks {
	char *key;  /* of the process */
	char *time; /* of its last report; RFC 3339 in UTC sorts as text */
	struct report_missed row; /* its texts are ours; count 0: none */
	UT_hash_handle hh;
};

static char *
key_of(const struct report *r, unsigned number)
{
	struct buf b;
	char *key;

	buf_init(&b);
	/* A merged report belongs to no process: each counts by itself. */
	if (r->n_merged || r->pid == REPORT_UNKNOWN)
		buf_printf(&b, "%u", number);
	else
		buf_printf(&b, "%s\x1f%ld", r->host ? r->host : "", r->pid);
	key = merge_copy(buf_string(&b));
	buf_fini(&b);
	return key;
}

static struct merge_checks *
intern(struct merge_checks **table, const struct report *r)
{
	char *key = key_of(r, HASH_COUNT(*table));
	struct merge_checks *e;

	HASH_FIND_STR(*table, key, e);
	if (e) {
		free(key);
		return e;
	}
	e = calloc(1, sizeof *e);
	if (!e)
		abort_for_memory();
	e->key = key;
	HASH_ADD_KEYPTR(hh, *table, e->key, strlen(e->key), e);
	if (hash_was_full(&e->hh))
		abort_for_memory();
	return e;
}

static void
forget(struct merge_checks *e)
{
	free(e->time);
	free((char *)e->row.what);
	free((char *)e->row.why);
	e->time = NULL;
	memset(&e->row, 0, sizeof e->row);
}

/* Of two in the same second, the one that needs fewer is the later one. */
static bool
is_later(const struct merge_checks *e, const char *time, int64_t needed)
{
	int order = e->time ? strcmp(time, e->time) : 1;

	return order > 0 || (!order && needed < e->row.count);
}

void
merge_checks_add(struct merge_checks **table, const struct report *r)
{
	const struct report_missed *m = missed_find(r, MISSED_CHECKS);
	struct merge_checks *e = intern(table, r);
	const char *time = r->time ? r->time : "";
	int64_t needed = m && m->count > 0 ? m->count : 0;

	if (!is_later(e, time, needed))
		return;
	forget(e);
	e->time = merge_copy(time);
	if (!needed)
		return;
	e->row = *m;
	e->row.what = merge_copy(m->what);
	e->row.why = merge_copy(m->why);
}

void
merge_checks_result(const struct merge_checks *table, struct arena *a,
		    struct report *out)
{
	const struct merge_checks *e, *most = NULL;
	struct report_missed *rows;

	for (e = table; e; e = e->hh.next)
		if (e->row.count > (most ? most->row.count : 0))
			most = e;
	if (!most)
		return;
	rows = arena_array(a, out->n_missed + 1, sizeof *rows);
	if (!rows)
		abort_for_memory();
	if (out->n_missed)
		memcpy(rows, out->missed, out->n_missed * sizeof *rows);
	rows[out->n_missed++] = most->row;
	out->missed = rows;
}

void
merge_checks_free(struct merge_checks **table)
{
	struct merge_checks *e, *next;

	HASH_ITER(hh, *table, e, next)
	{
		HASH_DEL(*table, e); /* NOLINT: freed below, and not before */
		forget(e);
		free(e->key);
		free(e);
	}
}
