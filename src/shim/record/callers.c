#include "config.h"

#include "shim/record/callers.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "common/ownmap.h"
#include "report/native.h"
#include "shim/record/callframe.h"

#if defined __x86_64__
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#elif defined __aarch64__
__asm__(".symver dlsym,dlsym@GLIBC_2.17");
#endif

/*
 * An address in a word: 48 bits, which is all that it has, and 16 that say what it is.  What is
 * not one of these is the size of the frame there, in words.
 */
enum {
	KNOWN_SHIFT = 13,
	KNOWN = 1 << KNOWN_SHIFT,
	RULE_BITS = 16,
	RULE_OUTSIDE = 0xffff, /* no library of the system's */
	RULE_NONE = 0xfffe,    /* one, and its frame is not known */
	LARGEST_FRAME = 0x4000,
};

static _Atomic uint64_t *known;

static bool is_forked;

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
	known = ownmap(sizeof *known * KNOWN);
#endif
}

void
callers_forget(void)
{
	if (known)
		ownmap_clear((void *)known, sizeof *known * KNOWN);
}

void
callers_forked(void)
{
	is_forked = true;
}

/* ---- the module around an address ---- */

struct module {
	uintptr_t address;
	const char *name;
	struct callframe_tables tables;
};

static int
look_at(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct callframe_tables t = {NULL, UINTPTR_MAX, 0};
	struct module *m = ctx;
	bool is_here = false;
	int i;

	(void)size;
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_GNU_EH_FRAME)
			t.header = (const void *)from;
		if (p->p_type != PT_LOAD)
			continue;
		is_here |= m->address - from < p->p_memsz;
		if (from < t.start)
			t.start = from;
		if (from + p->p_memsz > t.end)
			t.end = from + p->p_memsz;
	}
	m->name = info->dlpi_name;
	m->tables = t;
	return is_here;
}

static bool
find_module(struct module *m)
{
	struct found_object o;

	if (!find_object)
		return !is_forked && dl_iterate_phdr(look_at, m);
	if (find_object((void *)m->address, &o) != 0)
		return false;
	m->name = o.link_map->l_name;
	m->tables = (struct callframe_tables){
		o.eh_frame, (uintptr_t)o.map_start, (uintptr_t)o.map_end};
	return true;
}

/* ---- what an address is ---- */

static __attribute__((noinline)) unsigned
make_rule(uintptr_t ip)
{
	struct module m = {.address = ip - 1};
	size_t size;

	if (!find_module(&m))
		return RULE_OUTSIDE; /* code that a program has written */
	if (!m.name || !native_is_system(m.name))
		return RULE_OUTSIDE;
	if (!callframe_size(&m.tables, ip, &size) ||
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

	for (; n < CALLERS_MOST && rule < RULE_NONE; n++) {
		sp += rule * sizeof(uintptr_t);
		out[n] = *(const uintptr_t *)(sp - sizeof(uintptr_t));
		rule = rule_of(out[n]);
		if (rule == RULE_OUTSIDE)
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
	return rule >= RULE_NONE ? 1 : cross(rule, sp, out);
}
