#include "config.h"

#include "shim/record/nativestack.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/oldsymbol.h"
#include "common/ownmap.h"
#include "python/frames.h"
#include "python/peek.h"
#include "shim/record/stacks.h"

bool nativestack_is_on;

static const char *problem;
static size_t n_wanted;

const char *
nativestack_problem(void)
{
	return problem;
}

bool
nativestack_keeps(size_t n)
{
	return nativestack_is_on && n <= n_wanted;
}

#ifndef HAVE_LIBUNWIND_H

void
nativestack_init(int n)
{
	if (n)
		problem = "this leakshim was built without libunwind's header";
}

stack_id
nativestack_capture(stack_id below)
{
	return below;
}

void
nativestack_forget(void)
{
}

void
nativestack_code_unmapped(void)
{
}

#else

#define UNW_LOCAL_ONLY
#include <libunwind.h>

OLD_SYMBOL(dlopen);
OLD_SYMBOL(dlsym);

enum {
	MOST_FRAMES = 255,
	OWN_FRAMES = 8, /* ours, on top of the allocator's caller */
	MOST_RUNS = 512,
	MOST_STEPS = 4096, /* of a whole stack, when it must be walked */
	KNOWN_SHIFT = 13,  /* stacks remembered: 8192 */
	ID_BITS = 26,      /* of a stack_id */
};

static struct {
	int (*backtrace)(void **buffer, int n);
	int (*init_local)(unw_cursor_t *c, unw_context_t *context);
	int (*step)(unw_cursor_t *c);
	int (*get_reg)(unw_cursor_t *c, unw_regnum_t reg, unw_word_t *out);
	int (*getcontext)(unw_context_t *context);
	void (*flush_cache)(unw_addr_space_t as, unw_word_t from,
			    unw_word_t to);
	int (*set_caching_policy)(unw_addr_space_t as,
				  unw_caching_policy_t policy);
	unw_addr_space_t *space;
	unw_accessors_t *(*get_accessors)(unw_addr_space_t as);
} unw;

static uintptr_t own_from, own_to;   /* this library's code */
static uintptr_t loop_from, loop_to; /* see frames_loop() */
static _Atomic bool is_stale;        /* what libunwind remembers */

/* Hash and id of stacks that were captured before, in one word each. */
static _Atomic uint64_t *known;

/* One native frame while a new stack is looked over. */
struct frame {
	uintptr_t ip, sp;
	unsigned n_python;
};

static int
find_own(struct dl_phdr_info *info, size_t size, void *ctx)
{
	uintptr_t here = (uintptr_t)nativestack_capture;
	int i;

	(void)size;
	(void)ctx;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_LOAD && here - from < p->p_memsz) {
			own_from = from;
			own_to = from + p->p_memsz;
			return 1;
		}
	}
	return 0;
}

#define STRING(name) #name
#define NAME(macro) STRING(macro)

static const char *
load(void)
{
	void *lib = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);

	if (!lib)
		return "libunwind.so.8 cannot be loaded (Debian: apt install "
		       "libunwind8)";
	*(void **)&unw.backtrace = dlsym(lib, "unw_backtrace");
	*(void **)&unw.init_local = dlsym(lib, NAME(unw_init_local));
	*(void **)&unw.step = dlsym(lib, NAME(unw_step));
	*(void **)&unw.get_reg = dlsym(lib, NAME(unw_get_reg));
	*(void **)&unw.flush_cache = dlsym(lib, NAME(unw_flush_cache));
	*(void **)&unw.set_caching_policy =
		dlsym(lib, NAME(unw_set_caching_policy));
	*(void **)&unw.space = dlsym(lib, NAME(unw_local_addr_space));
	*(void **)&unw.get_accessors = dlsym(lib, NAME(unw_get_accessors));
#ifdef unw_tdep_getcontext /* x86-64; elsewhere it is code in place */
	*(void **)&unw.getcontext = dlsym(lib, NAME(unw_tdep_getcontext));
	if (!unw.getcontext)
		return "libunwind.so.8 lacks functions that are needed";
#endif
	if (!unw.backtrace || !unw.init_local || !unw.step || !unw.get_reg ||
	    !unw.flush_cache || !unw.set_caching_policy || !unw.space)
		return "libunwind.so.8 lacks functions that are needed";
	return NULL;
}

/* ---- libunwind's descriptors ---- */

