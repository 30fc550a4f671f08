#include "config.h"

#include "cli/read_finding.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"

static int
read_line_number(struct reader *r, const json_t *o)
{
	int64_t v = read_integer(r, o, "line");

	return v < 1 || v > INT32_MAX ? 0 : (int)v;
}

/* In place of a required name. */
static const char *
nameless(struct reader *r, const char *field)
{
	read_doubt(r, field, "is null");
	return "?";
}

static const struct report_type *
read_types(struct reader *r, const json_t *o, size_t *n_types)
{
	const json_t *list = read_array(r, o, "types");
	size_t i, n = json_array_size(list);
	struct report_type *types = arena_array(r->arena, n, sizeof *types);

	for (i = 0; types && i < n; i++) {
		const json_t *t = json_array_get(list, i);

		types[i].name = read_string(r, t, "name");
		types[i].count = read_count(r, t, "count");
		types[i].bytes = read_count(r, t, "bytes");
		types[i].module_file = read_string(r, t, "module_file");
		if (!types[i].name)
			types[i].name = nameless(r, "name");
	}
	*n_types = types ? n : 0;
	return types;
}

static uint64_t
read_id(struct reader *r, const json_t *o, bool *is_sound)
{
	const char *s = json_string_value(o);

	if (!s || strlen(s) != 16 || strspn(s, "0123456789abcdef") != 16) {
		*is_sound = false;
		read_doubt(r, "ids", "has an invalid id");
		return 0;
	}
	return strtoull(s, NULL, 16);
}

/* The ids cannot stand for more than the finding is, if that is known. */
static bool
is_less_than(int64_t finding, int64_t shared)
{
	return finding != REPORT_UNKNOWN && finding < shared;
}

static bool
is_shared_sound(const struct finding *f)
{
	int64_t n = 0, objects = 0, bytes = 0, more, larger;
	bool is_more = false;
	size_t i;

	for (i = 0; i < f->n_shared; i++) {
		const struct report_shared *s = &f->shared[i];
		int64_t ids = (int64_t)s->n_ids;

		n += ids;
		if (s->objects == REPORT_UNKNOWN || s->bytes == REPORT_UNKNOWN)
			return false;
		is_more |= __builtin_mul_overflow(ids, s->objects, &more) ||
			   __builtin_mul_overflow(ids, s->bytes, &larger) ||
			   __builtin_add_overflow(objects, more, &objects) ||
			   __builtin_add_overflow(bytes, larger, &bytes);
	}
	return !is_more && !is_less_than(f->count, n) &&
	       !is_less_than(f->objects, objects) &&
	       !is_less_than(f->bytes, bytes);
}

/* Only where processes were forked. */
static void
read_shared(struct reader *r, const json_t *o, struct finding *out)
{
	const json_t *list = json_object_get(o, "shared") ?
				     read_array(r, o, "shared") :
				     NULL;
	size_t i, k, n = json_array_size(list);
	struct report_shared *rows = arena_array(r->arena, n, sizeof *rows);
	bool is_sound = true;

	for (i = 0; rows && i < n; i++) {
		const json_t *s = json_array_get(list, i);
		const json_t *ids = read_array(r, s, "ids");
		size_t n_ids = json_array_size(ids);
		uint64_t *numbers =
			arena_array(r->arena, n_ids, sizeof *numbers);

		rows[i].objects = read_count(r, s, "objects");
		rows[i].bytes = read_count(r, s, "bytes");
		rows[i].types = read_types(r, s, &rows[i].n_types);
		for (k = 0; numbers && k < n_ids; k++)
			numbers[k] =
				read_id(r, json_array_get(ids, k), &is_sound);
		rows[i].ids = numbers;
		rows[i].n_ids = numbers ? n_ids : 0;
	}
	out->shared = rows;
	out->n_shared = rows ? n : 0;
	if (is_sound && is_shared_sound(out))
		return;
	read_doubt(r, "shared", "is not a part of its finding");
	out->n_shared = 0;
}

