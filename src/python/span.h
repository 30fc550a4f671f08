/*
 * span.h - a piece of memory, from its first byte to the one after its last
 *
 * Contract: plain data.
 */
#ifndef LEAKSHIM_PYTHON_SPAN_H
#define LEAKSHIM_PYTHON_SPAN_H

#include <stddef.h>
#include <stdint.h>

struct span {
	uintptr_t start, end;
};

#endif /* LEAKSHIM_PYTHON_SPAN_H */
