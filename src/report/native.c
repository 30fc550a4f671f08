#include "config.h"

#include "report/native.h"

#include <string.h>

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool
starts_with(const char *s, const char *start)
{
	return !strncmp(s, start, strlen(start));
}

/* The module that the interpreter's loop is in. */
static const char *
interpreter_module(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_native; i++)
		if (f->native[i].n_python)
			return f->native[i].module;
	return NULL;
}

static bool
is_foreign(const struct report_native *p, const char *interpreter)
{
	const char *name;

	if (!p->module)
		return false;
	if (interpreter)
		return strcmp(p->module, interpreter) != 0;
	name = base_name(p->module);
	return !starts_with(name, "libpython") && !starts_with(name, "python");
}

bool
native_is_system(const char *module)
{
	static const char *const names[] = {
		"libc.so",     "libc-2",      "ld-linux", "ld-2",
		"libpthread",  "libdl.",      "libdl-",   "librt.",
		"librt-",      "libresolv",   "libnss_",  "libstdc++",
		"libsupc++",   "libc++",      "libgcc_s", "libjemalloc",
		"libtcmalloc", "libmimalloc", "libasan",  "liblsan",
		"libleakshim"};
	const char *base = base_name(module);
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (starts_with(base, names[i]))
			return true;
	return false;
}

/* A function that makes objects for its caller. */
static bool
is_api(const char *function)
{
	static const char *const inner[] = {"gc_alloc",  "unicode_",  "new_",
					    "long_",     "list_",     "dict_",
					    "tuple_",    "type_call", "object_",
					    "pymalloc_", "_int_",     "clone_"};
	size_t i;

	if (starts_with(function, "Py") || starts_with(function, "_Py"))
		return true;
	for (i = 0; i < sizeof inner / sizeof *inner; i++)
		if (starts_with(function, inner[i]))
			return true;
	return false;
}

const struct report_native *
native_culprit(const struct finding *f)
{
	const char *interpreter = interpreter_module(f);
	const struct report_native *own = NULL;
	size_t i;

	for (i = 0; i < f->n_native && !f->native[i].n_python; i++) {
		const struct report_native *p = &f->native[i];

		if (is_foreign(p, interpreter)) {
			if (!native_is_system(p->module))
				return p;
		} else if (!own && p->function && !is_api(p->function)) {
			own = p;
		}
	}
	return own;
}

bool
native_is_from_outside(const struct finding *f)
{
	return f->n_native && is_foreign(&f->native[0], interpreter_module(f));
}

const struct report_native *
native_asker(const struct finding *f)
{
	size_t i;

	for (i = 0; i < f->n_native && !f->native[i].n_python; i++)
		if (f->native[i].module &&
		    !native_is_system(f->native[i].module))
			return &f->native[i];
	return NULL;
}
