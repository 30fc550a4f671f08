#include "config.h"

#include "shim/base/errortext.h"

#include <errno.h>
#include <stddef.h>

/* The C library's texts need a lock and a locale. */
const char *
error_text(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return "no permission";
	case ENOTDIR:
		return "a part of the path is not a directory";
	case EISDIR:
		return "it is a directory";
	case ENOSPC:
		return "no space left on the device";
	case EDQUOT:
		return "the disk quota is used up";
	case EROFS:
		return "the file system is read-only";
	case EMFILE:
	case ENFILE:
		return "too many open files";
	case EFBIG:
		return "it would be larger than the process may write "
		       "(RLIMIT_FSIZE)";
	case ENAMETOOLONG:
		return "the name is too long";
	case ELOOP:
		return "too many symbolic links";
	case EEXIST:
		return "its temporary name is taken";
	case EIO:
		return "an input/output error";
	case EBADF:
		return "it is closed";
	case ENOMEM:
		return "out of memory";
	default:
		return NULL;
	}
}
