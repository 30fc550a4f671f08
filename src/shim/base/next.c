#include "config.h"

#include "shim/base/next.h"

#include <dlfcn.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/oldsymbol.h"
#include "shim/base/export.h"

OLD_SYMBOL(dladdr);
OLD_SYMBOL(dlerror);
OLD_SYMBOL(dlopen);
OLD_SYMBOL(dlsym);

struct next_functions next;

static __thread int n_look_ups __attribute__((tls_model("initial-exec")));

/* Called instead of a function that is not defined anywhere. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define INTERPOSED(owner, name, result, parameters, without) \
	static result without_##name parameters              \
	{                                                    \
		without;                                     \
	}
#include "shim/base/interposed.def"
#undef INTERPOSED
#pragma GCC diagnostic pop

static const struct {
	const char *name;
	enum next_owner owner;
	size_t offset; /* of its pointer in struct next_functions */
	void *without;
} table[N_NEXT] = {
#define INTERPOSED(owner, name, result, parameters, without)         \
	{#name, NEXT_##owner, offsetof(struct next_functions, name), \
	 (void *)without_##name},
#include "shim/base/interposed.def"
#undef INTERPOSED
};

static void **
slot_of(enum next_id id)
{
	return (void **)((char *)&next + table[id].offset);
}

bool
next_is_looking_up(void)
{
	return n_look_ups > 0;
}

/* The object at that address, open; NULL when it is not known. */
static void *
open_at(const void *address)
{
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname || !*info.dli_fname)
		return NULL;
	return dlopen(info.dli_fname, RTLD_NOLOAD | RTLD_LAZY);
}

static void *
defined_in(void *handle, const char *name)
{
	static const char ours;
	Dl_info we, it;
	void *p = handle ? dlsym(handle, name) : NULL;

	if (p && dladdr(p, &it) && dladdr(&ours, &we) &&
	    it.dli_fbase == we.dli_fbase)
		return NULL;
	return p;
}

/*
 * What the caller would have been bound to without the shim: it may have been
 * loaded with a scope of its own (RTLD_LOCAL), with what it needs.  That stays
 * loaded.
 */
static void *
of_caller(const char *name, const void *caller)
{
	void *handle = open_at(caller);
	void *p = defined_in(handle, name);

	if (p)
		open_at(p);
	if (handle)
		next_dlclose()(handle);
	dlerror(); /* this failure is not the program's */
	return p;
}

void
next_look_up_all(enum next_owner owner, void *handle)
{
	int id;

	n_look_ups++;
	for (id = 0; id < N_NEXT; id++) {
		void **slot = slot_of((enum next_id)id);

		if (table[id].owner != owner || *slot)
			continue;
		*slot = dlsym(RTLD_NEXT, table[id].name);
		if (!*slot)
			*slot = defined_in(handle, table[id].name);
	}
	n_look_ups--;
}

void *
next_look_up(enum next_id id, const void *caller)
{
	void *p;
	int saved = errno;

	n_look_ups++;
	p = dlsym(RTLD_NEXT, table[id].name);
	/*
	 * malloc() may have been called by the loader: nothing is opened there.
	 */
	if (!p && table[id].owner != NEXT_MALLOC)
		p = of_caller(table[id].name, caller);
	n_look_ups--;
	errno = saved;
	if (!p)
		return table[id].without;
	*slot_of(id) = p;
	return p;
}
