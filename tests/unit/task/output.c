/* SPDX-License-Identifier: MIT */
#include "task/output.h"

#include <string.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* What is kept of text under limit, given in pieces of so many bytes. */
static char *
kept(const char *text, uint64_t limit, size_t piece, uint64_t *dropped_out)
{
    ez_output output;
    size_t length = strlen(text);
    char *result;

    ez_output_init(&output, limit);
    for (size_t at = 0; at < length; at += piece) {
        ez_output_add(&output, text + at, MIN(piece, length - at));
    }
    *dropped_out = output.dropped;
    result = ez_output_take(&output, &length);
    return result;
}

Test(output, below_the_limit_everything_is_kept)
{
    uint64_t dropped;
    g_autofree char *text = kept("0123456789", 10, 3, &dropped);

    cr_expect(eq(str, text, (char *)"0123456789"));
    cr_expect(eq(u64, dropped, 0));
}

Test(output, beyond_it_head_and_tail_are_kept_whatever_the_pieces)
{
    for (size_t piece = 1; piece <= 26; piece++) {
        uint64_t dropped;
        g_autofree char *text = kept("abcdefghijklmnopqrstuvwxyz", 9, piece, &dropped);

        cr_expect(eq(str, text, (char *)"abcdvwxyz"), "pieces of %zu", piece);
        cr_expect(eq(u64, dropped, 17));
    }
}

Test(output, nothing_is_kept_without_room_but_counted)
{
    uint64_t dropped;
    g_autofree char *text = kept("abc", 0, 2, &dropped);

    cr_expect(zero(ptr, text));
    cr_expect(eq(u64, dropped, 3));
}

Test(output, one_byte_of_room_keeps_the_last)
{
    uint64_t dropped;
    g_autofree char *text = kept("abc", 1, 3, &dropped);

    cr_expect(eq(str, text, (char *)"c"));
    cr_expect(eq(u64, dropped, 2));
}

Test(output, takes_no_more_memory_than_was_written)
{
    ez_output output;

    ez_output_init(&output, UINT64_C(1) << 30);
    ez_output_add(&output, "abc", 3);
    cr_expect(le(sz, output.head_room + output.tail_room, 4096));
    ez_output_deinit(&output);
}
