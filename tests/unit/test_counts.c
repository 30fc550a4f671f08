#include "config.h"

#include "report/counts.h"
#include "sample.h"
#include "tap.h"

/* From `before' islands of one object each, the least that is more. */
static void
first_more(enum finding_kind kind, int64_t before, int64_t wanted)
{
	struct finding f = sample_finding(kind, REASON_NONE);

	f.count = wanted - 1;
	ok(!counts_are_more(&f, before), "%ld are no more than %ld",
	   (long)f.count, (long)before);
	f.count = wanted;
	ok(counts_are_more(&f, before), "%ld are", (long)f.count);
}

/* Of the same islands. */
static bool
grows(int64_t count, int64_t before, int64_t after)
{
	struct finding f = sample_finding(FINDING_LOST_REFERENCE, REASON_NONE);
	struct finding g = f;

	f.count = g.count = count;
	f.objects = before;
	g.objects = after;
	return counts_have_grown(&f, &g);
}

int
main(void)
{
	struct finding f = sample_finding(FINDING_LOST_REFERENCE, REASON_NONE);

	first_more(FINDING_UNCOLLECTABLE, 1000, 1001);
	first_more(FINDING_UNREACHABLE, 1, 2);
	first_more(FINDING_LOST_REFERENCE, 0, 1);
	first_more(FINDING_LOST_REFERENCE, 1, 2);
	first_more(FINDING_LOST_REFERENCE, 9, 10);
	first_more(FINDING_LOST_REFERENCE, 10, 12);
	first_more(FINDING_LOST_REFERENCE, 50, 54);
	first_more(FINDING_HIDDEN_CYCLE, 1000, 1023);
	f.count = INT64_MAX;
	ok(!counts_are_more(&f, INT64_MAX), "the largest number");
	ok(counts_are_more(&f, INT64_MIN + 1), "the smallest");
	ok(!counts_are_more(&f, REPORT_UNKNOWN), "an unknown one");
	ok(!grows(100, 300, 312), "what hangs on four of a hundred");
	ok(grows(100, 300, 400), "another object on each");
	ok(grows(1, 10000, 10001), "of one island each counts");
	ok(!grows(0, 0, 0), "none at all");
	ok(!grows(INT64_MAX, INT64_MAX, INT64_MAX), "too many");
	return tap_done();
}
