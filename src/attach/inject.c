#include "config.h"

#include "attach/inject.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach/borrow.h"
#include "attach/guardian.h"
#include "attach/hold.h"
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
	FIND_MS = 10000,
	LOAD_MS = 50, /* that the thread stays stopped while the other loads */
};

_Static_assert(sizeof(struct attach_page) <= WISH_BYTES, "it has its place");
_Static_assert(PROCESSOR_FRAME_BYTES % PAGE == 0, "the stack is aligned");

static bool
refuse(char why[REFUSAL_BYTES], const char *what, const char *detail)
{
	snprintf(why, REFUSAL_BYTES, "%s%s%s", what, detail ? ": " : "",
		 detail ? detail : "");
	return false;
}

static long
call(struct borrowed *b, long number, uint64_t a0, uint64_t a1, uint64_t a2,
     uint64_t a3)
{
	const uint64_t arguments[6] = {a0, a1, a2, a3, (uint64_t)-1, 0};

	return borrow_call(b, number, arguments);
}

static void
close_in_target(struct borrowed *b, int fd)
{
	if (fd >= 0)
		call(b, SYS_close, (uint64_t)fd, 0, 0, 0);
}

/* ---- memory ---- */

static bool
map_memory(struct injection *in, struct borrowed *b, char why[REFUSAL_BYTES])
{
	struct processor_stub stub;
	long page, code;

	in->page_bytes = WISH_BYTES + PROCESSOR_FRAME_BYTES + STACK_BYTES;
	in->code_bytes = CODE_BYTES;
	page = call(b, SYS_mmap, 0, in->page_bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS);
	if (page < 0)
		return refuse(why, "it cannot map memory",
			      strerror((int)-page));
	in->page = (uint64_t)page;
	code = call(b, SYS_mmap, 0, CODE_BYTES, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS);
	if (code < 0)
		return refuse(why, "it may not map executable memory",
			      strerror((int)-code));
	in->code = (uint64_t)code;
	processor_get_stub(&stub);
	if (!remote_write(&b->program->memory, in->code, stub.code,
			  stub.n_code))
		return refuse(why, "its memory cannot be written",
			      strerror(errno));
	return true;
}

static void
unmap_memory(struct injection *in, struct borrowed *b)
{
	if (in->page)
		call(b, SYS_munmap, in->page, in->page_bytes, 0, 0);
	if (in->code)
		call(b, SYS_munmap, in->code, in->code_bytes, 0, 0);
	in->page = in->code = 0;
}

static uint64_t
frame_at(const struct injection *in)
{
	return in->page + WISH_BYTES;
}

static uint64_t
stack_at(const struct injection *in)
{
	return in->page + in->page_bytes - 256;
}

/* Above the stack: for results of system calls. */
static uint64_t
scratch_at(const struct injection *in)
{
	return in->page + in->page_bytes - 128;
}

/* What takes the thread back if we die. */
static bool
write_frame(struct injection *in, struct borrowed *b, char why[REFUSAL_BYTES])
{
	unsigned char frame[PROCESSOR_FRAME_BYTES];
	uint64_t old[3];
	size_t n;

	if (call(b, SYS_sigaltstack, 0, scratch_at(in), 0, 0) != 0 ||
	    !remote_read(&b->program->memory, scratch_at(in), old, sizeof old))
		return refuse(why, "its signal stack cannot be told", NULL);
	b->state.alternate[0] = old[0];
	b->state.alternate[1] = old[1] & 0xffffffff; /* an int, and a hole */
	b->state.alternate[2] = old[2];
	n = processor_frame(&b->state, frame_at(in), frame);
	if (!n || !remote_write(&b->program->memory, frame_at(in), frame, n))
		return refuse(why, "its registers are not as expected", NULL);
	return true;
}

/* ---- the library ---- */

/* The part of the file that is loaded: nobody needs the rest in memory. */
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
 * glibc takes a library for the one that it has loaded by the same name.  That
 * descriptor may have been another's: spell its path as nobody has.
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

/* The library as a file without a name, open in the target. */
static bool
give_library(struct injection *in, struct borrowed *b, const char *library,
	     struct attach_page *wish, char why[REFUSAL_BYTES])
{
	static const char name[] = "libleakshim.so";
	char path[64];
	bool ok;
	long fd;
	int to;

