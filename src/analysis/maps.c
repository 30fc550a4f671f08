#include "config.h"

#include "analysis/maps.h"

#include <string.h>

#include "analysis/bigarray.h"
#include "analysis/lines.h"
#include "common/buf.h"

static bool
add(struct maps *m, const struct map *map)
{
	if (m->n == m->n_room) {
		size_t room = m->n_room ? m->n_room * 2 : 512;
		struct map *more = bigarray_map(room, sizeof *more);

		if (!more)
			return false;
		if (m->n)
			memcpy(more, m->all, m->n * sizeof *more);
		bigarray_unmap(m->all, m->n_room, sizeof *more);
		m->all = more;
		m->n_room = room;
	}
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

/* "START-END rwxp OFFSET DEVICE INODE   NAME"; false if it is no such line. */
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
	char line[LINES_BYTES];
	struct map map;

	while (lines_next(r, line)) {
		if (read_head(line, &map)) {
			if (!add(m, &map))
				return false;
		} else if (m->n && !strncmp(line, "VmFlags:", 8)) {
			m->all[m->n - 1].flags |= vm_flags(line);
		}
	}
	return m->n > 0;
}

bool
maps_read(struct maps *m, pid_t pid)
{
	struct lines r;
	struct buf path;
	bool ok;

	memset(m, 0, sizeof *m);
	buf_init(&path);
	if (pid)
		buf_printf(&path, "/proc/%d/smaps", (int)pid);
	else
		buf_put(&path, "/proc/self/smaps");
	ok = lines_open(&r, buf_string(&path));
	buf_fini(&path);
	if (!ok)
		return false;
	ok = read_all(m, &r);
	lines_close(&r);
	return ok;
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
	bigarray_unmap(m->all, m->n_room, sizeof *m->all);
	memset(m, 0, sizeof *m);
}
