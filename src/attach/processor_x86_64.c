#include "config.h"

#include "attach/processor.h"

#if defined __x86_64__

#include <cpuid.h>
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "common/attachpage.h"

const char *
processor_problem(void)
{
	return NULL;
}

unsigned
processor_machine(void)
{
	return EM_X86_64;
}

/* ---- registers ---- */

static const struct user_regs_struct *
registers_of(const struct processor_state *s)
{
	return (const void *)s->general;
}

static bool
get_set(pid_t tid, uintptr_t kind, void *out, size_t room, size_t *n)
{
	struct iovec v = {out, room};

	if (ptrace(PTRACE_GETREGSET, tid, (void *)kind, &v) != 0)
		return false;
	*n = v.iov_len;
	return true;
}

static bool
put_set(pid_t tid, uintptr_t kind, const void *in, size_t n)
{
	struct iovec v = {(void *)(uintptr_t)in, n};

	return ptrace(PTRACE_SETREGSET, tid, (void *)kind, &v) == 0;
}

bool
processor_save(pid_t tid, struct processor_state *s)
{
	memset(s, 0, sizeof *s);
	return get_set(tid, NT_PRSTATUS, s->general, sizeof s->general,
		       &s->n_general) &&
	       s->n_general == sizeof(struct user_regs_struct) &&
	       get_set(tid, NT_X86_XSTATE, s->floating, sizeof s->floating,
		       &s->n_floating) &&
	       s->n_floating < sizeof s->floating &&
	       ptrace(PTRACE_GETSIGMASK, tid, (void *)sizeof s->mask,
		      &s->mask) == 0;
}

bool
processor_restore(pid_t tid, const struct processor_state *s)
{
	bool ok = put_set(tid, NT_X86_XSTATE, s->floating, s->n_floating);

	ok &= put_set(tid, NT_PRSTATUS, s->general, s->n_general);
	ok &= ptrace(PTRACE_SETSIGMASK, tid, (void *)sizeof s->mask,
		     &s->mask) == 0;
	return ok;
}

uint64_t
processor_pc(const struct processor_state *s)
{
	return registers_of(s)->rip;
}

uint64_t
processor_sp(const struct processor_state *s)
{
	return registers_of(s)->rsp;
}

long
processor_system_call(const struct processor_state *s)
{
	return (long)registers_of(s)->orig_rax;
}

uint64_t
processor_argument(const struct processor_state *s, int i)
{
	const struct user_regs_struct *r = registers_of(s);

	return i == 0 ? r->rdi : i == 1 ? r->rsi : i == 2 ? r->rdx : r->r10;
}

long
processor_returned(const struct processor_state *s)
{
	return (long)registers_of(s)->rax;
}

void
processor_set_returned(struct processor_state *s, long value)
{
	((struct user_regs_struct *)(void *)s->general)->rax =
		(unsigned long)value;
}

/* ---- system calls ---- */

enum { SYSCALL_BYTES = 2 };

void
processor_search(const unsigned char *code, size_t n, uint64_t address,
		 struct processor_landmarks *out)
{
	/* mov $15,%rax; syscall: __restore_rt, the same in every glibc. */
	static const unsigned char go_back[] = {0x48, 0xc7, 0xc0, 0x0f, 0,
						0,    0,    0x0f, 0x05};
	static const unsigned char call[] = {0x0f, 0x05, 0xc3};
	size_t i;

	for (i = 0; i + sizeof go_back <= n; i++) {
		/* syscall; ret: getpid() has it, and many others. */
		if (!out->system_call && !memcmp(code + i, call, sizeof call))
			out->system_call = address + i;
		if (!memcmp(code + i, go_back, sizeof go_back))
			out->signal_return = address + i;
	}
}

