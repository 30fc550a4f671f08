/*
 * published.h - what `leakshim status' reads out of our memory
 *
 * Contract of every function here:
 *   side       shim
 *   allocates  never
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_SHIM_PUBLISHED_H
#define LEAKSHIM_SHIM_PUBLISHED_H

#include <stdbool.h>
#include <stdint.h>

struct attach_status_page;

/* Where it is published; before that, nobody can read it. */
void published_use(struct attach_status_page *page);

/* Is it published there? */
bool published_is(const void *page);

/* The process is watched: since its start, or since now. */
void published_started(void);
void published_attached(void);
void published_detached(void);
void published_checked(uint32_t n_failing, uint64_t pause_ns);

#endif /* LEAKSHIM_SHIM_PUBLISHED_H */
