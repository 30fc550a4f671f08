/*
 * spin.h - a lock for a few instructions, in hooks
 *
 * Held across no call into the target or the C library, so that neither a
 * signal handler nor fork() can meet it held for long.
 *
 * Contract: side shim; allocates never; signals: not safe.
 */
#ifndef LEAKSHIM_COMMON_SPIN_H
#define LEAKSHIM_COMMON_SPIN_H

#include <stdatomic.h>

static inline void
spin_lock(atomic_flag *lock)
{
	while (atomic_flag_test_and_set_explicit(lock, memory_order_acquire))
		atomic_signal_fence(memory_order_seq_cst);
}

static inline void
spin_unlock(atomic_flag *lock)
{
	atomic_flag_clear_explicit(lock, memory_order_release);
}

#endif /* LEAKSHIM_COMMON_SPIN_H */
