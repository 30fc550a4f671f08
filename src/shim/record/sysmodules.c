#include "config.h"

#include "shim/record/sysmodules.h"

#include <link.h>
#include <stdatomic.h>
#include <stddef.h>

#include "report/native.h"

enum { MOST = 64 };

struct module {
	uintptr_t header, start, end;
};

/*
 * Odd while the table is written; readers check it before and after.  Written
 * with `is_writing' set.
 */
static atomic_uint sequence;
static atomic_flag is_writing = ATOMIC_FLAG_INIT;
static _Atomic uintptr_t table[MOST][3];
static atomic_size_t n_modules;
static unsigned long long changes; /* what the loader counts */

struct found {
	struct module all[MOST];
	size_t n;
	unsigned long long changes;
};

static struct module
extent_of(const struct dl_phdr_info *info)
{
	struct module m = {0, UINTPTR_MAX, 0};
	int i;

	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_GNU_EH_FRAME)
			m.header = from;
		if (p->p_type != PT_LOAD)
			continue;
		if (from < m.start)
			m.start = from;
		if (from + p->p_memsz > m.end)
			m.end = from + p->p_memsz;
	}
	return m;
}

static int
note(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct found *f = ctx;

	if (size >=
	    offsetof(struct dl_phdr_info, dlpi_subs) + sizeof info->dlpi_subs)
		f->changes = info->dlpi_adds + info->dlpi_subs;
	if (f->n < MOST && info->dlpi_name && native_is_system(info->dlpi_name))
		f->all[f->n++] = extent_of(info);
	return 0;
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

bool
sysmodules_look(void)
{
	struct found f = {.n = 0};
	bool is_changed;

	if (atomic_flag_test_and_set(&is_writing))
		return true; /* by another thread, just now */
	dl_iterate_phdr(note, &f);
	is_changed = f.changes != changes || f.n != atomic_load(&n_modules);
	changes = f.changes;
	if (is_changed)
		write_table(f.all, f.n);
	atomic_flag_clear(&is_writing);
	return is_changed;
}

void
sysmodules_forget(void)
{
	if (atomic_flag_test_and_set(&is_writing))
		return;
	write_table(NULL, 0);
	atomic_flag_clear(&is_writing);
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
