/*
 * growths.h - the counts of the checks, kept between them (growth=)
 *
 * Contract of every function here:
 *   side       shim, one check at a time
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_GROWTHS_H
#define LEAKSHIM_SHIM_GROWTHS_H

#include <stddef.h>

struct source;

/* Before a check that compares: room for what it finds. */
void growths_prepare(struct source *s);

/*
 * The check has ended: if it has written all of its counts, the next one gets
 * them.
 */
void growths_settle(void);

/* Forget them: this is a forked child, or the process is no longer watched. */
void growths_forget(void);

size_t growths_bytes(void);
const size_t *growths_counter(void); /* the same, for others to read */

#endif /* LEAKSHIM_SHIM_GROWTHS_H */
