#include "config.h"

#include "analysis/heap/notcloned.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "analysis/base/bigarray.h"
#include "analysis/base/lines.h"
#include "analysis/heap/maps.h"
#include "common/buf.h"
#include "common/dirent64.h"
#include "common/procfs.h"
#include "python/peek.h"

enum { MOST_WORDS = 1 << 24 };

#define NO_MEMORY                                                    \
	"no memory for the reachability analysis (RLIMIT_AS or the " \
	"container's limit): raise it"

struct pass {
	struct notcloned *out;
	pid_t pid;
	bool has_ring; /* io_uring */
	bool has_failed;
};

static void
keep(struct notcloned *o, uintptr_t word)
{
	uintptr_t *more;

	if (word < 4096 || o->why)
		return;
	more = o->n == MOST_WORDS ? NULL :
				    bigarray_grow(o->words, o->n, &o->n_room,
						  4096, sizeof *more);
	if (!more) {
		o->why = NO_MEMORY;
		return;
	}
	o->words = more;
	o->words[o->n++] = word;
}

/* ---- the kernel's ---- */

static void
put_directory(struct buf *path, pid_t pid)
{
	if (pid)
		buf_printf(path, "/proc/%d/", (int)pid);
	else
		buf_put(path, "/proc/self/");
}

/* The number behind the word on the line, in hexadecimal. */
static bool
find_hex(const char *line, const char *word, uintptr_t *out)
{
	const char *s = strstr(line, word);

	if (!s)
		return false;
	s += strlen(word);
	s += strspn(s, " ");
	return lines_hex(s, out) > s;
}

/* Every line that has the word with a number behind it. */
static bool
visit_file(struct pass *p, const char *directory, const char *name,
	   const char *word)
{
	static struct lines r;
	char line[LINES_BYTES];
	struct buf path;
	uintptr_t data;
	bool ok;

	buf_init(&path);
	put_directory(&path, p->pid);
	buf_printf(&path, "%s%s", directory, name);
	ok = lines_open(&r, buf_string(&path));
	buf_fini(&path);
	if (!ok)
		return false;
	while (lines_next(&r, line))
		if (find_hex(line, word, &data))
			keep(p->out, data);
	lines_close(&r);
	return true;
}

static void
look_at(struct pass *p, int directory, const char *name)
{
	char target[64];
	long n = syscall(SYS_readlinkat, directory, name, target,
			 sizeof target - 1);

	if (n <= 0)
		return; /* closed meanwhile */
	target[n] = '\0';
	if (!strcmp(target, "anon_inode:[io_uring]"))
		p->has_ring = true;
	else if (!strcmp(target, "anon_inode:[eventpoll]") &&
		 !visit_file(p, "fdinfo/", name, " data:"))
		p->has_failed = true;
}

static bool
walk_descriptors(struct pass *p)
{
	_Alignas(8) char entries[4096];
	struct buf path;
	int directory;
	long n;

	buf_init(&path);
	put_directory(&path, p->pid);
	buf_put(&path, "fd");
	directory = (int)syscall(SYS_openat, AT_FDCWD, buf_string(&path),
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buf_fini(&path);
	if (directory < 0)
		return false;
	while ((n = syscall(SYS_getdents64, directory, entries,
			    sizeof entries)) > 0) {
		const char *at = entries;

		while (at < entries + n) {
			const struct dirent64_entry *e = (const void *)at;

			if (e->name[0] != '.')
				look_at(p, directory, e->name);
			at += e->size;
		}
	}
	syscall(SYS_close, directory);
	return n == 0;
}

static void
read_kernel(struct notcloned *o, pid_t pid)
{
	struct pass p = {.out = o, .pid = pid};

	p.has_failed = !walk_descriptors(&p) || p.has_failed;
	/* "signal: 10/00007f..."; not there without CHECKPOINT_RESTORE. */
	visit_file(&p, "", "timers", "/");
	if (p.has_failed)
		o->why = "what the kernel keeps for epoll(7) may hold "
			 "references and cannot be read (/proc/PID/fdinfo)";
	else if (p.has_ring)
		o->why = "requests in an io_uring may hold references, and "
			 "nothing shows them";
}

/* ---- memory that is not cloned ---- */

static void
read_memory(struct notcloned *o, pid_t pid, const struct map *map)
{
	uintptr_t words[512], at;
	size_t i;

	for (at = map->start; at < map->end && !o->why; at += sizeof words) {
		size_t n = map->end - at < sizeof words ? map->end - at :
							  sizeof words;

		if (!peek_process(pid, words, at, n)) {
			o->why = "memory that is kept from child processes "
				 "(MADV_DONTFORK) may hold references and "
				 "cannot be read here: isolate=0 looks at it";
			return;
		}
		for (i = 0; i < n / sizeof *words; i++)
			keep(o, words[i]);
	}
}

static void
read_not_cloned(struct notcloned *o, pid_t pid)
{
	const unsigned wanted =
		MAP_IS_READABLE | MAP_IS_WRITABLE | MAP_IS_NOT_CLONED;
	const unsigned unwanted =
		MAP_IS_DROPPABLE | MAP_IS_SPECIAL | MAP_IS_DEVICE;
	struct maps maps;
	size_t i;

	if (!maps_read(&maps, pid)) {
		o->why = "/proc/PID/smaps cannot be read: mount /proc, "
			 "that of this PID namespace";
		return;
	}
	for (i = 0; i < maps.n; i++)
		if ((maps.all[i].flags & (wanted | unwanted)) == wanted)
			read_memory(o, pid, &maps.all[i]);
	maps_fini(&maps);
}

void
notcloned_read(struct notcloned *o, pid_t pid)
{
	memset(o, 0, sizeof *o);
	o->why = procfs_problem();
	if (o->why)
		return; /* an ID in it would be another process's */
	read_kernel(o, pid);
	if (pid)
		read_not_cloned(o, pid);
}

void
notcloned_fini(struct notcloned *o)
{
	bigarray_unmap(o->words, o->n_room, sizeof *o->words);
	memset(o, 0, sizeof *o);
}
