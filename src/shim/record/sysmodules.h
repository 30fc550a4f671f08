/*
 * sysmodules.h - where the system's libraries are, without the loader's lock
 *
 * glibc before 2.35 has no lock-free way from an address to its library, and
 * the holder of the loader's lock may be waiting for a thread that allocates or
 * collects: in a callback of dl_iterate_phdr(3), for the GIL.  So the few
 * libraries that callers.h crosses are kept in a table, which is rebuilt from
 * the loader's list, by reads that cannot fault and only while the loader does
 * not change it.
 *
 * Contract of every function here:
 *   side       shim; in any thread
 *   allocates  never
 *   locks      none
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
 * Rebuild the table.  True: libraries have come or gone since the last time, or
 * it cannot be told.
 */
bool sysmodules_look(void);

/* One of them may be about to go. */
void sysmodules_forget(void);

/* In the child of a fork: another thread may have been at work. */
void sysmodules_forked(void);

#endif /* LEAKSHIM_SHIM_SYSMODULES_H */
