/*
 * sysmodules.h - where the system's libraries are, without the loader's lock
 *
 * glibc before 2.35 has no lock-free way from an address to its library, and
 * malloc(3) may be called by a thread for which the holder of the loader's lock
 * is waiting.  So the few libraries that callers.h crosses are kept in a table,
 * which is rebuilt where that lock may be taken.
 *
 * Contract of every function here:
 *   side       shim; in any thread
 *   allocates  never
 *   locks      none, but the loader's in sysmodules_look()
 *   signals    sysmodules_find(): safe
 */
#ifndef LEAKSHIM_SHIM_SYSMODULES_H
#define LEAKSHIM_SHIM_SYSMODULES_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/record/callframe.h"

/* False: it is none of theirs, as far as is known. */
bool sysmodules_find(uintptr_t address, struct callframe_tables *out);

/*
 * Rebuild the table.  True: libraries have come or gone since the last time.
 */
bool sysmodules_look(void);

/* One of them may be about to go. */
void sysmodules_forget(void);

#endif /* LEAKSHIM_SHIM_SYSMODULES_H */
