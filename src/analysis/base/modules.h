/*
 * modules.h - which module, and which function of it, an address is in
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2): the list, and one file at a time
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MODULES_H
#define LEAKSHIM_ANALYSIS_MODULES_H

#include <stdint.h>

#include "report/report.h"

struct arena;

/*
 * Fill in the module, the offset in it, its build id and the function (as far
 * as its own symbol tables know it) of a return address.  Strings go to the
 * arena.
 */
void modules_describe(struct arena *a, uintptr_t ip, struct report_native *out);

/* Forget the list: the next check reads it again. */
void modules_end(void);

#endif /* LEAKSHIM_ANALYSIS_MODULES_H */
