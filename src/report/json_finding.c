#include "config.h"

#include "report/json_finding.h"

#include "report/jsonwriter.h"

static void
put_types(struct jsonwriter *w, const struct report_type *types, size_t n)
{
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "types", '[');
	for (i = 0; i < n; i++) {
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "name", types[i].name);
		jsonwriter_number(w, "count", types[i].count);
		jsonwriter_number(w, "bytes", types[i].bytes);
		jsonwriter_string(w, "module_file", types[i].module_file);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

/* 16 digits, as a fingerprint has them. */
static void
put_id(struct jsonwriter *w, uint64_t id)
{
	static const char digits[] = "0123456789abcdef";
	char text[17];
	int i;

	for (i = 16; i--; id >>= 4)
		text[i] = digits[id & 15];
	text[16] = '\0';
	jsonwriter_string(w, NULL, text);
}

static void
put_shared(struct jsonwriter *w, const struct finding *f)
{
	size_t i, k;

	jsonwriter_line(w);
	jsonwriter_begin(w, "shared", '[');
	for (i = 0; i < f->n_shared; i++) {
		const struct report_shared *s = &f->shared[i];

		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_number(w, "objects", s->objects);
		jsonwriter_number(w, "bytes", s->bytes);
		put_types(w, s->types, s->n_types);
		jsonwriter_line(w);
		jsonwriter_begin(w, "ids", '[');
		for (k = 0; k < s->n_ids; k++)
			put_id(w, s->ids[k]);
		jsonwriter_end(w, ']');
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
put_line(struct jsonwriter *w, int v)
{
	jsonwriter_number(w, "line", v < 1 ? REPORT_UNKNOWN : v);
}

static void
put_finalizers(struct jsonwriter *w, const struct finding *f)
{
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "finalizers", '[');
	for (i = 0; i < f->n_finalizers; i++) {
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "type", f->finalizers[i].type);
		jsonwriter_string(w, "name", f->finalizers[i].name);
		jsonwriter_string(w, "file", f->finalizers[i].file);
		put_line(w, f->finalizers[i].line);
		jsonwriter_truth(w, "ran", f->finalizers[i].ran);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
put_cycle(struct jsonwriter *w, const struct finding *f, bool with_addresses)
{
	size_t i;

	jsonwriter_line(w);
	jsonwriter_begin(w, "cycle", '[');
	for (i = 0; i < f->n_cycle; i++) {
		const struct report_edge *e = &f->cycle[i];

		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "type", e->type);
		jsonwriter_number(w, "refcount", e->refcount);
		jsonwriter_number(w, "generation",
				  e->generation < 0 ? REPORT_UNKNOWN :
						      e->generation);
		jsonwriter_string(w, "edge", e->edge);
		if (with_addresses)
			jsonwriter_address(w, "address", e->address);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
put_holders(struct jsonwriter *w, const char *key,
	    const struct report_holder *list, size_t n)
{
	size_t i;

	jsonwriter_begin(w, key, '[');
	for (i = 0; i < n; i++) {
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "type", list[i].type);
		jsonwriter_string(w, "edge", list[i].edge);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
put_references(struct jsonwriter *w, const struct finding *f)
{
	jsonwriter_line(w);
	if (f->kind != FINDING_LOST_REFERENCE) {
		jsonwriter_null(w, "references");
		return;
	}
	jsonwriter_begin(w, "references", '{');
	jsonwriter_number(w, "refcount", f->refcount);
	jsonwriter_number(w, "found", f->references_found);
	jsonwriter_number(w, "lost", f->references_lost);
	jsonwriter_end(w, '}');
}

static void
put_hidden_by(struct jsonwriter *w, const struct finding *f)
{
	jsonwriter_line(w);
	if (!f->hidden_type) {
		jsonwriter_null(w, "hidden_by");
		return;
	}
	jsonwriter_begin(w, "hidden_by", '{');
	jsonwriter_string(w, "type", f->hidden_type);
	jsonwriter_string(w, "module_file", f->hidden_module_file);
	jsonwriter_string(w, "member", f->hidden_member);
	jsonwriter_end(w, '}');
}

static void
put_growth(struct jsonwriter *w, const struct finding *f)
{
	size_t i;

	jsonwriter_line(w);
	if (f->kind != FINDING_GROWTH) {
		jsonwriter_null(w, "growth");
		return;
	}
	jsonwriter_begin(w, "growth", '{');
	jsonwriter_begin(w, "checks", '[');
	for (i = 0; i < f->n_growth_checks; i++)
		jsonwriter_number(w, NULL, f->growth_checks[i]);
	jsonwriter_end(w, ']');
	jsonwriter_seconds(w, "age_seconds", f->growth_age_seconds);
	put_holders(w, "path", f->growth_path, f->n_growth_path);
	jsonwriter_end(w, '}');
}

static void
put_held_by(struct jsonwriter *w, const struct finding *f)
{
	jsonwriter_line(w);
	if (f->held_by)
		put_holders(w, "held_by", f->held_by, f->n_held_by);
	else
		jsonwriter_null(w, "held_by");
}

static void
put_python(struct jsonwriter *w, const struct finding *f)
{
	size_t i;

	jsonwriter_begin(w, "python", '[');
	for (i = 0; i < f->n_python; i++) {
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "function", f->python[i].function);
		jsonwriter_string(w, "file", f->python[i].file);
		put_line(w, f->python[i].line);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
put_native(struct jsonwriter *w, const struct finding *f)
{
	size_t i;

	jsonwriter_begin(w, "native", '[');
	for (i = 0; i < f->n_native; i++) {
		jsonwriter_line(w);
		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "function", f->native[i].function);
		jsonwriter_string(w, "module", f->native[i].module);
		jsonwriter_number(w, "offset", f->native[i].offset);
		jsonwriter_string(w, "file", f->native[i].file);
		put_line(w, f->native[i].line);
		jsonwriter_string(w, "build_id", f->native[i].build_id);
		jsonwriter_number(w, "runs", f->native[i].n_python);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
put_allocated(struct jsonwriter *w, const struct finding *f)
{
	jsonwriter_line(w);
	jsonwriter_begin(w, "allocated", '{');
	jsonwriter_string(w, "thread", f->thread);
	put_python(w, f);
	put_native(w, f);
	jsonwriter_truth(w, "known", f->allocation_known);
	jsonwriter_end(w, '}');
}

void
json_finding(struct jsonwriter *w, const struct finding *f, bool with_addresses)
{
	json_finding_as(w, NULL, f, with_addresses);
}

void
json_finding_as(struct jsonwriter *w, const char *key, const struct finding *f,
		bool with_addresses)
{
	jsonwriter_line(w);
	jsonwriter_begin(w, key, '{');
	jsonwriter_line(w);
	jsonwriter_string(w, "fingerprint", f->fingerprint);
	jsonwriter_line(w);
	jsonwriter_string(w, "kind", finding_kind_name(f->kind));
	jsonwriter_string(w, "reason",
			  f->reason == REASON_NONE ?
				  NULL :
				  finding_reason_name(f->reason));
	jsonwriter_string(w, "state", finding_state_name(f->state));
	jsonwriter_line(w);
	jsonwriter_number(w, "count", f->count);
	jsonwriter_number(w, "objects", f->objects);
	jsonwriter_number(w, "bytes", f->bytes);
	put_types(w, f->types, f->n_types);
	if (f->n_shared)
		put_shared(w, f);
	put_finalizers(w, f);
	put_cycle(w, f, with_addresses);
	put_references(w, f);
	put_hidden_by(w, f);
	put_growth(w, f);
	put_held_by(w, f);
	put_allocated(w, f);
	jsonwriter_line(w);
	jsonwriter_string(w, "advice", f->advice);
	jsonwriter_end(w, '}');
}
