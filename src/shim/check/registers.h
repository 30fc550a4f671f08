/*
 * registers.h - the registers that a caller's variables may be in
 *
 * Contract: side shim; allocates never; signals: safe.
 */
#ifndef LEAKSHIM_SHIM_REGISTERS_H
#define LEAKSHIM_SHIM_REGISTERS_H

#include <stdint.h>

enum { REGISTERS = 12 };

/* Those that a function must keep for its caller. */
static inline __attribute__((always_inline)) void
registers_save(volatile uintptr_t out[REGISTERS])
{
#if defined __x86_64__
	__asm__ volatile("movq %%rbx, 0(%0)\n\tmovq %%rbp, 8(%0)\n\t"
			 "movq %%r12, 16(%0)\n\tmovq %%r13, 24(%0)\n\t"
			 "movq %%r14, 32(%0)\n\tmovq %%r15, 40(%0)"
			 :
			 : "r"(out)
			 : "memory");
#elif defined __aarch64__
	__asm__ volatile(
		"stp x19, x20, [%0]\n\tstp x21, x22, [%0, #16]\n\t"
		"stp x23, x24, [%0, #32]\n\tstp x25, x26, [%0, #48]\n\t"
		"stp x27, x28, [%0, #64]\n\tstr x29, [%0, #80]"
		:
		: "r"(out)
		: "memory");
#else
#error "say here which registers a function keeps"
#endif
}

/* The thread pointer: where the C library keeps what is this thread's. */
static inline uintptr_t
registers_storage(void)
{
	uintptr_t p;

#if defined __x86_64__
	__asm__ volatile("movq %%fs:0, %0" : "=r"(p));
#elif defined __aarch64__
	__asm__ volatile("mrs %0, tpidr_el0" : "=r"(p));
#endif
	return p;
}

#endif /* LEAKSHIM_SHIM_REGISTERS_H */
