#include "config.h"

#include "shim/record/codes.h"

#include <string.h>

#include "common/hash.h"
#include "common/ownmap.h"
#include "common/spin.h"
#include "python/api.h"
#include "python/code.h"
#include "python/objects.h"
#include "python/pytext.h"
#include "shim/base/fault.h"
#include "shim/record/recycle.h"
#include "shim/record/rounds.h"
#include "shim/record/sidetable.h"

enum {
	MAX_CODES = 1 << 22,
	CHUNK_CODES = 1 << 10,
	TEXT_BYTES = 4096,
	/* Many attaches have used up the ids: start again. */
	MANY_FORGOTTEN = MAX_CODES / 4,
};

struct entry {
	void *address; /* the key; of a code object that lives */
	uint32_t id;
	UT_hash_handle hh;
};

/* A copy whose function is NULL is not in use. */
struct stored {
	struct code_copy copy;
	uint32_t next_free;
	uint32_t retired_in; /* the round */
	bool is_retired;
};

#define CHUNK_BYTES (CHUNK_CODES * sizeof(struct stored))

/* All guarded by lock; copies are written before their id is published. */
static atomic_flag lock = ATOMIC_FLAG_INIT;
static struct entry *table;
static struct stored *chunks[MAX_CODES / CHUNK_CODES]; /* by id from 1 */
static uint32_t n_copies = 1, n_forgotten, n_free, first_free;
static size_t n_bytes;

static inline struct stored *
stored_at(uint32_t id)
{
	return &chunks[id / CHUNK_CODES][id % CHUNK_CODES];
}

/* The id of the next copy; 0 when memory is out.  It is not taken yet. */
static uint32_t
next_id(void)
{
	struct stored **chunk;

	if (first_free)
		return first_free;
	if (n_copies == MAX_CODES)
		return 0;
	chunk = &chunks[n_copies / CHUNK_CODES];
	if (!*chunk) {
		*chunk = ownmap_reserve(CHUNK_BYTES);
		n_bytes += *chunk ? CHUNK_BYTES : 0;
	}
	return *chunk ? n_copies : 0;
}

static void
take_id(uint32_t id)
{
	if (id == first_free) {
		first_free = stored_at(id)->next_free;
		n_free--;
	} else {
		n_copies++;
	}
}

static void *
grab(size_t n)
{
	void *p = hash_pool_grab(n);

	n_bytes += p ? hash_pool_bytes(n) : 0;
	return p;
}

static void
drop(const void *p, size_t n)
{
	if (p)
		n_bytes -= hash_pool_bytes(n);
	hash_pool_drop((void *)p, n);
}

static void *
copy_bytes(const void *from, size_t n)
{
	void *p = grab(n);

	return p ? memcpy(p, from, n) : NULL;
}

static const char *
copy_text(const void *o)
{
	/* One text at a time, under the lock: too big for small stacks. */
	static char text[TEXT_BYTES];

	pytext_copy(o, text, sizeof text);
	return copy_bytes(text, strlen(text) + 1);
}

static void
drop_text(const char *text)
{
	drop(text, text ? strlen(text) + 1 : 0);
}

static void
drop_copy(struct code_copy *c)
{
	drop_text(c->function);
	drop_text(c->file);
	drop(c->table, c->n_table);
	memset(c, 0, sizeof *c);
}

static bool
copy_code(void *code, struct code_copy *out)
{
	struct code_info info;

	memset(out, 0, sizeof *out);
	if (!code_read(code, &info))
		return false;
	out->function = copy_text(info.name);
	out->file = copy_text(info.filename);
	out->first_line = info.first_line;
	out->first_traceable = info.first_traceable;
	if (info.table && info.n_table && info.n_table < 1 << 24) {
		out->table = copy_bytes(info.table, info.n_table);
		out->n_table = out->table ? (uint32_t)info.n_table : 0;
	}
	return out->function && out->file;
}

/* Its death is noticed by its block; what cannot die has none. */
static bool
is_watched(void *code)
{
	return object_is_immortal(code) || sidetable_watch(code, BLOCK_IS_CODE);
}

static uint32_t
add(void *code)
{
	struct entry *e = grab(sizeof *e);
	uint32_t id = next_id();
	struct code_copy copy = {0};

	if (!e || !id || !copy_code(code, &copy) || !is_watched(code))
		goto fail;
	memset(e, 0, sizeof *e);
	e->address = code;
	e->id = id;
	HASH_ADD_PTR(table, address, e);
	if (hash_was_full(&e->hh))
		goto fail;
	take_id(id);
	*stored_at(id) = (struct stored){.copy = copy};
	return id;
fail:
	drop_copy(&copy);
	drop(e, sizeof *e);
	fault_count(FAULT_CODES_FULL);
	return 0;
}

uint32_t
codes_intern(void *code, bool *is_new)
{
	struct entry *e;
	uint32_t id;

	spin_lock(&lock);
	HASH_FIND_PTR(table, &code, e);
	*is_new = !e;
	id = e ? e->id : add(code);
	spin_unlock(&lock);
	return id;
}

const struct code_copy *
codes_get(uint32_t id)
{
	const struct stored *s;

	if (!id || id >= n_copies || !chunks[id / CHUNK_CODES])
		return NULL;
	s = stored_at(id);
	return s->copy.function ? &s->copy : NULL;
}

static void
drop_entry(struct entry *e)
{
	HASH_DEL(table, e);
	drop(e, sizeof *e);
}

void
codes_retire(void *code)
{
	struct entry *e;

	spin_lock(&lock);
	HASH_FIND_PTR(table, &code, e);
	if (e) {
		stored_at(e->id)->is_retired = true;
		stored_at(e->id)->retired_in = rounds_now;
		drop_entry(e);
	}
	spin_unlock(&lock);
}

void
codes_sweep(const struct recycle_marks *m)
{
	uint32_t id;

	for (id = n_forgotten + 1; id < m->n_codes; id++) {
		struct stored *s = stored_at(id);

		if (m->codes[id / 64] >> id % 64 & 1 || !s->copy.function ||
		    !s->is_retired || s->retired_in == rounds_now)
			continue;
		spin_lock(&lock);
		drop_copy(&s->copy);
		s->next_free = first_free;
		first_free = id;
		n_free++;
		spin_unlock(&lock);
	}
}

void
codes_forget(void)
{
	struct entry *e, *next;
	uint32_t id;

	spin_lock(&lock);
	for (e = table; e; e = next) {
		next = e->hh.next;
		drop_entry(e);
	}
	for (id = n_forgotten + 1; id < n_copies; id++)
		drop_copy(&stored_at(id)->copy);
	for (id = 0; id < MAX_CODES / CHUNK_CODES; id++) {
		if (chunks[id])
			ownunmap(chunks[id], CHUNK_BYTES);
		chunks[id] = NULL;
	}
	n_copies = (n_copies / CHUNK_CODES + 1) * CHUNK_CODES;
	if (n_copies > MANY_FORGOTTEN)
		n_copies = CHUNK_CODES;
	n_forgotten = n_copies - 1;
	first_free = n_free = 0;
	n_bytes = 0;
	spin_unlock(&lock);
}

uint32_t
codes_begin_round(void)
{
	return n_copies;
}

size_t
codes_number(void)
{
	return n_copies - 1 - n_forgotten - n_free;
}

size_t
codes_bytes(void)
{
	return n_bytes;
}

const size_t *
codes_bytes_counter(void)
{
	return &n_bytes;
}
