#include "config.h"

#include "shim/say.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/buf.h"
#include "report/output.h"

void
say_text(const struct buf *text)
{
	int saved = errno;
	size_t at = 0;

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

void
say(const char *what, const char *why)
{
	struct buf b;

	buf_init(&b);
	buf_printf(&b, why ? "leakshim: %s: %s\n" : "leakshim: %s\n", what,
		   why);
	say_text(&b);
	buf_fini(&b);
}