bool
processor_set_call(pid_t tid, const struct processor_state *s,
		   uint64_t instruction, uint64_t frame, long number,
		   const uint64_t arguments[6])
{
	struct user_regs_struct r = *registers_of(s);

	r.rax = (unsigned long)number;
	r.orig_rax = (unsigned long)-1;
	r.rdi = arguments[0];
	r.rsi = arguments[1];
	r.rdx = arguments[2];
	r.r10 = arguments[3];
	r.r8 = arguments[4];
	r.r9 = arguments[5];
	r.rip = instruction;
	/* In the stub the one returns, after a call of libc's the other. */
	r.rbx = frame;
	r.rsp = frame - sizeof(uint64_t);
	return put_set(tid, NT_PRSTATUS, &r, sizeof r);
}

bool
processor_result(pid_t tid, long *value)
{
	struct user_regs_struct r;
	size_t n;

	if (!get_set(tid, NT_PRSTATUS, &r, sizeof r, &n))
		return false;
	*value = (long)r.rax;
	return true;
}

/* ---- the code for the target ---- */

/*
 * Never called: it only takes the offsets of struct attach_page into the text.
 * The code itself is data here, and is copied out.
 *
 * call     calls rax with the page in rdi, then lets the kernel go back by the
 *          frame at rbx, as from a signal handler
 * create   pthread_create() and pthread_detach(), errno as it was
 * thread   loads the library unless it is there, and goes on in it
 */
