#include "config.h"

#include "shim/base/bootarena.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

enum { ARENA_BYTES = 16 << 10, ALIGN = 16 };

/* In .bss: each block is born zeroed. */
static _Alignas(ALIGN) unsigned char arena[ARENA_BYTES];

/* Offset of the first byte that is free; it only grows. */
static _Atomic size_t top;

void *
bootarena_take(size_t n)
{
	size_t at, want;

	if (n > ARENA_BYTES) {
		errno = ENOMEM;
		return NULL;
	}
	want = n ? (n + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
	/*
	 * A request that does not fit must not use up what a smaller one needs.
	 */
	at = atomic_load(&top);
	do {
		if (want > ARENA_BYTES - at) {
			errno = ENOMEM;
			return NULL;
		}
	} while (!atomic_compare_exchange_weak(&top, &at, at + want));
	return arena + at;
}

bool
bootarena_owns(const void *p)
{
	return (uintptr_t)p - (uintptr_t)arena < ARENA_BYTES;
}

size_t
bootarena_most(const void *p)
{
	return (size_t)(arena + ARENA_BYTES - (const unsigned char *)p);
}
