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
#include "shim/base/channel.h"

void
say_text(const struct buf *text)
{
	int saved = errno;
	size_t at = 0;

	if (channel_say(text->data, text->len))
		return;
	if (!output_stderr_is_same())
		return;
	while (at < text->len) {
		long n = syscall(SYS_write, 2, text->data + at, text->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		at += (size_t)n;
	}
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
	if (channel_is_open())
		channel_say_parts(line, i);
	else if (output_stderr_is_same())
		syscall(SYS_writev, 2, line, i);
	errno = saved;
}
