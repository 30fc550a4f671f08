#include "config.h"

#include "common/siphash.h"

#include "tap.h"

/* Vectors of the reference: the bytes of key and message are 0, 1, 2 ... */
int
main(void)
{
	const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	const uint64_t other[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0909};
	const uint64_t words[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

	ok(siphash(key, words, 0) == 0x726fdb47dd0e0e31, "of nothing");
	ok(siphash(key, words, 1) == 0x93f5f5799a932462, "of 8 bytes");
	ok(siphash(key, words, 2) == 0x3f2acc7f57c29bdb, "of 16 bytes");
	ok(siphash(other, words, 2) != siphash(key, words, 2),
	   "the key counts");
	return tap_done();
}
