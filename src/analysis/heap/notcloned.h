/*
 * notcloned.h - references that the clone does not have
 *
 * Memory that the program keeps from its children (MADV_DONTFORK,
 * MADV_WIPEONFORK), and data that it has given to the kernel to get it back
 * with an event: that of epoll_ctl(2) and timer_create(2), which /proc shows,
 * and that of io_uring, which nothing shows.  It is in the program itself,
 * which goes on in a moment, so it is read first, while the program waits.
 *
 * Contract of every function here:
 *   side       analysis child; or the target, the GIL held
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_NOTCLONED_H
#define LEAKSHIM_ANALYSIS_NOTCLONED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct notcloned {
	uintptr_t *words; /* those that may be pointers */
	size_t n, n_room;
	const char *why; /* what cannot be read, or NULL (static storage) */
};

/* Of the process pid; 0: of this one, which is not a clone. */
void notcloned_read(struct notcloned *o, pid_t pid);

void notcloned_fini(struct notcloned *o);

#endif /* LEAKSHIM_ANALYSIS_NOTCLONED_H */
