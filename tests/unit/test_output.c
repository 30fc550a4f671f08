#include "config.h"

#include "report/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/buf.h"
#include "refuse.h"
#include "tap.h"

enum { NAME_BYTES = 256 };

static const char TEXT[] = "{\"a\": 1}\n";

/* The names that were seen in the current directory since the last call. */
static void
read_names(int watch, char created[NAME_BYTES], char moved[NAME_BYTES])
{
	_Alignas(struct inotify_event) char events[4096];
	ssize_t n = read(watch, events, sizeof events), at = 0;

	*created = *moved = '\0';
	while (at < n) {
		struct inotify_event e;

		memcpy(&e, events + at, sizeof e);
		if (e.mask & IN_CREATE)
			snprintf(created, NAME_BYTES, "%s",
				 events + at + sizeof e);
		if (e.mask & IN_MOVED_TO)
			snprintf(moved, NAME_BYTES, "%s",
				 events + at + sizeof e);
		at += (ssize_t)(sizeof e + e.len);
	}
}

static int
write_to(const char *path)
{
	struct buf text;
	int error;

	buf_init(&text);
	buf_put(&text, TEXT);
	error = output_write_file(path, &text);
	buf_fini(&text);
	return error;
}

static bool
has_text(const char *path)
{
	char text[sizeof TEXT + 1];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof text, f) : 0;

	if (f)
		fclose(f);
	return n == sizeof TEXT - 1 && !memcmp(text, TEXT, n);
}

static int
count_names(void)
{
	DIR *d = opendir(".");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(d)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(d);
	return n;
}

/* A reader of `report.*', or of the directory, may come at any moment. */
static void
appears_whole(int watch, const char *directory)
{
	char created[NAME_BYTES], moved[NAME_BYTES], path[512];
	struct stat st;

	is_number(write_to("report.json"), 0, "a file is written");
	read_names(watch, created, moved);
	ok(created[0] == '.', "under a hidden name first: %s", created);
	is_string(moved, "report.json", "then it has its own");
	ok(has_text("report.json"), "and is whole");
	ok(!stat("report.json", &st) && (st.st_mode & 0777) == 0600,
	   "with access for its owner only");
	snprintf(path, sizeof path, "%s/.hidden.d/../other.json", directory);
	mkdir(".hidden.d", 0700);
	read_names(watch, created, moved);
	is_number(write_to(path), 0, "one with a path");
	read_names(watch, created, moved);
	ok(created[0] == '.' && !strncmp(created, ".other.json", 11),
	   "is hidden in the same directory: %s", created);
	is_string(moved, "other.json", "and has its own name then");
}

static void
failures(int watch)
{
	char created[NAME_BYTES], moved[NAME_BYTES];
	int n = count_names();

	is_number(write_to("missing/report.json"), ENOENT, "no such directory");
	is_number(write_to("directory"), EISDIR, "a directory has that name");
	read_names(watch, created, moved);
	is_string(moved, "", "nothing got a name");
	is_number(count_names(), n, "nothing is left behind");
}

static void
links(void)
{
	struct stat st;

	is_number(symlink("report.json", "link.json"), 0, "a symbolic link");
	is_number(write_to("link.json"), 0, "whose name is written");
	ok(!lstat("link.json", &st) && S_ISREG(st.st_mode),
	   "is replaced, and not followed");
	unlink("link.json");
}

static int
write_there(void *path)
{
	return write_to(path);
}

/* What output_write_file() returns there; -1 where no filter can be set. */
static int
write_refused(const char *path, long first, long second, unsigned error)
{
	return refuse_in_child(first, second, error, write_there,
			       (void *)(uintptr_t)path);
}

static bool
is_of_type(const char *path, mode_t type)
{
	struct stat st;

	return !lstat(path, &st) && (st.st_mode & S_IFMT) == type;
}

static size_t
length_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : (size_t)st.st_size;
}

/* A device like /dev/null, or a link to that one: others may not make any. */
static mode_t
make_device(const char *path)
{
	if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) == 0)
		return S_IFCHR;
	return symlink("/dev/null", path) ? 0 : S_IFLNK;
}

/* Whatever cannot be found out, nothing but a file is replaced. */
static void
targets_under(const char *what, long first, long second, unsigned error)
{
	bool is_known = second < 0;
	int n = count_names(), reader;
	mode_t type = make_device("nul");

	write_refused("nul", first, second, error);
	ok(is_of_type("nul", type), "%s: a device stays", what);
	unlink("nul");
	mkfifo("pipe", 0600);
	reader = open("pipe", O_RDONLY | O_NONBLOCK);
	write_refused("pipe", first, second, error);
	ok(is_of_type("pipe", S_IFIFO), "%s: a pipe stays", what);
	close(reader);
	unlink("pipe");
	is_number(write_refused("new.json", first, second, error), 0,
		  "a file that is not there");
	ok(has_text("new.json"), "%s: it is whole", what);
	is_number(write_refused("new.json", first, second, error), 0,
		  "a file that is there");
	ok(length_of("new.json") == (sizeof TEXT - 1) * (is_known ? 1 : 2),
	   "%s: is %s", what, is_known ? "replaced" : "added to");
	unlink("new.json");
	symlink("report.json", "link.json");
	write_refused("link.json", first, second, error);
	ok(length_of("report.json") == sizeof TEXT - 1,
	   "%s: what a link names is not written", what);
	unlink("link.json");
	is_number(count_names(), n, "nothing is left behind");
}

static void
unknown_targets(void)
{
	if (write_refused("probe", -1, -1, 0) != 0) {
		ok(true, "# SKIP no seccomp filter can be set here");
		return;
	}
	unlink("probe");
	targets_under("statx ENOSYS", SYS_statx, -1, ENOSYS);
	targets_under("statx EPERM", SYS_statx, -1, EPERM);
	targets_under("newfstatat ENOSYS", SYS_newfstatat, -1, ENOSYS);
	targets_under("no stat at all", SYS_statx, SYS_newfstatat, EPERM);
}

int
main(void)
{
	char directory[] = "/tmp/leakshim-output-XXXXXX", command[64];
	int watch = inotify_init1(IN_NONBLOCK);

	if (!mkdtemp(directory) || chdir(directory) ||
	    mkdir("directory", 0700) ||
	    inotify_add_watch(watch, ".", IN_CREATE | IN_MOVED_TO) < 0) {
		ok(false, "a directory to watch: %s", strerror(errno));
		return tap_done();
	}
	appears_whole(watch, directory);
	failures(watch);
	links();
	unknown_targets();
	close(watch);
	snprintf(command, sizeof command, "rm -rf %s", directory);
	/* NOLINTNEXTLINE(cert-env33-c): a test's own words */
	is_number(system(command), 0, "the directory goes away");
	return tap_done();
}
