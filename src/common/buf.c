#include "config.h"

#include "common/buf.h"

#include <stdarg.h>
#include <string.h>

#include "common/ownmap.h"

enum { BUF_FIRST_BYTES = 16 * 1024 };

void
buf_init(struct buf *b)
{
	memset(b, 0, sizeof *b);
}

void
buf_fini(struct buf *b)
{
	if (b->data)
		ownunmap(b->data, b->cap);
	buf_init(b);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
}

static bool
make_room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : BUF_FIRST_BYTES;
	char *data;

	if (b->len + n <= b->cap)
		return true;
	while (cap < b->len + n)
		cap *= 2;
	data = ownmap(cap);
	if (!data) {
		b->failed = true;
		return false;
	}
	if (b->data) {
		memcpy(data, b->data, b->len);
		ownunmap(b->data, b->cap);
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void
buf_putn(struct buf *b, const char *s, size_t n)
{
	/* One byte more, so that buf_string() always has room for its NUL. */
	if (!n || !make_room(b, n + 1))
		return;
	memcpy(b->data + b->len, s, n);
	b->len += n;
}

void
buf_put(struct buf *b, const char *s)
{
	if (s)
		buf_putn(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_putn(b, &c, 1);
}

static void
put_unsigned(struct buf *b, uint64_t v, unsigned base)
{
	char digits[24];
	size_t n = sizeof digits;

	do {
		digits[--n] = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	buf_putn(b, digits + n, sizeof digits - n);
}

static void
put_signed(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_putc(b, '-');
	put_unsigned(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10);
}

/* One conversion; f is after the '%'.  Returns the last byte used. */
static const char *
convert(struct buf *b, const char *f, va_list *args)
{
	int n_max = -1;
	bool is_long = false;

	if (f[0] == '.' && f[1] == '*') {
		n_max = va_arg(*args, int);
		f += 2;
	}
	while (*f == 'l' || *f == 'z') {
		is_long = true;
		f++;
	}
	switch (*f) {
	case 's': {
		const char *s = va_arg(*args, const char *);

		if (!s)
			s = "";
		buf_putn(b, s,
			 n_max < 0 ? strlen(s) : strnlen(s, (size_t)n_max));
		break;
	}
	case 'c':
		buf_putc(b, (char)va_arg(*args, int));
		break;
	case 'd':
	case 'i':
		put_signed(b,
			   is_long ? va_arg(*args, long) : va_arg(*args, int));
		break;
	case 'u':
	case 'x':
		put_unsigned(b,
			     is_long ? va_arg(*args, unsigned long) :
				       va_arg(*args, unsigned),
			     *f == 'u' ? 10 : 16);
		break;
	default:
		buf_putc(b, *f);
	}
	return f;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	const char *f;

	_Static_assert(sizeof(long) == sizeof(long long), "LP64 only");
	va_start(args, format);
	for (f = format; *f; f++) {
		const char *next = strchr(f, '%');

		if (!next) {
			buf_put(b, f);
			break;
		}
		buf_putn(b, f, (size_t)(next - f));
		f = convert(b, next + 1, &args);
	}
	va_end(args);
}

void
buf_decimal(struct buf *b, double v, int decimals)
{
	uint64_t scale = 1, scaled, fraction;
	int i;

	for (i = 0; i < decimals; i++)
		scale *= 10;
	if (v < 0) {
		buf_putc(b, '-');
		v = -v;
	}
	scaled = (uint64_t)(v * (double)scale + 0.5);
	put_unsigned(b, scaled / scale, 10);
	if (!decimals)
		return;
	buf_putc(b, '.');
	fraction = scaled % scale;
	for (scale /= 10; scale > 1 && fraction < scale; scale /= 10)
		buf_putc(b, '0');
	put_unsigned(b, fraction, 10);
}

void
buf_size(struct buf *b, uint64_t n)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
	double v = (double)n / 1024;
	size_t u = 0;

	if (n > INT64_MAX) {
		buf_put(b, "unknown size");
		return;
	}
	if (n < 1024) {
		buf_count(b, n, "byte", "bytes");
		return;
	}
	/* 1023.95 would print as 1024.0: go on to the next unit before. */
	while (v >= 1023.95 && u < 3) {
		v /= 1024;
		u++;
	}
	buf_decimal(b, v, 1);
	buf_putc(b, ' ');
	buf_put(b, units[u]);
}

void
buf_count(struct buf *b, uint64_t n, const char *one, const char *many)
{
	if (n > INT64_MAX)
		buf_put(b, "unknown number of");
	else
		put_unsigned(b, n, 10);
	buf_putc(b, ' ');
	buf_put(b, n == 1 ? one : many);
}

/* Length of the well-formed UTF-8 sequence in the n_left bytes at s, or 0. */
static size_t
utf8_length(const unsigned char *s, size_t n_left)
{
	size_t n, i;
	uint32_t c;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2, c = s[0] & 0x1f;
	else if ((s[0] & 0xf0) == 0xe0)
		n = 3, c = s[0] & 0x0f;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4, c = s[0] & 0x07;
	else
		return 0;
	if (n > n_left)
		return 0;
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if ((n == 3 && (c < 0x800 || (c >= 0xd800 && c <= 0xdfff))) ||
	    (n == 4 && (c < 0x10000 || c > 0x10ffff)))
		return 0;
	return n;
}

void
buf_json_string(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)(s ? s : "");

	buf_putc(b, '"');
	while (*p) {
		size_t n = utf8_length(p, 4); /* the NUL ends it */

		if (*p == '"' || *p == '\\') {
			buf_putc(b, '\\');
			buf_putc(b, (char)*p++);
		} else if (*p == '\n') {
			buf_put(b, "\\n");
			p++;
		} else if (*p < 0x20 || *p == 0x7f) {
			buf_put(b, "\\u00");
			buf_putc(b, "0123456789abcdef"[*p >> 4]);
			buf_putc(b, "0123456789abcdef"[*p & 15]);
			p++;
		} else if (!n) {
			buf_put(b, "\xef\xbf\xbd");
			p++;
		} else {
			buf_putn(b, (const char *)p, n);
			p += n;
		}
	}
	buf_putc(b, '"');
}

static void
put_control(struct buf *b, unsigned char c)
{
	if (c == '\n' || c == '\t') {
		buf_put(b, c == '\n' ? "\\n" : "\\t");
		return;
	}
	buf_put(b, "\\x");
	buf_putc(b, "0123456789abcdef"[c >> 4]);
	buf_putc(b, "0123456789abcdef"[c & 15]);
}

void
buf_shown(struct buf *b, const char *s, size_t n)
{
	size_t i = 0, n_max = s ? strnlen(s, n) : 0;

	while (i < n_max) {
		const unsigned char *p = (const unsigned char *)s + i;
		size_t length = utf8_length(p, n_max - i);

		if (!length) {
			buf_put(b, "\xef\xbf\xbd");
			length = 1;
		} else if (*p < 0x20 || *p == 0x7f) {
			put_control(b, *p);
		} else if (*p == 0xc2 && p[1] < 0xa0) {
			put_control(b, p[1]); /* C1: 0x9b is CSI */
		} else {
			buf_putn(b, s + i, length);
		}
		i += length;
	}
}

const char *
buf_string(struct buf *b)
{
	if (!make_room(b, 1))
		return "";
	b->data[b->len] = '\0';
	return b->data;
}
