#include "config.h"

#include "report/kinds.h"

#include <string.h>

/*
 * One entry of a list, n bytes at s.  *is_named: the reason itself, not only
 * its kind.
 */
static bool
entry_matches(const char *s, size_t n, enum finding_kind kind,
	      enum finding_reason reason, bool *is_named)
{
	const char *slash = memchr(s, '/', n);
	size_t n_kind = slash ? (size_t)(slash - s) : n;

	*is_named = slash != NULL;
	if (n == 3 && !memcmp(s, "all", 3))
		return true;
	if (finding_kind_find(s, n_kind) != (int)kind)
		return false;
	return !slash ||
	       finding_reason_find(slash + 1, n - n_kind - 1) == (int)reason;
}

static bool
matches(const char *list, enum finding_kind kind, enum finding_reason reason,
	bool must_be_named)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		bool is_named;

		if (n && entry_matches(list, n, kind, reason, &is_named) &&
		    (is_named || !must_be_named))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

bool
kinds_match(const char *list, enum finding_kind kind,
	    enum finding_reason reason)
{
	return matches(list, kind, reason, false);
}

bool
kinds_fail(const char *list, enum finding_kind kind, enum finding_reason reason)
{
	return matches(list, kind, reason, reason == REASON_DEBUG_SAVEALL);
}
