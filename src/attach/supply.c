#include "config.h"

#include "attach/supply.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/borrow.h"
#include "attach/hold.h"
#include "attach/inject.h"
#include "attach/processor.h"
#include "attach/program.h"
#include "common/attachpage.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

enum {
	PAGE = 4096,
	WISH_BYTES = 2 * PAGE,   /* struct attach_page */
	STACK_BYTES = 128 << 10, /* pthread_create() may call any malloc */
	CODE_BYTES = PAGE,
};

_Static_assert(sizeof(struct attach_page) <= WISH_BYTES, "it has its place");
_Static_assert(PROCESSOR_FRAME_BYTES % PAGE == 0, "the stack is aligned");

static long
call(struct borrowed *b, long number, uint64_t a0, uint64_t a1, uint64_t a2,
     uint64_t a3)
{
	const uint64_t arguments[6] = {a0, a1, a2, a3, (uint64_t)-1, 0};

	return borrow_call(b, number, arguments);
}

void
supply_close(struct borrowed *b, int fd)
{
	if (fd >= 0)
		call(b, SYS_close, (uint64_t)fd, 0, 0, 0);
}

/* ---- memory ---- */

/* One mapping, of which the last page stays executable. */
bool
supply_map(struct injection *in, struct borrowed *b, char why[REFUSAL_BYTES])
{
	struct processor_stub stub;
	long page;

	in->page_bytes = WISH_BYTES + PROCESSOR_FRAME_BYTES + STACK_BYTES;
	in->code_bytes = CODE_BYTES;
	page = call(b, SYS_mmap, 0, in->page_bytes + in->code_bytes,
		    PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS);
	if (page < 0)
		return refusal_put(why,
				   "it is not permitted to map executable "
				   "memory",
				   strerror((int)-page));
	in->page = (uint64_t)page;
	in->code = in->page + in->page_bytes;
	processor_get_stub(&stub);
	if (!remote_write(&b->program->memory, in->code, stub.code,
			  stub.n_code) ||
	    !supply_frame(in, b))
		return refusal_put(why, "its memory cannot be written",
				   strerror(errno));
	page = call(b, SYS_mprotect, in->page, in->page_bytes,
		    PROT_READ | PROT_WRITE, 0);
	return page == 0 ||
	       refusal_put(why, "it cannot map memory", strerror((int)-page));
}

void
supply_unmap(struct injection *in, struct borrowed *b)
{
	/* The stub goes with it: again by an instruction of libc. */
	if (!borrow_renew(b))
		return;
	if (in->page)
		call(b, SYS_munmap, in->page, in->page_bytes + in->code_bytes,
		     0, 0);
	in->page = in->code = 0;
}

/* Behind the page; the stack grows down to it. */
static uint64_t
frame_at(const struct injection *in)
{
	return in->page + WISH_BYTES;
}

uint64_t
supply_stack_at(const struct injection *in)
{
	return in->page + in->page_bytes - 256;
}

/* Above the stack: for results of system calls. */
static uint64_t
scratch_at(const struct injection *in)
{
	return in->page + in->page_bytes - 128;
}

bool
supply_frame(struct injection *in, struct borrowed *b)
{
	unsigned char frame[PROCESSOR_FRAME_BYTES];
	size_t n = processor_frame(&b->state, frame_at(in), frame);

	if (!n || !remote_write(&b->program->memory, frame_at(in), frame, n))
		return false;
	b->code = in->code;
	b->frame = frame_at(in);
	return true;
}

/* ---- the library ---- */

/* The part of the file that is loaded: the rest is not needed in memory. */
static size_t
loaded_bytes(const unsigned char *file, size_t n)
{
	const Elf64_Ehdr *e = (const void *)file;
	size_t most = 0, i;

	if (n < sizeof *e || memcmp(e->e_ident, ELFMAG, SELFMAG) != 0 ||
	    e->e_phoff > n || n - e->e_phoff < e->e_phnum * sizeof(Elf64_Phdr))
		return 0;
	for (i = 0; i < e->e_phnum; i++) {
		const Elf64_Phdr *p =
			(const Elf64_Phdr *)(const void *)(file + e->e_phoff) +
			i;

		if (p->p_offset + p->p_filesz > most)
			most = p->p_offset + p->p_filesz;
	}
	return most <= n ? most : 0;
}

static bool
copy_file(const char *library, int to)
{
	int from = open(library, O_RDONLY | O_CLOEXEC);
	unsigned char *file = MAP_FAILED;
	size_t n = 0, at = 0;
	struct stat s;

	if (from >= 0 && fstat(from, &s) == 0 && s.st_size > 0)
		file = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE,
			    from, 0);
	if (from >= 0)
		close(from);
	if (file == MAP_FAILED)
		return false;
	n = loaded_bytes(file, (size_t)s.st_size);
	while (at < n) {
		ssize_t k = write(to, file + at, n - at);

		if (k <= 0)
			break;
		at += (size_t)k;
	}
	munmap(file, (size_t)s.st_size);
	return n > 0 && at == n;
}

