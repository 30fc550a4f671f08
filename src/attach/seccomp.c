#include "config.h"

#include "attach/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

enum { MOST_FILTERS = 64, MEMORY_WORDS = 16 };

/*
 * Made by pthread_create(), dlopen(), the library in that thread, and Python
 * when it waits for its lock.  The clone that analyses may be killed: it is a
 * process of its own.
 */
static const int made[] = {
	SYS_clone,
	SYS_clone3,
	SYS_mmap,
	SYS_mprotect,
	SYS_munmap,
	SYS_madvise,
	SYS_rt_sigprocmask,
	SYS_set_robust_list,
	SYS_gettid,
	SYS_getpid,
	SYS_getppid,
	SYS_exit,
	SYS_openat,
	SYS_read,
	SYS_pread64,
	SYS_write,
	SYS_close,
	SYS_newfstatat,
	SYS_fstat,
	SYS_statx,
	SYS_lseek,
	SYS_getcwd,
	SYS_uname,
	SYS_fcntl,
	SYS_ppoll,
	SYS_futex,
	SYS_clock_nanosleep,
	SYS_clock_gettime,
	SYS_prctl,
	SYS_wait4,
	SYS_kill,
	SYS_getdents64,
	SYS_prlimit64,
	SYS_sched_yield,
	SYS_rt_sigaction,
	SYS_readlinkat,
#ifdef SYS_readlink
	SYS_readlink,
	SYS_stat,
	SYS_select,
	SYS_poll,
	SYS_arch_prctl,
#endif
	334, /* rseq; by its number, which older headers lack (x86-64) */
};

/* ---- classic BPF, as kernel/seccomp.c permits it ---- */

struct machine {
	uint32_t a, x;
	uint32_t memory[MEMORY_WORDS];
};

static uint32_t
calculate(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return b ? a / b : 0;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return b < 32 ? a << b : 0;
	case BPF_RSH:
		return b < 32 ? a >> b : 0;
	default: /* BPF_NEG */
		return -a;
	}
}

static bool
is_taken(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	default: /* BPF_JSET */
		return a & b;
	}
}

/* False: it reads what it may not. */
static bool
load(struct machine *m, const struct sock_filter *f,
     const struct seccomp_data *data)
{
	uint32_t *to = BPF_CLASS(f->code) == BPF_LDX ? &m->x : &m->a;

	switch (BPF_MODE(f->code)) {
	case BPF_ABS:
		if (f->k > sizeof *data - sizeof *to || f->k % sizeof *to)
			return false;
		memcpy(to, (const char *)data + f->k, sizeof *to);
		return true;
	case BPF_MEM:
		*to = m->memory[f->k % MEMORY_WORDS];
		return true;
	case BPF_LEN:
		*to = sizeof *data;
		return true;
	default:
		*to = f->k;
		return BPF_MODE(f->code) == BPF_IMM;
	}
}

uint32_t
seccomp_run(const struct sock_filter *program, size_t n,
	    const struct seccomp_data *data)
{
	struct machine m = {0};
	size_t at;

	/* Jumps lead forward only. */
	for (at = 0; at < n; at++) {
		const struct sock_filter *f = &program[at];
		uint32_t b = BPF_SRC(f->code) == BPF_X ? m.x : f->k;

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
		case BPF_LDX:
			if (!load(&m, f, data))
				return SECCOMP_RET_KILL_PROCESS;
			break;
		case BPF_ST:
			m.memory[f->k % MEMORY_WORDS] = m.a;
			break;
		case BPF_STX:
			m.memory[f->k % MEMORY_WORDS] = m.x;
			break;
		case BPF_ALU:
			m.a = calculate(f->code, m.a, b);
			break;
		case BPF_JMP:
			at += BPF_OP(f->code) == BPF_JA ? f->k :
			      is_taken(f->code, m.a, b) ? f->jt :
							  f->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(f->code) == BPF_A ? m.a : f->k;
		default: /* BPF_MISC */
			if (BPF_MISCOP(f->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/* ---- the target's ---- */

static bool
is_harmless(uint32_t answer)
{
	switch (answer & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ERRNO:
		return true;
	default: /* a signal, or another process that is asked */
		return false;
	}
}

static bool
lets_us_live(const struct sock_filter *program, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof made / sizeof *made; i++) {
		struct seccomp_data data = {
			.nr = made[i],
#if defined __x86_64__
			.arch = AUDIT_ARCH_X86_64,
#else
			.arch = AUDIT_ARCH_AARCH64,
#endif
		};

		if (!is_harmless(seccomp_run(program, n, &data)))
			return false;
	}
	return true;
}

const char *
seccomp_problem(pid_t tid)
{
	static struct sock_filter program[BPF_MAXINSNS];
	const enum __ptrace_request get =
		(enum __ptrace_request)PTRACE_SECCOMP_GET_FILTER;
	uintptr_t i;

	for (i = 0; i < MOST_FILTERS; i++) {
		long n = ptrace(get, tid, (void *)i, NULL);

		if (n < 0 && errno == ENOENT && i > 0)
			return NULL;
		if (n < 0 || n > BPF_MAXINSNS ||
		    ptrace(get, tid, (void *)i, program) != n)
			return "its seccomp filter cannot be read, and might "
			       "kill it for what attaching does: run as root "
			       "outside the container";
		if (!lets_us_live(program, (size_t)n))
			return "its seccomp filter would kill it for what "
			       "attaching does";
	}
	return "it has too many seccomp filters";
}
