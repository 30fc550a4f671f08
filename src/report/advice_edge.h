/*
 * advice_edge.h - how to break the edge of a cycle that cut_find() chose
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
