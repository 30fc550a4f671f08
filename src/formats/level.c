#include "config.h"

#include "formats/level.h"

#include "formats/catalog.h"

enum level
level_of(const struct finding *f)
{
	if (f->state != STATE_NEW)
		return LEVEL_QUIET;
	return f->is_failing || catalog_fails(f->kind, f->reason) ?
		       LEVEL_FAILS :
		       LEVEL_REPORTED;
}

bool
level_counts(const struct finding *f)
{
	return f->is_printed && f->state != STATE_SUPPRESSED &&
	       f->state != STATE_STARTUP;
}

const char *
level_state_text(enum finding_state state)
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
