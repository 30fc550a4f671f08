/*
 * html_text.h - texts and numbers of the page
 *
 * Contract of every function here:
 *   side       tool
 *   allocates  the buf's memory
 *   locks      none
 *   signals    not safe
 */
#ifndef LEAKSHIM_FORMATS_HTML_TEXT_H
#define LEAKSHIM_FORMATS_HTML_TEXT_H

#include <stdint.h>

struct buf;

/* Text of the program's, in an element or an attribute. */
void html_text(struct buf *out, const char *s);

/* <code>text</code> */
void html_code(struct buf *out, const char *s);

/* 1,234,567 */
void html_number(struct buf *out, int64_t v);

#endif /* LEAKSHIM_FORMATS_HTML_TEXT_H */
