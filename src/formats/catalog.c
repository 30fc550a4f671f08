#include "config.h"

#include "formats/catalog.h"

#include "common/options.h"
#include "report/kinds.h"

bool
catalog_fails(enum finding_kind kind, enum finding_reason reason)
{
	static struct options defaults;

	if (!defaults.fail_on[0])
		options_init(&defaults);
	return kinds_fail(defaults.fail_on, kind, reason);
}

static const struct {
	enum finding_kind kind;
	enum finding_reason reason;
	const char *meaning;
} pairs[] = {
	{FINDING_UNCOLLECTABLE, REASON_LEGACY_FINALIZER,
	 "A reference cycle that can never be freed, because a finalizer is "
	 "in it or reachable from it"},
	{FINDING_UNCOLLECTABLE, REASON_NOT_CLEARABLE,
	 "A reference cycle that is still there after a full collection: no "
	 "type in it clears its references"},
	{FINDING_UNCOLLECTABLE, REASON_GARBAGE,
	 "An object that only gc.garbage holds"},
	{FINDING_UNCOLLECTABLE, REASON_DEBUG_SAVEALL,
	 "An object that is in gc.garbage because of gc.DEBUG_SAVEALL"},
	{FINDING_LOST_REFERENCE, REASON_UNREFERENCED,
	 "An object that nothing in the process points to, and whose "
	 "reference count is not 0: a missing Py_DECREF"},
	{FINDING_LOST_REFERENCE, REASON_SURPLUS,
	 "An object in use whose reference count is higher than the "
	 "references that exist"},
	{FINDING_HIDDEN_CYCLE, REASON_NO_GC_FLAG,
	 "A cycle that the collector cannot see: it passes through a type "
	 "without Py_TPFLAGS_HAVE_GC"},
	{FINDING_HIDDEN_CYCLE, REASON_MISSING_TRAVERSE,
	 "A cycle that the collector cannot see: a tp_traverse forgets a "
	 "reference"},
	{FINDING_HIDDEN_CYCLE, REASON_UNTRACKED,
	 "A cycle that the collector cannot see: it passes through an object "
	 "that is not tracked"},
	{FINDING_HIDDEN_CYCLE, REASON_FOREIGN_MEMORY,
	 "A cycle that the collector cannot see: it passes through memory of "
	 "a C library"},
	{FINDING_UNREACHABLE, REASON_PENDING,
	 "Cyclic garbage that a collection would free, and none has yet"},
	{FINDING_UNREACHABLE, REASON_GC_DISABLED,
	 "Cyclic garbage that stays because the collector is disabled"},
	{FINDING_UNREACHABLE, REASON_FROZEN,
	 "Cyclic garbage in the permanent generation: gc.freeze() has hidden "
	 "it from every collection"},
	{FINDING_RESURRECTED, REASON_NONE,
	 "An object that lives although its finalizer has run: it will not "
	 "run again"},
	{FINDING_GROWTH, REASON_NONE,
	 "Reachable objects of one allocation site, whose number grows from "
	 "check to check"},
	{FINDING_COLLECTED, REASON_NONE,
	 "Cyclic garbage that a collection has freed: work that breaking the "
	 "cycle would save"},
};

enum { KINDS_WITH_REASONS = 4 };
_Static_assert(sizeof pairs / sizeof *pairs ==
		       REASONS - 1 + FINDING_KINDS - KINDS_WITH_REASONS,
	       "each reason, and each kind that has none, has its meaning");

bool
catalog_pair(size_t i, enum finding_kind *kind, enum finding_reason *reason)
{
	if (i >= sizeof pairs / sizeof *pairs)
		return false;
	*kind = pairs[i].kind;
	*reason = pairs[i].reason;
	return true;
}

const char *
catalog_meaning(enum finding_kind kind, enum finding_reason reason)
{
	size_t i;

	for (i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (pairs[i].kind == kind && pairs[i].reason == reason)
			return pairs[i].meaning;
	return "";
}
