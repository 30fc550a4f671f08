#include "config.h"

#include "shim/entry/diagnosis.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/buf.h"
#include "python/api.h"
#include "python/layout.h"
#include "shim/base/process.h"
#include "shim/base/watched.h"
#include "shim/record/capture.h"
#include "shim/record/hooks.h"

static void
put_layout(struct buf *b)
{
	const char *problem = layout_verify();

	buf_printf(b, "layout: %s\n", problem ? problem : "verified");
}

static void
put_heads(struct buf *b)
{
	if (watched.problem)
		buf_printf(b, "gc-heads: not found: %s\n", watched.problem);
	else
		buf_printf(b, "gc-heads: found%s\n",
			   watched.lists.heads[GENERATION_PERMANENT] ?
				   ", with the permanent generation" :
				   "");
}

static void
put_hooks(struct buf *b)
{
	buf_printf(b, "hooks: %s\n", hooks_kind());
	buf_printf(b, "free-lists: %s (%s)\n",
		   hooks_free_lists_exact() ? "exact" : "approximate",
		   hooks_free_list_kind());
	if (!hooks_see_objects())
		buf_put(b, "frames: no allocation is seen, so there are no "
			   "backtraces\n");
	else
		buf_printf(b, "frames: %s\n",
			   capture_problem() ? capture_problem() : "verified");
}

/* The pipe of the command, -1 when there is none. */
static int
pipe_of_doctor(void)
{
	const char *fd = getenv("LEAKSHIM_DOCTOR");

	return fd && atoi(fd) >= 3 ? atoi(fd) : -1;
}

static void
send(int fd, struct buf *b)
{
	syscall(SYS_write, fd, b->data, b->len);
	syscall(SYS_close, fd);
	buf_fini(b);
}

void
diagnosis_tell(void)
{
	int fd = pipe_of_doctor();
	struct buf b;

	if (fd < 0)
		return;
	buf_init(&b);
	buf_printf(&b, "python: %s%s\n", python.text,
		   python.is_debug ? " (debug build)" : "");
	buf_printf(&b, "linkage: %s\n", python.is_shared ? "shared" : "static");
	put_hooks(&b);
	put_heads(&b);
	put_layout(&b);
	send(fd, &b);
}

void
diagnosis_tell_declined(const char *why)
{
	int fd = pipe_of_doctor();
	struct buf b;

	if (fd < 0)
		return;
	buf_init(&b);
	buf_printf(&b, "declined: %s\n", why);
	send(fd, &b);
}
