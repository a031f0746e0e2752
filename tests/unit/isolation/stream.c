/* SPDX-License-Identifier: MIT */
#include "isolation/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int ends[2];
static ez_stream one, other;

static void
set_up(void)
{
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    ez_stream_init(&one, ends[0]);
    ez_stream_init(&other, ends[1]);
}

static void
tear_down(void)
{
    ez_stream_deinit(&one);
    ez_stream_deinit(&other);
    close(ends[0]);
    close(ends[1]);
}

TestSuite(stream, .init = set_up, .fini = tear_down);

Test(stream, values_come_as_they_were_sent)
{
    ez_frame frame;
    uint64_t length;

    ez_stream_begin(&one, 7);
    ez_stream_put_u32(&one, 1);
    ez_stream_put_i64(&one, -2);
    ez_stream_put_text(&one, "three");
    ez_stream_put_text(&one, NULL);
    ez_stream_put_bytes(&one, "a\0b", 3);
    ez_stream_end(&one);
    cr_assert(eq(int, ez_stream_send(&one, false), 0));
    cr_assert(gt(i64, ez_stream_receive(&other, false), 0));
    cr_assert(ez_stream_next(&other, &frame));
    cr_expect(all(eq(u32, frame.kind, 7), eq(u32, ez_frame_u32(&frame), 1),
                  eq(i64, ez_frame_i64(&frame), -2)));
    cr_expect(eq(str, (char *)ez_frame_text(&frame), (char *)"three"));
    cr_expect(eq(ptr, (void *)ez_frame_text(&frame), NULL));
    cr_expect(eq(int, memcmp(ez_frame_bytes(&frame, &length), "a\0b", 4), 0));
    cr_expect(all(eq(u64, length, 3), ez_frame_is_whole(&frame)));
    cr_expect(not(ez_stream_next(&other, &frame)));
}

Test(stream, a_value_beyond_the_end_spoils_the_frame)
{
    ez_frame frame;

    ez_stream_begin(&one, 1);
    ez_stream_put_u32(&one, 5);
    ez_stream_end(&one);
    (void)ez_stream_send(&one, false);
    (void)ez_stream_receive(&other, false);
    cr_assert(ez_stream_next(&other, &frame));
    cr_expect(eq(u64, ez_frame_u64(&frame), 0));
    cr_expect(all(frame.spoilt, not(ez_frame_is_whole(&frame))));
}

Test(stream, a_text_with_a_NUL_in_it_spoils_the_frame)
{
    ez_frame frame;

    ez_stream_begin(&one, 1);
    ez_stream_put_bytes(&one, "a\0b", 3);
    ez_stream_end(&one);
    (void)ez_stream_send(&one, false);
    (void)ez_stream_receive(&other, false);
    cr_assert(ez_stream_next(&other, &frame));
    cr_expect(eq(ptr, (void *)ez_frame_text(&frame), NULL));
    cr_expect(frame.spoilt);
}

Test(stream, a_length_that_lies_breaks_the_stream)
{
    const uint64_t lies[] = {0, 15, EZ_FRAME_MAX + 1, UINT64_MAX};

    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint64_t head[2] = {lies[i], 1};
        ez_stream liar;
        ez_frame frame;

        ez_stream_init(&liar, ends[1]);
        cr_assert(eq(i64, write(ends[0], head, sizeof head), sizeof head));
        (void)ez_stream_receive(&liar, false);
        cr_expect(all(not(ez_stream_next(&liar, &frame)), liar.broken), "%lu", lies[i]);
        ez_stream_deinit(&liar);
    }
}

Test(stream, half_a_frame_is_waited_for)
{
    ez_frame frame;
    uint8_t *whole;
    size_t length;

    ez_stream_begin(&one, 9);
    ez_stream_put_text(&one, "whole");
    ez_stream_end(&one);
    whole = one.out.at;
    length = ez_stream_waiting(&one);
    for (size_t i = 0; i < length; i++) {
        cr_expect(not(ez_stream_next(&other, &frame)));
        cr_assert(eq(i64, write(ends[0], whole + i, 1), 1));
        cr_assert(eq(i64, ez_stream_receive(&other, false), 1));
    }
    cr_assert(ez_stream_next(&other, &frame));
    cr_expect(eq(str, (char *)ez_frame_text(&frame), (char *)"whole"));
}

Test(stream, what_does_not_fit_waits_and_nothing_blocks)
{
    static char bytes[4 << 20];
    ez_frame frame;
    uint64_t length = 0;
    bool there = false;

    memset(bytes, 'x', sizeof bytes);
    ez_stream_begin(&one, 2);
    ez_stream_put_bytes(&one, bytes, sizeof bytes);
    ez_stream_end(&one);
    cr_assert(eq(int, ez_stream_send(&one, false), 0));
    cr_expect(gt(sz, ez_stream_waiting(&one), 0));
    while (!there) {
        cr_assert(ge(i64, ez_stream_receive(&other, false), 0));
        cr_assert(eq(int, ez_stream_send(&one, false), 0));
        there = ez_stream_next(&other, &frame);
    }
    cr_expect(eq(int, memcmp(ez_frame_bytes(&frame, &length), bytes, sizeof bytes), 0));
    cr_expect(all(eq(u64, length, sizeof bytes), eq(sz, ez_stream_waiting(&one), 0)));
}

Test(stream, the_end_of_the_other_side_is_told)
{
    (void)shutdown(ends[0], SHUT_RDWR);
    cr_expect(eq(i64, ez_stream_receive(&other, true), -EPIPE));
    ez_stream_begin(&other, 1);
    ez_stream_end(&other);
    cr_expect(eq(int, ez_stream_send(&other, true), -EPIPE));
}