	remote_write(&b->program->memory, scratch_at(in), name, sizeof name);
	fd = call(b, SYS_memfd_create, scratch_at(in), MFD_CLOEXEC, 0, 0);
	if (fd < 0)
		return refuse(why, "it cannot make a file in memory",
			      strerror((int)-fd));
	wish->library = (int32_t)fd;
	snprintf(path, sizeof path, "/proc/%d/fd/%ld",
		 (int)b->program->facts.pid, fd);
	to = open(path, O_WRONLY | O_CLOEXEC);
	ok = to >= 0 && copy_file(library, to);
	if (to >= 0)
		close(to);
	spell_path(wish->path, sizeof wish->path, fd);
	return ok || refuse(why, "the library cannot be copied into it",
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
make_socket(struct injection *in, struct borrowed *b, struct attach_page *wish)
{
	int fds[2];

	if (!made_pair(in, b,
		       call(b, SYS_socketpair, AF_UNIX,
			    SOCK_STREAM | SOCK_CLOEXEC, 0, scratch_at(in)),
		       fds))
		return false;
	in->channel = take_descriptor(b->program->facts.pid, fds[0]);
	close_in_target(b, fds[0]);
	if (in->channel < 0)
		close_in_target(b, fds[1]);
	else
		wish->channel = fds[1];
	return in->channel >= 0;
}

/* Kernels before 5.6 cannot give us a socket; a pipe has a name in /proc. */
static bool
make_pipe(struct injection *in, struct borrowed *b, struct attach_page *wish)
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
	close_in_target(b, fds[0]);
	if (in->channel < 0)
		close_in_target(b, fds[1]);
	else
		wish->channel = fds[1];
	return in->channel >= 0;
}

static bool
make_channel(struct injection *in, struct borrowed *b, struct attach_page *wish,
	     char why[REFUSAL_BYTES])
{
	const char *kind = getenv("LEAKSHIM_TEST_CHANNEL");

	if ((!kind || strcmp(kind, "pipe")) && make_socket(in, b, wish))
		return true;
	return make_pipe(in, b, wish) ||
	       refuse(why, "no channel to it can be made", strerror(errno));
}

/* ---- all of it ---- */

static void
fill_wish(const struct injection *in, struct attach_page *wish)
{
	const struct program *p = in->program;
	struct processor_stub stub;

	processor_get_stub(&stub);
	wish->magic = ATTACH_MAGIC;
	wish->version = ATTACH_VERSION;
	wish->errno_location = p->errno_location;
	wish->create = p->create;
	wish->detach = p->detach;
	wish->dlopen = p->dlopen;
	wish->dlsym = p->dlsym;
	wish->dlerror = p->dlerror;
	wish->lock = p->lock;
	wish->unlock = p->unlock;
	wish->thread_start = in->code + stub.thread;
	wish->serve = p->serve;
	wish->dlopen_flags = p->dlopen_flags;
	wish->code = in->code;
	wish->code_bytes = in->code_bytes;
	wish->self = in->page;
	wish->self_bytes = in->page_bytes;
	snprintf(wish->name, sizeof wish->name, "%s", ATTACH_SERVE);
}

static bool
prepare(struct injection *in, struct borrowed *b, struct attach_page *wish,
	const char *library, char why[REFUSAL_BYTES])
{
	wish->channel = wish->library = -1;
	if (!map_memory(in, b, why) || !write_frame(in, b, why) ||
	    (!in->program->serve && !give_library(in, b, library, wish, why)) ||
	    !make_channel(in, b, wish, why))
		return false;
	fill_wish(in, wish);
	return remote_write(&b->program->memory, in->page, wish,
			    sizeof *wish) ||
	       refuse(why, "its memory cannot be written", strerror(errno));
}

static void
undo(struct injection *in, struct borrowed *b, const struct attach_page *wish)
{
	close_in_target(b, wish->library);
	close_in_target(b, wish->channel);
	unmap_memory(in, b);
	if (in->channel >= 0)
		close(in->channel);
	in->channel = -1;
}

/* How far the new thread has come. */
static uint32_t
stage_of(const struct injection *in, struct attach_page *now)
{
	return remote_read(&in->program->memory, in->page, now, sizeof *now) ?
		       now->stage :
		       ATTACH_STAGE_NONE;
}

static bool
is_created(struct injection *in, struct attach_page *now,
	   enum borrow_result result, char why[REFUSAL_BYTES])
{
	stage_of(in, now);
	if (result == BORROW_CRASHED)
		return refuse(why,
			      "pthread_create() did not end as expected "
			      "in it",
			      NULL);
	if (now->create_result)
		return refuse(why, "no thread can be started in it",
			      strerror(now->create_result));
	return true;
}

/*
 * While the loader works no child should be forked, which would inherit its
 * locks: the thread that is stopped is mostly the one that would.
 */
static void
wait_for_loader(const struct injection *in, struct attach_page *now)
{
	uint64_t until = hold_now_us() + LOAD_MS * 1000;

	while (stage_of(in, now) == ATTACH_STAGE_NONE && hold_now_us() < until)
		usleep(50);
}

static void
allow_unmap(const struct injection *in, uint32_t yes)
{
	remote_write(&in->program->memory,
		     in->page + offsetof(struct attach_page, may_unmap), &yes,
		     sizeof yes);
}

static bool
do_inject(struct injection *in, struct program *p, struct attach_page *wish,
	  const char *library, char why[REFUSAL_BYTES])
{
	struct processor_stub stub;
	enum borrow_result result;
	static struct borrowed b;
	struct attach_page now;
	bool ok;

	*in = (struct injection){.program = p, .channel = -1};
	if (!borrow_thread(&b, p, BORROW_ANY, FIND_MS, why))
		return false;
	in->tries = b.tries;
	if (!prepare(in, &b, wish, library, why)) {
		undo(in, &b, wish);
		borrow_end(&b);
		return false;
	}
	processor_get_stub(&stub);
	result = borrow_run(&b, in->code, in->code + stub.create, in->page,
			    stack_at(in), frame_at(in));
	if (result == BORROW_STUCK) {
		close(in->channel);
		in->channel = -1;
		return refuse(why,
			      "starting a thread in it takes too long (a "
			      "lock is held): try again",
			      NULL);
	}
	ok = is_created(in, &now, result, why);
	if (ok)
		wait_for_loader(in, &now);
	else
		undo(in, &b, wish);
	borrow_end(&b);
	in->in_target[0] = wish->channel;
	in->in_target[1] = wish->library;
	in->pause_us = hold_now_us() - b.since_us;
	if (ok)
		allow_unmap(in, 1);
	return ok;
}

static void
do_clean_up(struct injection *in)
{
	static struct borrowed b;
	char why[REFUSAL_BYTES];

	if (!borrow_thread(&b, in->program, BORROW_ANY, FIND_MS, why))
		return;
	close_in_target(&b, in->in_target[0]);
	close_in_target(&b, in->in_target[1]);
	unmap_memory(in, &b);
	borrow_end(&b);
}

static bool
do_main_thread(struct injection *in, uint64_t function, char why[REFUSAL_BYTES])
{
	static struct borrowed b;
	enum borrow_result result;

	if (!borrow_thread(&b, in->program, BORROW_MAIN, FIND_MS, why))
		return false;
	/* The thread that we made must not end before this one is back. */
	allow_unmap(in, 0);
	if (!write_frame(in, &b, why)) {
		borrow_end(&b);
		allow_unmap(in, 1);
		return false;
	}
	result = borrow_run(&b, in->code, function, 0, stack_at(in),
			    frame_at(in));
	if (result != BORROW_STUCK) {
		borrow_end(&b);
		allow_unmap(in, 1);
	}
	return result == BORROW_RETURNED ||
	       refuse(why, "its main thread could not be used", NULL);
}

/* ---- by the guardian ---- */

struct order {
	struct injection in;
	struct program *program;
	struct attach_page wish;
	const char *library;
	uint64_t function;
	char why[REFUSAL_BYTES];
	int channel; /* the new one */
	bool ok;
};

static void
order_inject(void *state)
{
	struct order *o = state;

	o->ok = do_inject(&o->in, o->program, &o->wish, o->library, o->why);
	o->channel = o->in.channel;
}

static void
order_clean_up(void *state)
{
	struct order *o = state;

	do_clean_up(&o->in);
}

static void
order_main_thread(void *state)
{
	struct order *o = state;

	o->ok = do_main_thread(&o->in, o->function, o->why);
}

static bool
give(struct order *o, void (*work)(void *state), char why[REFUSAL_BYTES])
{
	o->channel = -1;
	if (!guardian_run(work, o, sizeof *o, &o->channel))
		return refuse(why, "a process for it cannot be started",
			      strerror(errno));
	memcpy(why, o->why, REFUSAL_BYTES);
	return o->ok;
}

bool
inject(struct injection *in, struct program *p, struct attach_page *wish,
       const char *library, char why[REFUSAL_BYTES])
{
	static struct order o;
	bool ok;

	o = (struct order){.program = p, .library = library};
	o.wish = *wish;
	ok = give(&o, order_inject, why);
	*in = o.in;
	in->channel = o.channel;
	return ok;
}

void
inject_clean_up(struct injection *in)
{
	static struct order o;
	char why[REFUSAL_BYTES];

	o = (struct order){.in = *in};
	give(&o, order_clean_up, why);
}

bool
inject_main_thread(struct injection *in, uint64_t function,
		   char why[REFUSAL_BYTES])
{
	static struct order o;

	o = (struct order){.in = *in, .function = function};
	return give(&o, order_main_thread, why);
}