static __attribute__((used, noinline, noclone)) void
emit_stub(void)
{
	__asm__ volatile(
		".pushsection .rodata.leakshim_stub,\"a\",@progbits\n"
		".balign 16\n"
		"leakshim_stub:\n"
		"	call *%%rax\n"
		"7:	mov %%rbx, %%rsp\n"
		"	mov $15, %%eax\n" /* rt_sigreturn */
		"	syscall\n"
		"leakshim_stub_after:\n"
		/* It was kept from it by a process that is gone. */
		"	jmp 7b\n"
		"leakshim_stub_create:\n"
		"	push %%rbx\n"
		"	push %%r12\n"
		"	sub $8, %%rsp\n"
		"	mov %%rdi, %%rbx\n"
		"	call *%c[errno_location](%%rbx)\n"
		"	mov %%rax, %%r12\n"
		"	mov (%%r12), %%eax\n"
		"	mov %%eax, %c[saved_errno](%%rbx)\n"
		"	lea %c[thread](%%rbx), %%rdi\n"
		"	xor %%esi, %%esi\n"
		"	mov %c[thread_start](%%rbx), %%rdx\n"
		"	mov %%rbx, %%rcx\n"
		"	call *%c[create](%%rbx)\n"
		"	mov %%eax, %c[create_result](%%rbx)\n"
		"	test %%eax, %%eax\n"
		"	jnz 1f\n"
		"	mov %c[thread](%%rbx), %%rdi\n"
		"	call *%c[detach](%%rbx)\n"
		"1:	mov %c[saved_errno](%%rbx), %%eax\n"
		"	mov %%eax, (%%r12)\n"
		"	add $8, %%rsp\n"
		"	pop %%r12\n"
		"	pop %%rbx\n"
		"	ret\n"
		"leakshim_stub_thread:\n"
		"	push %%rbx\n"
		"	mov %%rdi, %%rbx\n"
		"	mov $186, %%eax\n" /* gettid */
		"	syscall\n"
		"	mov %%eax, %c[kernel_thread](%%rbx)\n"
		"	cmpq $0, %c[serve](%%rbx)\n"
		"	jne 5f\n"
		"	mov %c[lock](%%rbx), %%rax\n"
		"	test %%rax, %%rax\n"
		"	jz 1f\n"
		"	call *%%rax\n"
		"1:	lea %c[path](%%rbx), %%rdi\n"
		"	mov %c[dlopen_flags](%%rbx), %%esi\n"
		"	call *%c[dlopen](%%rbx)\n"
		"	mov %%rax, %c[handle](%%rbx)\n"
		"	mov %c[unlock](%%rbx), %%rax\n"
		"	test %%rax, %%rax\n"
		"	jz 2f\n"
		"	call *%%rax\n"
		"2:	mov %c[handle](%%rbx), %%rdi\n"
		"	test %%rdi, %%rdi\n"
		"	jz 3f\n"
		"	lea %c[name](%%rbx), %%rsi\n"
		"	call *%c[dlsym](%%rbx)\n"
		"	mov %%rax, %c[serve](%%rbx)\n"
		"	test %%rax, %%rax\n"
		"	jnz 5f\n"
		"3:	mov %c[dlerror](%%rbx), %%rax\n"
		"	test %%rax, %%rax\n"
		"	jz 4f\n"
		"	call *%%rax\n"
		"	test %%rax, %%rax\n"
		"	jz 4f\n"
		"	mov %%rax, %%rsi\n"
		"	lea %c[error](%%rbx), %%rdi\n"
		"	mov %[most_error], %%ecx\n"
		"6:	mov (%%rsi), %%al\n"
		"	mov %%al, (%%rdi)\n"
		"	test %%al, %%al\n"
		"	jz 4f\n"
		"	inc %%rsi\n"
		"	inc %%rdi\n"
		"	dec %%ecx\n"
		"	jnz 6b\n"
		"4:	movl %[failed], %c[stage](%%rbx)\n"
		"	xor %%eax, %%eax\n"
		"	pop %%rbx\n"
		"	ret\n"
		"5:	movl %[loaded], %c[stage](%%rbx)\n"
		"	mov %%rbx, %%rdi\n"
		"	mov %c[serve](%%rbx), %%rax\n"
		"	pop %%rbx\n"
		"	jmp *%%rax\n"
		"leakshim_stub_end:\n"
		".popsection\n"
		:
		: [errno_location] "i"(
			  offsetof(struct attach_page, errno_location)),
		  [saved_errno] "i"(offsetof(struct attach_page, saved_errno)),
		  [thread] "i"(offsetof(struct attach_page, thread)),
		  [thread_start] "i"(
			  offsetof(struct attach_page, thread_start)),
		  [create] "i"(offsetof(struct attach_page, create)),
		  [create_result] "i"(
			  offsetof(struct attach_page, create_result)),
		  [detach] "i"(offsetof(struct attach_page, detach)),
		  [kernel_thread] "i"(
			  offsetof(struct attach_page, kernel_thread)),
		  [serve] "i"(offsetof(struct attach_page, serve)),
		  [lock] "i"(offsetof(struct attach_page, lock)),
		  [unlock] "i"(offsetof(struct attach_page, unlock)),
		  [path] "i"(offsetof(struct attach_page, path)),
		  [dlopen_flags] "i"(
			  offsetof(struct attach_page, dlopen_flags)),
		  [dlopen] "i"(offsetof(struct attach_page, dlopen)),
		  [dlsym] "i"(offsetof(struct attach_page, dlsym)),
		  [dlerror] "i"(offsetof(struct attach_page, dlerror)),
		  [handle] "i"(offsetof(struct attach_page, handle)),
		  [name] "i"(offsetof(struct attach_page, name)),
		  [error] "i"(offsetof(struct attach_page, error)),
		  [most_error] "i"(ATTACH_ERROR_BYTES - 1),
		  [stage] "i"(offsetof(struct attach_page, stage)),
		  [failed] "i"(ATTACH_STAGE_FAILED),
		  [loaded] "i"(ATTACH_STAGE_LOADED));
}

extern const unsigned char leakshim_stub[], leakshim_stub_after[],
	leakshim_stub_create[], leakshim_stub_thread[], leakshim_stub_end[];

void
processor_get_stub(struct processor_stub *out)
{
	out->code = leakshim_stub;
	out->n_code = (size_t)(leakshim_stub_end - leakshim_stub);
	out->call = 0;
	out->system_call =
		(size_t)(leakshim_stub_after - leakshim_stub) - SYSCALL_BYTES;
	out->after_return = (size_t)(leakshim_stub_after - leakshim_stub);
	out->create = (size_t)(leakshim_stub_create - leakshim_stub);
	out->thread = (size_t)(leakshim_stub_thread - leakshim_stub);
}

