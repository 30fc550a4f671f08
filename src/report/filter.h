/*
 * filter.h - findings that must not fail: suppressed ones and known ones
 *
 * The shim asks before it judges, the tool when it reads a report; both by
 * the same rules, so that a gate says what the program's own exit status said.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the arena that is passed
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_REPORT_FILTER_H
#define LEAKSHIM_REPORT_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report.h"

struct arena;
struct baseline;
struct suppression;
struct suppressions;

/* Does the rule match, whatever its day? */
bool filter_matches(const struct suppression *rule, const struct finding *f);

/*
 * The first rule in force that matches, marked as used; NULL: none.  Expired
 * rules that would have matched are marked too, and the first of them is left
 * in *over (if there is one in force: NULL).
 */
struct suppression *filter_find(const struct suppressions *s,
				const struct finding *f, int64_t today,
				struct suppression **over);

/*
 * Give new findings that a rule matches the state `suppressed', and count them
 * for the rule, from 0 on.  Findings that are suppressed already use a rule as
 * well.
 */
void filter_suppress(const struct suppressions *s, struct finding *list,
		     size_t n, int64_t today);

/*
 * Does the baseline know the finding?  One without a place (fingerprint.h) only
 * up to the number that it has.
 */
bool filter_is_known(const struct baseline *b, const struct finding *f);

/* Give new findings that the baseline knows the state `known'. */
void filter_know(const struct baseline *b, struct finding *list, size_t n);

/* Count a finding for a rule. */
void filter_count(struct suppression *rule, const struct finding *f);

/* The rules that have counted something, as rows of the report. */
void filter_rows(struct arena *a, const struct suppressions *s, int64_t today,
		 struct report *r);

#endif /* LEAKSHIM_REPORT_FILTER_H */
