#include "config.h"

#include "common/siphash.h"

struct state {
	uint64_t a, b, c, d;
};

static inline uint64_t
rotate(uint64_t v, int bits)
{
	return v << bits | v >> (64 - bits);
}

static void
rounds(struct state *s, int n)
{
	while (n--) {
		s->a += s->b;
		s->c += s->d;
		s->b = rotate(s->b, 13) ^ s->a;
		s->d = rotate(s->d, 16) ^ s->c;
		s->a = rotate(s->a, 32) + s->d;
		s->c += s->b;
		s->b = rotate(s->b, 17) ^ s->c;
		s->d = rotate(s->d, 21) ^ s->a;
		s->c = rotate(s->c, 32);
	}
}

static void
take(struct state *s, uint64_t word)
{
	s->d ^= word;
	rounds(s, 2);
	s->a ^= word;
}

/* https://www.aumasson.jp/siphash/siphash.pdf */
uint64_t
siphash(const uint64_t key[2], const uint64_t *words, size_t n)
{
	struct state s = {
		key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};
	size_t i;

	for (i = 0; i < n; i++)
		take(&s, words[i]);
	/* The last word has the length in bytes on top, and no bytes left. */
	take(&s, (uint64_t)n * sizeof *words << 56);
	s.c ^= 0xff;
	rounds(&s, 4);
	return s.a ^ s.b ^ s.c ^ s.d;
}
