/*
 * readfile.h - a whole file, into memory of our own
 *
 * For files that a user names in an option and that are read in the target: a
 * pipe or a terminal in their place must not block it, and a file that is far
 * too large must not use up its memory.
 *
 * Contract of every function here:
 *   side       shim and tool
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_COMMON_READFILE_H
#define LEAKSHIM_COMMON_READFILE_H

#include <stddef.h>

struct readfile {
	char *data; /* not NUL-terminated */
	size_t n, mapped;
};

/*
 * 0, or an errno: EFBIG for more than `most' bytes, EINVAL for what is neither
 * a regular file nor a device.
 */
int readfile_open(struct readfile *f, const char *path, size_t most);

void readfile_close(struct readfile *f);

#endif /* LEAKSHIM_COMMON_READFILE_H */
