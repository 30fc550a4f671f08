/*
 * cycle.h - the reference cycle of a finding as a graph for Graphviz
 *
 * Nodes are the members, edges have the names of the references.  The edge that
 * the advice is about is marked, and the member that hides the cycle.  Nodes
 * and edges have classes (member, guilty, folded; edge, cut) for style sheets,
 * and colours of their own for viewers that have none.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_CYCLE_H
#define LEAKSHIM_FORMATS_CYCLE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

struct buf;

enum { CYCLE_MAX_MEMBERS = 12 }; /* more than these are folded in the middle */

/* Has it a cycle, and not only a member? */
bool cycle_is_known(const struct finding *f);

/* The member whose edge to cut, as an index; f->n_cycle: none. */
size_t cycle_cut(const struct finding *f);

/*
 * When i is the first of the members to leave out, the first behind them; else
 * i itself.
 */
size_t cycle_fold(const struct finding *f, size_t i);

/* Is the i-th member of the type that hides the cycle? */
bool cycle_is_guilty(const struct finding *f, size_t i);

/* How nodes and edges look: the statements that every graph begins with. */
void cycle_style(struct buf *out);

/* Statements for its nodes and edges; their names begin with f<number>. */
void cycle_graph(struct buf *out, const struct finding *f, size_t number);

#endif /* LEAKSHIM_FORMATS_CYCLE_H */
