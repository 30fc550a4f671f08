#include "config.h"

#include "shim/base/fault.h"

#include <stdatomic.h>

#include "report/omissions.h"

static _Atomic uint64_t counts[FAULTS];

static const enum omission omission_of[FAULTS] = {
#define FAULT(name, what, why, asked) [FAULT_##name] = OMISSION_##name,
#define OMISSION(name, what, why, asked)
#include "report/omissions.def"
#undef FAULT
#undef OMISSION
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

void
fault_omissions(struct omissions *out)
{
	enum fault f;

	for (f = 0; f < FAULTS; f++)
		omissions_count(out, omission_of[f], (int64_t)fault_number(f));
}
