/*
 * publish.h - findings become a report, and the report a file
 *
 * Contract of every function here:
 *   side       the clone; or the target with isolate=0
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_PUBLISH_H
#define LEAKSHIM_SHIM_PUBLISH_H

struct buf;
struct check;
struct facts;

/*
 * Classify, print and write.  With why_not, the analysis had no result, and the
 * report says so instead of listing findings.  Returns the number of failing
 * findings; *problem gets one line if something could not be written.
 */
unsigned publish(struct check *c, const struct facts *f, const char *why_not,
		 struct buf *problem);

#endif /* LEAKSHIM_SHIM_PUBLISH_H */
