/*
 * rawcall.h - system calls without errno
 *
 * For code that runs on another thread's thread-local storage: the C library's
 * wrappers would write that thread's errno.
 *
 * Contract: side shim; allocates never; locks none; signals: safe.
 */
#ifndef LEAKSHIM_SHIM_RAWCALL_H
#define LEAKSHIM_SHIM_RAWCALL_H

/* The result, or -errno. */
static inline long
rawcall_six(long number, long a, long b, long c, long d, long e, long f)
{
#if defined __x86_64__
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10),
			   "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
#elif defined __aarch64__
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
#else
#error "say here how a system call is made"
#endif
}

#define rawcall(number, a, b, c, d) \
	rawcall_six((number), (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

#endif /* LEAKSHIM_SHIM_RAWCALL_H */
