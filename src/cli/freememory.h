/*
 * freememory.h - is there memory for a report?  Asked before it is read
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_CLI_FREEMEMORY_H
#define LEAKSHIM_CLI_FREEMEMORY_H

#include <stdbool.h>

/*
 * False, after a complaint, if reading the file needs more memory than there
 * is.  True if that is not known, as for a pipe.
 */
bool freememory_is_enough(const char *path);

#endif /* LEAKSHIM_CLI_FREEMEMORY_H */
