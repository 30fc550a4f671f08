#include "config.h"

#include "shim/base/stdlib.h"

#include <string.h>

#include "python/api.h"
#include "python/names.h"
#include "python/objects.h"
#include "python/pytext.h"

enum { MODULE_DICT = 16 };

void
stdlib_find(char *out, size_t n_out)
{
	void *os = dict_find(dict_of_modules(), "os");
	void *file = NULL;
	char *slash;

	out[0] = '\0';
	if (os && type_is_subtype(object_type(os), py.PyModule_Type))
		file = dict_find(object_pointer(os, MODULE_DICT), "__file__");
	if (file && pytext_copy(file, out, n_out)) {
		slash = strrchr(out, '/');
		if (slash)
			*slash = '\0';
	}
}
