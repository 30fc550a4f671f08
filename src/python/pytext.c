#include "config.h"

#include "python/pytext.h"

#include <stdint.h>

#include "python/api.h"
#include "python/objects.h"

enum {
	FLAG_BYTES = 1 << 27, /* Py_TPFLAGS_BYTES_SUBCLASS, 2.7: STRING */
	UNICODE_STATE = 32,   /* 3.3+ */
};

/* Characters of 1, 2 or 4 bytes each. */
struct characters {
	const void *data;
	size_t n;
	int width;
	bool is_utf8; /* bytes that are to be taken as they are */
};

static uint32_t
character(const struct characters *c, size_t i)
{
	switch (c->width) {
	case 1:
		return ((const uint8_t *)c->data)[i];
	case 2:
		return ((const uint16_t *)c->data)[i];
	default:
		return ((const uint32_t *)c->data)[i];
	}
}

/*
 * A PEP 393 string.  Compact data follows the header; a legacy string (up to
 * 3.11, or a subclass) points to it.
 */
static bool
find_unicode(const void *o, struct characters *c)
{
	uint32_t state = *(const uint32_t *)((const char *)o + UNICODE_STATE);
	bool is_compact = state >> 5 & 1, is_ascii = state >> 6 & 1;

	c->n = object_word(o, OB_SIZE);
	c->width = (int)(state >> 2 & 7);
	if (c->width != 1 && c->width != 2 && c->width != 4)
		return false;
	if (is_compact && is_ascii)
		c->data = (const char *)o + layout->unicode_ascii;
	else if (is_compact)
		c->data = (const char *)o + layout->unicode_compact;
	else
		c->data = object_pointer(o, layout->unicode_data);
	return c->data;
}

static bool
find_characters(const void *o, struct characters *c)
{
	unsigned long flags = type_flags(object_type(o));

	if (layout->unicode_compact)
		return flags & FLAG_UNICODE && find_unicode(o, c);
	c->n = object_word(o, OB_SIZE);
	if (flags & FLAG_BYTES) {
		c->data = (const char *)o + layout->bytes_items;
		c->width = 1;
		c->is_utf8 = true;
		return true;
	}
	if (!(flags & FLAG_UNICODE))
		return false;
	c->data = object_pointer(o, layout->unicode_data);
	/* Debian and pyenv differ: --enable-unicode=ucs4 or ucs2. */
	c->width = python.has_wide_unicode ? 4 : 2;
	return c->data;
}

static size_t
put_utf8(uint32_t ch, char *out)
{
	if (ch < 0x80) {
		out[0] = (char)ch;
		return 1;
	}
	if (ch < 0x800) {
		out[0] = (char)(0xc0 | ch >> 6);
		out[1] = (char)(0x80 | (ch & 0x3f));
		return 2;
	}
	if ((ch >= 0xd800 && ch < 0xe000) || ch > 0x10ffff) {
		out[0] = '?';
		return 1;
	}
	if (ch < 0x10000) {
		out[0] = (char)(0xe0 | ch >> 12);
		out[1] = (char)(0x80 | (ch >> 6 & 0x3f));
		out[2] = (char)(0x80 | (ch & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | ch >> 18);
	out[1] = (char)(0x80 | (ch >> 12 & 0x3f));
	out[2] = (char)(0x80 | (ch >> 6 & 0x3f));
	out[3] = (char)(0x80 | (ch & 0x3f));
	return 4;
}

size_t
pytext_copy(const void *o, char *out, size_t n_out)
{
	struct characters c = {0};
	size_t i, n = 0;

	if (!n_out)
		return 0;
	if (o && find_characters(o, &c)) {
		for (i = 0; i < c.n; i++) {
			char bytes[4];
			uint32_t ch = character(&c, i);
			size_t k, wide = 1;

			if (c.is_utf8)
				bytes[0] = (char)ch;
			else
				wide = put_utf8(ch, bytes);
			if (n + wide >= n_out)
				break;
			for (k = 0; k < wide; k++)
				out[n++] = bytes[k];
		}
	}
	out[n] = '\0';
	return n;
}

int64_t
pytext_compact_bytes(const void *o)
{
	struct characters c = {0};
	const char *end;

	if (!find_unicode(o, &c) || c.n > INT32_MAX)
		return 0;
	end = (const char *)c.data + (c.n + 1) * (size_t)c.width;
	/* Of a legacy one the address is anywhere. */
	if ((const char *)c.data < (const char *)o ||
	    (const char *)c.data > (const char *)o + layout->unicode_bytes)
		return 0;
	return end - (const char *)o;
}

bool
pytext_is(const void *type)
{
	unsigned long flags = type_flags(type);

	return flags & FLAG_UNICODE ||
	       (!layout->unicode_compact && flags & FLAG_BYTES);
}

/* The form in wchar_t, and that in UTF-8, if they are not the text itself. */
static int64_t
other_forms(const void *o, const struct characters *c)
{
	bool is_ascii =
		*(const uint32_t *)((const char *)o + UNICODE_STATE) & 1 << 6;
	const size_t at = layout->unicode_utf8_length; /* and then utf8 */
	uintptr_t data = (uintptr_t)c->data, other;
	int64_t n = 0;

	other = layout->unicode_wide ? object_word(o, layout->unicode_wide) : 0;
	if (other && other != data)
		n += ((is_ascii ? (int64_t)c->n :
				  (int64_t)object_word(
					  o, layout->unicode_wide_length)) +
		      1) *
		     4;
	/* Compact ASCII ends before those fields. */
	if (is_ascii && data == (uintptr_t)o + at)
		return n;
	other = object_word(o, at + 8);
	return other && other != data ? n + (int64_t)object_word(o, at) + 1 : n;
}

/*
 * Objects/unicodeobject.c, unicode_sizeof(), and in 2.7 that of stringobject.c.
 * A subclass counts as if it had no fields of its own.
 */
int64_t
pytext_bytes_in_all(const void *o)
{
	struct characters c = {0};
	bool is_readable = find_characters(o, &c);
	int64_t n = layout->unicode_bytes;

	if (!layout->unicode_compact)
		return c.is_utf8 ? layout->bytes_items + (int64_t)c.n + 1 :
				   n + ((int64_t)c.n + 1) * c.width;
	if (is_readable &&
	    (uintptr_t)c.data - (uintptr_t)o < layout->unicode_bytes)
		n = (char *)c.data - (char *)o;
	if (is_readable)
		n += ((int64_t)c.n + 1) * c.width;
	return n + other_forms(o, &c);
}

const unsigned char *
pytext_bytes(const void *o, size_t *n)
{
	if (!o || !(type_flags(object_type(o)) & FLAG_BYTES))
		return NULL;
	*n = object_word(o, OB_SIZE);
	return (const unsigned char *)o + layout->bytes_items;
}
