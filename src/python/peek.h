/*
 * peek.h - reads that cannot fault
 *
 * Layouts are discovered by guessing and checking, and a wrong guess points
 * anywhere.  Such reads go through process_vm_readv(2) on the own process; where
 * a seccomp filter forbids it, through write(2) to a pipe, which fails with
 * EFAULT where a load would be a SIGSEGV.
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

/* The same in another process, where the kernel permits it. */
bool peek_process(pid_t pid, void *to, uintptr_t address, size_t n);

/* The word at address, or `otherwise' where nothing can be read. */
uintptr_t peek_word(uintptr_t address, uintptr_t otherwise);

#endif /* LEAKSHIM_PYTHON_PEEK_H */
