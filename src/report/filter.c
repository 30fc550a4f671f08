#include "config.h"

#include "report/filter.h"

#include <string.h>

#include "common/arena.h"
#include "common/baseline.h"
#include "common/pattern.h"
#include "common/suppressions.h"
#include "report/counts.h"
#include "report/fingerprint.h"
#include "report/kinds.h"
#include "report/sums.h"

static bool
matches_type(const char *pattern, const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_types; i++)
		if (pattern_match(pattern, f->types[i].name))
			return true;
	return pattern_match(pattern, f->hidden_type);
}

static bool
matches_python(const char *pattern, const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_python; i++)
		if (pattern_match(pattern, f->python[i].function) ||
		    pattern_match(pattern, f->python[i].file))
			return true;
	return false;
}

static bool
matches_native(const char *pattern, const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_native; i++)
		if (pattern_match(pattern, f->native[i].function) ||
		    pattern_match(pattern, f->native[i].file) ||
		    pattern_match(pattern, f->native[i].module))
			return true;
	return false;
}

/* The library that a type is from: often all that is known of C code. */
static bool
matches_module(const char *pattern, const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_types; i++)
		if (pattern_match(pattern, f->types[i].module_file))
			return true;
	return pattern_match(pattern, f->hidden_module_file);
}

bool
filter_matches(const struct suppression *rule, const struct finding *f)
{
	const char *pattern = rule->pattern;

	switch (rule->subject) {
	case SUPPRESSION_FINGERPRINT:
		return !strcmp(pattern, f->fingerprint);
	case SUPPRESSION_TYPE:
		return matches_type(pattern, f);
	case SUPPRESSION_ANY:
		break;
	}
	return kinds_match(rule->kinds, f->kind, f->reason) &&
	       (matches_type(pattern, f) || matches_python(pattern, f) ||
		matches_native(pattern, f) || matches_module(pattern, f));
}

struct suppression *
filter_find(const struct suppressions *s, const struct finding *f,
	    int64_t today, struct suppression **over)
{
	size_t i;

	*over = NULL;
	for (i = 0; i < s->n; i++) {
		struct suppression *rule = &s->rules[i];

		if (!filter_matches(rule, f))
			continue;
		rule->is_used = true;
		if (!suppression_is_over(rule, today)) {
			*over = NULL;
			return rule;
		}
		if (!*over)
			*over = rule;
	}
	return NULL;
}

void
filter_count(struct suppression *rule, const struct finding *f)
{
	rule->findings++;
	sums_add(&rule->objects, f->objects);
	sums_add(&rule->bytes, f->bytes);
}

void
filter_suppress(const struct suppressions *s, struct finding *list, size_t n,
		int64_t today)
{
	size_t i;

	/* With isolate=0 there may have been another check in this process. */
	for (i = 0; i < s->n; i++)
		s->rules[i].findings = s->rules[i].objects = s->rules[i].bytes =
			0;
	for (i = 0; i < n; i++) {
		struct finding *f = &list[i];
		struct suppression *rule, *over;

		if (f->state == STATE_STARTUP)
			continue;
		rule = filter_find(s, f, today, &over);
		if (f->state != STATE_NEW || (!rule && !over))
			continue;
		filter_count(rule ? rule : over, f);
		if (rule)
			f->state = STATE_SUPPRESSED;
	}
}

bool
filter_is_known(const struct baseline *b, const struct finding *f)
{
	return baseline_has(b, f->fingerprint) &&
	       (fingerprint_has_place(f) ||
		!counts_are_more(f, baseline_count(b, f->fingerprint)));
}

void
filter_know(const struct baseline *b, struct finding *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].state == STATE_NEW && filter_is_known(b, &list[i]))
			list[i].state = STATE_KNOWN;
}

void
filter_rows(struct arena *a, const struct suppressions *s, int64_t today,
	    struct report *r)
{
	struct report_rule *rows = arena_array(a, s->n, sizeof *rows);
	size_t i;

	r->has_rules = true;
	for (i = 0; rows && i < s->n; i++) {
		const struct suppression *rule = &s->rules[i];

		if (rule->findings)
			rows[r->n_rules++] = (struct report_rule){
				rule->text, suppression_is_over(rule, today),
				rule->findings, rule->objects, rule->bytes};
	}
	r->rules = rows;
}
