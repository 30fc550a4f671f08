#include "config.h"

#include "python/api.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "common/oldsymbol.h"
#include "python/versions.h"

OLD_SYMBOL(dlsym);

struct api py;
struct python python;

/* Digits of "3.13.5 (main, ...)" up to the blank, and the numbers in them. */
static bool
parse_version(const char *s)
{
	unsigned number[3] = {0, 0, 0};
	size_t n = strcspn(s, " +"), i, k = 0;

	if (n >= sizeof python.text)
		n = sizeof python.text - 1;
	memcpy(python.text, s, n);
	python.text[n] = '\0';
	for (i = 0; i < n && k < 3; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			number[k] = number[k] * 10 + (unsigned)(s[i] - '0');
		else if (s[i] == '.')
			k++;
		else
			break; /* 3.15.0a1: the rest is a suffix */
	}
	python.major = number[0];
	python.minor = number[1];
	python.micro = number[2];
	return number[0] >= 2;
}

struct owner {
	uintptr_t address;
	int index; /* of the object that holds it; the executable is 0 */
	int found;
};

static int
find_owner(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct owner *o = ctx;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD &&
		    o->address - (info->dlpi_addr + p->p_vaddr) < p->p_memsz)
			o->found = o->index;
	}
	o->index++;
	return o->found >= 0;
}

static bool
is_in_executable(void *address)
{
	struct owner o = {(uintptr_t)address, 0, -1};

	dl_iterate_phdr(find_owner, &o);
	return o.found == 0;
}

/*
 * The first words of _PyRuntime since 3.13 (Include/internal/
 * pycore_debug_offsets.h): a cookie, PY_VERSION_HEX, the free-threaded flag.
 */
static bool
runtime_says_free_threaded(void)
{
	const uint64_t *word = py._PyRuntime;

	return word && !memcmp(word, "xdebugpy", 8) && word[2] != 0;
}

/* Why this version is declined; stays good. */
static const char *
name_versions(void)
{
	static char text[128];
	struct buf b;

	buf_init(&b);
	buf_put(&b, "only CPython ");
	versions_print(&b);
	buf_printf(&b, " are supported, and this is %s", python.text);
	strncpy(text, buf_string(&b), sizeof text - 1);
	buf_fini(&b);
	return text;
}

bool
api_load(void *handle, const char **why)
{
	const struct layout *row;

	*why = NULL;
	memset(&python, 0, sizeof python);
	python.handle = handle;
#define API_FUNCTION(result, name, ...) \
	*(void **)&py.name = dlsym(handle, #name);
#define API_DATA(name) py.name = dlsym(handle, #name);
#include "python/api.def"
#undef API_FUNCTION
#undef API_DATA
	if (!py.Py_GetVersion || !py.Py_IsInitialized) {
		python.is_pypy = dlsym(handle, "pypy_main_startup") ||
				 dlsym(handle, "PyPy_IsInitialized");
		if (python.is_pypy)
			*why = "this is PyPy, not CPython";
		return false;
	}
	if (!parse_version(py.Py_GetVersion())) {
		*why = "its version cannot be read";
		return false;
	}
	python.is_shared = !is_in_executable(*(void **)&py.Py_GetVersion);
	/* Only a Py_REF_DEBUG build reports negative reference counts. */
	python.is_debug = dlsym(handle, "_Py_NegativeRefcount") != NULL;
	python.has_wide_unicode = dlsym(handle, "PyUnicodeUCS4_Format") != NULL;
	python.is_free_threaded = runtime_says_free_threaded();
	row = versions_find(python.major << 8 | python.minor);
	if (!row)
		*why = name_versions();
	else if (python.is_free_threaded)
		*why = "free-threaded builds are not supported";
	else if (row->trace_refs_widens && dlsym(handle, "_Py_AddToAllObjects"))
		*why = "Py_TRACE_REFS builds are not supported";
	if (*why)
		return false;
	layout = row;
	return true;
}
