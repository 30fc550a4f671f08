#include "config.h"

#include "shim/occasions/leftbehind.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "python/api.h"
#include "python/gil.h"
#include "shim/base/clone.h"
#include "shim/base/watched.h"
#include "shim/check/turn.h"

enum { PATIENCE_S = 5 };

bool
leftbehind_is(void)
{
	return watched.is_ending &&
	       watched.ending_thread != syscall(SYS_gettid);
}

void
leftbehind_wait(void)
{
	uint64_t until = clone_now_ns() + PATIENCE_S * (uint64_t)1000000000;

	while (!is_finalizing() && py.Py_IsInitialized() &&
	       clone_now_ns() < until)
		turn_nap();
	/* From 3 on it is the one or the other: Py_FinalizeEx(). */
	while (!is_finalizing() && !py.Py_IsInitialized())
		pause();
}

void
leftbehind_remove(const char *json_path, const char *text_path)
{
	char directory[PATH_MAX];
	const char *slash = json_path ? strrchr(json_path, '/') : NULL;
	size_t length = slash ? (size_t)(slash - json_path) : 0;

	if (json_path)
		unlink(json_path);
	if (text_path)
		unlink(text_path);
	if (!length || length >= sizeof directory)
		return;
	memcpy(directory, json_path, length);
	directory[length] = '\0';
	rmdir(directory);
}
