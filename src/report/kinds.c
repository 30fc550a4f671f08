#include "config.h"

#include "report/kinds.h"

#include <string.h>

/* One entry of a list, n bytes at s. */
static bool
entry_matches(const char *s, size_t n, enum finding_kind kind,
	      enum finding_reason reason)
{
	const char *slash = memchr(s, '/', n);
	size_t n_kind = slash ? (size_t)(slash - s) : n;

	if (n == 3 && !memcmp(s, "all", 3))
		return reason != REASON_DEBUG_SAVEALL;
	if (finding_kind_find(s, n_kind) != (int)kind)
		return false;
	if (!slash)
		return reason != REASON_DEBUG_SAVEALL;
	return finding_reason_find(slash + 1, n - n_kind - 1) == (int)reason;
}

bool
kinds_match(const char *list, enum finding_kind kind,
	    enum finding_reason reason)
{
	while (*list) {
		size_t n = strcspn(list, ",");

		if (n && entry_matches(list, n, kind, reason))
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}