/*
 * glibc takes a library for one that it has already loaded by the same name.
 * The descriptor may have been another's: spell its path in a unique way.
 */
static void
spell_path(char *out, size_t n, long fd)
{
	uint64_t bits = hold_now_us();
	size_t at = (size_t)snprintf(out, n, "/proc/self");
	int i;

	for (i = 0; i < 16 && at + 2 < n; i++, bits >>= 1)
		at += (size_t)snprintf(out + at, n - at, "%s",
				       bits & 1 ? "/." : "/");
	snprintf(out + at, n - at, "/fd/%ld", fd);
}

/*
 * Not as a standard stream that the target has closed: what it opens next
 * belongs there.
 */
static int
off_standard(struct borrowed *b, int fd)
{
	long other;

	if (fd < 0 || fd > 2)
		return fd;
	other = call(b, SYS_fcntl, (uint64_t)fd, F_DUPFD_CLOEXEC, 3, 0);
	if (other < 0)
		return fd;
	supply_close(b, fd);
	return (int)other;
}

/* The library as a file without a name, open in the target. */
bool
supply_library(struct injection *in, struct borrowed *b, const char *library,
	       struct attach_page *request, char why[REFUSAL_BYTES])
{
	static const char name[] = "libleakshim.so";
	char path[64];
	bool ok;
	long fd;
	int to;

	remote_write(&b->program->memory, scratch_at(in), name, sizeof name);
	fd = call(b, SYS_memfd_create, scratch_at(in), MFD_CLOEXEC, 0, 0);
	if (fd < 0)
		return refusal_put(why, "it cannot make a file in memory",
				   strerror((int)-fd));
	fd = off_standard(b, (int)fd);
	request->library = (int32_t)fd;
	snprintf(path, sizeof path, "/proc/%d/fd/%ld",
		 (int)b->program->facts.pid, fd);
	to = open(path, O_WRONLY | O_CLOEXEC);
	ok = to >= 0 && copy_file(library, to);
	if (to >= 0)
		close(to);
	spell_path(request->path, sizeof request->path, fd);
	return ok || refusal_put(why, "the library cannot be copied into it",
				 strerror(errno));
}

/* ---- the channel ---- */

static int
take_descriptor(pid_t pid, int fd)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0), ours = -1;

	if (process < 0)
		return -1;
	ours = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
	close(process);
	return ours;
}

static bool
made_pair(struct injection *in, struct borrowed *b, long result, int fds[2])
{
	return result == 0 && remote_read(&b->program->memory, scratch_at(in),
					  fds, 2 * sizeof *fds);
}

static bool
make_socket(struct injection *in, struct borrowed *b,
	    struct attach_page *request)
{
	int fds[2];

	if (!made_pair(in, b,
		       call(b, SYS_socketpair, AF_UNIX,
			    SOCK_STREAM | SOCK_CLOEXEC, 0, scratch_at(in)),
		       fds))
		return false;
	in->channel = take_descriptor(b->program->facts.pid, fds[0]);
	supply_close(b, fds[0]);
	if (in->channel < 0)
		supply_close(b, fds[1]);
	else
		request->channel = off_standard(b, fds[1]);
	return in->channel >= 0;
}

/* Kernels before 5.6 cannot give us a socket; a pipe has a name in /proc. */
static bool
make_pipe(struct injection *in, struct borrowed *b, struct attach_page *request)
{
	char path[64];
	int fds[2];

	if (!made_pair(in, b,
		       call(b, SYS_pipe2, scratch_at(in), O_CLOEXEC, 0, 0),
		       fds))
		return false;
	snprintf(path, sizeof path, "/proc/%d/fd/%d",
		 (int)b->program->facts.pid, fds[0]);
	in->channel = open(path, O_RDONLY | O_CLOEXEC);
	supply_close(b, fds[0]);
	if (in->channel < 0)
		supply_close(b, fds[1]);
	else
		request->channel = off_standard(b, fds[1]);
	return in->channel >= 0;
}

bool
supply_channel(struct injection *in, struct borrowed *b,
	       struct attach_page *request, char why[REFUSAL_BYTES])
{
	const char *kind = getenv("LEAKSHIM_TEST_CHANNEL");

	if ((!kind || strcmp(kind, "pipe")) && make_socket(in, b, request))
		return true;
	return make_pipe(in, b, request) ||
	       refusal_put(why, "no channel to it can be made",
			   strerror(errno));
}
