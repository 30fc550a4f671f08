#include "config.h"

#include "report/report.h"

#include <string.h>

static const char *const kinds[FINDING_KINDS] = {
#define KIND(name, word) [FINDING_##name] = word,
#define REASON(name, kind, word)
#include "common/kinds.def"
#undef KIND
#undef REASON
};

static const char *const reasons[REASONS] = {
	[REASON_NONE] = "",
#define KIND(name, word)
#define REASON(name, kind, word) [REASON_##name] = word,
#include "common/kinds.def"
#undef KIND
#undef REASON
};

static const char *const states[] = {
	[STATE_NEW] = "new",
	[STATE_KNOWN] = "known",
	[STATE_SUPPRESSED] = "suppressed",
	[STATE_STARTUP] = "startup",
};

static const char *const audit_reasons[AUDIT_REASONS] = {
	[AUDIT_MISSING_TRAVERSE] = "missing-traverse",
	[AUDIT_NO_GC_FLAG] = "no-gc-flag",
	[AUDIT_TYPE_NOT_VISITED] = "type-not-visited",
};

static int
find(const char *const *words, size_t n_words, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < n_words; i++)
		if (strlen(words[i]) == n && !memcmp(words[i], name, n))
			return (int)i;
	return -1;
}

const char *
finding_kind_name(enum finding_kind kind)
{
	return kinds[kind];
}

const char *
finding_reason_name(enum finding_reason reason)
{
	return reasons[reason];
}

const char *
finding_state_name(enum finding_state state)
{
	return states[state];
}

int
finding_kind_find(const char *name, size_t n)
{
	return find(kinds, FINDING_KINDS, name, n);
}

int
finding_reason_find(const char *name, size_t n)
{
	return find(reasons, REASONS, name, n);
}

int
finding_state_find(const char *name, size_t n)
{
	return find(states, sizeof states / sizeof *states, name, n);
}

const char *
audit_reason_name(enum audit_reason reason)
{
	return audit_reasons[reason];
}

int
audit_reason_find(const char *name, size_t n)
{
	return find(audit_reasons, AUDIT_REASONS, name, n);
}

bool
finding_is_memory(const struct finding *f)
{
	return f->n_types && !strcmp(f->types[0].name, "(memory)");
}
