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

/*
 * The first object with that symbol, or one that it needs: its handle, which
 * stays open.  NULL: none, or only the program itself.
 */
void *loaded_with(const char *symbol);

#endif /* LEAKSHIM_SHIM_LOADED_H */
