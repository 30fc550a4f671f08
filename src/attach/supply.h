/*
 * supply.h - what the borrowed thread needs: memory, the way back, the library,
 * a channel
 *
 * All of it comes from system calls of that thread; nothing has a name that
 * others could find, and no file system is touched.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  mmap(2), in the target
 *   locks      none
 *   signals    not safe; blocked while a thread is stopped
 */
#ifndef LEAKSHIM_ATTACH_SUPPLY_H
#define LEAKSHIM_ATTACH_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/refusal.h"

struct attach_page;
struct borrowed;
struct injection;

/* The page with a frame and a stack behind it, and the stub's. */
bool supply_map(struct injection *in, struct borrowed *b,
		char why[REFUSAL_BYTES]);
void supply_unmap(struct injection *in, struct borrowed *b);

uint64_t supply_stack_at(const struct injection *in);

/*
 * The frame by which the thread returns if we die; supply_map() makes it as
 * well.
 */
bool supply_frame(struct injection *in, struct borrowed *b);

/*
 * The library as a file without a name; descriptor and path go to the request.
 */
bool supply_library(struct injection *in, struct borrowed *b,
		    const char *library, struct attach_page *request,
		    char why[REFUSAL_BYTES]);

/* Its end goes to the request, ours to in. */
bool supply_channel(struct injection *in, struct borrowed *b,
		    struct attach_page *request, char why[REFUSAL_BYTES]);

/* Close a descriptor of the target; -1 is none. */
void supply_close(struct borrowed *b, int fd);

#endif /* LEAKSHIM_ATTACH_SUPPLY_H */
