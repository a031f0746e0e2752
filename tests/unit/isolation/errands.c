/* SPDX-License-Identifier: MIT */
#include "guested.h"

TestSuite(errands);

static execz_result
await_result(execz_run run)
{
    execz_result result = {0};
    ez_frame frame = next_parcel();

    while (frame.kind == EZ_PARCEL_BEGUN) { /* this one, or the next on its worker */
        frame = next_parcel();
    }
    cr_assert(eq(u32, frame.kind, EZ_PARCEL_FINISH));
    cr_assert(eq(u64, ez_frame_u64(&frame), run));
    cr_assert(eq(u32, ez_frame_u32(&frame), 1));
    ez_parcel_take_result(&frame, &result);
    cr_expect(ez_frame_is_whole(&frame));
    return result;
}

static void
end(void)
{
    send_parcel(EZ_PARCEL_END);
    cr_expect(eq(u32, next_parcel().kind, 0));
    cr_expect(eq(int, await_guest(), 0));
}

Test(errands, a_run_has_the_token_that_its_scheduler_gave_it)
{
    execz_result result;

    start_guest("threadpool");
    send_command(RUN(7, 5), "echo $EXECZ_RUN $EXECZ_ATTEMPT");
    result = await_result(RUN(7, 5));
    cr_expect(eq(u32, result.outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(int, memcmp(result.output, "21474836488 3\n", result.output_length), 0), "%s",
              result.output);
    end();
}

static void
cancel_first_of_two(void)
{
    ez_stream_begin(&stream, EZ_PARCEL_CANCEL);
    ez_stream_put_u64(&stream, RUN(0, 1));
    ez_stream_end(&stream);
    (void)ez_stream_send(&stream, true);
    cr_expect(eq(u32, await_result(RUN(0, 1)).outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(eq(u32, await_result(RUN(1, 1)).outcome, EXECZ_OUTCOME_OK));
}

Test(errands, a_run_has_begun_when_its_body_has_and_not_before)
{
    ez_frame frame;

    start_guest_with("threadpool", "max_workers", "1");
    send_command(RUN(0, 1), "sleep 1000");
    frame = next_parcel();
    cr_assert(eq(u32, frame.kind, EZ_PARCEL_BEGUN));
    send_command(RUN(1, 1), "true");
    await_done(3); /* the start, and two runs */
    cr_expect(ez_begun_has(&begun, RUN(0, 1)));
    cr_expect(not(ez_begun_has(&begun, RUN(1, 1))));
    cancel_first_of_two();
    end();
}

Test(errands, a_slot_is_used_again_and_again)
{
    start_guest("debug");
    for (uint32_t i = 1; i <= 100; i++) {
        send_command(RUN(0, i), "true");
        cr_expect(eq(u32, await_result(RUN(0, i)).outcome, EXECZ_OUTCOME_OK));
    }
    end();
}

Test(errands, what_is_cancelled_ends_as_cancelled)
{
    ez_frame frame;

    start_guest("threadpool");
    send_command(RUN(0, 1), "sleep 1000");
    frame = next_parcel();
    cr_assert(eq(u32, frame.kind, EZ_PARCEL_BEGUN));
    ez_stream_begin(&stream, EZ_PARCEL_CANCEL);
    ez_stream_put_u64(&stream, RUN(0, 1));
    ez_stream_end(&stream);
    (void)ez_stream_send(&stream, true);
    cr_expect(eq(u32, await_result(RUN(0, 1)).outcome, EXECZ_OUTCOME_CANCELLED));
    end();
}

Test(errands, what_comes_after_a_shutdown_is_refused)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_frame frame;

    start_guest("threadpool");
    ez_stream_begin(&stream, EZ_PARCEL_SHUTDOWN);
    ez_stream_put_u32(&stream, 0);
    ez_stream_put_i64(&stream, EXECZ_NO_DEADLINE);
    ez_stream_end(&stream);
    send_command(RUN(0, 1), "true");
    frame = next_parcel();
    cr_assert(eq(u32, frame.kind, EZ_PARCEL_REFUSED));
    cr_expect(eq(u64, ez_frame_u64(&frame), RUN(0, 1)));
    ez_parcel_take_error(&frame, &err);
    cr_expect(eq(int, err.status, EXECZ_E_SHUTDOWN));
    end();
}

Test(errands, what_makes_no_sense_ends_it)
{
    start_guest("debug");
    send_parcel(99);
    cr_expect(eq(u32, next_parcel().kind, 0));
    cr_expect(eq(int, await_guest(), 0));
}

Test(errands, a_run_that_makes_no_sense_ends_it)
{
    start_guest("debug");
    send_parcel(EZ_PARCEL_RUN);
    cr_expect(eq(u32, next_parcel().kind, 0));
    cr_expect(eq(int, await_guest(), 0));
}
