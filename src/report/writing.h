/*
 * writing.h - write to what others read, without waiting forever
 *
 * A full pipe, or a stopped terminal, blocks its writer, and the descriptor is
 * the program's: it must stay as it is (O_NONBLOCK).  So poll(2) comes first,
 * and little is written at a time.  As long as there is a reader, it is waited
 * for.  If there may be a seccomp filter, poll(2) is not tried, and a
 * descriptor that blocks, blocks.
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
 * Write all of it: 0, or an errno; ETIMEDOUT if nothing has been read for that
 * many milliseconds.
 */
int writing_do(int fd, const char *text, size_t n, unsigned patience_ms);

/* Could a few lines be written at once, or within that time? */
bool writing_is_possible(int fd, unsigned patience_ms);

/* For the process: do not wait for readers once is_over() holds. */
void writing_end_when(bool (*is_over)(void));

#endif /* LEAKSHIM_REPORT_WRITING_H */
