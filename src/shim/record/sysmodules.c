#include "config.h"

#include "shim/record/sysmodules.h"

#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "python/peek.h"
#include "report/native.h"

/* The loader's list; weak, as only glibc has it. */
extern struct r_debug _r_debug __attribute__((weak));

enum {
	MOST = 64,
	MOST_OBJECTS = 1 << 16, /* of the loader's list, or it is no list */
	MOST_HEADERS = 64,
	NAME_BYTES = 256,
	PAGE = 4096,
};

struct module {
	uintptr_t header, start, end;
};

/*
 * Odd while the table is written; whoever reads it looks before and after.
 * Written with `is_writing' set.
 */
static atomic_uint sequence;
static atomic_flag is_writing = ATOMIC_FLAG_INIT;
static _Atomic uintptr_t table[MOST][3];
static atomic_size_t n_modules;
static atomic_uint n_forgotten; /* times */

struct found {
	struct module all[MOST];
	size_t n;
};

/* ---- the loader's list, which other threads may change meanwhile ---- */

static bool
read_name(uintptr_t at, char out[NAME_BYTES])
{
	size_t n = PAGE - at % PAGE;

	if (n >= NAME_BYTES)
		n = NAME_BYTES - 1;
	if (!at || !peek(out, at, n))
		return false;
	/* Only what continues on the next page has one. */
	if (!memchr(out, '\0', n) && n < NAME_BYTES - 1) {
		if (!peek(out + n, at + n, NAME_BYTES - 1 - n))
			return false;
		n = NAME_BYTES - 1;
	}
	out[n] = '\0';
	return true;
}

/* Of an object whose header is where it was loaded, as the system's are. */
static bool
find_extent(uintptr_t base, struct module *out)
{
	struct module m = {0, UINTPTR_MAX, 0};
	ElfW(Ehdr) h;
	ElfW(Phdr) p;
	size_t i;

	if (!peek(&h, base, sizeof h) || memcmp(h.e_ident, ELFMAG, SELFMAG) ||
	    h.e_phentsize != sizeof p || h.e_phnum > MOST_HEADERS)
		return false;
	for (i = 0; i < h.e_phnum; i++) {
		if (!peek(&p, base + h.e_phoff + i * sizeof p, sizeof p))
			return false;
		if (p.p_type == PT_GNU_EH_FRAME)
			m.header = base + p.p_vaddr;
		if (p.p_type != PT_LOAD)
			continue;
		if (base + p.p_vaddr < m.start)
			m.start = base + p.p_vaddr;
		if (base + p.p_vaddr + p.p_memsz > m.end)
			m.end = base + p.p_vaddr + p.p_memsz;
	}
	*out = m;
	return m.start < m.end;
}

/* False: the list is being changed. */
static bool
find_all(struct found *f)
{
	char name[NAME_BYTES];
	struct link_map l;
	uintptr_t at;
	size_t i;

	f->n = 0;
	if (!&_r_debug || _r_debug.r_state != RT_CONSISTENT)
		return false;
	at = (uintptr_t)_r_debug.r_map;
	for (i = 0; at && f->n < MOST; i++) {
		if (i == MOST_OBJECTS || !peek(&l, at, sizeof l))
			return false;
		if (read_name((uintptr_t)l.l_name, name) &&
		    native_is_system(name) &&
		    find_extent(l.l_addr, &f->all[f->n]))
			f->n++;
		at = (uintptr_t)l.l_next;
	}
	return _r_debug.r_state == RT_CONSISTENT;
}

/* ---- the table ---- */

static bool
is_in_table(const struct found *f)
{
	bool is_same = f->n == atomic_load(&n_modules);
	size_t i;

	for (i = 0; i < f->n && is_same; i++)
		is_same = atomic_load(&table[i][0]) == f->all[i].header &&
			  atomic_load(&table[i][1]) == f->all[i].start &&
			  atomic_load(&table[i][2]) == f->all[i].end;
	return is_same;
}

static void
write_table(const struct module *all, size_t n)
{
	size_t i;

	atomic_fetch_add(&sequence, 1);
	for (i = 0; i < n; i++) {
		atomic_store(&table[i][0], all[i].header);
		atomic_store(&table[i][1], all[i].start);
		atomic_store(&table[i][2], all[i].end);
	}
	atomic_store(&n_modules, n);
	atomic_fetch_add(&sequence, 1);
}

/* False: it is as it was. */
static bool
renew(void)
{
	unsigned before = atomic_load(&n_forgotten);
	struct found f;

	if (!find_all(&f))
		return true;
	if (is_in_table(&f))
		return false;
	write_table(f.all, f.n);
	/* Whoever forgets meanwhile leaves it to us. */
	if (atomic_load(&n_forgotten) != before)
		write_table(NULL, 0);
	return true;
}

bool
sysmodules_look(void)
{
	bool is_changed;

	if (atomic_flag_test_and_set(&is_writing))
		return true; /* by another thread, just now */
	is_changed = renew();
	atomic_flag_clear(&is_writing);
	return is_changed;
}

void
sysmodules_forget(void)
{
	atomic_fetch_add(&n_forgotten, 1);
	if (atomic_flag_test_and_set(&is_writing))
		return;
	write_table(NULL, 0);
	atomic_flag_clear(&is_writing);
}

void
sysmodules_forked(void)
{
	atomic_flag_clear(&is_writing);
	if (atomic_load(&sequence) & 1) {
		atomic_store(&n_modules, 0);
		atomic_fetch_add(&sequence, 1);
	}
}

bool
sysmodules_find(uintptr_t address, struct callframe_tables *out)
{
	unsigned before = atomic_load(&sequence);
	size_t n = atomic_load(&n_modules), i;

	for (i = 0; i < n; i++) {
		uintptr_t start = atomic_load(&table[i][1]);

		if (address - start >= atomic_load(&table[i][2]) - start)
			continue;
		out->header = (const void *)atomic_load(&table[i][0]);
		out->start = start;
		out->end = atomic_load(&table[i][2]);
		return !(before & 1) && atomic_load(&sequence) == before;
	}
	return false;
}
