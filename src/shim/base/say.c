#include "config.h"

#include "shim/base/say.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/buf.h"
#include "report/output.h"
#include "report/writing.h"
#include "shim/base/channel.h"

enum { PATIENCE_MS = 3000 };

static bool has_no_reader; /* when something was last said */

/*
 * The program waits for its reader; once it has, nothing more is lost by that.
 */
static unsigned
patience_ms(void)
{
	return has_no_reader ? 0 : PATIENCE_MS;
}

void
say_text(const struct buf *text)
{
	int saved = errno;

	if (!channel_say(text->data, text->len) && output_stderr_is_same())
		has_no_reader = writing_do(STDERR_FILENO, text->data, text->len,
					   patience_ms()) == ETIMEDOUT;
	errno = saved;
}

/*
 * In one call and without a buf, because the message may be that memory is out.
 */
void
say(const char *what, const char *why)
{
	const char *const parts[] = {"leakshim: ", what, why ? ": " : "",
				     why ? why : "", "\n"};
	struct iovec line[sizeof parts / sizeof *parts];
	int saved = errno;
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++)
		line[i] = (struct iovec){(void *)(uintptr_t)parts[i],
					 strlen(parts[i])};
	if (channel_is_open()) {
		channel_say_parts(line, i);
	} else if (output_stderr_is_same()) {
		has_no_reader =
			!writing_is_possible(STDERR_FILENO, patience_ms());
		if (!has_no_reader)
			syscall(SYS_writev, STDERR_FILENO, line, i);
	}
	errno = saved;
}
