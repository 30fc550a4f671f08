#include "config.h"

#include "report/fingerprint.h"

#include <string.h>

#include "report/native.h"

enum { FINGERPRINT_FRAMES = 5 };

#define BASIS 0xcbf29ce484222325ULL

/* FNV-1a, 64 bits, with a separator behind each part. */
static uint64_t
mix(uint64_t h, const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3ULL;
	return (h ^ 0xff) * 0x100000001b3ULL;
}

static uint64_t
mix_string(uint64_t h, const char *s)
{
	return mix(h, s ? s : "", s ? strlen(s) : 0);
}

bool
is_stdlib_file(const char *file, const char *stdlib)
{
	size_t n = stdlib ? strlen(stdlib) : 0;

	if (!file)
		return false;
	if (!strncmp(file, "<frozen ", 8))
		return true;
	while (n && stdlib[n - 1] == '/')
		n--;
	if (!n || strncmp(file, stdlib, n) || file[n] != '/')
		return false;
	return !strstr(file + n, "/site-packages/") &&
	       !strstr(file + n, "/dist-packages/");
}

/* "package-1.2-py3.8.egg/": behind it, the path is as for other packages. */
static const char *
skip_egg(const char *path)
{
	const char *slash = strchr(path, '/');

	if (slash && slash - path > 4 && !strncmp(slash - 4, ".egg", 4))
		return slash + 1;
	return path;
}

/* What follows the last `directory' in the path, or NULL. */
static const char *
behind(const char *path, const char *directory)
{
	const char *found = NULL, *at = path;

	while ((at = strstr(at, directory)) != NULL) {
		at += strlen(directory);
		found = at;
	}
	return found;
}

const char *
fingerprint_file(const char *file, const char *cwd)
{
	size_t n = cwd ? strlen(cwd) : 0;
	const char *part;

	if (!file)
		return "";
	part = behind(file, "/site-packages/");
	if (!part)
		part = behind(file, "/dist-packages/");
	if (part)
		return skip_egg(part);
	while (n && cwd[n - 1] == '/')
		n--;
	if (n && !strncmp(file, cwd, n) && file[n] == '/')
		return file + n + 1;
	while (!strncmp(file, "./", 2))
		file += 2;
	/*
	 * Elsewhere: directories differ from machine to machine, names do not.
	 */
	part = file[0] == '/' ? strrchr(file, '/') : NULL;
	return part ? part + 1 : file;
}

/*
 * The names of the ring's types in order, each once: where it is said to begin
 * does not matter.  By selection, since they are few and the array is the
 * caller's.
 */
static uint64_t
mix_ring(uint64_t h, const struct finding *f)
{
	const char *done = NULL;
	size_t i;

	for (;;) {
		const char *least = NULL;

		for (i = 0; i < f->n_cycle; i++) {
			const char *s = f->cycle[i].type;

			if ((!done || strcmp(s, done) > 0) &&
			    (!least || strcmp(s, least) < 0))
				least = s;
		}
		if (!least)
			return h;
		h = mix_string(h, least);
		done = least;
	}
}

static bool
has_ring(const struct finding *f)
{
	switch (f->kind) {
	case FINDING_UNCOLLECTABLE:
	case FINDING_HIDDEN_CYCLE:
	case FINDING_UNREACHABLE:
	case FINDING_COLLECTED:
		return f->n_cycle > 0;
	case FINDING_LOST_REFERENCE: /* its head is lost, in a ring or not */
	case FINDING_GROWTH:
	case FINDING_RESURRECTED:
	case FINDING_KINDS:
		break;
	}
	return false;
}

/*
 * A library's name without its version, what says for which Python it was
 * built, and the hash that packages of wheels add: libfoo-1a2b3c4d.so.2,
 * _foo.cpython-311-x86_64-linux-gnu.so.  Its length; *name is where it begins.
 */
