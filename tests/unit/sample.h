/*
 * sample.h - a report with something of everything, for tests of the formats
 */
#ifndef LEAKSHIM_UNIT_SAMPLE_H
#define LEAKSHIM_UNIT_SAMPLE_H

#include "report/report.h"

enum { SAMPLE_CYCLE, SAMPLE_LOST, SAMPLE_FINDINGS };

/* The report that SPEC shows: one uncollectable cycle, thirty lost bytes. */
struct report *sample_report(void);

/* The same with everything unknown that can be, and no finding. */
struct report *sample_unknown(void);

/* A finding of that kind with nothing but counts and a head of type A. */
struct finding sample_finding(enum finding_kind kind,
			      enum finding_reason reason);

#endif /* LEAKSHIM_UNIT_SAMPLE_H */
