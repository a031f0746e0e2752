/* SPDX-License-Identifier: MIT */
#include "mutate.h"

#include <string.h>

/* Where the lines of text begin, and how long they are, as the reader counts them. */
bool
is_inside(const char *text, size_t length, ez_place place)
{
    const char *end = text + length;
    const char *at = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text;

    for (unsigned line = 1; line < place.line; line++) {
        at = at == end ? NULL : memchr(at, '\n', (size_t)(end - at));
        if (at == NULL) {
            return false;
        }
        at++;
    }
    if (place.line == 0 || place.column == 0 || at == end) {
        return place.line == 1 && place.column == 1;
    }
    const char *newline = memchr(at, '\n', (size_t)(end - at));

    return place.column <= (size_t)((newline == NULL ? end : newline) - at) + 1;
}

uint64_t
next_random(uint64_t *state)
{
    *state ^= *state << 13; /* xorshift64, Marsaglia 2003 */
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

void
mutate(GString *text, uint64_t *state)
{
    static const char *const pieces[] = {
        "[",    "]", "=",          "\n",   "\\\n",    "tasks.",   "\"",   "#", "\r\n",
        "\xff", ":", "[task:a]\n", "\x01", "every=1", "\xc3\xa9", "env.", ".", "\xef\xbb\xbf"};
    uint64_t what = next_random(state) % 4;
    size_t at = text->len == 0 ? 0 : next_random(state) % text->len;
    const char *piece = pieces[next_random(state) % G_N_ELEMENTS(pieces)];

    if (what == 0 && text->len > 0) {
        text->str[at] = (char)next_random(state);
    } else if (what == 1) {
        size_t length = next_random(state) % 20;

        g_string_erase(text, (gssize)at, (gssize)MIN(text->len - at, length));
    } else {
        g_string_insert(text, (gssize)at, piece);
    }
}
