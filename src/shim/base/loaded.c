#include "config.h"

#include "common/oldsymbol.h"
#include "shim/base/loaded.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <string.h>

OLD_SYMBOL(dlsym);
OLD_SYMBOL(dlopen);
OLD_SYMBOL(dlclose);

enum { MOST_OBJECTS = 4096, NAME_BYTES = 4096 };

/*
 * One object after the other, because dlopen() must not be called from inside
 * dl_iterate_phdr(), which holds the loader's lock.
 */
static int
name_number(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct {
		int number;
		char name[NAME_BYTES];
	} *want = ctx;

	(void)size;
	if (want->number-- > 0)
		return 0;
	strncpy(want->name, info->dlpi_name, NAME_BYTES - 1);
	return 1;
}

void *
loaded_with(const char *symbol)
{
	static struct {
		int number;
		char name[NAME_BYTES];
	} want; /* 4 KiB would be much on a small thread's stack */
	int i;

	for (i = 0; i < MOST_OBJECTS; i++) {
		void *handle;

		memset(&want, 0, sizeof want);
		want.number = i;
		if (!dl_iterate_phdr(name_number, &want))
			return NULL;
		if (!want.name[0])
			continue;
		handle = dlopen(want.name, RTLD_NOLOAD | RTLD_LAZY);
		if (!handle)
			continue;
		if (dlsym(handle, symbol))
			return handle; /* kept: symbols come through it */
		dlclose(handle);
	}
	return NULL;
}
