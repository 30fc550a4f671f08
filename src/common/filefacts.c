#include "config.h"

#include "common/filefacts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/sandbox.h"

enum { NS_A_SECOND = 1000000000 };

static bool
ask_statx(int directory, const char *path, int flags, struct filefacts *out)
{
	const unsigned wanted =
		STATX_TYPE | STATX_MODE | STATX_UID | STATX_INO | STATX_MTIME;
	struct statx s;

	if (syscall(SYS_statx, directory, path, flags, wanted, &s) != 0)
		return false;
	*out = (struct filefacts){
		.mode = s.stx_mode,
		.owner = s.stx_uid,
		.device = (uint64_t)s.stx_dev_major << 32 | s.stx_dev_minor,
		.inode = s.stx_ino,
		.mtime_ns =
			s.stx_mtime.tv_sec * NS_A_SECOND + s.stx_mtime.tv_nsec,
	};
	return true;
}

/*
 * Not fstatat(3): its symbol is younger than the oldest C library we load on.
 */
static bool
ask_newfstatat(int directory, const char *path, int flags,
	       struct filefacts *out)
{
	struct stat s;

	if (syscall(SYS_newfstatat, directory, path, &s, flags) != 0)
		return false;
	*out = (struct filefacts){
		.mode = s.st_mode,
		.owner = s.st_uid,
		/* As statx() would give it: the two are compared. */
		.device = (uint64_t)(s.st_dev >> 8 & 0xfff) << 32 |
			  (s.st_dev & 0xff) | (s.st_dev >> 12 & 0xfff00),
		.inode = s.st_ino,
		.mtime_ns = s.st_mtim.tv_sec * NS_A_SECOND + s.st_mtim.tv_nsec,
	};
	return true;
}

static bool
says_absent(void)
{
	return errno == ENOENT || errno == ENOTDIR;
}

enum file_state
filefacts_find(int directory, const char *path, int flags,
	       struct filefacts *out)
{
	enum file_state state = FILE_PRESENT;
	int saved = errno;
	bool is_absent;

	if (!ask_newfstatat(directory, path, flags, out)) {
		is_absent = says_absent();
		if (sandbox_is_possible() ||
		    !ask_statx(directory, path, flags, out))
			state = is_absent || says_absent() ? FILE_ABSENT :
							     FILE_UNKNOWN;
	}
	errno = saved;
	return state;
}

enum file_state
filefacts_of(int fd, struct filefacts *out)
{
	return filefacts_find(fd, "", AT_EMPTY_PATH, out);
}
