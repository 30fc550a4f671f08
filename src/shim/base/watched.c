#include "config.h"

#include "shim/base/watched.h"

#include "python/api.h"

struct watched watched = {.is_ending = true};

void *
watched_none(void)
{
	py.Py_IncRef(py._Py_NoneStruct);
	return py._Py_NoneStruct;
}
