#include "config.h"

#include "report/omissions.h"

#include <string.h>

#include "common/options.h"
#include "report/missed.h"

void
omissions_count(struct omissions *m, enum omission which, int64_t n)
{
	m->of[which].count += n;
}

void
omissions_explain(struct omissions *m, enum omission which, const char *why)
{
	m->of[which].why = why;
}

void
omissions_note(struct omissions *m, enum omission which, const char *why)
{
	m->of[which].is_whole = true;
	m->of[which].why = why;
}

void
omissions_drop(struct omissions *m, enum omission which)
{
	memset(&m->of[which], 0, sizeof m->of[which]);
}

bool
omissions_has(const struct omissions *m, enum omission which)
{
	return m->of[which].is_whole || m->of[which].count;
}

static const struct {
	const char *what, *why;
} words[OMISSIONS] = {
#define OMISSION(name, what, why, asked) [OMISSION_##name] = {what, why},
#define FAULT(name, what, why, asked) [OMISSION_##name] = {what, why},
#include "report/omissions.def"
#undef OMISSION
#undef FAULT
};

/* Without a finding, no backtrace is missing. */
#define ASKED_BACKTRACES \
	(o->track != OPTIONS_TRACK_NONE && o->backtrace && r->n_findings)
#define ASKED_BY_NAME(reason) \
	(strstr(o->fail_on, reason) || strstr(o->kinds, reason))

static bool
is_asked(enum omission which, const struct options *o, const struct report *r)
{
	switch (which) {
#define OMISSION(name, what, why, asked) \
	case OMISSION_##name:            \
		return asked;
#define FAULT(name, what, why, asked) OMISSION(name, what, why, asked)
#include "report/omissions.def"
#undef OMISSION
#undef FAULT
	case OMISSIONS:
		break;
	}
	return false;
}

void
omissions_fill(const struct omissions *m, const struct options *o,
	       struct report *r)
{
	static struct report_missed rows[OMISSIONS];
	enum omission i;

	r->missed = rows;
	r->n_missed = 0;
	for (i = 0; i < OMISSIONS; i++) {
		if (!omissions_has(m, i))
			continue;
		rows[r->n_missed++] = (struct report_missed){
			.what = words[i].what,
			.count = m->of[i].count ? m->of[i].count :
						  REPORT_UNKNOWN,
			.why = m->of[i].why ? m->of[i].why : words[i].why,
			.is_asked = is_asked(i, o, r),
		};
	}
}
