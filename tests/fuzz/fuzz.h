/*
 * fuzz.h - hostile input for what parses text of others
 *
 * fuzz_X tries every file of tests/fuzz/corpus/X as it is, then changes of
 * them: LEAKSHIM_FUZZ of them, or a number that takes seconds; the same ones on
 * each run.  The programs are built with AddressSanitizer and UBSan, and every
 * grab from an arena is a malloc() of its own in them.  What is being tried
 * stands in the file fuzz_X.input: after a crash it is the one, and belongs
 * into the corpus.
 */
#ifndef LEAKSHIM_FUZZ_FUZZ_H
#define LEAKSHIM_FUZZ_FUZZ_H

#include <stddef.h>

/*
 * By the target.  Try n bytes, which end where the memory ends; what must hold
 * is said to fuzz_must().
 */
void fuzz_try(const char *data, size_t n);

/* By the target: words that mean something to it, NULL behind the last. */
extern const char *const fuzz_words[];

/* What holds for each input; if it does not, that is the end. */
void fuzz_must(int fact, const char *what);

/* Lines that complain() has written since the last call. */
int fuzz_complaints(void);

#endif /* LEAKSHIM_FUZZ_FUZZ_H */
