/* SPDX-License-Identifier: MIT */
#include "function/watch.h"

#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_watch watch;
static ez_waiter executors;
static int ends[2], others[2];

/* Every test runs on a thread that may block, and over an executor's waiter. */
static void
begin(bool inner)
{
    f.body.waiter = inner ? &executors.table : NULL;
    cr_assert(eq(int, ez_watch_init(&watch, &f.body), 0));
    cr_assert(eq(int, ez_watch_add(&watch, ends[0]), 0));
    cr_assert(eq(int, ez_watch_add(&watch, others[0]), 0));
}

static void
setup(void)
{
    commands_setup();
    ez_waiter_init(&executors, NULL, &f.interrupt, EXECZ_NO_DEADLINE);
    cr_assert(eq(int, pipe2(ends, O_CLOEXEC), 0));
    cr_assert(eq(int, pipe2(others, O_CLOEXEC), 0));
}

static void
teardown(void)
{
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(others[i]);
    }
    commands_teardown();
}

TestSuite(watch, .init = setup, .fini = teardown);

Test(watch, any_of_its_descriptors_ends_a_wait)
{
    for (int inner = 0; inner < 2; inner++) {
        char byte;

        begin(inner);
        cr_assert(eq(int, (int)write(others[1], "x", 1), 1));
        cr_expect(eq(i32, ez_watch_wait(&watch), 0), "inner %d", inner);
        cr_assert(eq(int, (int)read(others[0], &byte, 1), 1));
        ez_watch_deinit(&watch);
    }
}

Test(watch, a_removed_descriptor_does_not)
{
    fixture_timeout(&f, 10 * EXECZ_MILLISECOND);
    cr_assert(eq(int, (int)write(ends[1], "x", 1), 1));
    for (int inner = 0; inner < 2; inner++) {
        begin(inner);
        ez_watch_remove(&watch, ends[0]);
        cr_expect(eq(i32, ez_watch_wait(&watch), -ETIMEDOUT), "inner %d", inner);
        ez_watch_deinit(&watch);
    }
}

Test(watch, the_interrupt_of_the_run_does)
{
    ez_interrupt_raise(&f.interrupt);
    for (int inner = 0; inner < 2; inner++) {
        begin(inner);
        cr_expect(eq(i32, ez_watch_wait(&watch), -ECANCELED), "inner %d", inner);
        ez_watch_deinit(&watch);
    }
}

Test(watch, a_run_that_is_told_to_stop_can_still_wait)
{
    ez_interrupt_raise(&f.interrupt);
    for (int inner = 0; inner < 2; inner++) {
        int64_t begun = ez_waiter_now();

        begin(inner);
        ez_watch_wait_stopping(&watch, ez_waiter_after(20 * EXECZ_MILLISECOND));
        cr_expect(ge(i64, ez_waiter_now() - begun, 20 * EXECZ_MILLISECOND), "inner %d", inner);
        ez_watch_deinit(&watch);
    }
}

/* An executor's waiter that says once that the run is cancelled, and then waits. */
static unsigned waits, offloads;

static int32_t
tell_once(void *self, int32_t descriptor, int32_t events, execz_duration timeout)
{
    return waits++ == 0 ? -ECANCELED
                        : ez_waiter_poll(descriptor, events, NULL, ez_waiter_after(timeout));
}

static int32_t
count_offload(void *self, int32_t (*function)(void *), void *argument)
{
    offloads++;
    return function(argument);
}

Test(watch, who_is_told_late_of_the_cancelling_waits_again)
{
    static const execz_waiter telling = {
        .size = sizeof telling, .wait_fd = tell_once, .offload = count_offload};
    int64_t begun = ez_waiter_now();

    begin(true);
    f.body.waiter = &telling;
    ez_watch_wait_stopping(&watch, ez_waiter_after(20 * EXECZ_MILLISECOND));
    cr_expect(ge(i64, ez_waiter_now() - begun, 20 * EXECZ_MILLISECOND));
    cr_expect(all(eq(uint, waits, 2), eq(uint, offloads, 0)));
    ez_watch_deinit(&watch);
}

Test(watch, more_than_it_has_room_for_is_refused)
{
    begin(false);
    cr_expect(eq(int, ez_watch_add(&watch, ends[1]), 0));
    cr_expect(eq(int, ez_watch_add(&watch, others[1]), 0));
    cr_expect(eq(int, ez_watch_add(&watch, 0), ENOSPC));
    ez_watch_deinit(&watch);
}
