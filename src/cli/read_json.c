#include "config.h"

#include "cli/read_json.h"

#include <stdbool.h>
#include <stdlib.h>

#include "common/arena.h"
#include "report/report.h"

static bool lacked_memory;

static void *
take(size_t n)
{
	void *p = malloc(n);

	lacked_memory |= !p;
	return p;
}

void
read_watch_memory(void)
{
	lacked_memory = false;
	json_set_alloc_funcs(take, free);
}

bool
read_lacked_memory(void)
{
	return lacked_memory;
}

void
read_fail(struct reader *r, const char *field, const char *problem)
{
	if (r->problem)
		return;
	r->field = field;
	r->problem = problem;
}

void
read_doubt(struct reader *r, const char *field, const char *doubt)
{
	if (r->n_doubts++)
		return;
	r->doubtful = field;
	r->doubt = doubt;
}

/* The member; NULL when it is null, or not what it should be. */
static const json_t *
member(struct reader *r, const json_t *o, const char *key, json_type type,
       const char *problem)
{
	const json_t *v = json_object_get(o, key);

	if (!v) {
		read_doubt(r, key, "is missing");
		return NULL;
	}
	if (json_is_null(v))
		return NULL;
	if (json_typeof(v) != type) {
		read_doubt(r, key, problem);
		return NULL;
	}
	return v;
}

const char *
read_string(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = member(r, o, key, JSON_STRING, "is not a string");

	return v ? arena_string(r->arena, json_string_value(v)) : NULL;
}

#define MOST ((int64_t)1 << 50)

static int64_t
integer_of(struct reader *r, const json_t *v, const char *key)
{
	int64_t value = json_integer_value(v);

	/* So that sums of them do not overflow. */
	if (value <= MOST && value >= -MOST)
		return value;
	read_doubt(r, key, "is larger than a process can have");
	return REPORT_UNKNOWN;
}

int64_t
read_integer(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = member(r, o, key, JSON_INTEGER, "is not an integer");

	return v ? integer_of(r, v, key) : REPORT_UNKNOWN;
}

const int64_t *
read_integers(struct reader *r, const json_t *o, const char *key, size_t *n)
{
	const json_t *list = read_array(r, o, key);
	size_t i, n_list = json_array_size(list);
	int64_t *out = arena_array(r->arena, n_list, sizeof *out);

	for (i = 0; out && i < n_list; i++) {
		const json_t *v = json_array_get(list, i);

		if (json_is_integer(v)) {
			out[i] = integer_of(r, v, key);
			continue;
		}
		out[i] = REPORT_UNKNOWN;
		if (!json_is_null(v))
			read_doubt(r, key, "is not a list of integers");
	}
	*n = out ? n_list : 0;
	return out;
}

int64_t
read_count(struct reader *r, const json_t *o, const char *key)
{
	int64_t n = read_integer(r, o, key);

	if (n >= 0 || n == REPORT_UNKNOWN)
		return n;
	read_doubt(r, key, "is less than 0");
	return REPORT_UNKNOWN;
}

int
read_truth(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!v)
		read_doubt(r, key, "is missing");
	else if (!json_is_boolean(v) && !json_is_null(v))
		read_doubt(r, key, "is neither true nor false");
	return json_is_boolean(v) ? json_is_true(v) : -1;
}

double
read_seconds(struct reader *r, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!v)
		read_doubt(r, key, "is missing");
	else if (!json_is_number(v) && !json_is_null(v))
		read_doubt(r, key, "is not a number");
	else if (json_number_value(v) > READ_MOST_SECONDS)
		read_doubt(r, key, "is longer than a process can run");
	else if (json_is_number(v))
		return json_number_value(v);
	return -1;
}

const json_t *
read_object(struct reader *r, const json_t *o, const char *key)
{
	return member(r, o, key, JSON_OBJECT, "is not an object");
}

const json_t *
read_array(struct reader *r, const json_t *o, const char *key)
{
	return member(r, o, key, JSON_ARRAY, "is not an array");
}
