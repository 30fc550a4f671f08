#include "config.h"

#include "formats/pprof_tables.h"

#include <string.h>

#include "common/hash.h"
#include "formats/backtrace.h"
#include "formats/protobuf.h"
#include "report/report.h"

/* Fields of google.perftools.profiles.Profile and of what it contains. */
enum {
	PROFILE_MAPPING = 3,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING = 6,

	MAPPING_ID = 1,
	MAPPING_START = 2,
	MAPPING_LIMIT = 3,
	MAPPING_FILE = 5,
	MAPPING_BUILD_ID = 6,
	MAPPING_HAS_FUNCTIONS = 7,
	MAPPING_HAS_FILES = 8,
	MAPPING_HAS_LINES = 9,

	LOCATION_ID = 1,
	LOCATION_MAPPING = 2,
	LOCATION_ADDRESS = 3,
	LOCATION_LINE = 4,

	LINE_FUNCTION = 1,
	LINE_NUMBER = 2,

	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_SYSTEM_NAME = 3,
	FUNCTION_FILE = 4,
};

/* Modules lie side by side, in addresses that no two of them share. */
#define MAPPING_SPAN (INT64_C(1) << 40)

struct pprof_entry {
	int64_t id;
	UT_hash_handle hh;
	size_t n;
	char key[];
};

/* The number of a key; *is_new: it was not there, and the caller writes it. */
static int64_t
number_of(struct pprof *p, struct pprof_table *t, const void *key, size_t n,
	  bool *is_new)
{
	struct pprof_entry *e;

	*is_new = false;
	HASH_FIND(hh, t->entries, key, n, e);
	if (e)
		return e->id;
	e = arena_grab(&p->arena, sizeof *e + n + 1);
	if (!e)
		return 0;
	*is_new = true;
	memcpy(e->key, key, n);
	e->n = n;
	e->id = ++t->n;
	HASH_ADD_KEYPTR(hh, t->entries, e->key, e->n, e);
	p->arena.failed |= hash_was_full(&e->hh);
	return e->id;
}

void
pprof_init(struct pprof *p)
{
	memset(p, 0, sizeof *p);
	arena_init(&p->arena);
	protobuf_bytes(&p->string_fields, PROFILE_STRING, "", 0);
}

void
pprof_fini(struct pprof *p)
{
	HASH_CLEAR(hh, p->strings.entries);
	HASH_CLEAR(hh, p->functions.entries);
	HASH_CLEAR(hh, p->locations.entries);
	HASH_CLEAR(hh, p->mappings.entries);
	buf_fini(&p->string_fields);
	buf_fini(&p->function_fields);
	buf_fini(&p->location_fields);
	buf_fini(&p->mapping_fields);
	arena_fini(&p->arena);
}

void
pprof_put(const struct pprof *p, struct buf *out)
{
	const struct buf *tables[] = {&p->mapping_fields, &p->location_fields,
				      &p->function_fields, &p->string_fields};
	size_t i;

	for (i = 0; i < sizeof tables / sizeof *tables; i++) {
		buf_putn(out, tables[i]->data, tables[i]->len);
		out->failed |= tables[i]->failed;
	}
	out->failed |= p->arena.failed;
}

int64_t
pprof_string(struct pprof *p, const char *s)
{
	struct buf shown;
	int64_t id;
	bool is_new;

	if (!s || !*s)
		return 0;
	buf_init(&shown);
	buf_shown(&shown, s, SIZE_MAX);
	p->string_fields.failed |= shown.failed;
	if (!shown.len)
		return 0;
	id = number_of(p, &p->strings, shown.data, shown.len, &is_new);
	if (is_new)
		protobuf_bytes(&p->string_fields, PROFILE_STRING, shown.data,
			       shown.len);
	buf_fini(&shown);
	return id;
}

/* A key is the numbers that make the difference. */
int64_t
pprof_mapping(struct pprof *p, const char *file, const char *build_id)
{
	int64_t key[] = {pprof_string(p, file), pprof_string(p, build_id)};
	struct buf m;
	int64_t id;
	bool is_new;

	id = number_of(p, &p->mappings, key, sizeof key, &is_new);
	if (!is_new)
		return id;
	buf_init(&m);
	protobuf_number(&m, MAPPING_ID, id);
	protobuf_number(&m, MAPPING_START, id * MAPPING_SPAN);
	protobuf_number(&m, MAPPING_LIMIT, (id + 1) * MAPPING_SPAN);
	protobuf_number(&m, MAPPING_FILE, key[0]);
	protobuf_number(&m, MAPPING_BUILD_ID, key[1]);
	/* What is known is there: pprof need not look for the module. */
	protobuf_number(&m, MAPPING_HAS_FUNCTIONS, 1);
	protobuf_number(&m, MAPPING_HAS_FILES, 1);
	protobuf_number(&m, MAPPING_HAS_LINES, 1);
	protobuf_message(&p->mapping_fields, PROFILE_MAPPING, &m);
	buf_fini(&m);
	return id;
}

static int64_t
function(struct pprof *p, const struct frame *frame)
{
	int64_t key[2] = {0, pprof_string(p, frame->file)};
	struct buf m;
	int64_t id;
	bool is_new;

	buf_init(&m);
	if (!frame->function)
		frame_put(&m, frame);
	key[0] = pprof_string(p, m.len ? buf_string(&m) : frame->function);
	id = number_of(p, &p->functions, key, sizeof key, &is_new);
	buf_clear(&m);
	if (is_new) {
		protobuf_number(&m, FUNCTION_ID, id);
		protobuf_number(&m, FUNCTION_NAME, key[0]);
		protobuf_number(&m, FUNCTION_SYSTEM_NAME, key[0]);
		protobuf_number(&m, FUNCTION_FILE, key[1]);
		protobuf_message(&p->function_fields, PROFILE_FUNCTION, &m);
	}
	buf_fini(&m);
	return id;
}

int64_t
pprof_location(struct pprof *p, const struct frame *frame)
{
	const struct report_native *native = frame->native;
	int64_t key[4] = {function(p, frame), frame->line, 0, 0};
	struct buf m, line;
	int64_t id;
	bool is_new;

	if (native && native->module) {
		key[2] = pprof_mapping(p, native->module, native->build_id);
		if (native->offset > 0 && native->offset < MAPPING_SPAN)
			key[3] = key[2] * MAPPING_SPAN + native->offset;
	}
	id = number_of(p, &p->locations, key, sizeof key, &is_new);
	if (!is_new)
		return id;
	buf_init(&m);
	buf_init(&line);
	protobuf_number(&line, LINE_FUNCTION, key[0]);
	protobuf_number(&line, LINE_NUMBER, key[1]);
	protobuf_number(&m, LOCATION_ID, id);
	protobuf_number(&m, LOCATION_MAPPING, key[2]);
	protobuf_number(&m, LOCATION_ADDRESS, key[3]);
	protobuf_message(&m, LOCATION_LINE, &line);
	protobuf_message(&p->location_fields, PROFILE_LOCATION, &m);
	buf_fini(&line);
	buf_fini(&m);
	return id;
}
