/*
 * statuspage.h - what `leakshim status' reads out of our memory
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_STATUSPAGE_H
#define LEAKSHIM_SHIM_STATUSPAGE_H

#include <stdbool.h>
#include <stdint.h>

struct attach_status_page;

/* Where it is published; before that, it cannot be read. */
void statuspage_use(struct attach_status_page *page);

/* Is it published there? */
bool statuspage_is(const void *page);

/* The process is watched: since its start, or from now on. */
void statuspage_started(void);
void statuspage_attached(void);
void statuspage_detached(void);
void statuspage_checked(uint32_t n_failing, uint64_t pause_ns);

#endif /* LEAKSHIM_SHIM_STATUSPAGE_H */
