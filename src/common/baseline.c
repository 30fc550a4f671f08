#include "config.h"

#include "common/baseline.h"

#include <string.h>

#include "common/buf.h"
#include "common/hash.h"
#include "common/jsonscan.h"

enum {
	FINGERPRINT_BYTES = 48, /* as in report/report.h */
	WORD_BYTES = 32,
};

struct baseline_entry {
	char fingerprint[FINGERPRINT_BYTES];
	int64_t count;
	UT_hash_handle hh;
};

static struct baseline_entry *
find(const struct baseline *b, const char *fingerprint)
{
	struct baseline_entry *e;

	HASH_FIND_STR(b->table, fingerprint, e);
	return e;
}

static bool
add(struct baseline *b, const char *fingerprint, int64_t count)
{
	struct baseline_entry *e = find(b, fingerprint);

	if (e) {
		if (__builtin_add_overflow(e->count, count, &e->count))
			e->count = INT64_MAX;
		return true;
	}
	e = arena_grab(&b->arena, sizeof *e);
	if (!e)
		return false;
	memcpy(e->fingerprint, fingerprint, strlen(fingerprint));
	e->count = count;
	HASH_ADD_STR(b->table, fingerprint, e);
	if (hash_was_full(&e->hh))
		return false;
	b->n++;
	return true;
}

static bool
take_finding(struct jsonscan *j, struct baseline *b)
{
	char key[WORD_BYTES], state[WORD_BYTES] = "";
	char fingerprint[FINGERPRINT_BYTES] = "";
	int64_t count = 0;
	bool more;

	for (more = jsonscan_open(j, '{'); more; more = jsonscan_next(j, '}')) {
		if (!jsonscan_key(j, key, sizeof key))
			return false;
		if (!strcmp(key, "fingerprint"))
			jsonscan_string(j, fingerprint, sizeof fingerprint);
		else if (!strcmp(key, "state"))
			jsonscan_string(j, state, sizeof state);
		else if (!strcmp(key, "count"))
			jsonscan_count(j, &count);
		else
			jsonscan_skip(j);
	}
	if (j->problem)
		return false;
	if (!*fingerprint)
		return jsonscan_fail(j, "a finding has no fingerprint");
	if (!strcmp(state, "suppressed") || !strcmp(state, "startup"))
		return true;
	return add(b, fingerprint, count > 0 ? count : 0) ||
	       jsonscan_fail(j, "out of memory");
}

static bool
take_findings(struct jsonscan *j, struct baseline *b)
{
	bool more;

	for (more = jsonscan_open(j, '['); more; more = jsonscan_next(j, ']'))
		if (!take_finding(j, b))
			return false;
	return !j->problem;
}

static bool
take_schema(struct jsonscan *j)
{
	char schema[WORD_BYTES];

	if (!jsonscan_string(j, schema, sizeof schema))
		return false;
	return !strcmp(schema, "leakshim.report/1") ||
	       jsonscan_fail(j, "expected a report of schema "
				"leakshim.report/1");
}

static void
take_report(struct jsonscan *j, struct baseline *b)
{
	bool has_schema = false, has_findings = false, more;
	char key[WORD_BYTES];

	for (more = jsonscan_open(j, '{'); more; more = jsonscan_next(j, '}')) {
		if (!jsonscan_key(j, key, sizeof key))
			return;
		if (!strcmp(key, "schema"))
			has_schema = take_schema(j);
		else if (!strcmp(key, "findings"))
			has_findings = take_findings(j, b);
		else
			jsonscan_skip(j);
	}
	if (jsonscan_end(j) && (!has_schema || !has_findings))
		jsonscan_fail(j, "it has no schema or no findings: expected a "
				 "JSON report");
}

static void
complain(const struct jsonscan *j, const char *name, struct buf *complaint)
{
	int line, column;

	jsonscan_place(j, &line, &column);
	buf_put(complaint, "leakshim: ");
	buf_shown(complaint, name, SIZE_MAX);
	buf_printf(complaint, ":%d:%d: %s\n", line, column, j->problem);
}

bool
baseline_parse(struct baseline *b, const char *name, const char *text, size_t n,
	       struct buf *complaint)
{
	struct jsonscan j;

	memset(b, 0, sizeof *b);
	arena_init(&b->arena);
	jsonscan_init(&j, text, n);
	take_report(&j, b);
	if (!j.problem)
		return true;
	complain(&j, name, complaint);
	baseline_fini(b);
	return false;
}

bool
baseline_has(const struct baseline *b, const char *fingerprint)
{
	return find(b, fingerprint) != NULL;
}

int64_t
baseline_count(const struct baseline *b, const char *fingerprint)
{
	const struct baseline_entry *e = find(b, fingerprint);

	return e ? e->count : 0;
}

void
baseline_fini(struct baseline *b)
{
	HASH_CLEAR(hh, b->table);
	arena_fini(&b->arena);
	memset(b, 0, sizeof *b);
}
