/*
 * pytext.h - the characters of Python strings
 *
 * Read from the objects themselves: the C API would cache an UTF-8 form in the
 * object, or allocate.  Surrogates and anything else without UTF-8 become '?'.
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none; the GIL is held, or this is the child
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_PYTEXT_H
#define LEAKSHIM_PYTHON_PYTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Copy a str (2.7: str or unicode) as UTF-8, at most n_out bytes with the NUL,
 * never ending inside a character.  The length; 0, and out empty, if o is not a
 * string or is empty.
 */
size_t pytext_copy(const void *o, char *out, size_t n_out);

/* All bytes of a str whose characters follow it; 0: it is not one. */
int64_t pytext_compact_bytes(const void *o);

/* A str, or of a subclass of it (2.7: str or unicode). */
bool pytext_is(const void *type);

/*
 * What __sizeof__() says of one: header, characters, and the other forms of the
 * text that are kept.
 */
int64_t pytext_bytes_in_all(const void *o);

/* The bytes of a bytes object (2.7: str), borrowed; NULL if o is not one. */
const unsigned char *pytext_bytes(const void *o, size_t *n);

#endif /* LEAKSHIM_PYTHON_PYTEXT_H */
