/*
 * writing.h - write to what others read, without waiting for ever
 *
 * A full pipe, or a terminal that was stopped, keeps whoever writes to it, and
 * the descriptor is the program's: it must stay as it is (O_NONBLOCK).  So it
 * is asked first, and little is written at a time.  As long as somebody reads,
 * that is waited for.  Where there may be a seccomp filter, poll(2) is not
 * tried, and a descriptor that blocks, blocks.
 *
 * Contract of every function here:
 *   side       shim and analysis child
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_REPORT_WRITING_H
#define LEAKSHIM_REPORT_WRITING_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Write all of it: 0, or an errno; ETIMEDOUT when nobody has read anything for
 * so many milliseconds.
 */
int writing_do(int fd, const char *text, size_t n, unsigned patience_ms);

/* Would a few lines go out at once, or in that time? */
bool writing_is_possible(int fd, unsigned patience_ms);

/* Of the process: nobody waits for what is written once is_over() holds. */
void writing_end_when(bool (*is_over)(void));

#endif /* LEAKSHIM_REPORT_WRITING_H */
