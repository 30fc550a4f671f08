#include "config.h"

#include "analysis/heap/maps.h"

#include <string.h>

#include "analysis/base/bigarray.h"
#include "analysis/base/lines.h"
#include "analysis/base/ranges.h"
#include "common/buf.h"
#include "common/ownmap.h"

static bool
make_room(struct maps *m, size_t room)
{
	m->all = bigarray_map(room, sizeof *m->all);
	m->n_room = m->all ? room : 0;
	return m->all;
}

static bool
add(struct maps *m, const struct map *map)
{
	struct map *more =
		bigarray_grow(m->all, m->n, &m->n_room, 64, sizeof *more);

	if (!more)
		return false;
	m->all = more;
	m->all[m->n++] = *map;
	return true;
}

static unsigned
name_flags(const char *name)
{
	if (!*name || !strncmp(name, "[anon:", 6))
		return 0;
	if (!strcmp(name, "[heap]"))
		return MAP_IS_HEAP;
	if (!strncmp(name, "[stack", 6))
		return MAP_IS_STACK;
	return *name == '[' ? MAP_IS_SPECIAL : MAP_IS_FILE;
}

/* "START-END rwxp OFFSET DEVICE INODE NAME"; false for any other line. */
static bool
read_head(const char *line, struct map *out)
{
	const char *s = lines_hex(line, &out->start);
	int fields;

	if (s == line || *s != '-')
		return false;
	s = lines_hex(s + 1, &out->end);
	if (*s != ' ' || strlen(s) < 6)
		return false;
	out->flags = (s[1] == 'r' ? MAP_IS_READABLE : 0u) |
		     (s[2] == 'w' ? MAP_IS_WRITABLE : 0u) |
		     (s[4] == 's' ? MAP_IS_SHARED : 0u);
	for (fields = 0; fields < 4 && *s; fields++) {
		s += strspn(s, " ");
		s += strcspn(s, " ");
	}
	s += strspn(s, " ");
	out->flags |= name_flags(s);
	return true;
}

/* "Rss:        0 kB" is. */
static bool
is_zero(const char *line)
{
	line += strcspn(line, "123456789");
	return !*line;
}

/* "Rss:" and "Swap:" of a mapping; nothing is known without the two. */
struct usage {
	bool has_rss, has_swap;
};

static unsigned
usage_flags(const struct usage *u, const struct map *map, const char *vm_flags)
{
	/* Huge pages of hugetlbfs are in no Rss. */
	if (u->has_rss || u->has_swap || strstr(vm_flags, " ht") ||
	    map->flags & (MAP_IS_FILE | MAP_IS_SHARED))
		return 0;
	return MAP_IS_UNTOUCHED;
}

static unsigned
vm_flags(const char *line)
{
	const char *s = line + strlen("VmFlags:");
	unsigned flags = 0;

	for (; *s; s += strcspn(s, " ")) {
		s += strspn(s, " ");
		if (!strncmp(s, "io", 2) || !strncmp(s, "pf", 2))
			flags |= MAP_IS_DEVICE;
		if (!strncmp(s, "wf", 2) || !strncmp(s, "dc", 2))
			flags |= MAP_IS_NOT_CLONED;
		if (!strncmp(s, "dp", 2))
			flags |= MAP_IS_DROPPABLE;
	}
	return flags;
}

static bool
read_all(struct maps *m, struct lines *r)
{
	struct usage usage = {true, true};
	char line[LINES_BYTES];
	struct map map, *last;

	while (lines_next(r, line)) {
		if (read_head(line, &map)) {
			if (!add(m, &map))
				return false;
			usage = (struct usage){true, true};
			continue;
		}
		last = m->n ? &m->all[m->n - 1] : &map;
		if (!strncmp(line, "Rss:", 4))
			usage.has_rss = !is_zero(line);
		else if (!strncmp(line, "Swap:", 5))
			usage.has_swap = !is_zero(line);
		else if (!strncmp(line, "VmFlags:", 8))
			last->flags |= vm_flags(line) |
				       usage_flags(&usage, last, line);
	}
	return m->n > 0;
}

