#include "config.h"

#include "attach/processor.h"
#include "tap.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#if defined __x86_64__
enum {
	ALT_BYTES = 1 << 16,
	MOST_STATE = 16384,
	FRAME_FLAGS_AT = 8, /* behind the return address; asm/ucontext.h */
	FRAME_LINK_AT = 16,
	FRAME_CS_AT = 192,
};

static struct {
	uint64_t address;
	unsigned char bytes[PROCESSOR_SIGNAL_BYTES];
	size_t n;
} seen;

/* What a debugger would find: the stack from the return address on. */
static void __attribute__((no_sanitize("address"))) handler(int number)
{
	const volatile unsigned char *frame = __builtin_frame_address(0);

	(void)number;
	seen.address = (uint64_t)(uintptr_t)(frame + 8);
	/* Both stacks have as much above. */
	for (seen.n = 0; seen.n < MOST_STATE; seen.n++)
		seen.bytes[seen.n] = frame[8 + seen.n];
}

static void __attribute__((noinline)) raise_on_stack(int flags)
{
	struct sigaction a = {.sa_handler = handler, .sa_flags = flags};
	volatile unsigned char above[PROCESSOR_SIGNAL_BYTES];

	above[0] = above[sizeof above - 1] = 0;
	sigaction(SIGUSR1, &a, NULL);
	raise(SIGUSR1);
	above[1] = above[0];
}

static bool
is_frame_with(size_t at, unsigned char change)
{
	static unsigned char bytes[PROCESSOR_SIGNAL_BYTES];

	memcpy(bytes, seen.bytes, seen.n);
	bytes[at] ^= change;
	return processor_is_signal_frame(seen.address, bytes, seen.n);
}

/* The last word of what the processor's extended state takes. */
static size_t
end_of_state(void)
{
	static const uint32_t magic2 = 0x46505845;
	size_t i;

	for (i = 0; i + sizeof magic2 <= seen.n; i++)
		if (!memcmp(seen.bytes + i, &magic2, sizeof magic2))
			return i;
	return 0;
}

static void
check_kernels_frame(const char *where)
{
	size_t end = end_of_state();

	ok(processor_is_signal_frame(seen.address, seen.bytes, seen.n),
	   "%s: the kernel's frame is one", where);
	ok(!processor_is_signal_frame(seen.address + 8, seen.bytes, seen.n),
	   "%s: not at another alignment", where);
	ok(!is_frame_with(FRAME_FLAGS_AT + 3, 1), "%s: flags", where);
	ok(!is_frame_with(FRAME_LINK_AT, 1), "%s: link", where);
	ok(!is_frame_with(FRAME_CS_AT, 1), "%s: segment", where);
	ok(!end || !is_frame_with(end, 1), "%s: the end of the state", where);
	ok(processor_is_signal_frame(seen.address, seen.bytes, 64),
	   "%s: too short to tell", where);
}

static void
check_own_frame(void)
{
	static unsigned char stack[8 + PROCESSOR_FRAME_BYTES];
	static struct processor_state s;
	uint64_t at = 0x7ffc61169500;

	processor_frame(&s, at, stack + 8);
	ok(!processor_is_signal_frame(at - 8, stack, sizeof stack),
	   "our own way back is none");
}

static void
check_all(void)
{
	stack_t alternate = {.ss_size = ALT_BYTES};

	raise_on_stack(0);
	check_kernels_frame("on the stack");
	alternate.ss_sp = mmap(NULL, 2 * ALT_BYTES, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaltstack(&alternate, NULL);
	raise_on_stack(SA_ONSTACK);
	check_kernels_frame("on another stack");
	check_own_frame();
}
#else
static void
check_all(void)
{
	ok(processor_problem() != NULL, "nothing can be attached to here");
}
#endif

int
main(void)
{
	check_all();
	return tap_done();
}