static size_t
module_name(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/'), *dash;
	size_t n, hex;

	*name = slash ? slash + 1 : path;
	if (!strncmp(*name, "libpython", 9))
		*name += strlen("lib");
	if (!strncmp(*name, "python", 6))
		return strlen("python");
	n = strcspn(*name, ".");
	dash = memrchr(*name, '-', n);
	if (!dash)
		return n;
	hex = strspn(dash + 1, "0123456789abcdef");
	return hex >= 8 && dash + 1 + hex == *name + n ?
		       (size_t)(dash - *name) :
		       n;
}

/*
 * The symbol distinguishes more than the name that is shown: the functions of
 * one template.  But not what the compiler appended, nor the hash that changes
 * with each build of a Rust function ("17h", 16 digits, "E").
 */
static uint64_t
mix_symbol(uint64_t h, const struct report_native *p)
{
	enum { RUST_HASH = 20 };
	const char *s = p->symbol ? p->symbol : p->function;
	size_t n = s ? strcspn(s, ".@") : 0;

	if (n > RUST_HASH && s[n - 1] == 'E' &&
	    !strncmp(s + n - RUST_HASH, "17h", 3) &&
	    strspn(s + n - RUST_HASH + 3, "0123456789abcdef") == 16)
		n -= RUST_HASH;
	return mix(h, s ? s : "", n);
}

/*
 * The function that allocated memory.  If its name was stripped, only the
 * module counts: offsets change with each build.
 */
static uint64_t
mix_asker(uint64_t h, const struct finding *f)
{
	const struct report_native *asker = native_asker(f);
	const char *name;
	size_t n;

	if (!asker)
		return h;
	n = module_name(asker->module, &name);
	return mix_symbol(mix(h, name, n), asker);
}

static uint64_t
mix_cause(uint64_t h, const struct finding *f)
{
	if (has_ring(f))
		return mix_ring(h, f);
	h = mix_string(h, f->n_types ? f->types[0].name : "");
	return finding_is_memory(f) ? mix_asker(h, f) : h;
}

bool
fingerprint_has_place(const struct finding *f)
{
	const struct report_native *asker = native_asker(f);

	return f->n_python ||
	       (finding_is_memory(f) && asker && asker->function);
}

static bool
is_same_place(const struct report_line *a, const struct report_line *b)
{
	return a->function && b->function && a->file && b->file &&
	       !strcmp(a->function, b->function) && !strcmp(a->file, b->file);
}

/*
 * A function that calls itself is one frame, however deep it went.  Frames of
 * the standard library are better than none.
 */
static uint64_t
mix_frames(uint64_t h, const struct report_line *lines, size_t n_lines,
	   const char *stdlib, const char *cwd)
{
	const struct report_line *before = NULL;
	bool is_all_stdlib = true;
	size_t i;
	int n = 0;

	for (i = 0; i < n_lines && is_all_stdlib; i++)
		is_all_stdlib = is_stdlib_file(lines[i].file, stdlib);
	for (i = 0; i < n_lines && n < FINGERPRINT_FRAMES; i++) {
		const struct report_line *p = &lines[i];

		if ((!is_all_stdlib && is_stdlib_file(p->file, stdlib)) ||
		    (before && is_same_place(before, p)))
			continue;
		h = mix_string(h, p->function);
		h = mix_string(h, fingerprint_file(p->file, cwd));
		before = p;
		n++;
	}
	return h;
}

uint64_t
fingerprint_place(const struct report_line *lines, size_t n, const char *stdlib,
		  const char *cwd)
{
	return mix_frames(BASIS, lines, n, stdlib, cwd);
}

void
fingerprint_make(struct finding *f, const char *stdlib, const char *cwd)
{
	const char *kind = finding_kind_name(f->kind);
	uint64_t h = BASIS;
	size_t n = strlen(kind);
	int i;

	h = mix_string(h, kind);
	h = mix_string(h, finding_reason_name(f->reason));
	h = mix_cause(h, f);
	h = mix_frames(h, f->python, f->n_python, stdlib, cwd);
	memcpy(f->fingerprint, kind, n);
	f->fingerprint[n++] = '-';
	for (i = 60; i >= 0; i -= 4)
		f->fingerprint[n++] = "0123456789abcdef"[h >> i & 15];
	f->fingerprint[n] = '\0';
}
