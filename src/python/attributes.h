/*
 * attributes.h - where an instance keeps its attributes
 *
 * In a dict that it points to, in a dict that is created on demand (3.11+), in
 * values without any dict (3.11+), or in slots.  See the layout's `values'.
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_ATTRIBUTES_H
#define LEAKSHIM_PYTHON_ATTRIBUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The dict that exists now, borrowed; NULL if there is none. */
void *attributes_dict(void *o);

/*
 * The values of an instance without a dict (3.11+), one for each of its
 * class's shared keys; NULL if it has none.
 */
void **attributes_values(const void *o);

/* The name of the inline value (3.11+) that is `to', a str; or NULL. */
void *attributes_inline_name(void *o, void *to);

/* The name of the slot (tp_members) that holds `to'; or NULL. */
const char *attributes_slot_name(void *o, void *to);

/* The name of the slot at that offset of the type's instances; or NULL. */
const char *attributes_member_at(const void *type, intptr_t offset);

#endif /* LEAKSHIM_PYTHON_ATTRIBUTES_H */
