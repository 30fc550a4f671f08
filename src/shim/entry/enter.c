#include "config.h"

#include "shim/entry/enter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/attachpage.h"
#include "shim/entry/serve.h"

enum { PAGE_BYTES = 8192 };

_Static_assert(sizeof(struct attach_page) <= PAGE_BYTES, "it has its place");

/* The library has no NEEDED for threads: the command knows where they are. */
typedef int create_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *),
		      void *);
typedef int detach_fn(pthread_t);

static void *
serve_page(void *page)
{
	serve(page);
	return NULL;
}

static bool
read_page(const char *path, struct attach_page *page)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return false;
	n = syscall(SYS_read, fd, page, sizeof *page);
	syscall(SYS_close, fd);
	return n == (long)sizeof *page && page->magic == ATTACH_MAGIC &&
	       page->version == ATTACH_VERSION && page->create && page->detach;
}

static int
start(struct attach_page *page)
{
	create_fn *create = (create_fn *)(uintptr_t)page->create;
	detach_fn *detach = (detach_fn *)(uintptr_t)page->detach;
	uint64_t all = ~(uint64_t)0, before;
	pthread_t thread;
	int error;

	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before,
		    sizeof all) != 0)
		return errno;
	error = create(&thread, NULL, serve_page, page);
	if (!error)
		detach(thread);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
	return error;
}

int
enter(const char *path, int channel)
{
	struct attach_page *page =
		mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int error;

	if (page == MAP_FAILED)
		return ENOMEM;
	if (!read_page(path, page)) {
		munmap(page, PAGE_BYTES);
		return EPROTO;
	}
	/* There is no stub, and nothing else uses this page. */
	page->code = page->code_bytes = 0;
	page->self = (uintptr_t)page;
	page->self_bytes = PAGE_BYTES;
	page->may_unmap = 1;
	page->library = -1;
	page->channel = channel;
	error = start(page);
	if (error)
		munmap(page, PAGE_BYTES);
	return error;
}
