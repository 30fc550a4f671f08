#include "config.h"

#include "shim/codes.h"

#include <string.h>

#include "common/arena.h"
#include "common/hash.h"
#include "common/spin.h"
#include "python/api.h"
#include "python/code.h"
#include "python/objects.h"
#include "python/text.h"
#include "shim/fault.h"
#include "shim/sidetable.h"

enum { MAX_CODES = 1 << 22, CHUNK_CODES = 1 << 10, TEXT_BYTES = 4096 };

struct entry {
	void *address; /* the key; of a code object that lives */
	uint32_t id;
	UT_hash_handle hh;
};

/* All guarded by lock; copies are written before their id is published. */
static atomic_flag lock = ATOMIC_FLAG_INIT;
static struct arena arena;
static struct entry *table;
static struct code_copy *chunks[MAX_CODES / CHUNK_CODES]; /* by id from 1 */
static uint32_t n_copies = 1;

static inline struct code_copy *
copy_at(uint32_t id)
{
	return &chunks[id / CHUNK_CODES][id % CHUNK_CODES];
}

/* The place of the next copy; NULL when memory is out. */
static struct code_copy *
next_copy(void)
{
	struct code_copy **chunk;

	if (n_copies == MAX_CODES)
		return NULL;
	chunk = &chunks[n_copies / CHUNK_CODES];
	if (!*chunk)
		*chunk = arena_array(&arena, CHUNK_CODES, sizeof **chunk);
	return *chunk ? copy_at(n_copies) : NULL;
}

static const char *
copy_text(const void *o)
{
	/* One text at a time, under the lock: too big for small stacks. */
	static char text[TEXT_BYTES];
	size_t n = pytext_copy(o, text, sizeof text);

	return arena_copy(&arena, text, n);
}

static bool
copy_code(void *code, struct code_copy *out)
{
	struct code_info info;

	if (!code_read(code, &info))
		return false;
	out->function = copy_text(info.name);
	out->file = copy_text(info.filename);
	out->first_line = info.first_line;
	out->first_traceable = info.first_traceable;
	if (info.table && info.n_table < 1 << 24) {
		out->table = (unsigned char *)arena_copy(
			&arena, (const char *)info.table, info.n_table);
		out->n_table = out->table ? (uint32_t)info.n_table : 0;
	}
	return out->function && out->file;
}

static uint32_t
add(void *code)
{
	struct entry *e = arena_grab(&arena, sizeof *e);
	struct code_copy *copy = next_copy();

	/* Its death is heard of through its block; who cannot die has none. */
	if (!e || !copy || !copy_code(code, copy) ||
	    !(object_is_immortal(code) ||
	      sidetable_watch(code, BLOCK_IS_CODE))) {
		fault_count(FAULT_CODES_FULL);
		return 0;
	}
	e->address = code;
	e->id = n_copies;
	HASH_ADD_PTR(table, address, e);
	if (hash_was_full(&e->hh)) {
		fault_count(FAULT_CODES_FULL);
		return 0;
	}
	return n_copies++;
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
	return id && id < n_copies && chunks[id / CHUNK_CODES] ? copy_at(id) :
								 NULL;
}

void
codes_retire(void *code)
{
	struct entry *e;

	spin_lock(&lock);
	HASH_FIND_PTR(table, &code, e);
	if (e)
		HASH_DEL(table, e);
	spin_unlock(&lock);
}

void
codes_forget(void)
{
	spin_lock(&lock);
	HASH_CLEAR(hh, table);
	table = NULL;
	memset(chunks, 0, sizeof chunks);
	n_copies = (n_copies / CHUNK_CODES + 1) * CHUNK_CODES;
	if (n_copies > MAX_CODES)
		n_copies = MAX_CODES;
	arena_fini(&arena);
	arena_init(&arena);
	spin_unlock(&lock);
}

size_t
codes_bytes(void)
{
	return arena.bytes;
}
