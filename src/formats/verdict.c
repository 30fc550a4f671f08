#include "config.h"

#include "formats/verdict.h"

#include "common/options.h"
#include "report/kinds.h"

bool
verdict_kind_fails(enum finding_kind kind, enum finding_reason reason)
{
	static struct options defaults;

	if (!defaults.fail_on[0])
		options_init(&defaults);
	return kinds_fail(defaults.fail_on, kind, reason);
}

enum verdict
verdict_of(const struct finding *f)
{
	if (f->state != STATE_NEW)
		return VERDICT_QUIET;
	return f->is_failing || verdict_kind_fails(f->kind, f->reason) ?
		       VERDICT_FAILS :
		       VERDICT_REPORTED;
}

bool
verdict_counts(const struct finding *f)
{
	return f->is_printed && f->state != STATE_SUPPRESSED &&
	       f->state != STATE_STARTUP;
}

const char *
verdict_state_text(enum finding_state state)
{
	static const char *const texts[] = {
		[STATE_NEW] = "new",
		[STATE_KNOWN] = "known: it is in the baseline",
		[STATE_SUPPRESSED] = "suppressed by a rule",
		[STATE_STARTUP] = "startup: allocated before the program's "
				  "first line, the interpreter's own",
	};

	return texts[state];
}

/* ---- kinds and reasons ---- */

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

bool
verdict_pair(size_t i, enum finding_kind *kind, enum finding_reason *reason)
{
	if (i >= sizeof pairs / sizeof *pairs)
		return false;
	*kind = pairs[i].kind;
	*reason = pairs[i].reason;
	return true;
}

const char *
verdict_meaning(enum finding_kind kind, enum finding_reason reason)
{
	size_t i;

	for (i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (pairs[i].kind == kind && pairs[i].reason == reason)
			return pairs[i].meaning;
	return "";
}
