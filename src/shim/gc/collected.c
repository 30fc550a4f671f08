#include "config.h"

#include "shim/gc/collected.h"

#include <string.h>

#include "analysis/check/doomed.h"
#include "common/arena.h"
#include "common/hash.h"
#include "report/copy.h"
#include "shim/base/process.h"
#include "shim/base/stdlib.h"
#include "shim/base/watched.h"
#include "shim/gc/gcwatch.h"
#include "shim/record/recorded.h"
#include "shim/record/sidetable.h"

enum { MOST_KINDS = 4096 }; /* some 4 KiB each */

struct key {
	char fingerprint[48];
	uint32_t epoch;
};

struct entry {
	struct key key;
	bool is_own;
	struct finding finding; /* in the arena */
	UT_hash_handle hh;
};

static struct {
	int n_wishes;
	struct entry *table;
	size_t n;
	struct arena arena;
	int64_t dropped;
	char stdlib[4096];
} noted;

void
collected_want(bool wants)
{
	noted.n_wishes += wants ? 1 : -1;
}

bool
collected_is_wanted(void)
{
	return (noted.n_wishes > 0 || process.options.collected) &&
	       watched.lists.heads[0];
}

static bool
has_all_types(const struct finding *to, const struct finding *f)
{
	size_t i, k;

	for (k = 0; k < f->n_types; k++) {
		for (i = 0; i < to->n_types; i++)
			if (!strcmp(to->types[i].name, f->types[k].name))
				break;
		if (i == to->n_types)
			return false;
	}
	return true;
}

/* What hangs off the cause may be of types that the first did not have. */
static bool
add_types(struct finding *to, const struct finding *f)
{
	struct finding both;
	struct report_type *types;
	size_t i, k;

	if (has_all_types(to, f))
		return true;
	types = arena_array(&noted.arena, to->n_types + f->n_types,
			    sizeof *types);
	if (!types)
		return false;
	memcpy(types, to->types, to->n_types * sizeof *types);
	if (!report_copy_finding(&noted.arena, f, &both))
		return false;
	for (k = 0; k < both.n_types; k++) {
		for (i = 0; i < to->n_types; i++)
			if (!strcmp(types[i].name, both.types[k].name))
				break;
		if (i < to->n_types)
			continue;
		types[to->n_types] = both.types[k];
		types[to->n_types].count = types[to->n_types].bytes = 0;
		to->n_types++;
	}
	to->types = types;
	return true;
}

/* Of one fingerprint. */
static void
add_numbers(struct finding *to, const struct finding *f)
{
	struct report_type *types;
	size_t i, k;

	if (!add_types(to, f))
		noted.dropped++;
	/* They stand in our arena. */
	types = (struct report_type *)to->types;
	to->count += f->count;
	to->objects += f->objects;
	to->bytes += f->bytes;
	for (i = 0; i < to->n_types; i++)
		for (k = 0; k < f->n_types; k++)
			if (!strcmp(types[i].name, f->types[k].name)) {
				types[i].count += f->types[k].count;
				types[i].bytes += f->types[k].bytes;
				break;
			}
}

static struct key
key_of(const struct finding *f, uint32_t epoch)
{
	struct key key;

	memset(&key, 0, sizeof key);
	memcpy(key.fingerprint, f->fingerprint, sizeof key.fingerprint);
	key.epoch = epoch;
	return key;
}

static struct entry *
find(const struct key *key)
{
	struct entry *e;

	HASH_FIND(hh, noted.table, key, sizeof *key, e);
	return e;
}

/*
 * Full: what is older than the epochs at hand becomes one epoch.  A check since
 * one of those marks then misses it.
 */
static void
join_epochs(void)
{
	uint32_t oldest_kept = sidetable_epoch();
	struct entry *e, *next, *old;

	HASH_ITER(hh, noted.table, e, next)
	{
		struct key key = key_of(&e->finding, 0);

		if (!e->key.epoch || e->key.epoch >= oldest_kept)
			continue;
		old = find(&key);
		HASH_DEL(noted.table, e);
		if (old) {
			add_numbers(&old->finding, &e->finding);
			noted.n--;
			continue;
		}
		e->key.epoch = 0;
		HASH_ADD(hh, noted.table, key, sizeof e->key, e);
	}
}

static void
note(const struct finding *f, uint32_t epoch, bool is_own)
{
	struct key key = key_of(f, epoch);
	struct entry *e = find(&key);

	if (e) {
		add_numbers(&e->finding, f);
		e->is_own |= is_own;
		return;
	}
	if (noted.n == MOST_KINDS)
		join_epochs();
	if (noted.n < MOST_KINDS)
		e = arena_grab(&noted.arena, sizeof *e);
	if (!e || !report_copy_finding(&noted.arena, f, &e->finding)) {
		noted.dropped += f->count;
		return;
	}
	e->key = key;
	e->is_own = is_own;
	HASH_ADD(hh, noted.table, key, sizeof e->key, e);
	if (!hash_was_full(&e->hh))
		noted.n++;
}

void
collected_note(int generation)
{
	static struct check c;
	static struct source source;
	const char *why;
	int k;

	if (!noted.stdlib[0])
		stdlib_find(noted.stdlib, sizeof noted.stdlib);
	recorded_source(&source, 0, 0);
	source.options = &process.options;
	source.stdlib = noted.stdlib[0] ? noted.stdlib : NULL;
	source.by_epoch = true;
	source.n_lists = 1;
	source.lists[0] = watched.lists;
	/* What is older is not looked at, and keeps alive what it refers to. */
	for (k = generation + 1; k < GENERATION_LISTS; k++)
		source.lists[0].heads[k] = 0;
	check_begin(&c, &source);
	if (!check_find(&c, &why) || !doomed_find(&c, note))
		noted.dropped++;
	check_fini(&c);
}

void
collected_walk(uint32_t since,
	       void (*each)(const struct finding *f, bool is_own, void *ctx),
	       void *ctx)
{
	struct entry *e, *next;

	HASH_ITER(hh, noted.table, e, next)
	{
		if (e->key.epoch >= since)
			each(&e->finding, e->is_own, ctx);
	}
}

int64_t
collected_dropped(void)
{
	return noted.dropped;
}

void
collected_forget(void)
{
	HASH_CLEAR(hh, noted.table);
	arena_fini(&noted.arena);
	arena_init(&noted.arena);
	noted.n = 0;
	noted.dropped = 0;
}
