/*
 * filefacts.h - what a name or a descriptor refers to, as far as is known
 *
 * newfstatat(2) is what every C library uses, so it works wherever a program
 * does; statx(2), which kernels before 4.11 lack and filters refuse, comes
 * second.  Where both fail the answer is "unknown": never "a regular file", and
 * never "absent", because a caller would replace the one and create the other.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  never
 *   locks      none
 *   signals    safe; errno is kept
 */
#ifndef LEAKSHIM_COMMON_FILEFACTS_H
#define LEAKSHIM_COMMON_FILEFACTS_H

#include <stdint.h>

enum file_state {
	FILE_UNKNOWN, /* the kernel does not say */
	FILE_ABSENT,
	FILE_PRESENT, /* the facts are filled in */
};

struct filefacts {
	unsigned mode;  /* st_mode: type and permissions */
	unsigned owner; /* st_uid */
	uint64_t device, inode;
	int64_t mtime_ns; /* since the epoch */
};

/*
 * Of path, relative to the descriptor `directory' or AT_FDCWD; flags:
 * AT_SYMLINK_NOFOLLOW, or AT_EMPTY_PATH with "" for the descriptor itself.
 */
enum file_state filefacts_find(int directory, const char *path, int flags,
			       struct filefacts *out);

/* Of an open descriptor. */
enum file_state filefacts_of(int fd, struct filefacts *out);

#endif /* LEAKSHIM_COMMON_FILEFACTS_H */
