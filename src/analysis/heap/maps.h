/*
 * maps.h - the mappings of the process, according to the kernel
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_MAPS_H
#define LEAKSHIM_ANALYSIS_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum map_flag {
	MAP_IS_READABLE = 1,
	MAP_IS_WRITABLE = 2,
	MAP_IS_SHARED = 4,
	MAP_IS_FILE = 8,     /* something stands behind it: may be shorter */
	MAP_IS_HEAP = 16,    /* [heap] */
	MAP_IS_STACK = 32,   /* [stack]: the main thread's */
	MAP_IS_SPECIAL = 64, /* [vdso] and its like */
	MAP_IS_DEVICE = 128, /* VmFlags io or pf: not memory */
	/* VmFlags dc, wf: missing or zero in a child. */
	MAP_IS_NOT_CLONED = 256,
	MAP_IS_DROPPABLE = 512,  /* VmFlags dp: may vanish, so holds nothing */
	MAP_IS_UNTOUCHED = 1024, /* private memory, no page of which is there */
};

struct map {
	uintptr_t start, end;
	unsigned flags;
};

struct maps {
	struct map *all;        /* by address */
	const struct map *last; /* that was found: the next may be there too */
	size_t n, n_room;
};

/*
 * /proc/PID/smaps; 0 is the own process, without the memory that is ours.
 * False when it cannot be read.
 */
bool maps_read(struct maps *m, pid_t pid);

/* The mapping at the address; NULL if there is none. */
const struct map *maps_find(const struct maps *m, uintptr_t address);

/* n bytes at address are plain memory that can be read. */
bool maps_can_read(struct maps *m, uintptr_t address, size_t n);

void maps_fini(struct maps *m);

#endif /* LEAKSHIM_ANALYSIS_MAPS_H */
