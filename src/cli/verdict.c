#include "config.h"

#include "cli/verdict.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/buf.h"
#include "common/numbers.h"
#include "common/words.h"
#include "report/kinds.h"
#include "report/report.h"

void
verdict_init(struct verdict *v)
{
	memset(v, 0, sizeof *v);
	options_init(&v->options);
}

int
verdict_set_fail_on(struct verdict *v, const char *value)
{
	struct buf complaint;
	int status;

	buf_init(&complaint);
	status = options_set(&v->options, "fail_on", value, &complaint);
	fputs(buf_string(&complaint), stderr);
	buf_fini(&complaint);
	return status;
}

int
verdict_add_limit(struct verdict *v, const char *value)
{
	const char *colon = strchr(value, ':');
	size_t n = colon ? (size_t)(colon - value) : 0;
	struct verdict_limit *l = &v->limits[v->n_limits];
	uint64_t most;

	if (!colon || !words_are_kind(value, n) || n >= sizeof l->kinds ||
	    !numbers_parse(colon + 1, &most) || most > INT32_MAX) {
		complain("--max='%s': expected KIND:N, such as unreachable:3 "
			 "or lost-reference/surplus:0",
			 value);
		return -1;
	}
	if (v->n_limits == VERDICT_MAX_LIMITS) {
		complain("--max= may be given at most %d times",
			 VERDICT_MAX_LIMITS);
		return -1;
	}
	memset(l, 0, sizeof *l);
	memcpy(l->kinds, value, n);
	l->most = (int64_t)most;
	v->n_limits++;
	return 0;
}

/* KIND/REASON says more than KIND, and that more than all. */
static int
precision(const struct verdict_limit *l)
{
	return strchr(l->kinds, '/') ? 3 : strcmp(l->kinds, "all") ? 2 : 1;
}

static const struct verdict_limit *
limit_of(const struct verdict *v, const struct finding *f)
{
	const struct verdict_limit *best = NULL;
	size_t i;

	for (i = 0; i < v->n_limits; i++) {
		const struct verdict_limit *l = &v->limits[i];

		if (kinds_fail(l->kinds, f->kind, f->reason) &&
		    (!best || precision(l) >= precision(best)))
			best = l;
	}
	return best;
}

bool
verdict_concerns(const struct verdict *v, const struct finding *f)
{
	return f->state != STATE_STARTUP &&
	       (limit_of(v, f) ||
		kinds_fail(v->options.fail_on, f->kind, f->reason));
}

size_t
verdict_judge(struct verdict *v, struct report *r)
{
	size_t i, n = 0;

	for (i = 0; i < v->n_limits; i++)
		v->limits[i].found = 0;
	for (i = 0; i < r->n_findings; i++) {
		const struct verdict_limit *l = limit_of(v, &r->findings[i]);

		if (l && r->findings[i].state == STATE_NEW)
			v->limits[l - v->limits].found++;
	}
	for (i = 0; i < r->n_findings; i++) {
		struct finding *f = &r->findings[i];
		const struct verdict_limit *l = limit_of(v, f);

		f->is_failing = f->state == STATE_NEW &&
				(l ? l->found > l->most :
				     kinds_fail(v->options.fail_on, f->kind,
						f->reason));
		n += f->is_failing;
	}
	return n;
}
