#include "config.h"

#include "report/counts.h"

enum { PART = 10, FEW = 2, PART_OF_MANY = 50 };

/*
 * A tenth, but no more than two plus two percent: few words are stale, however
 * much is lost, and below ten each one counts.
 */
static int64_t
margin(const struct finding *f, int64_t before)
{
	int64_t part, most;

	if (f->kind != FINDING_LOST_REFERENCE &&
	    f->kind != FINDING_HIDDEN_CYCLE)
		return 0;
	if (before <= 0)
		return 0;
	part = before / PART;
	most = FEW + before / PART_OF_MANY;
	return part < most ? part : most;
}

/* Reports are data from outside: before may be any number. */
static bool
is_beyond(int64_t n, int64_t before, int64_t more)
{
	int64_t most;

	if (before == REPORT_UNKNOWN)
		return false;
	return !__builtin_add_overflow(before, more, &most) && n > most;
}

bool
counts_are_more(const struct finding *f, int64_t before)
{
	return is_beyond(f->count, before, margin(f, before));
}

bool
counts_have_grown(const struct finding *before, const struct finding *f)
{
	int64_t of_each = before->count > 0 && before->objects > 0 ?
				  before->objects / before->count + 1 :
				  1;
	int64_t more;

	if (counts_are_more(f, before->count))
		return true;
	return !__builtin_mul_overflow(margin(f, before->count), of_each,
				       &more) &&
	       is_beyond(f->objects, before->objects, more);
}
