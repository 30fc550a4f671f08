#include "config.h"

#include "python/debugoffsets.h"

#include <stddef.h>
#include <string.h>

enum {
	OLDEST = 0x030e,
	MOST_OFFSET = 1 << 20, /* no struct of it is that large */
	PATH_BYTES = 512,
	/*
	 * Bits of the breaker: signals, pending calls, an asynchronous
	 * exception, to stop.  Who finds nothing to be done for one of them
	 * does nothing.
	 */
	LOOK = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5,
	/*
	 * To give up the GIL.  Who does so waits until somebody else has taken
	 * it: for ever, if nobody wants it any more.  Who wants it asks again
	 * after some milliseconds.
	 */
	NEVER = 1 << 0,
};

/*
 * Word indices into _Py_DebugOffsets (Include/internal/pycore_debug_offsets.h)
 * of 3.14.10 and 3.15.2; support: the last six words.
 */
static const struct row {
	uint32_t version;
	unsigned thread_bytes, interpreter, kernel_thread, support;
} rows[] = {
	{0x030e, 22, 25, 28, 89},
	{0x030f, 22, 25, 31, 105},
};

static const struct row *
row_of(uint64_t version)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].version == version >> 16)
			return &rows[i];
	return NULL;
}

const char *
debugoffsets_read(const uint64_t w[DEBUGOFFSETS_WORDS],
		  struct debugoffsets *out)
{
	static const char unknown[] = "the remote debugging interface of this "
				      "version is not known: use "
				      "--method=ptrace";
	const struct row *row;
	const uint64_t *s;

	memset(out, 0, sizeof *out);
	if (memcmp(w, "xdebugpy", 8) != 0 || w[1] >> 16 < OLDEST)
		return "remote debugging needs Python 3.14 or later: use "
		       "--method=ptrace";
	row = row_of(w[1]);
	if (!row)
		return unknown;
	s = w + row->support;
	out->finalizing = w[4];
	out->interpreters = w[5];
	out->bytes = w[6];
	out->next = w[8];
	out->main_thread = w[10];
	out->interpreter = w[row->interpreter];
	out->kernel_thread = w[row->kernel_thread];
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
	    out->path + PATH_BYTES > w[row->thread_bytes])
		return unknown;
	return NULL;
}
