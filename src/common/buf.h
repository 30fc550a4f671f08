/*
 * buf.h - text that grows, without stdio and without malloc
 *
 * Reports are written by the analysis child, where neither printf(3) nor
 * malloc(3) may be called.  A buf holds its text in anonymous memory and knows
 * the few conversions that reports need.  The tool uses the same functions so
 * that both sides print the same bytes.
 *
 * A buf that could not grow sets `failed' and drops what does not fit; the
 * writer tests it once, before the text is written anywhere.
 *
 * Contract of every function here:
 *   side       shim, analysis child and tool
 *   allocates  mmap(2) only
 *   locks      none
 *   signals    safe on a buf of the handler's own
 */
#ifndef LEAKSHIM_COMMON_BUF_H
#define LEAKSHIM_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* not NUL-terminated; see buf_string() */
	size_t len;
	size_t cap;
	bool failed;
};

void buf_init(struct buf *b);
void buf_fini(struct buf *b);

/* Forget the text, keep the memory. */
void buf_clear(struct buf *b);

void buf_putn(struct buf *b, const char *s, size_t n);
void buf_put(struct buf *b, const char *s); /* NULL prints as nothing */
void buf_putc(struct buf *b, char c);

/*
 * The printf conversions %s %.*s %c %d %i %u %x %% with the length modifiers
 * l, ll, z and nothing else: no width, no flags, no floating point.
 */
void buf_printf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* v with exactly `decimals' (0 to 9) digits after the point. */
void buf_decimal(struct buf *b, double v, int decimals);

/*
 * n bytes as people read them: "424 bytes", "31.4 KiB", "1.0 MiB".  Beyond
 * INT64_MAX, which REPORT_UNKNOWN is, here and below: not known.
 */
void buf_size(struct buf *b, uint64_t n);

/* n with its noun: "1 cycle", "2 cycles". */
void buf_count(struct buf *b, uint64_t n, const char *one, const char *many);

/* s as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void buf_json_string(struct buf *b, const char *s);

/*
 * The first n bytes of s, fit for a line of text: control characters as \\n,
 * \\t or \\x1b (a program's names must not steer a terminal), invalid UTF-8 as
 * U+FFFD.
 */
void buf_shown(struct buf *b, const char *s, size_t n);

/* The text with a NUL after it; valid until the next call.  Never NULL. */
const char *buf_string(struct buf *b);

#endif /* LEAKSHIM_COMMON_BUF_H */
