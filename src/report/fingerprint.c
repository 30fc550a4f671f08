#include "config.h"

#include "report/fingerprint.h"

#include <string.h>

enum { FINGERPRINT_FRAMES = 5 };

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
	if (!n || strncmp(file, stdlib, n) || file[n] != '/')
		return false;
	return !strstr(file + n, "/site-packages/") &&
	       !strstr(file + n, "/dist-packages/");
}

/* The part of a path that is the same on every machine. */
static const char *
relative(const char *file, const char *cwd)
{
	static const char *const roots[] = {"/site-packages/",
					    "/dist-packages/"};
	const char *last = NULL;
	size_t i, n = cwd ? strlen(cwd) : 0;

	if (!file)
		return "";
	for (i = 0; i < 2; i++) {
		const char *at = strstr(file, roots[i]);

		if (at)
			return at + strlen(roots[i]);
	}
	if (n && !strncmp(file, cwd, n) && file[n] == '/')
		return file + n + 1;
	/* Elsewhere: folders differ from machine to machine, names do not. */
	if (file[0] == '/')
		last = strrchr(file, '/');
	return last ? last + 1 : !strncmp(file, "./", 2) ? file + 2 : file;
}

static uint64_t
mix_types(uint64_t h, const struct finding *f)
{
	const char *done = NULL;
	size_t i, k;

	/* Sorted by selection: there are few, and the order is the caller's. */
	for (k = 0; k < f->n_types; k++) {
		const char *least = NULL;

		for (i = 0; i < f->n_types; i++) {
			const char *s = f->types[i].name;

			if ((done && strcmp(s, done) <= 0) ||
			    f->types[i].is_folded)
				continue;
			if (!least || strcmp(s, least) < 0)
				least = s;
		}
		if (!least)
			break;
		h = mix_string(h, least);
		done = least;
	}
	return h;
}

static uint64_t
mix_frames(uint64_t h, const struct finding *f, const char *stdlib,
	   const char *cwd)
{
	size_t i;
	int n = 0;

	for (i = 0; i < f->n_python && n < FINGERPRINT_FRAMES; i++) {
		if (is_stdlib_file(f->python[i].file, stdlib))
			continue;
		h = mix_string(h, f->python[i].function);
		h = mix_string(h, relative(f->python[i].file, cwd));
		n++;
	}
	return h;
}

void
fingerprint_make(struct finding *f, const char *stdlib, const char *cwd)
{
	const char *kind = finding_kind_name(f->kind);
	uint64_t h = 0xcbf29ce484222325ULL;
	size_t n = strlen(kind);
	int i;

	h = mix_string(h, kind);
	h = mix_string(h, finding_reason_name(f->reason));
	h = mix_types(h, f);
	h = mix_frames(h, f, stdlib, cwd);
	memcpy(f->fingerprint, kind, n);
	f->fingerprint[n++] = '-';
	for (i = 60; i >= 0; i -= 4)
		f->fingerprint[n++] = "0123456789abcdef"[h >> i & 15];
	f->fingerprint[n] = '\0';
}
