/*
 * peek.h - reads that cannot fault
 *
 * Layouts are discovered by guessing and checking, and a wrong guess points
 * anywhere.  Such reads go through process_vm_readv(2) on this process.  If a
 * seccomp filter may forbid that, or kill the process for it, a system call
 * that every program needs first makes the kernel read each page: it returns
 * EFAULT where a load would be a SIGSEGV. (Another thread may unmap the page in
 * between; through a pipe it could not, but that takes descriptors.)
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  never
 *   locks      none
 *   signals    safe; errno is kept
 */
#ifndef LEAKSHIM_PYTHON_PEEK_H
#define LEAKSHIM_PYTHON_PEEK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Copy n bytes from address; false, and *to undefined, if not readable. */
bool peek(void *to, uintptr_t address, size_t n);

/* The same in another process, if no filter forbids it. */
bool peek_process(pid_t pid, void *to, uintptr_t address, size_t n);

/* The word at address, or `otherwise' if it cannot be read. */
uintptr_t peek_word(uintptr_t address, uintptr_t otherwise);

#endif /* LEAKSHIM_PYTHON_PEEK_H */
