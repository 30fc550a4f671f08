/*
 * holds.h - which words of an object's memory are references
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_HOLDS_H
#define LEAKSHIM_PYTHON_HOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "python/span.h"

enum { HOLDS_SPANS = 6 };

/*
 * The words of the object o, whose block ends at `end', that can hold
 * references: not the collector's header, not what weak references and lists
 * of them point to, not the bytes of strings and numbers.  Writes at most
 * HOLDS_SPANS spans and returns how many.
 */
size_t holds_spans(void *o, uintptr_t end, struct span out[HOLDS_SPANS]);

/*
 * The part in use of a block that belongs to o alone: a list's items, those of
 * a deque that has one block, the attribute values of a dict or (3.11, 3.12) an
 * instance.  The rest of such a block is stale data. used->end is 0 where the
 * values go on to the block's end.  False when o has none.
 */
bool holds_buffer(void *o, struct span *used);

/*
 * The callback of the weak reference o; NULL if o is not one, or has no
 * callback.
 */
void *holds_weakly(const void *o);

/* Is the type one whose objects hold nothing but numbers or bytes? */
int holds_nothing(const void *type);

/*
 * Are the references of its objects in aligned words? It is one of CPython's
 * own types.
 */
bool holds_in_words(const void *type);

/*
 * Is [from, to), not an object, one of 2.7's blocks of int or float objects?
 * It holds nothing, although a number may be equal to an address.
 */
bool holds_numbers(uintptr_t from, uintptr_t to);

/*
 * Is [from, to), no object, what a str is written with (PyUnicodeWriter,
 * 3.14+)?  Only its first word holds anything; the second leads into the same
 * str, or, when it is kept for the next one, where that was.
 */
bool holds_text_alone(uintptr_t from, uintptr_t to);

#endif /* LEAKSHIM_PYTHON_HOLDS_H */
