#include "config.h"

#include "common/suggest.h"

#include <string.h>

enum { MAX_LETTERS = 40, FAR = 99 };

static size_t
least_of(size_t a, size_t b, size_t c)
{
	if (b < a)
		a = b;
	return c < a ? c : a;
}

/*
 * Edits that lead from a to b, two swapped letters counting as one (the
 * restricted Damerau-Levenshtein distance): three rows of its table.
 */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][MAX_LETTERS + 1], n = strlen(b), i, j;
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	if (strlen(a) > MAX_LETTERS || n > MAX_LETTERS)
		return FAR;
	for (j = 0; j <= n; j++)
		before[j] = above[j] = j;
	for (i = 1; a[i - 1]; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (j = 1; j <= n; j++) {
			row[j] =
				least_of(above[j] + 1, row[j - 1] + 1,
					 above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[n];
}

const char *
suggest(const char *word, const char *(*candidate)(size_t i))
{
	size_t n = strlen(word), least = n > 3 ? 3 : 2, i;
	const char *best = NULL, *name;

	for (i = 0; (name = candidate(i)); i++) {
		size_t d = distance(word, name);

		/* A beginning of the word is nearer than any typing error. */
		if (n >= 3 && !strncmp(word, name, n))
			d = 0;
		if (d < least) {
			least = d;
			best = name;
		}
	}
	return best;
}