bool
processor_call(pid_t tid, const struct processor_state *s, uint64_t code,
	       uint64_t function, uint64_t argument, uint64_t stack,
	       uint64_t frame)
{
	enum { DIRECTION = 0x400, TRAP = 0x100 };
	struct user_regs_struct r = *registers_of(s);

	r.orig_rax = (unsigned long)-1;
	r.rip = code;
	r.rax = function;
	r.rdi = argument;
	r.rbx = frame;
	r.rbp = 0;
	r.rsp = stack & ~(uint64_t)15;
	r.eflags &= ~(unsigned long)(DIRECTION | TRAP);
	return put_set(tid, NT_PRSTATUS, &r, sizeof r);
}

bool
processor_is_returning(pid_t tid, uint64_t after_return)
{
	struct user_regs_struct r;
	size_t n;

	if (!get_set(tid, NT_PRSTATUS, &r, sizeof r, &n) ||
	    r.rip != after_return || r.orig_rax != SYS_rt_sigreturn)
		return false;
	r.orig_rax = (unsigned long)-1;
	return put_set(tid, NT_PRSTATUS, &r, sizeof r);
}

/* ---- the way back without us ---- */

/* What the kernel finds at the stack pointer (asm/ucontext.h, sigcontext.h). */
struct frame {
	uint64_t flags, link;
	uint64_t stack_address, stack_flags, stack_size;
	uint64_t r8_to_r15[8];
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
	uint64_t mask;
};

enum {
	/* The kernel leaves the thread's own signal stack alone then. */
	NO_SUCH_STACK = 0x7ff0,
	UC_ALL = 7, /* UC_FP_XSTATE, UC_SIGCONTEXT_SS, UC_STRICT_RESTORE_SS */
	/* Bytes that the processor leaves to the kernel. */
	XSAVE_SOFTWARE = 464,
	XSAVE_IN_USE = 512,
	XSAVE_LEGACY = 576,
	FIRST_TILE = 17, /* AMX: not in the kernel's frame unless it is used */
	LAST_TILE = 18,
	FLOATING_AT = 1024, /* in the frame, aligned to 64 */
};

/* FP_XSTATE_MAGIC1 and 2 (asm/sigcontext.h) */
static const uint32_t magic1 = 0x46505853, magic2 = 0x46505845;

/* Bytes that the kernel expects for these features. */
static size_t
floating_bytes(uint64_t features)
{
	size_t n = XSAVE_LEGACY;
	unsigned i, size, offset, c, d;

	for (i = 2; i < 63; i++)
		if (features >> i & 1 &&
		    __get_cpuid_count(0xd, i, &size, &offset, &c, &d) &&
		    (size_t)offset + size > n)
			n = (size_t)offset + size;
	return n;
}

static size_t
put_floating(const struct processor_state *s, unsigned char *out)
{
	const uint64_t tiles = (uint64_t)3 << FIRST_TILE;
	uint64_t features, in_use;
	uint32_t size, extended;
	size_t n;

	memcpy(&features, s->floating + XSAVE_SOFTWARE, sizeof features);
	memcpy(&in_use, s->floating + XSAVE_IN_USE, sizeof in_use);
	if (!(in_use & tiles))
		features &= ~tiles;
	n = floating_bytes(features);
	if (n > s->n_floating)
		return 0;
	size = (uint32_t)n;
	extended = size + (uint32_t)sizeof magic2;
	memcpy(out, s->floating, n);
	memset(out + XSAVE_SOFTWARE, 0, XSAVE_IN_USE - XSAVE_SOFTWARE);
	memcpy(out + XSAVE_SOFTWARE, &magic1, sizeof magic1);
	memcpy(out + XSAVE_SOFTWARE + 4, &extended, sizeof extended);
	memcpy(out + XSAVE_SOFTWARE + 8, &features, sizeof features);
	memcpy(out + XSAVE_SOFTWARE + 16, &size, sizeof size);
	memcpy(out + n, &magic2, sizeof magic2);
	return n + sizeof magic2;
}

