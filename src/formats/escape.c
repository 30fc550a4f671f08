#include "config.h"

#include "formats/escape.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "common/buf.h"

/* Text for a character, and NULL for one that may stay. */
static const char *
replacement(char c, enum escape how)
{
	static const struct {
		char c;
		const char *text;
	} tables[ESCAPES][6] = {
		[ESCAPE_XML] = {{'&', "&amp;"},
				{'<', "&lt;"},
				{'>', "&gt;"},
				{'"', "&quot;"},
				{'\'', "&#39;"}},
		/* Graphviz reads HTML's entities in labels. */
		[ESCAPE_DOT] = {{'\\', "\\\\"}, {'"', "\\\""}, {'&', "&amp;"}},
		[ESCAPE_FOLDED] = {{';', ":"}},
		[ESCAPE_LABEL] = {{'\\', "\\\\"}, {'"', "\\\""}},
		[ESCAPE_GITHUB] = {{'%', "%25"}},
		[ESCAPE_PROPERTY] = {{'%', "%25"}, {':', "%3A"}, {',', "%2C"}},
	};
	size_t i;

	for (i = 0; tables[how][i].text; i++)
		if (tables[how][i].c == c)
			return tables[how][i].text;
	return NULL;
}

/*
 * U+FFFE and U+FFFF are not characters of XML, nor of the SVG that Graphviz
 * makes of its labels: U+FFFD has the same length.
 */
static void
drop_noncharacters(char *s, size_t n)
{
	size_t i;

	for (i = 0; i + 2 < n; i++)
		if (!memcmp(s + i, "\xef\xbf", 2) &&
		    (unsigned char)s[i + 2] >= 0xbe)
			s[i + 2] = (char)0xbd;
}

void
escape_from(struct buf *out, size_t start, enum escape how)
{
	size_t i, n = out->len, extra = 0, to;

	if ((how == ESCAPE_XML || how == ESCAPE_DOT) && n > start)
		drop_noncharacters(out->data + start, n - start);
	for (i = start; i < n; i++) {
		const char *text = replacement(out->data[i], how);

		if (text)
			extra += strlen(text) - 1;
	}
	for (i = 0; i < extra; i++)
		buf_putc(out, ' ');
	if (out->failed)
		return;
	/* From the end, so that nothing is overwritten that is still needed. */
	for (to = out->len, i = n; i-- > start;) {
		const char *text = replacement(out->data[i], how);
		size_t length = text ? strlen(text) : 1;

		to -= length;
		if (text)
			memcpy(out->data + to, text, length);
		else
			out->data[to] = out->data[i];
	}
}

void
escape_putn(struct buf *out, const char *s, size_t n, enum escape how)
{
	size_t start = out->len;

	buf_shown(out, s, n);
	escape_from(out, start, how);
}

void
escape_put(struct buf *out, const char *s, enum escape how)
{
	escape_putn(out, s, SIZE_MAX, how);
}

void
escape_lines(struct buf *out, const char *s, enum escape how)
{
	while (*s) {
		size_t n = strcspn(s, "\n");

		escape_putn(out, s, n, how);
		s += n;
		if (*s == '\n') {
			buf_putc(out, '\n');
			s++;
		}
	}
}

void
escape_uri(struct buf *out, const char *path)
{
	for (; *path; path++) {
		unsigned char c = (unsigned char)*path;

		if (c < 0x80 && (isalnum(c) || strchr("-._~/", c))) {
			buf_putc(out, (char)c);
		} else {
			buf_putc(out, '%');
			buf_putc(out, "0123456789ABCDEF"[c >> 4]);
			buf_putc(out, "0123456789ABCDEF"[c & 15]);
		}
	}
}