enum { PAGE = 4096, PAGES = 4 };

/* What is known to be readable for the stack at hand. */
static _Thread_local struct {
	uintptr_t live_to;     /* from the stack pointer on */
	uintptr_t page[PAGES]; /* that were read from last; 0: none */
	unsigned next;
} readable __attribute__((tls_model("initial-exec")));

/* Another capture: what could be read may have been unmapped since. */
static void
forget_readable(void)
{
	char here;

	memset(&readable, 0, sizeof readable);
	readable.live_to = ((uintptr_t)&here | (PAGE - 1)) + 1;
}

static bool
is_known_readable(uintptr_t address)
{
	uintptr_t page = address & -(uintptr_t)PAGE;
	char here;
	int i;

	if (address >= (uintptr_t)&here &&
	    address <= readable.live_to - sizeof(unw_word_t))
		return true;
	if (!page || address % PAGE > PAGE - sizeof(unw_word_t))
		return false;
	for (i = 0; i < PAGES; i++)
		if (readable.page[i] == page)
			return true;
	return false;
}

/*
 * Where a frame has no unwind information, libunwind guesses, and tests with a
 * pipe of its own whether memory can be read: a byte is written and read back.
 * The program may have closed that pipe, and reused its descriptors for a file
 * or a socket.  So we do the reading.  What it writes is its own copy of the
 * registers; if that fails, it walks the slow way, at ten times the cost.
 */
static int
read_memory(unw_addr_space_t space, unw_word_t address, unw_word_t *value,
	    int is_write, void *ctx)
{
	(void)space;
	(void)ctx;
	if (is_write) {
		*(unw_word_t *)address = *value;
		return 0;
	}
	if (!is_known_readable(address)) {
		if (!peek(value, address, sizeof *value))
			return -UNW_EINVAL;
		readable.page[readable.next++ % PAGES] =
			address & -(uintptr_t)PAGE;
		return 0;
	}
	*value = *(const unw_word_t *)address;
	return 0;
}

/*
 * Make it open that pipe now, and not as a closed standard stream: the program
 * may open a file there next.
 */
static void
settle_descriptors(void)
{
	int low[3], n = 0, fd;
	unw_context_t context;
	unw_cursor_t c;

	while (n < 3) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, "/",
				  O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			break;
		if (fd > 2) {
			syscall(SYS_close, fd);
			break;
		}
		low[n++] = fd;
	}
	if (unw.get_accessors)
		unw.get_accessors(*unw.space)->access_mem = read_memory;
#ifdef unw_tdep_getcontext
	unw.getcontext(&context);
#else
	unw_getcontext(&context);
#endif
	unw.init_local(&c, &context);
	while (n)
		syscall(SYS_close, low[--n]);
}

static const char *
prepare(void)
{
	const struct frame_layout *l = frames_layout();
	const char *why = load();

	if (why)
		return why;
	if (!l)
		return "Python's frames cannot be read";
	known = ownmap(sizeof *known << KNOWN_SHIFT);
	if (!known)
		return "no memory";
	dl_iterate_phdr(find_own, NULL);
	if (!frames_loop(l, &loop_from, &loop_to))
		loop_from = loop_to = 0;
	settle_descriptors();
	unw.set_caching_policy(*unw.space, UNW_CACHE_PER_THREAD);
	return NULL;
}

void
nativestack_init(int n)
{
	int saved = errno;

	if (!n || nativestack_is_on)
		return;
	n_wanted = (size_t)(n < MOST_FRAMES ? n : MOST_FRAMES);
	problem = prepare();
	nativestack_is_on = !problem;
	errno = saved;
}

void
nativestack_code_unmapped(void)
{
	atomic_store_explicit(&is_stale, true, memory_order_relaxed);
}

static bool
is_own(uintptr_t ip)
{
	return ip - own_from < own_to - own_from;
}

/* Which of the frames runs which Python frames: by addresses on the stack. */
static void
splice_by_markers(struct frame *frames, size_t n, const struct frames_run *runs,
		  size_t n_runs)
{
	size_t i, k;

	/* The last frame's end is not known. */
	for (k = 0; k < n_runs; k++)
		for (i = 0; i + 1 < n; i++)
			if (runs[k].marker >= frames[i].sp &&
			    runs[k].marker < frames[i + 1].sp)
				frames[i].n_python = runs[k].n;
}

