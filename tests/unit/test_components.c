#include "config.h"

#include "analysis/cycles/components.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

enum { SMALL = 24, DEEP = 1000000, ROUNDS = 200 };

/*
 * Edges as pairs, so that a test can be read; in compressed rows for the call.
 */
struct pairs {
	uint32_t n, n_edges;
	uint32_t from[SMALL * SMALL], to[SMALL * SMALL];
};

static uint32_t
find(const struct pairs *p, uint32_t *component)
{
	uint32_t first[SMALL + 1], to[SMALL * SMALL], i, e, n = 0, found = 0;

	for (i = 0; i < p->n; i++) {
		first[i] = n;
		for (e = 0; e < p->n_edges; e++)
			if (p->from[e] == i)
				to[n++] = p->to[e];
	}
	first[p->n] = n;
	if (!components_find(first, to, p->n, component, &found))
		abort();
	return found;
}

static void
known_ones(void)
{
	/* 0 -> (1 <-> 2) -> 3, and 4 that refers to itself. */
	static const struct pairs p = {5, 5, {0, 1, 2, 2, 4}, {1, 2, 1, 3, 4}};
	/* The same without the way back. */
	static const struct pairs line = {5, 4, {0, 1, 2, 4}, {1, 2, 3, 4}};
	static const struct pairs none = {0, 0, {0}, {0}};
	uint32_t c[SMALL];

	is_number(find(&p, c), 4, "a ring is one component");
	ok(c[1] == c[2], "both of its nodes are in it");
	ok(c[0] != c[1] && c[3] != c[1] && c[0] != c[3],
	   "what leads to it, and what it leads to, is not");
	ok(c[4] != c[0] && c[4] != c[3], "nor is another node");
	is_number(find(&line, c), 5, "without the way back there is no ring");
	is_number(find(&none, c), 0, "nothing has no components");
}

/* By what can be reached from where: slow, and evidently right. */
static bool
agrees(const struct pairs *p, const uint32_t *component)
{
	bool leads[SMALL][SMALL] = {{false}};
	uint32_t i, j, k, e;

	for (i = 0; i < p->n; i++)
		leads[i][i] = true;
	for (e = 0; e < p->n_edges; e++)
		leads[p->from[e]][p->to[e]] = true;
	for (k = 0; k < p->n; k++)
		for (i = 0; i < p->n; i++)
			for (j = 0; j < p->n; j++)
				leads[i][j] |= leads[i][k] && leads[k][j];
	for (i = 0; i < p->n; i++)
		for (j = 0; j < p->n; j++)
			if ((leads[i][j] && leads[j][i]) !=
			    (component[i] == component[j]))
				return false;
	return true;
}

static void
random_ones(void)
{
	uint32_t n_wrong = 0, n_gaps = 0, round, e, i;

	for (round = 0; round < ROUNDS; round++) {
		struct pairs p = {.n = SMALL};
		uint32_t c[SMALL], found;

		p.n_edges = random_below(2 * SMALL);
		for (e = 0; e < p.n_edges; e++) {
			p.from[e] = random_below(SMALL);
			p.to[e] = random_below(SMALL);
		}
		found = find(&p, c);
		n_wrong += !agrees(&p, c);
		for (i = 0; i < SMALL; i++)
			n_gaps += c[i] >= found;
	}
	is_number(n_wrong, 0, "%d random graphs agree", ROUNDS);
	is_number(n_gaps, 0, "components are numbered from 0 on");
}

/* No C stack would do for a recursion. */
static void
deep(void)
{
	uint32_t *first = calloc(DEEP + 1, sizeof *first);
	uint32_t *to = calloc(DEEP, sizeof *to);
	uint32_t *c = calloc(DEEP, sizeof *c), i, found = 0;

	for (i = 0; i < DEEP; i++) {
		first[i] = i;
		to[i] = (i + 1) % DEEP;
	}
	first[DEEP] = DEEP;
	components_find(first, to, DEEP, c, &found);
	is_number(found, 1, "a ring of a million");
	to[DEEP - 1] = DEEP - 1;
	components_find(first, to, DEEP, c, &found);
	is_number(found, DEEP, "and a line of a million");
	free(first);
	free(to);
	free(c);
}

int
main(void)
{
	known_ones();
	random_ones();
	deep();
	return tap_done();
}
