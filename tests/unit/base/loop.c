/* SPDX-License-Identifier: MIT */
#include "base/loop.h"

#include "base/clock.h"
#include "support/patience.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int
readable(const ez_loop *self, int timeout_ms)
{
    struct pollfd poll_fd = {.fd = self->epoll, .events = POLLIN};

    return poll(&poll_fd, 1, timeout_ms);
}

Test(loop, wakes_for_a_time_that_is_past_at_once)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    cr_expect(eq(int, readable(&loop, 0), 0));
    ez_loop_arm(&loop, -5, EXECZ_TIME_NEVER);
    cr_expect(eq(int, readable(&loop, PATIENCE_MS), 1));
    cr_expect(not(ez_loop_look(&loop)), "nobody set the clock");
    cr_expect(eq(int, readable(&loop, 0), 0));
    ez_loop_deinit(&loop);
    close(bell);
}

Test(loop, does_not_wake_before_its_time)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    execz_time at = ez_clock_now(ez_clock_system()) + 30 * EXECZ_MILLISECOND;
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    ez_loop_arm(&loop, at, EXECZ_TIME_NEVER);
    cr_expect(eq(int, readable(&loop, PATIENCE_MS), 1));
    cr_expect(ge(i64, ez_clock_now(ez_clock_system()), at));
    ez_loop_deinit(&loop);
    close(bell);
}

Test(loop, wakes_for_a_deadline_on_the_monotonic_clock)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    ez_loop_arm(&loop, EXECZ_TIME_NEVER, 1);
    cr_expect(eq(int, readable(&loop, PATIENCE_MS), 1));
    ez_loop_deinit(&loop);
    close(bell);
}

Test(loop, a_timer_can_be_taken_back)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    ez_loop_arm(&loop, 1, 1);
    ez_loop_arm(&loop, EXECZ_TIME_NEVER, EXECZ_TIME_NEVER);
    cr_expect(eq(int, readable(&loop, 0), 0));
    ez_loop_deinit(&loop);
    close(bell);
}

Test(loop, wakes_when_the_bell_rings)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    eventfd_write(bell, 1);
    cr_expect(eq(int, readable(&loop, PATIENCE_MS), 1));
    ez_loop_wait(&loop);
    ez_loop_deinit(&loop);
    close(bell);
}

Test(loop, ahead_of_time_the_timer_goes_off_earlier_and_the_wait_ends_no_earlier)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    execz_time at = ez_clock_now(ez_clock_system()) + EXECZ_SECOND;
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    loop.lead = 50 * EXECZ_MICROSECOND;
    ez_loop_arm_ahead(&loop, at, EXECZ_TIME_NEVER);
    cr_expect(eq(i64, loop.armed_wall, at - 50 * EXECZ_MICROSECOND));
    loop.lead = 0;
    ez_loop_arm_ahead(&loop, at, EXECZ_TIME_NEVER);
    cr_expect(eq(i64, loop.armed_wall, at - 50 * EXECZ_MICROSECOND),
              "it is armed for that already");
    loop.lead = 50 * EXECZ_MICROSECOND;
    at = ez_clock_now(ez_clock_system()) + 30 * EXECZ_MILLISECOND;
    ez_loop_arm_ahead(&loop, at, EXECZ_TIME_NEVER);
    ez_loop_wait(&loop);
    cr_expect(ge(i64, ez_clock_now(ez_clock_system()), at));
    ez_loop_deinit(&loop);
    close(bell);
}

Test(loop, from_a_long_sleep_it_is_woken_before_and_then_for_the_point)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    execz_time at = ez_clock_now(ez_clock_system()) + EXECZ_HOUR;
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    ez_loop_arm_ahead(&loop, at, EXECZ_TIME_NEVER);
    cr_expect(eq(i64, loop.armed_wall, at - 4 * EXECZ_MILLISECOND));
    loop.armed_wall = EXECZ_TIME_NEVER; /* as it is when that is over */
    at = ez_clock_now(ez_clock_system()) + EXECZ_SECOND;
    ez_loop_arm_ahead(&loop, at, EXECZ_TIME_NEVER);
    cr_expect(eq(i64, loop.armed_wall, at));
    ez_loop_deinit(&loop);
    close(bell);
}

Test(loop, what_is_nearer_than_the_lead_is_armed_as_it_is)
{
    int bell = eventfd(0, EFD_CLOEXEC);
    execz_time at = ez_clock_now(ez_clock_system());
    ez_loop loop;

    cr_assert(ez_loop_init(&loop, bell, NULL) == EXECZ_OK);
    loop.lead = 50 * EXECZ_MICROSECOND;
    ez_loop_arm_ahead(&loop, at, EXECZ_TIME_NEVER);
    cr_expect(eq(i64, loop.armed_wall, at), "else there would be nothing to wait for");
    ez_loop_wait(&loop);
    cr_expect(le(i64, loop.lead, 50 * EXECZ_MICROSECOND), "the lead has a limit");
    ez_loop_deinit(&loop);
    close(bell);
}
