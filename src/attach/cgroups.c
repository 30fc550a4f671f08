#include "config.h"

#include "attach/cgroups.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach/refusal.h"

enum { TEXT_BYTES = 8192 };

int64_t
cgroups_number(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0 || text[0] < '0' || text[0] > '9')
		return REFUSAL_UNKNOWN;
	return strtoll(text, NULL, 10);
}

/* A file of a cgroup: as a number, or as text. */
static int64_t
group_number(const char *directory, const char *name)
{
	char path[TEXT_BYTES + 64];

	snprintf(path, sizeof path, "%s/%s", directory, name);
	return cgroups_number(path);
}

/* What the kernel reclaims before it kills: pages of files. */
static int64_t
group_file_pages(const char *directory)
{
	char path[TEXT_BYTES + 64], text[TEXT_BYTES];
	const char *line;
	int fd;
	ssize_t n;

	snprintf(path, sizeof path, "%s/memory.stat", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	line = strstr(text, "\ninactive_file ");
	return line ? strtoll(line + 15, NULL, 10) : 0;
}

static void
gather_one_group(struct refusal_facts *f, const char *directory)
{
	int64_t most = group_number(directory, "memory.max");
	int64_t now = group_number(directory, "memory.current");

	f->is_frozen |= group_number(directory, "cgroup.freeze") == 1;
	if (most < 0 || now < 0)
		return;
	now -= group_file_pages(directory);
	most = most > now ? most - now : 0;
	if (f->group_available < 0 || most < f->group_available)
		f->group_available = most;
}

/*
 * cgroup version 2: the line "0::/PATH".  The limits of the enclosing cgroups
 * apply, too.
 */
void
cgroups_gather(struct refusal_facts *f, const char *root, const char *groups)
{
	const char *line = strstr(groups, "0::/");
	char directory[TEXT_BYTES], *last;

	if (!line || (line != groups && line[-1] != '\n'))
		return;
	snprintf(directory, sizeof directory, "%s%.*s", root,
		 (int)strcspn(line + 3, "\n"), line + 3);
	while ((last = strrchr(directory, '/')) &&
	       last >= directory + strlen(root)) {
		if (last[1])
			gather_one_group(f, directory);
		*last = '\0';
	}
	gather_one_group(f, root);
}