static void
read_finalizers(struct reader *r, const json_t *o, struct finding *out)
{
	const json_t *list = read_array(r, o, "finalizers");
	size_t i, n = json_array_size(list);
	struct report_finalizer *f = arena_array(r->arena, n, sizeof *f);

	for (i = 0; f && i < n; i++) {
		const json_t *z = json_array_get(list, i);

		f[i].type = read_string(r, z, "type");
		f[i].name = read_string(r, z, "name");
		f[i].file = read_string(r, z, "file");
		f[i].line = read_line_number(r, z);
		f[i].ran = read_truth(r, z, "ran");
		if (!f[i].type)
			f[i].type = nameless(r, "type");
		if (!f[i].name)
			f[i].name = nameless(r, "name");
	}
	out->finalizers = f;
	out->n_finalizers = f ? n : 0;
}

static void
read_cycle(struct reader *r, const json_t *o, struct finding *out)
{
	const json_t *list = read_array(r, o, "cycle");
	size_t i, n = json_array_size(list);
	struct report_edge *edges = arena_array(r->arena, n, sizeof *edges);

	for (i = 0; edges && i < n; i++) {
		const json_t *e = json_array_get(list, i);
		int64_t generation = read_integer(r, e, "generation");

		edges[i].type = read_string(r, e, "type");
		edges[i].refcount = read_integer(r, e, "refcount");
		edges[i].generation =
			generation < 0 || generation > 3 ? -1 : (int)generation;
		edges[i].edge = read_string(r, e, "edge");
		if (!edges[i].type)
			edges[i].type = nameless(r, "type");
	}
	out->cycle = edges;
	out->n_cycle = edges ? n : 0;
}

static void
read_python(struct reader *r, const json_t *o, struct finding *out)
{
	const json_t *list = read_array(r, o, "python");
	size_t i, n = json_array_size(list);
	struct report_line *lines = arena_array(r->arena, n, sizeof *lines);

	for (i = 0; lines && i < n; i++) {
		const json_t *l = json_array_get(list, i);

		lines[i].function = read_string(r, l, "function");
		lines[i].file = read_string(r, l, "file");
		lines[i].line = read_line_number(r, l);
	}
	out->python = lines;
	out->n_python = lines ? n : 0;
}

/* Not in the reports that other tools may write: not required. */
static int
read_runs(struct reader *r, const json_t *o)
{
	int64_t n = json_object_get(o, "runs") ? read_integer(r, o, "runs") : 0;

	return n > 0 && n < 1 << 15 ? (int)n : 0;
}

static void
read_native(struct reader *r, const json_t *o, struct finding *out)
{
	const json_t *list = read_array(r, o, "native");
	size_t i, n = json_array_size(list);
	struct report_native *frames = arena_array(r->arena, n, sizeof *frames);

	for (i = 0; frames && i < n; i++) {
		const json_t *f = json_array_get(list, i);

		frames[i].function = read_string(r, f, "function");
		frames[i].module = read_string(r, f, "module");
		frames[i].offset = read_integer(r, f, "offset");
		frames[i].file = read_string(r, f, "file");
		frames[i].line = read_line_number(r, f);
		frames[i].build_id = json_object_get(f, "build_id") ?
					     read_string(r, f, "build_id") :
					     NULL;
		frames[i].n_python = read_runs(r, f);
	}
	out->native = frames;
	out->n_native = frames ? n : 0;
}

static const struct report_holder *
read_holders(struct reader *r, const json_t *list, size_t *n)
{
	struct report_holder *h;
	size_t i;

	*n = json_array_size(list);
	h = arena_array(r->arena, *n, sizeof *h);
	for (i = 0; h && i < *n; i++) {
		const json_t *o = json_array_get(list, i);

		h[i].type = read_string(r, o, "type");
		h[i].edge = read_string(r, o, "edge");
	}
	return list ? h : NULL;
}