size_t
processor_frame(const struct processor_state *s, uint64_t address,
		unsigned char out[PROCESSOR_FRAME_BYTES])
{
	const struct user_regs_struct *r = registers_of(s);
	const uint64_t high[8] = {r->r8,  r->r9,  r->r10, r->r11,
				  r->r12, r->r13, r->r14, r->r15};
	struct frame f = {
		.flags = UC_ALL,
		.stack_flags = NO_SUCH_STACK,
		.rdi = r->rdi,
		.rsi = r->rsi,
		.rbp = r->rbp,
		.rbx = r->rbx,
		.rdx = r->rdx,
		.rax = r->rax,
		.rcx = r->rcx,
		.rsp = r->rsp,
		.rip = r->rip,
		.eflags = r->eflags,
		.cs = (uint16_t)r->cs,
		.ss = (uint16_t)r->ss,
		.fpstate = address + FLOATING_AT,
		.mask = s->mask,
	};
	long returned = (long)r->rax;
	size_t n;

	_Static_assert(sizeof f <= FLOATING_AT, "the frame has its place");
	memcpy(f.r8_to_r15, high, sizeof high);
	/* Only the kernel could continue the call: restart it. */
	if ((long)r->orig_rax >= 0 && returned <= -512 && returned >= -516) {
		f.rax = r->orig_rax;
		f.rip -= SYSCALL_BYTES;
	}
	memset(out, 0, FLOATING_AT);
	memcpy(out, &f, sizeof f);
	n = put_floating(s, out + FLOATING_AT);
	return n ? FLOATING_AT + n : 0;
}

/*
 * Check only what the kernel writes and no handler has a reason to change: what
 * fails is not a frame any more. fpstate is above the rest, so all of it must
 * still be there.
 */
bool
processor_is_signal_frame(uint64_t address, const unsigned char *stack,
			  size_t n)
{
	enum { USER_CS = 0x33, HAS_XSTATE = 1, MOST_FLAGS = 0xff };
	/* SS_ONSTACK, SS_DISABLE and SS_AUTODISARM: not NO_SUCH_STACK. */
	const uint64_t stack_flags = 0x80000003;
	const unsigned char *floating;
	uint32_t extended, begin, end;
	struct frame f;

	/* The kernel aligns it as a call would. */
	if (address % 16 != 8)
		return false;
	if (n < sizeof address + sizeof f)
		return true;
	memcpy(&f, stack + sizeof address, sizeof f);
	if (f.flags > MOST_FLAGS || f.link || f.cs != USER_CS ||
	    (f.stack_flags & UINT32_MAX & ~stack_flags))
		return false;
	if (!f.fpstate || !(f.flags & HAS_XSTATE))
		return true;
	if (n < XSAVE_LEGACY || f.fpstate % 64 || f.fpstate < address ||
	    f.fpstate - address > n - XSAVE_LEGACY)
		return false;
	floating = stack + (f.fpstate - address);
	memcpy(&begin, floating + XSAVE_SOFTWARE, sizeof begin);
	memcpy(&extended, floating + XSAVE_SOFTWARE + 4, sizeof extended);
	if (begin != magic1 || extended < XSAVE_LEGACY ||
	    extended > n - (f.fpstate - address))
		return false;
	memcpy(&end, floating + extended - sizeof end, sizeof end);
	return end == magic2;
}

/* ---- breakpoints ---- */

static bool
put_debug(pid_t tid, int number, uint64_t value)
{
	size_t at = offsetof(struct user, u_debugreg) + (size_t)number * 8;

	return ptrace(PTRACE_POKEUSER, tid, (void *)at, (void *)value) == 0;
}

bool
processor_break_at(pid_t tid, uint64_t address)
{
	if (address)
		return put_debug(tid, 0, address) && put_debug(tid, 7, 1);
	return put_debug(tid, 7, 0) & put_debug(tid, 0, 0) &
	       put_debug(tid, 6, 0);
}

bool
processor_is_call(const unsigned char code[PROCESSOR_CALL_BYTES])
{
	/* Of 5 bytes with an offset, or of 2 to 7 through a register. */
	int back;

	if (code[3] == 0xe8)
		return true;
	for (back = 2; back <= 7; back++)
		if (code[8 - back] == 0xff && (code[9 - back] & 0x38) == 0x10)
			return true;
	return false;
}

#endif /* __x86_64__ */
