#include "config.h"

#include "report/omissions.h"

#include <string.h>

#include "common/options.h"
#include "report/missed.h"
#include "tap.h"

static struct options o;
static struct report r;

/* The only row there is for it. */
static const struct report_missed *
row_of(const struct omissions *m, enum omission which)
{
	struct omissions one = {0};

	one.of[which] = m->of[which];
	omissions_fill(&one, &o, &r);
	return r.n_missed == 1 ? &r.missed[0] : NULL;
}

static void
rows(void)
{
	struct omissions m = {0};
	enum omission i;

	omissions_fill(&m, &o, &r);
	is_number(r.n_missed, 0, "nothing left out, no row");
	omissions_count(&m, OMISSION_REGISTERS, 0);
	ok(!omissions_has(&m, OMISSION_REGISTERS), "none is no omission");
	omissions_count(&m, OMISSION_REGISTERS, 3);
	omissions_count(&m, OMISSION_REGISTERS, 2);
	is_number(row_of(&m, OMISSION_REGISTERS)->count, 5, "they add up");
	omissions_note(&m, OMISSION_REACHABILITY, "no /proc");
	is_string(row_of(&m, OMISSION_REACHABILITY)->why, "no /proc", "why");
	ok(row_of(&m, OMISSION_REACHABILITY)->count == REPORT_UNKNOWN,
	   "how many is unknown");
	omissions_drop(&m, OMISSION_REACHABILITY);
	ok(!omissions_has(&m, OMISSION_REACHABILITY), "done after all");
	for (i = 0; i < OMISSIONS; i++)
		omissions_note(&m, i, "because");
	omissions_fill(&m, &o, &r);
	is_number(r.n_missed, OMISSIONS, "each has a row");
	memset(&m, 0, sizeof m);
	for (i = 0; i < OMISSIONS; i++)
		ok(!row_of(&m, i), "none is there now");
}

/* By which option it is asked for: on, the row must be said. */
static void
asked(void)
{
	struct omissions m = {0};
	enum omission i;

	for (i = 0; i < OMISSIONS; i++)
		omissions_note(&m, i, "because");
	options_init(&o);
	ok(row_of(&m, OMISSION_ANALYSIS)->is_asked, "the analysis always is");
	ok(row_of(&m, OMISSION_REGISTERS)->is_asked, "so by default");
	o.reachability = false;
	ok(!row_of(&m, OMISSION_REGISTERS)->is_asked, "reachability=0");
	ok(!row_of(&m, OMISSION_NATIVE)->is_asked, "not by default");
	o.native = 8;
	ok(row_of(&m, OMISSION_NATIVE)->is_asked, "native=8");
	ok(!row_of(&m, OMISSION_GROWTH_CHECKS)->is_asked, "not by default");
	o.growth = 3;
	ok(row_of(&m, OMISSION_GROWTH_CHECKS)->is_asked, "growth=3");
	ok(!row_of(&m, OMISSION_CAPTURE)->is_asked,
	   "no finding, so no backtrace is lacking");
	r.n_findings = 1;
	ok(row_of(&m, OMISSION_CAPTURE)->is_asked, "one finding without");
	o.track = OPTIONS_TRACK_NONE;
	ok(!row_of(&m, OMISSION_CAPTURE)->is_asked, "track=none");
	ok(!row_of(&m, OMISSION_SURVIVAL)->is_asked, "not by default");
	strcpy(o.fail_on, "uncollectable/not-clearable");
	ok(row_of(&m, OMISSION_SURVIVAL)->is_asked, "by its name");
	ok(!row_of(&m, OMISSION_FEW)->is_asked, "a rule of judgement never is");
}

static void
said(void)
{
	struct omissions m = {0};

	memset(&r, 0, sizeof r);
	options_init(&o);
	omissions_count(&m, OMISSION_FEW, 3);
	omissions_fill(&m, &o, &r);
	is_number((int64_t)missed_n_said(&r), 0, "not asked for: not said");
	omissions_count(&m, OMISSION_FINDINGS, 3);
	omissions_fill(&m, &o, &r);
	is_number((int64_t)missed_n_said(&r), 0, "it has its own line");
	omissions_note(&m, OMISSION_REACHABILITY, "because");
	omissions_fill(&m, &o, &r);
	is_number((int64_t)missed_n_said(&r), 1, "asked for: said");
}

int
main(void)
{
	rows();
	asked();
	said();
	return tap_done();
}
