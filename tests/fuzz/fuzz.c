#include "config.h"

#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

enum { MAX_SEEDS = 1000, MAX_BYTES = 64 * 1024, ROUNDS = 60000 };

struct text {
	char *data;
	size_t n;
};

static struct text seeds[MAX_SEEDS];
static size_t n_seeds;
static uint64_t state = 20261121;
static int n_complaints;

/* The input of the moment, in a file that outlives a crash. */
static struct {
	size_t n;
	char data[MAX_BYTES];
} * shared;

/* ---- what the command's files want of its main file ---- */

void
complain(const char *format, ...)
{
	(void)format;
	n_complaints++;
}

void
abort_for_memory(void)
{
	abort();
}

int
fuzz_complaints(void)
{
	int n = n_complaints;

	n_complaints = 0;
	return n;
}

/* ---- inputs ---- */

static size_t
random_below(size_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n ? (size_t)(state >> 20) % n : 0;
}

static void
read_seed(const char *directory, const char *name)
{
	struct text *t = &seeds[n_seeds];
	char *path;
	FILE *f;

	if (n_seeds == MAX_SEEDS ||
	    asprintf(&path, "%s/%s", directory, name) < 0)
		exit(1);
	f = fopen(path, "r");
	free(path);
	if (!f)
		exit(1);
	t->data = malloc(MAX_BYTES);
	t->n = t->data ? fread(t->data, 1, MAX_BYTES, f) : 0;
	n_seeds++;
	fclose(f);
}

/* In the order of their names: each run is the same. */
static void
read_seeds(const char *directory)
{
	struct dirent **list;
	int i, n = scandir(directory, &list, NULL, alphasort);

	for (i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			read_seed(directory, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static void
cut(struct text *t, size_t at, size_t n)
{
	n = n < t->n - at ? n : t->n - at;
	memmove(t->data + at, t->data + at + n, t->n - at - n);
	t->n -= n;
}

static void
insert(struct text *t, size_t at, const char *s, size_t n)
{
	n = n < MAX_BYTES - t->n ? n : MAX_BYTES - t->n;
	memmove(t->data + at + n, t->data + at, t->n - at);
	memcpy(t->data + at, s, n);
	t->n += n;
}

static const char *
any_word(void)
{
	size_t n = 0;

	while (fuzz_words[n])
		n++;
	return fuzz_words[random_below(n)];
}

static void
change(struct text *t)
{
	static char copy[MAX_BYTES];
	const struct text *other = &seeds[random_below(n_seeds)];
	size_t at = random_below(t->n + 1), from, n;
	const char *word;

	switch (random_below(7)) {
	case 0:
		if (at < t->n)
			t->data[at] = (char)random_below(256);
		break;
	case 1:
		cut(t, at, random_below(20));
		break;
	case 2:
		cut(t, at, random_below(t->n + 1));
		break;
	case 3: /* a piece of itself, once more */
		n = random_below(t->n - at + 1) % 400;
		memcpy(copy, t->data + at, n);
		insert(t, random_below(t->n + 1), copy, n);
		break;
	case 4: /* a piece of another */
		from = random_below(other->n + 1);
		insert(t, at, other->data + from,
		       random_below(other->n - from + 1) % 400);
		break;
	default:
		word = any_word();
		insert(t, at, word, strlen(word));
	}
}

/* ---- running ---- */

static void
try(const struct text *t)
{
	char *exact = malloc(t->n ? t->n : 1);

	shared->n = t->n;
	memcpy(shared->data, t->data, t->n);
	memcpy(exact, t->data, t->n);
	fuzz_try(exact, t->n);
	free(exact);
}

static void
try_changed(size_t rounds)
{
	struct text t = {malloc(MAX_BYTES), 0};
	size_t i, changes;

	for (i = 0; i < rounds; i++) {
		const struct text *seed = &seeds[random_below(n_seeds)];

		memcpy(t.data, seed->data, seed->n);
		t.n = seed->n;
		for (changes = 1 + random_below(6); changes; changes--)
			change(&t);
		try(&t);
	}
	free(t.data);
}

/* At once: what comes after would overwrite the input. */
void
fuzz_must(int fact, const char *what)
{
	if (fact)
		return;
	printf("not ok 2 - %s\n# see the .input file: %zu bytes behind "
	       "their number\n1..2\n",
	       what, shared->n);
	fflush(stdout);
	_exit(1);
}

/* fuzz_X.input, in the work directory. */
static void
open_shared(const char *program)
{
	const char *slash = strrchr(program, '/');
	char name[256];
	int fd;

	slash = slash ? slash + 1 : program;
	snprintf(name, sizeof name, "%.*s.input", (int)strcspn(slash, "."),
		 slash);
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *shared) < 0)
		exit(1);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	close(fd);
	if (shared == MAP_FAILED)
		exit(1);
}

/* "fuzz_X": its corpus is the directory X. */
static void
read_corpus(const char *program)
{
	const char *top = getenv("TOP_SRCDIR");
	const char *name = strrchr(program, '_');
	char directory[4096];

	name = name ? name + 1 : "";
	snprintf(directory, sizeof directory, "%s/tests/fuzz/corpus/%.*s",
		 top ? top : ".", (int)strcspn(name, "."), name);
	read_seeds(directory);
}

int
main(int argc, char **argv)
{
	const char *wish = getenv("LEAKSHIM_FUZZ");
	size_t i, rounds = wish ? strtoul(wish, NULL, 10) : ROUNDS;

	(void)argc;
	open_shared(argv[0]);
	read_corpus(argv[0]);
	for (i = 0; i < n_seeds; i++)
		try(&seeds[i]);
	printf("%s 1 - %zu kept inputs\n", n_seeds ? "ok" : "not ok", n_seeds);
	fflush(stdout);
	if (n_seeds)
		try_changed(rounds);
	printf("ok 2 - %zu changed ones\n1..2\n", rounds);
	for (i = 0; i < n_seeds; i++)
		free(seeds[i].data);
	munmap(shared, sizeof *shared);
	return !n_seeds;
}
