/*
 * say.h - one clear line to the user
 *
 * To stderr, and only while it is the same file as at the start: a daemon that
 * has put its log or a socket there must not find our messages in it.
 *
 * Contract of every function here:
 *   side       shim and child
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    not safe; errno is kept
 */
#ifndef LEAKSHIM_SHIM_SAY_H
#define LEAKSHIM_SHIM_SAY_H

struct buf;

/* "leakshim: WHAT: WHY", or "leakshim: WHAT" when why is NULL. */
void say(const char *what, const char *why);

/* Lines that are complete already. */
void say_text(const struct buf *text);

#endif /* LEAKSHIM_SHIM_SAY_H */
