/* SPDX-License-Identifier: MIT */
#include "guested.h"

TestSuite(guest);

Test(guest, it_starts_and_goes_when_it_is_told_to)
{
    start_guest("threadpool");
    send_parcel(EZ_PARCEL_END);
    cr_expect(eq(u32, next_parcel().kind, 0));
    cr_expect(eq(int, await_guest(), 0));
}

Test(guest, it_goes_when_its_scheduler_has_gone)
{
    start_guest("debug");
    (void)shutdown(stream.fd, SHUT_WR);
    cr_expect(eq(u32, next_parcel().kind, 0));
    cr_expect(eq(int, await_guest(), 0));
}

Test(guest, what_is_not_in_the_plugin_is_told)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_frame frame;

    fork_guest("debug");
    send_start("other");
    frame = next_parcel();
    cr_assert(eq(u32, frame.kind, EZ_PARCEL_FAILED));
    ez_parcel_take_error(&frame, &err);
    cr_expect(ne(ptr, strstr(err.message, "nothing with the alias 'other'"), NULL), "%s",
              err.message);
    cr_expect(eq(int, await_guest(), 1));
}

Test(guest, a_scheduler_of_another_version_is_told_so)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_frame frame;

    fork_guest("debug");
    ez_stream_begin(&stream, EZ_PARCEL_START);
    ez_stream_put_u32(&stream, EZ_PARCEL_VERSION + 1);
    ez_stream_end(&stream);
    (void)ez_stream_send(&stream, true);
    frame = next_parcel();
    cr_assert(eq(u32, frame.kind, EZ_PARCEL_FAILED));
    ez_parcel_take_error(&frame, &err);
    cr_expect(ne(ptr, strstr(err.message, "different versions"), NULL), "%s", err.message);
    cr_expect(eq(int, await_guest(), 2));
}

Test(guest, it_tells_how_much_it_has_dealt_with)
{
    start_guest("debug");
    for (uint32_t i = 0; i < 5; i++) {
        send_command(RUN(i, 1), "true");
    }
    await_done(6); /* the start was one */
    send_parcel(EZ_PARCEL_END);
    cr_expect(eq(int, await_guest(), 0));
}
