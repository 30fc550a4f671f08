#include "config.h"

#include "python/linetable.h"

/* Pairs of (bytes, lines); Objects/lnotab_notes.txt. */
static int
find_in_lnotab(bool is_signed, const unsigned char *t, size_t n, int line,
	       int offset)
{
	int address = 0;
	size_t i;

	for (i = 0; i + 1 < n; i += 2) {
		address += t[i];
		if (address > offset)
			break;
		line += is_signed ? (signed char)t[i + 1] : t[i + 1];
	}
	return line;
}

/* Pairs of (bytes, line delta), -128 for "no line" (PEP 626). */
static int
find_in_linetable(const unsigned char *t, size_t n, int line, int offset)
{
	int end = 0;
	size_t i;

	for (i = 0; i + 1 < n; i += 2) {
		/* A number, not a character. */
		int delta = (signed char)t[i + 1]; /* NOLINT */

		end += t[i];
		if (delta != -128)
			line += delta;
		if (offset < end)
			return delta == -128 ? -1 : line;
	}
	return -1;
}

struct reader {
	const unsigned char *at, *end;
};

/* Six bits a byte, the lowest first; bit 6 says that more follow. */
static int
read_varint(struct reader *r)
{
	unsigned v = 0, shift = 0;

	while (r->at < r->end) {
		unsigned char byte = *r->at++;

		if (shift < 30)
			v |= (byte & 63u) << shift;
		shift += 6;
		if (!(byte & 64))
			break;
	}
	return (int)v;
}

static int
read_signed(struct reader *r)
{
	int v = read_varint(r);

	return v & 1 ? -(v >> 1) : v >> 1;
}

/* Without overflow: a table may have been hit by a stray write. */
static int
advance(int line, int delta)
{
	return (int)((unsigned)line + (unsigned)delta);
}

static void
skip(struct reader *r, int n)
{
	while (n-- && r->at < r->end)
		r->at++;
}

/* Objects/locations.md of CPython 3.11. */
static int
find_in_locations(const unsigned char *t, size_t n, int line, int offset)
{
	struct reader r = {t, t + n};
	int address = 0;

	while (r.at < r.end) {
		unsigned char byte = *r.at++;
		int code = byte >> 3 & 15;
		int length = ((byte & 7) + 1) * 2;
		int has_line = code != 15;

		if (code == 14) { /* line and three more varints */
			line = advance(line, read_signed(&r));
			read_varint(&r);
			read_varint(&r);
			read_varint(&r);
		} else if (code == 13) { /* no columns */
			line = advance(line, read_signed(&r));
		} else if (code >= 10 && code <= 12) {
			line += code - 10;
			skip(&r, 2);
		} else if (code < 10) {
			skip(&r, 1);
		}
		if (offset < address + length)
			return has_line ? line : -1;
		address += length;
	}
	return -1;
}

int
linetable_find(enum layout_lines kind, const unsigned char *table, size_t n,
	       int first_line, int offset)
{
	int line = -1;

	if (offset < 0)
		return first_line;
	switch (kind) {
	case LAYOUT_LINES_UNSIGNED:
	case LAYOUT_LINES_SIGNED:
		line = find_in_lnotab(kind == LAYOUT_LINES_SIGNED, table, n,
				      first_line, offset);
		break;
	case LAYOUT_LINES_PEP626:
		line = find_in_linetable(table, n, first_line, offset);
		break;
	case LAYOUT_LINES_LOCATIONS:
		line = find_in_locations(table, n, first_line, offset);
		break;
	case LAYOUT_LINES_UNKNOWN:
		break;
	}
	return line < 0 ? -1 : line;
}
