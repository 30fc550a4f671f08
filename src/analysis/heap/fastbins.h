/*
 * fastbins.h - small blocks that glibc's free() has put aside
 *
 * Their chunks look as if in use; what is in the lists of the arena is free
 * (malloc/malloc.c, "Fastbins"; not there any more in 2.43).  What only looks
 * like a member of such a list is none: malloc() leaves the link in the block,
 * and not every owner writes its first word.
 *
 * Contract of every function here:
 *   side       analysis child
 *   allocates  mmap(2) only
 *   locks      none; see chunks.h of threads that were in malloc
 *   signals    not safe
 */
#ifndef LEAKSHIM_ANALYSIS_FASTBINS_H
#define LEAKSHIM_ANALYSIS_FASTBINS_H

struct chunks_heap;
struct ranges;

/*
 * Where the chunks begin that are in the lists of the heap's arena, as far as
 * those lead through the heap; to be asked by ranges_contain().  Those for
 * which there is no memory are not there.
 */
void fastbins_read(struct ranges *out, const struct chunks_heap *h);

#endif /* LEAKSHIM_ANALYSIS_FASTBINS_H */
