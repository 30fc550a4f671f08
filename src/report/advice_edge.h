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

/* One clause in the imperative; is_python3: as in advice.h. */
void advise_edge(struct buf *b, const struct finding *f, bool is_python3);

#endif /* LEAKSHIM_REPORT_ADVICE_EDGE_H */
