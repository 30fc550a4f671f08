/*
 * edges.h - the name of the reference from one object to another
 *
 * Edges make a cycle understandable: the attribute, key, index or variable
 * through which one member holds the next.  Names are read from dicts, slots
 * (tp_members), inline values, closures, frames and exceptions; never with
 * getattr, which could run Python code.
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never; names are written to the caller's buffer
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_EDGES_H
#define LEAKSHIM_PYTHON_EDGES_H

#include <stdbool.h>
#include <stddef.h>

enum { EDGE_BYTES = 160 };

/*
 * Write how `from' refers to `to': "._self", "['key']", "[3]", "(closure) x",
 * "(local) x", "(callback)"; false, and out empty, if no name is known.
 */
bool edge_name(void *from, void *to, char out[EDGE_BYTES]);

/*
 * The dict that holds o's attributes, to be shown as part of o; NULL when o
 * has none (or keeps its values inline).
 */
void *attribute_dict(void *o);

/*
 * As edge_name() for an attribute dict: ".key" instead of "['key']".
 */
bool attribute_name(void *dict, void *to, char out[EDGE_BYTES]);

/*
 * How a folded container names its content: a cell of a closure tuple, say.
 * True when o is only a go-between (closure tuple or cell) that reports skip.
 */
bool is_go_between(void *o);

#endif /* LEAKSHIM_PYTHON_EDGES_H */
