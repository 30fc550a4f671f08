#include "config.h"

#include "python/atexits.h"

#include "python/api.h"
#include "python/layout.h"

/* Py_TPFLAGS_DEFAULT of Include/object.h, 2.7. */
enum { FLAGS_DEFAULT_27 = 0x13eb };

bool
atexits_has_module(void)
{
	return layout->has_atexit_in_c;
}

bool
atexits_survive_module(void)
{
	return layout->atexit_outlives_module;
}

bool
atexits_make_type(uint64_t type[64], const char *name, void (*dealloc)(void *))
{
	if (type[TP_NAME / 8])
		return true; /* made before; an interpreter was restarted */
	type[0] = 1;
	type[TP_NAME / 8] = (uint64_t)(uintptr_t)name;
	type[TP_BASICSIZE / 8] = 16;
	type[TP_DEALLOC / 8] = (uint64_t)(uintptr_t)dealloc;
	type[TP_FLAGS / 8] = FLAGS_DEFAULT_27;
	if (py.PyType_Ready(type) != 0) {
		py.PyErr_Clear();
		return false;
	}
	return true;
}
