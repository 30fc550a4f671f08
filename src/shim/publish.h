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
 * Classify, print and write.  Returns the number of failing findings; what
 * went wrong is one line in *problem.
 */
unsigned publish(struct check *c, const struct facts *f, struct buf *problem);

#endif /* LEAKSHIM_SHIM_PUBLISH_H */
