#include "config.h"

#include "common/pattern.h"

#include <stddef.h>
#include <string.h>

/*
 * Where the n bytes of a piece, found in the text from `at' on, end; NULL: not
 * found.
 */
static const char *
behind_piece(const char *at, const char *end, const char *piece, size_t n,
	     bool is_tied_here, bool is_tied_to_end)
{
	const char *found;

	if ((size_t)(end - at) < n)
		return NULL;
	if (is_tied_to_end) {
		if (is_tied_here && (size_t)(end - at) != n)
			return NULL;
		return memcmp(end - n, piece, n) ? NULL : end;
	}
	if (is_tied_here)
		return memcmp(at, piece, n) ? NULL : at + n;
	found = memmem(at, (size_t)(end - at), piece, n);
	return found ? found + n : NULL;
}

/*
 * Piece by piece between the stars.  The leftmost place for each leaves the
 * most room for the next, so nothing is ever tried twice.
 */
bool
pattern_match(const char *pattern, const char *text)
{
	const char *at = text, *end, *last;
	bool from_start = *pattern == '^', to_end, is_first = true;

	if (!text || !*text)
		return false;
	end = text + strlen(text);
	pattern += from_start;
	last = pattern + strlen(pattern);
	to_end = last > pattern && last[-1] == '$';
	last -= to_end;
	for (;;) {
		const char *star =
			memchr(pattern, '*', (size_t)(last - pattern));
		const char *stop = star ? star : last;

		at = behind_piece(at, end, pattern, (size_t)(stop - pattern),
				  from_start && is_first, to_end && !star);
		if (!at || !star)
			return at != NULL;
		pattern = star + 1;
		is_first = false;
	}
}