/*
 * By the function: each call of the loop is one Python frame, if that holds
 * for the whole stack (parts of the function may lie elsewhere).
 */
static void
splice_by_function(struct frame *frames, size_t n, size_t n_loops,
		   size_t n_python)
{
	size_t i;

	if (n_loops != n_python)
		return;
	for (i = 0; i < n; i++)
		frames[i].n_python =
			frames[i].ip - loop_from < loop_to - loop_from;
}

static __attribute__((noinline)) size_t
walk(struct frame *frames, size_t n_max, bool is_whole, size_t *n_loops)
{
	unw_context_t context;
	unw_cursor_t c;
	unw_word_t ip, sp;
	size_t n = 0, steps = 0;

	*n_loops = 0;
	forget_readable();
#ifdef unw_tdep_getcontext
	unw.getcontext(&context);
#else
	unw_getcontext(&context);
#endif
	if (unw.init_local(&c, &context) < 0)
		return 0;
	do {
		if (unw.get_reg(&c, UNW_REG_IP, &ip) < 0 ||
		    unw.get_reg(&c, UNW_REG_SP, &sp) < 0 || !ip)
			break;
		/* Not the topmost ones alone: PyList_New() is interposed. */
		if (is_own(ip))
			continue;
		*n_loops += ip - loop_from < loop_to - loop_from;
		if (n < n_max)
			frames[n++] = (struct frame){ip, sp, 0};
		else if (!is_whole)
			break;
	} while (++steps < MOST_STEPS && unw.step(&c) > 0);
	return n;
}

/* A stack that was not seen before: 0.4 microseconds a frame. */
static __attribute__((noinline)) stack_id
intern(stack_id below)
{
	const struct frame_layout *l = frames_layout();
	struct frame frames[MOST_FRAMES + 1];
	struct frames_run runs[MOST_RUNS];
	size_t n, n_runs = 0, n_loops;
	stack_id id = below ? below : stacks_root(STACKS_ROOT_NONE), next;

	/* One more than is kept: where it begins, the last one kept ends. */
	n = walk(frames, n_wanted + 1, loop_to != 0, &n_loops);
	if (below)
		n_runs = frames_runs(l, runs, MOST_RUNS);
	if (loop_to)
		splice_by_function(frames, n, n_loops, n_runs);
	else
		splice_by_markers(frames, n, runs, n_runs);
	if (n > n_wanted)
		n = n_wanted;
	while (n) {
		n--;
		next = stacks_intern_native(id, frames[n].ip,
					    frames[n].n_python);
		if (!next)
			return below; /* the depot is full */
		id = next;
	}
	return id;
}

void
nativestack_forget(void)
{
	if (known)
		ownmap_clear((void *)known, sizeof *known << KNOWN_SHIFT);
}

static uint64_t
hash(stack_id below, void *const *ips, int n)
{
	uint64_t h = below * 0x9e3779b97f4a7c15ULL;
	int i;

	for (i = 0; i < n; i++) {
		h = (h ^ (uintptr_t)ips[i]) * 0xff51afd7ed558ccdULL;
		h ^= h >> 32;
	}
	return h;
}

stack_id
nativestack_capture(stack_id below)
{
	void *ips[MOST_FRAMES + OWN_FRAMES];
	_Atomic uint64_t *slot;
	int saved = errno, n, i;
	uint64_t h, word;
	stack_id id;

	if (atomic_exchange_explicit(&is_stale, false, memory_order_relaxed))
		unw.flush_cache(*unw.space, 0, 0);
	forget_readable();
	n = unw.backtrace(ips, (int)n_wanted + OWN_FRAMES);
	for (i = 0; i < n && is_own((uintptr_t)ips[i]); i++)
		;
	if (n - i > (int)n_wanted)
		n = i + (int)n_wanted;
	h = hash(below, ips + i, n - i);
	slot = &known[h >> (64 - KNOWN_SHIFT)];
	h <<= ID_BITS;
	word = atomic_load_explicit(slot, memory_order_relaxed);
	id = (stack_id)(word & ((1u << ID_BITS) - 1));
	if (!id || (word ^ h) >> ID_BITS) {
		id = intern(below);
		atomic_store_explicit(slot, h | id, memory_order_relaxed);
	}
	errno = saved;
	return id;
}

#endif /* HAVE_LIBUNWIND_H */
