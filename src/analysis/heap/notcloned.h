/*
 * notcloned.h - references that the clone does not have
 *
 * What the program keeps from its children (MADV_DONTFORK, MADV_WIPEONFORK),
 * and what it has given to the kernel to get it back with an event: the data of
 * epoll_ctl(2) and timer_create(2), which /proc shows, and that of io_uring,
 * which nothing shows.  All of it is the program's own, which goes on in a
 * moment: so it is read first, while it waits.
 *
 * Contract of every function here:
 *   side       analysis child
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

/* Of the process pid; 0: the own one, which is not a clone. */
void notcloned_read(struct notcloned *o, pid_t pid);

void notcloned_fini(struct notcloned *o);

#endif /* LEAKSHIM_ANALYSIS_NOTCLONED_H */
