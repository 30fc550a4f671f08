#include "config.h"

#include "shim/record/callframe.h"

#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

/* The module that an address is in. */
struct module {
	uintptr_t address;
	struct callframe_tables tables;
};

static int
look_at(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct module *m = ctx;
	bool is_here = false;
	int i;

	(void)size;
	m->tables = (struct callframe_tables){NULL, UINTPTR_MAX, 0};
	for (i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = info->dlpi_addr + p->p_vaddr;

		if (p->p_type == PT_GNU_EH_FRAME)
			m->tables.header = (const void *)from;
		if (p->p_type != PT_LOAD)
			continue;
		if (from < m->tables.start)
			m->tables.start = from;
		if (from + p->p_memsz > m->tables.end)
			m->tables.end = from + p->p_memsz;
		is_here |= m->address - from < p->p_memsz;
	}
	return is_here;
}

static bool
size_at(uintptr_t ip, size_t *size)
{
	struct module m = {.address = ip - 1};

	return dl_iterate_phdr(look_at, &m) &&
	       callframe_size(&m.tables, ip, size);
}

/* Who called the comparison, and where the frames of the C library end. */
static uintptr_t first_ip, last_ip;
static size_t n_frames;

static int
compare(const void *a, const void *b)
{
	uintptr_t ip = (uintptr_t)__builtin_return_address(0);
	uintptr_t sp = (uintptr_t)__builtin_dwarf_cfa();
	uintptr_t libc = (uintptr_t)bsearch;
	size_t size;

	if (!n_frames) {
		first_ip = ip;
		/* The library's code is around bsearch(). */
		while (ip - libc + (1 << 21) < 1 << 22 && n_frames < 16 &&
		       size_at(ip, &size)) {
			sp += size;
			ip = *(uintptr_t *)(sp - sizeof ip);
			n_frames++;
		}
		last_ip = ip;
	}
	return *(const int *)a - *(const int *)b;
}

static __attribute__((noinline)) int
search(void)
{
	static const int numbers[] = {1, 2, 3, 4, 5};
	const void *(*volatile find)(
		const void *key, const void *base, size_t n, size_t size,
		int (*compare)(const void *a, const void *b));
	int wanted = 4;

	*(void **)&find = (void *)bsearch; /* not inline */
	return *(const int *)find(&wanted, numbers, 5, sizeof wanted, compare);
}

static void
crosses(void)
{
	enum { LONGEST = 512 };

	is_number(search(), 4, "found");
	ok(n_frames > 0 && n_frames < 16, "frames of bsearch()");
	ok(first_ip - (uintptr_t)search >= LONGEST, "they are not ours");
	ok(last_ip - (uintptr_t)search < LONGEST,
	   "behind them is the function that called it");
}

/* Nothing but a refusal, whatever the tables are. */
static void
damaged(void)
{
	static unsigned char header[4096];
	const struct callframe_tables t = {header, (uintptr_t)header,
					   (uintptr_t)header + sizeof header};
	size_t size, i;
	bool is_known = false;
	unsigned seed = 1;

	ok(!callframe_size(&t, (uintptr_t)header + 64, &size), "zeros");
	header[0] = 1;
	header[1] = 0x1b;
	header[2] = 0x03;
	header[3] = 0x3b;
	memset(header + 8, 0xff, 4);
	ok(!callframe_size(&t, (uintptr_t)header + 64, &size),
	   "more entries than there is room for");
	header[8] = 1;
	memset(header + 9, 0, 3);
	header[16] = 64; /* the entry of the function at 0 */
	for (i = 0; i < 200000; i++) {
		seed = seed * 1103515245 + 12345;
		header[64 + (seed >> 16) % 64] = (unsigned char)(seed >> 8);
		is_known |= callframe_size(&t, (uintptr_t)header + 65, &size) &&
			    size % sizeof(uintptr_t);
	}
	ok(!is_known, "200000 entries of garbage");
}

int
main(void)
{
	crosses();
	damaged();
	return tap_done();
}
