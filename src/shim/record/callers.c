#include "config.h"

#include "shim/record/callers.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "common/oldsymbol.h"
#include "common/ownmap.h"
#include "report/native.h"
#include "shim/record/callframe.h"
#include "shim/record/sysmodules.h"

OLD_SYMBOL(dlsym);

/*
 * An address in a word: 48 bits, which is all that it has, and 16 that say what
 * it is.  What is not one of these is the size of the frame there, in words.
 */
enum {
	KNOWN_SHIFT = 13,
	KNOWN = 1 << KNOWN_SHIFT,
	RULE_BITS = 16,
	RULE_OUTSIDE = 0xffff, /* no library of the system's */
	RULE_NONE = 0xfffe,    /* one, and its frame is not known */
	RULE_UNSURE = 0xfffd,  /* as outside, until callers_settle() */
	LARGEST_FRAME = 0x4000,
};

static _Atomic uint64_t *known;

static atomic_bool is_unsure; /* of an address */

/* As glibc 2.35 and later have it (dlfcn.h), which may be newer than we are. */
struct found_object {
	unsigned long long flags;
	void *map_start, *map_end;
	struct link_map *link_map;
	void *eh_frame; /* the header: what PT_GNU_EH_FRAME is about */
	unsigned long long reserved[7];
};

static int (*find_object)(void *address, struct found_object *out);

void
callers_init(void)
{
	if (known)
		return;
#if defined __x86_64__
	*(void **)&find_object = dlsym(RTLD_DEFAULT, "_dl_find_object");
	if (!find_object)
		sysmodules_look();
	known = ownmap(sizeof *known * KNOWN);
#endif
}

void
callers_closing(void)
{
	if (known && !find_object)
		sysmodules_forget();
}

void
callers_forget(void)
{
	if (!known)
		return;
	if (!find_object)
		sysmodules_look();
	ownmap_clear((void *)known, sizeof *known * KNOWN);
}

/* An address for which no library has been loaded since is outside all. */
void
callers_settle(void)
{
	bool is_changed;
	size_t i;

	if (!atomic_load(&is_unsure))
		return;
	atomic_store(&is_unsure, false);
	is_changed = sysmodules_look();
	for (i = 0; i < KNOWN; i++) {
		uint64_t word = atomic_load(&known[i]);

		if ((word & RULE_OUTSIDE) == RULE_UNSURE)
			atomic_compare_exchange_strong(
				&known[i], &word,
				is_changed ? 0 : word | RULE_OUTSIDE);
	}
}

void
callers_forked(void)
{
	sysmodules_forked();
}

/* ---- the module around an address ---- */

/* The one that the system has brought; false: there is none. */
static bool
find_module(uintptr_t address, struct callframe_tables *out)
{
	struct found_object o;

	if (!find_object)
		return sysmodules_find(address, out);
	if (find_object((void *)address, &o) != 0 || !o.link_map->l_name ||
	    !native_is_system(o.link_map->l_name))
		return false;
	*out = (struct callframe_tables){o.eh_frame, (uintptr_t)o.map_start,
					 (uintptr_t)o.map_end};
	return true;
}

/* ---- what an address is ---- */

static unsigned
be_unsure(void)
{
	atomic_store(&is_unsure, true);
	return RULE_UNSURE;
}

static __attribute__((noinline)) unsigned
make_rule(uintptr_t ip)
{
	struct callframe_tables tables;
	size_t size;

	/* The program's own, or code that it has written. */
	if (!find_module(ip - 1, &tables))
		return find_object ? RULE_OUTSIDE : be_unsure();
	if (!callframe_size(&tables, ip, &size) ||
	    size / sizeof(uintptr_t) > LARGEST_FRAME)
		return RULE_NONE;
	return (unsigned)(size / sizeof(uintptr_t));
}

static inline unsigned
rule_of(uintptr_t ip)
{
	_Atomic uint64_t *slot = &known[(ip ^ ip >> KNOWN_SHIFT) % KNOWN];
	uint64_t word = atomic_load_explicit(slot, memory_order_relaxed);
	unsigned rule;

	if (__builtin_expect(word >> RULE_BITS == ip, 1))
		return (unsigned)(word & RULE_OUTSIDE);
	rule = make_rule(ip);
	atomic_store_explicit(slot, (uint64_t)ip << RULE_BITS | rule,
			      memory_order_relaxed);
	return rule;
}

static __attribute__((noinline)) size_t
cross(unsigned rule, uintptr_t sp, uintptr_t out[CALLERS_MOST])
{
	size_t n = 1;

	for (; n < CALLERS_MOST && rule < RULE_UNSURE; n++) {
		sp += rule * sizeof(uintptr_t);
		out[n] = *(const uintptr_t *)(sp - sizeof(uintptr_t));
		rule = rule_of(out[n]);
		if (rule == RULE_OUTSIDE || rule == RULE_UNSURE)
			return n + 1;
	}
	return 1;
}

size_t
callers_find(uintptr_t caller, uintptr_t sp, uintptr_t out[CALLERS_MOST])
{
	unsigned rule;

	out[0] = caller;
	if (!known)
		return 1;
	rule = rule_of(caller);
	return rule >= RULE_UNSURE ? 1 : cross(rule, sp, out);
}