static bool
open_file(struct lines *r, pid_t pid, const char *name)
{
	struct buf path;
	bool ok;

	buf_init(&path);
	if (pid)
		buf_printf(&path, "/proc/%d/%s", (int)pid, name);
	else
		buf_printf(&path, "/proc/self/%s", name);
	ok = lines_open(r, buf_string(&path));
	buf_fini(&path);
	return ok;
}

/*
 * Room for all before the first is read: an array that grew would leave its old
 * place on the list, as memory that can be read.
 */
static bool
make_room_for_all(struct maps *m, pid_t pid)
{
	static struct lines r;
	char line[LINES_BYTES];
	size_t n = 0;

	if (!open_file(&r, pid, "maps"))
		return false;
	while (lines_next(&r, line))
		n++;
	lines_close(&r);
	return make_room(m, n + n / 4 + 64);
}

/* ---- our own memory ---- */

static bool
list_own(struct ranges *out)
{
	size_t room = 4096, n, i;
	struct ownmap_range *own;

	for (;;) {
		own = bigarray_map(room, sizeof *own);
		if (!own)
			return false;
		n = ownmap_ranges(own, room);
		if (n <= room)
			break;
		bigarray_unmap(own, room, sizeof *own);
		room = n + 64;
	}
	for (i = 0; i < n; i++)
		ranges_add(out, own[i].start, own[i].end);
	bigarray_unmap(own, room, sizeof *own);
	ranges_sort(out);
	return !out->failed;
}

static bool
add_around(struct maps *m, const struct map *map, const struct ranges *own)
{
	struct map part = *map;
	size_t i = ranges_after(own, map->start);

	for (; i < own->n && own->all[i].start < map->end; i++) {
		part.end = own->all[i].start;
		if (part.start < part.end && !add(m, &part))
			return false;
		part.start = own->all[i].end;
	}
	part.end = map->end;
	return part.start >= part.end || add(m, &part);
}

/*
 * Ours is not the program's, and it may be given back at any moment.  The
 * kernel joins it with its neighbours.
 */
static bool
cut_out_own(struct maps *m)
{
	struct maps cut = {.n = 0};
	struct ranges own = {.n = 0};
	bool ok = list_own(&own) && make_room(&cut, m->n + own.n + 1);
	size_t i;

	for (i = 0; i < m->n && ok; i++)
		ok = add_around(&cut, &m->all[i], &own);
	ranges_fini(&own);
	maps_fini(m);
	*m = cut;
	return ok;
}

bool
maps_read(struct maps *m, pid_t pid)
{
	static struct lines r;
	bool ok;

	memset(m, 0, sizeof *m);
	if (!make_room_for_all(m, pid) || !open_file(&r, pid, "smaps"))
		return false;
	ok = read_all(m, &r);
	lines_close(&r);
	return ok && (pid || cut_out_own(m));
}

const struct map *
maps_find(const struct maps *m, uintptr_t address)
{
	size_t low = 0, high = m->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->all[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < m->n && m->all[low].start <= address)
		return &m->all[low];
	return NULL;
}

bool
maps_can_read(struct maps *m, uintptr_t address, size_t n)
{
	while (n) {
		const struct map *map = m->last;
		size_t here;

		if (!map || address - map->start >= map->end - map->start)
			m->last = map = maps_find(m, address);
		if (!map || !(map->flags & MAP_IS_READABLE) ||
		    map->flags & MAP_IS_DEVICE)
			return false;
		here = map->end - address;
		if (here >= n)
			return true;
		address += here;
		n -= here;
	}
	return true;
}

void
maps_fini(struct maps *m)
{
	if (m->all)
		bigarray_unmap(m->all, m->n_room, sizeof *m->all);
	memset(m, 0, sizeof *m);
}
