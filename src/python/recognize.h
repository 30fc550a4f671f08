/*
 * recognize.h - is there a Python object in this block, and where?
 *
 * A block of the object allocator may be anything; it is taken for an object
 * only if the word where ob_type belongs is a type that proves itself, and the
 * object's place in the block is the one that this type asks for.
 *
 * Contract of every function here:
 *   side       analysis child; or the target with isolate=0, the GIL held
 *   allocates  common/hash.h's pool, for the types met
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_PYTHON_RECOGNIZE_H
#define LEAKSHIM_PYTHON_RECOGNIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * May n bytes at address be read, and is it a variable of a module?  Set before
 * the first call; addresses come from memory that may hold anything.  False
 * when memory is out.
 */
bool recognize_begin(bool (*is_readable)(uintptr_t address, size_t n),
		     bool (*is_variable)(uintptr_t address));

/*
 * Is `type' the address of a finished type object, or of a static one that was
 * never finished?  Old extensions make instances without PyType_Ready().
 */
bool recognize_type(uintptr_t type);

/*
 * The object in the block of `size' bytes at `block', NULL if there is none.
 * *is_dead: it is what is left of one, with reference count 0, or from 3.14 on
 * the address of the next one in its place (a free list's, or one that is being
 * destroyed).
 */
void *recognize_object(uintptr_t block, size_t size, bool *is_dead);

/*
 * For a block that is not known to be an object's: does it have the size that
 * this object needs?  A resized one may keep more.
 */
bool recognize_fits(const void *o, uintptr_t block, size_t size);

/*
 * An object begins at one of a few places in its block, numbered from 1: after
 * no header, or after the collector's, with or without another one before that.
 */
enum { RECOGNIZE_PLACES = 3 };
size_t recognize_offset(size_t place);
size_t recognize_place(size_t offset);

void recognize_end(void);

#endif /* LEAKSHIM_PYTHON_RECOGNIZE_H */
