#include "config.h"

#include "attach/remote.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
remote_open(struct remote *r, pid_t pid)
{
	char path[64];

	*r = (struct remote){.pid = pid, .memory = -1};
	snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
	r->memory = open(path, O_RDWR | O_CLOEXEC);
	if (r->memory < 0)
		return errno;
	if (!remote_read_maps(r)) {
		int error = errno ? errno : ENOMEM;

		remote_close(r);
		return error;
	}
	return 0;
}

void
remote_close(struct remote *r)
{
	if (r->memory >= 0)
		close(r->memory);
	free(r->maps);
	*r = (struct remote){.memory = -1};
}

size_t
remote_read_some(const struct remote *r, uint64_t address, void *out, size_t n)
{
	ssize_t got;

	do
		got = pread(r->memory, out, n, (off_t)address);
	while (got < 0 && errno == EINTR);
	return got > 0 ? (size_t)got : 0;
}

bool
remote_read(const struct remote *r, uint64_t address, void *out, size_t n)
{
	return remote_read_some(r, address, out, n) == n;
}

bool
remote_write(const struct remote *r, uint64_t address, const void *in, size_t n)
{
	return pwrite(r->memory, in, n, (off_t)address) == (ssize_t)n;
}

/* "start-end perms offset major:minor inode   name" */
static bool
parse_map(const char *line, struct remote_map *m)
{
	unsigned major, minor;
	char perms[5];
	int at = 0;

	*m = (struct remote_map){0};
	if (sscanf(line,
		   "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64
		   " %n",
		   &m->start, &m->end, perms, &m->offset, &major, &minor,
		   &m->inode, &at) < 7)
		return false;
	m->device = (uint64_t)major << 32 | minor;
	m->is_readable = perms[0] == 'r';
	m->is_executable = perms[2] == 'x';
	snprintf(m->name, sizeof m->name, "%.*s", (int)strcspn(line + at, "\n"),
		 line + at);
	return true;
}

bool
remote_read_maps(struct remote *r)
{
	char path[64], *line = NULL;
	size_t room = 0, n_line = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/maps", (int)r->pid);
	errno = 0;
	f = fopen(path, "re");
	if (!f)
		return false;
	free(r->maps);
	r->maps = NULL;
	r->n_maps = 0;
	while (getline(&line, &n_line, f) > 0) {
		if (r->n_maps == room) {
			struct remote_map *more;

			room = room * 2 + 256;
			more = realloc(r->maps, room * sizeof *more);
			if (!more)
				break;
			r->maps = more;
		}
		r->n_maps += parse_map(line, &r->maps[r->n_maps]);
	}
	free(line);
	fclose(f);
	return r->n_maps > 0;
}

const struct remote_map *
remote_map_of(const struct remote *r, uint64_t a)
{
	size_t low = 0, high = r->n_maps;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct remote_map *m = &r->maps[middle];

		if (a < m->start)
			high = middle;
		else if (a >= m->end)
			low = middle + 1;
		else
			return m;
	}
	return NULL;
}

ssize_t
remote_file(pid_t pid, const char *name, char *out, size_t n)
{
	char path[96];
	size_t got = 0;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (got < n - 1) {
		ssize_t k = read(fd, out + got, n - 1 - got);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			break;
		got += (size_t)k;
	}
	close(fd);
	out[got] = '\0';
	return (ssize_t)got;
}

long
remote_field(const char *text, const char *key, int base, long otherwise)
{
	size_t n = strlen(key);
	const char *line = text;

	for (; line; line = strchr(line, '\n')) {
		char *end;
		long v;

		line += *line == '\n';
		if (strncmp(line, key, n) || line[n] != ':')
			continue;
		v = strtol(line + n + 1, &end, base);
		return end == line + n + 1 ? otherwise : v;
	}
	return otherwise;
}

const char *
remote_stat_field(const char *stat, int n)
{
	/* The name is in parentheses, and may contain some. */
	const char *at = strrchr(stat, ')');

	for (; n > 0 && at; n--) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	return at ? at : "0";
}

size_t
remote_threads(pid_t pid, pid_t *out, size_t n_max)
{
	char path[64];
	struct dirent *e;
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
	d = opendir(path);
	if (!d)
		return 0;
	out[n++] = pid;
	while (n < n_max && (e = readdir(d))) {
		pid_t tid = (pid_t)strtol(e->d_name, NULL, 10);

		if (tid > 0 && tid != pid)
			out[n++] = tid;
	}
	closedir(d);
	return n;
}
