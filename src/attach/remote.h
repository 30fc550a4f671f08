/*
 * remote.h - another process: its memory, its mappings, its facts
 *
 * Everything comes through /proc/PID: no file of the target's own file system
 * is opened, so chroots, containers and deleted libraries make no difference.
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  malloc(3)
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_ATTACH_REMOTE_H
#define LEAKSHIM_ATTACH_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { REMOTE_NAME_BYTES = 256 };

struct remote_map {
	uint64_t start, end, offset;
	uint64_t device, inode;
	bool is_readable, is_executable;
	char name[REMOTE_NAME_BYTES]; /* cut when it is longer */
};

struct remote {
	pid_t pid;
	int memory; /* /proc/PID/mem */
	struct remote_map *maps;
	size_t n_maps;
};

/* 0, or an errno: the memory cannot be opened, or has no mappings. */
int remote_open(struct remote *r, pid_t pid);
void remote_close(struct remote *r);

bool remote_read(const struct remote *r, uint64_t address, void *out, size_t n);
bool remote_write(const struct remote *r, uint64_t address, const void *in,
		  size_t n);

/* As much as there is; the number of bytes. */
size_t remote_read_some(const struct remote *r, uint64_t address, void *out,
			size_t n);

/* Read the mappings again. */
bool remote_read_maps(struct remote *r);
const struct remote_map *remote_map_of(const struct remote *r, uint64_t a);

/*
 * /proc/PID/NAME as text, cut at n - 1 bytes; the length, or -1 and errno.
 */
ssize_t remote_file(pid_t pid, const char *name, char *out, size_t n);

/* The number after "\nKEY:" in such a text; `otherwise' if it is not there. */
long remote_field(const char *text, const char *key, int base, long otherwise);

/*
 * In the text of /proc/PID/stat, field number n behind the name: the state is
 * the first.  "0" where it is not there.
 */
const char *remote_stat_field(const char *stat, int n);

/* The threads, the main one first; how many, at most n_max. */
size_t remote_threads(pid_t pid, pid_t *out, size_t n_max);

#endif /* LEAKSHIM_ATTACH_REMOTE_H */
