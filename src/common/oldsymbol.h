/*
 * oldsymbol.h - functions of glibc that have moved between its libraries
 *
 * dlsym(3) and its family moved from libdl to libc in glibc 2.34, with a new
 * symbol version.  Bound to the old one, the library loads on 2.31 as well.
 *
 * Contract of every macro here:
 *   side       anywhere; once in each file that calls the function
 *   allocates  never
 *   locks      none
 *   signals    safe
 */
#ifndef LEAKSHIM_COMMON_OLDSYMBOL_H
#define LEAKSHIM_COMMON_OLDSYMBOL_H

#define OLD_SYMBOL_OF(name, version) \
	__asm__(".symver " #name "," #name "@GLIBC_" version)

/* Of the first version of the processor, and one that came a little later. */
#if defined __x86_64__
#define OLD_SYMBOL(name) OLD_SYMBOL_OF(name, "2.2.5")
#define OLD_SYMBOL_233(name) OLD_SYMBOL_OF(name, "2.3.3")
#elif defined __aarch64__
#define OLD_SYMBOL(name) OLD_SYMBOL_OF(name, "2.17")
#define OLD_SYMBOL_233(name) OLD_SYMBOL_OF(name, "2.17")
#else
#define OLD_SYMBOL(name) struct old_symbol_##name
#define OLD_SYMBOL_233(name) OLD_SYMBOL(name)
#endif

#endif /* LEAKSHIM_COMMON_OLDSYMBOL_H */
