/*
 * channel.h - from the process to the command that made a request
 *
 * It exists only while a command is served.  A clone made meanwhile has it too,
 * and writes the report; the child of a fork does not.
 *
 * Contract of every function here:
 *   side       shim and its clones
 *   allocates  never
 *   locks      none
 *   signals not safe; blocked in the sender; errno is kept
 */
#ifndef LEAKSHIM_SHIM_CHANNEL_H
#define LEAKSHIM_SHIM_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "common/attachpage.h"

void channel_open(int fd, bool wants_colour);
void channel_close(void);

/* Is this the thread, or a clone of it, that serves a command? */
bool channel_is_open(void);

/* Is the command still there? */
bool channel_is_alive(void);

bool channel_wants_colour(void);

/* False: the command is gone. */
bool channel_send(enum attach_message kind, const void *data, size_t n);

/*
 * The same for a channel that is not opened: this thread's, while another's is.
 */
bool channel_has_reader(int fd);
bool channel_send_to(int fd, enum attach_message kind, const void *data,
		     size_t n);

/* A report, in pieces. */
bool channel_report(const char *text, size_t n);

/* Lines for the command's stderr; false: there is no channel. */
bool channel_say(const char *text, size_t n);
bool channel_say_parts(const struct iovec *parts, size_t n);

/* In the child of a fork: it was the parent's. */
void channel_forked(void);

/*
 * In a clone, before its descriptors are closed: keep the channel's as `first'.
 * Returns the first one to close.
 */
unsigned channel_cloned(unsigned first);

#endif /* LEAKSHIM_SHIM_CHANNEL_H */
