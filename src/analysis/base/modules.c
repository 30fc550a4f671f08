#include "config.h"

#include "analysis/base/modules.h"

#include <string.h>

#include "analysis/base/elffile.h"
#include "analysis/base/lines.h"
#include "common/arena.h"
#include "common/hash.h"
#include "report/cxxname.h"

/* A mapping that code is run in. */
struct module {
	uintptr_t start, end;
	size_t offset; /* into the file */
	const char *path;
	struct module *next;
};

/* An address that was asked for: many stacks share their frames. */
struct place {
	uintptr_t ip;
	struct report_native found;
	UT_hash_handle hh;
};

static struct module *modules; /* in the arena of the check */
static struct place *places;
static bool is_read;

static void
add(struct arena *a, const char *line)
{
	struct module m, *copy;
	const char *s = lines_hex(line, &m.start);
	uintptr_t offset;
	int fields;

	if (*s != '-')
		return;
	s = lines_hex(s + 1, &m.end);
	if (*s != ' ' || strlen(s) < 6 || s[3] != 'x')
		return;
	lines_hex(s + 6, &offset);
	m.offset = offset;
	for (fields = 0; fields < 4 && *s; fields++) {
		s += strspn(s, " ");
		s += strcspn(s, " ");
	}
	s += strspn(s, " ");
	if (*s != '/')
		return;
	m.path = arena_string(a, s);
	copy = arena_grab(a, sizeof *copy);
	if (!copy || !m.path)
		return;
	m.next = modules;
	*copy = m;
	modules = copy;
}

static void
read_modules(struct arena *a)
{
	static struct lines r;
	char line[LINES_BYTES];

	is_read = true;
	if (!lines_open(&r, "/proc/self/maps"))
		return;
	while (lines_next(&r, line))
		add(a, line);
	lines_close(&r);
}

static const struct module *
find(uintptr_t address)
{
	const struct module *m = modules;

	while (m && address - m->start >= m->end - m->start)
		m = m->next;
	return m;
}

static const char *
in_hex(struct arena *a, const unsigned char *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char text[64 * 2 + 1];
	size_t i;

	if (!bytes || !n || n > 64)
		return NULL;
	for (i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * n] = '\0';
	return arena_string(a, text);
}

static void
look(struct arena *a, uintptr_t address, struct report_native *out)
{
	const struct module *m = find(address);
	const unsigned char *id;
	const char *function;
	struct elffile f;
	uintptr_t bias;
	size_t n = 0;

	memset(out, 0, sizeof *out);
	out->offset = REPORT_UNKNOWN;
	if (!m)
		return;
	out->module = m->path;
	if (!elffile_open(&f, m->path))
		return;
	if (elffile_bias(&f, m->start, m->offset, &bias)) {
		out->offset = (int64_t)(address - bias);
		/* Another file may have taken the path meanwhile. */
		if (elffile_is_mapped(&f, bias)) {
			id = elffile_build_id(&f, &n);
			out->build_id = in_hex(a, id, n);
			function = elffile_function(&f, address - bias);
			if (function)
				out->symbol = arena_string(a, function);
			if (out->symbol)
				out->function = cxxname_show(a, out->symbol);
		}
	}
	elffile_close(&f);
}

void
modules_describe(struct arena *a, uintptr_t ip, struct report_native *out)
{
	/* After the call instruction there may be another function, or line. */
	uintptr_t address = ip - 1;
	struct place *p;

	if (!is_read)
		read_modules(a);
	HASH_FIND(hh, places, &ip, sizeof ip, p);
	if (!p && (p = arena_grab(a, sizeof *p))) {
		p->ip = ip;
		look(a, address, &p->found);
		HASH_ADD(hh, places, ip, sizeof ip, p);
	}
	if (p)
		*out = p->found;
}

void
modules_end(void)
{
	HASH_CLEAR(hh, places);
	modules = NULL;
	is_read = false;
}
