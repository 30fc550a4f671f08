/*
 * graphviz.h - pictures by Graphviz's dot, when it is installed
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    not safe; a child is started and waited for
 */
#ifndef LEAKSHIM_FORMATS_GRAPHVIZ_H
#define LEAKSHIM_FORMATS_GRAPHVIZ_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/*
 * Run `dot -Tsvg' on the graphs, one after the other in `graphs', and append
 * what it prints.  False if it is not installed or failed.
 */
bool graphviz_run(const struct buf *graphs, struct buf *svgs);

/*
 * The picture, from <svg to </svg>, of the graph that has id=ID; NULL when
 * there is none.
 */
const char *graphviz_find(struct buf *svgs, const char *id, size_t *n);

#endif /* LEAKSHIM_FORMATS_GRAPHVIZ_H */