static void
read_growth(struct reader *r, const json_t *o, struct finding *out)
{
	out->growth_checks =
		read_integers(r, o, "checks", &out->n_growth_checks);
	out->growth_age_seconds = read_seconds(r, o, "age_seconds");
	out->growth_path =
		read_holders(r, read_array(r, o, "path"), &out->n_growth_path);
}

static void
read_special(struct reader *r, const json_t *o, struct finding *out)
{
	const json_t *references = read_object(r, o, "references");
	const json_t *hidden = read_object(r, o, "hidden_by");
	const json_t *growth = read_object(r, o, "growth");

	out->refcount = out->references_found = out->references_lost =
		REPORT_UNKNOWN;
	out->growth_age_seconds = -1;
	if (references) {
		out->refcount = read_integer(r, references, "refcount");
		out->references_found = read_integer(r, references, "found");
		out->references_lost = read_integer(r, references, "lost");
	}
	if (hidden) {
		out->hidden_type = read_string(r, hidden, "type");
		out->hidden_module_file = read_string(r, hidden, "module_file");
		out->hidden_member = read_string(r, hidden, "member");
	}
	if (growth)
		read_growth(r, growth, out);
	out->held_by =
		read_holders(r, read_array(r, o, "held_by"), &out->n_held_by);
}

/* A word of a fixed list; *out is left alone if it is not on the list. */
static int
read_word(struct reader *r, const json_t *o, const char *key,
	  int (*find)(const char *, size_t))
{
	const json_t *member = json_object_get(o, key);
	const char *word = json_string_value(member);
	int v = word ? find(word, strlen(word)) : json_is_null(member) ? 0 : -1;

	if (v < 0)
		read_fail(r, key, "has an unknown value");
	return v < 0 ? 0 : v;
}

/* The kind and 16 digits: the kind of a merged one is not checked again. */
static bool
is_fingerprint_of(const char *s, enum finding_kind kind)
{
	const char *name = finding_kind_name(kind);
	size_t n = strlen(name);

	return !strncmp(s, name, n) && s[n] == '-' &&
	       strspn(s + n + 1, "0123456789abcdef") == 16 && !s[n + 17];
}

void
read_finding(struct reader *r, const json_t *o, struct finding *out)
{
	const char *fingerprint = read_string(r, o, "fingerprint");
	const json_t *allocated = read_object(r, o, "allocated");

	memset(out, 0, sizeof *out);
	if (!fingerprint || strlen(fingerprint) >= sizeof out->fingerprint) {
		read_fail(r, "fingerprint", "is not a fingerprint");
		return;
	}
	strcpy(out->fingerprint, fingerprint);
	out->kind =
		(enum finding_kind)read_word(r, o, "kind", finding_kind_find);
	if (!is_fingerprint_of(fingerprint, out->kind))
		read_fail(r, "fingerprint", "is not a fingerprint");
	out->reason = (enum finding_reason)read_word(r, o, "reason",
						     finding_reason_find);
	out->state = (enum finding_state)read_word(r, o, "state",
						   finding_state_find);
	out->count = read_count(r, o, "count");
	out->objects = read_count(r, o, "objects");
	out->bytes = read_count(r, o, "bytes");
	out->types = read_types(r, o, &out->n_types);
	read_shared(r, o, out);
	read_finalizers(r, o, out);
	read_cycle(r, o, out);
	read_special(r, o, out);
	out->thread = read_string(r, allocated, "thread");
	out->allocation_known = read_truth(r, allocated, "known") == 1;
	read_python(r, allocated, out);
	read_native(r, allocated, out);
	out->advice = read_string(r, o, "advice");
	out->is_printed = true;
	out->is_quiet =
		out->state == STATE_KNOWN || out->state == STATE_SUPPRESSED;
}
