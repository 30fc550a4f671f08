#include "config.h"

#include "python/debugoffsets.h"

#include <stddef.h>
#include <string.h>

#include "python/versions.h"

enum {
	MOST_OFFSET = 1 << 20, /* no struct of it is that large */
	PATH_BYTES = 512,
	/*
	 * Bits of the breaker: signals, pending calls, an asynchronous
	 * exception, to stop.  A thread that finds nothing to do for one of
	 * them does nothing.
	 */
	LOOK = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5,
	/*
	 * To give up the GIL. A thread that does so waits until another has
	 * taken it: forever, if none wants it any more.  A thread that wants it
	 * asks again after some milliseconds.
	 */
	NEVER = 1 << 0,
};

const char *
debugoffsets_read(const uint64_t w[DEBUGOFFSETS_WORDS],
		  struct debugoffsets *out)
{
	static const char unknown[] = "the remote debugging interface of this "
				      "version is not known: use "
				      "--method=ptrace";
	const struct layout *row;
	const struct layout_debug *at;
	const uint64_t *s;

	memset(out, 0, sizeof *out);
	row = versions_find((unsigned)(w[1] >> 16));
	if (memcmp(w, "xdebugpy", 8) != 0 || (row && !row->debug.support))
		return "remote debugging needs Python 3.14 or later: use "
		       "--method=ptrace";
	if (!row)
		return unknown;
	at = &row->debug;
	s = w + at->support;
	out->finalizing = w[4];
	out->interpreters = w[5];
	out->bytes = w[6];
	out->next = w[8];
	out->main_thread = w[10];
	out->interpreter = w[at->thread_interp];
	out->kernel_thread = w[at->thread_native_id];
	out->breaker = s[0];
	out->is_enabled = s[2];
	out->pending = s[1] + s[3];
	out->path = s[1] + s[4];
	out->path_bytes = s[5];
	out->look = LOOK;
	out->never = NEVER;
	if (out->path_bytes != PATH_BYTES || s[4] != s[3] + sizeof(int32_t) ||
	    out->bytes > MOST_OFFSET || out->main_thread >= out->bytes ||
	    out->is_enabled >= out->bytes || out->breaker >= s[1] ||
	    out->kernel_thread >= s[1] ||
	    out->path + PATH_BYTES > w[at->thread_bytes])
		return unknown;
	return NULL;
}
