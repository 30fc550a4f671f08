/*
 * loaded.h - the objects that the loader has in the process
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  the loader may
 *   locks      the loader's; one thread of ours at a time
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_LOADED_H
#define LEAKSHIM_SHIM_LOADED_H

#include <stdbool.h>

/*
 * The first object with that symbol, or one that it needs: its handle, which
 * stays open.  NULL: none, or only the program itself.
 */
void *loaded_with(const char *symbol);

/*
 * Two commands at once may each load the library, under different names, before
 * one can see what the other does.  Only the first on the loader's list, which
 * never leaves it, may watch the process: two would hook each other.
 */
bool loaded_is_first_copy(void);

#endif /* LEAKSHIM_SHIM_LOADED_H */
