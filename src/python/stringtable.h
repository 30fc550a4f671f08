/*
 * stringtable.h - the interpreter's table of interned strings
 *
 * A dict whose references to its strings are not counted (unicodeobject.c,
 * PyUnicode_InternInPlace(), 3.0 to 3.15; stringobject.c in 2.7): it holds
 * nothing.  There is no name for it in the C API (a static variable, or from
 * 3.12 on the main interpreter's state in _PyRuntime has it); it is known by a
 * string in it that has fewer references than any other dict would give it.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_PYTHON_STRINGTABLE_H
#define LEAKSHIM_PYTHON_STRINGTABLE_H

#include <stdbool.h>
#include <stdint.h>

/* Is the object o this table?  Quick for anything but a large dict. */
bool stringtable_is(void *o);

/* The offset from word alignment of the variable that points to it. */
uintptr_t stringtable_shift(void);

/* Is the string interned forever (up to 3.11; later those are immortal)? */
bool stringtable_keeps_for_ever(const void *o);

#endif /* LEAKSHIM_PYTHON_STRINGTABLE_H */
