/*
 * advice_edge.h - which edge of a cycle to break, and how
 *
 * Any edge would do; a program has one that is meant to be weak.  In order:
 * the way to an exception that holds its own frame, a reference back or up, a
 * bound method on its own instance, a generator, a closure, a class, the
 * attribute that closes the cycle, the container that does.
 *
 * Contract of every function here:
 *   side       analysis child and tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_ADVICE_EDGE_H
#define LEAKSHIM_REPORT_ADVICE_EDGE_H

#include "report/report.h"

struct buf;

/* One clause in the imperative; major is the Python's. */
void advise_edge(struct buf *b, const struct finding *f, int major);

#endif /* LEAKSHIM_REPORT_ADVICE_EDGE_H */
