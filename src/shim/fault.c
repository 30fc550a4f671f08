#include "config.h"

#include "shim/fault.h"

#include <stdatomic.h>

static _Atomic uint64_t counts[FAULTS];

static const struct {
	const char *what, *why;
} words[FAULTS] = {
#define FAULT(name, what, why) [FAULT_##name] = {what, why},
#include "shim/fault.def"
#undef FAULT
};

void
fault_count(enum fault f)
{
	atomic_fetch_add_explicit(&counts[f], 1, memory_order_relaxed);
}

uint64_t
fault_number(enum fault f)
{
	return atomic_load_explicit(&counts[f], memory_order_relaxed);
}

const char *
fault_what(enum fault f)
{
	return words[f].what;
}

const char *
fault_why(enum fault f)
{
	return words[f].why;
}
