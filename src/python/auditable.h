/*
 * auditable.h - which words of which objects the traverse audit may judge
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_AUDITABLE_H
#define LEAKSHIM_PYTHON_AUDITABLE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Can the word at byte `offset' of o be a field that o's type must visit for
 * the collector?  Not in what CPython itself lays out by other rules (frames,
 * generators, containers' items), not after the fixed part, and not ob_type
 * before instances had to visit it (3.9).
 */
bool auditable_field(const void *o, intptr_t offset);

/*
 * The type whose tp_traverse has to visit that field: the first of o's type and
 * its bases that has it.
 */
void *auditable_owner(const void *o, intptr_t offset);

/*
 * May a reference to the tracked object o be part of a cycle?  Not if no
 * container can be put into it: it is immutable, or a container that nothing
 * else refers to, and holds none. is_published: the program can get it from its
 * owner.
 */
bool auditable_target(void *o, bool is_published);

/* The type's name for the field (tp_members, tp_dictoffset), or NULL. */
const char *auditable_member(const void *type, intptr_t offset);

/* For a report: why a type has to visit its instances' type. */
const char *auditable_type_rule(void);

#endif /* LEAKSHIM_PYTHON_AUDITABLE_H */
