/* SPDX-License-Identifier: MIT */
#include "base/interrupt.h"

#include <execz/plugin.h>

#include <poll.h>
#include <pthread.h>
#include <time.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static bool
readable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, 0) == 1;
}

static void *
raise_it(void *interrupt)
{
    ez_interrupt_raise(interrupt);
    return NULL;
}

Test(interrupt, has_no_descriptor_until_one_is_asked_for)
{
    ez_interrupt interrupt;

    ez_interrupt_init(&interrupt);
    ez_interrupt_raise(&interrupt);
    cr_expect(ez_interrupt_raised(&interrupt));
    cr_expect(eq(int, interrupt.fd, -1));
    ez_interrupt_deinit(&interrupt);
}

Test(interrupt, its_descriptor_is_readable_whether_raised_before_or_after)
{
    ez_interrupt before, after;
    int fd;

    ez_interrupt_init(&before);
    ez_interrupt_raise(&before);
    cr_expect(readable(ez_interrupt_fd(&before)));
    ez_interrupt_deinit(&before);

    ez_interrupt_init(&after);
    fd = ez_interrupt_fd(&after);
    cr_expect(not(readable(fd)));
    ez_interrupt_raise(&after);
    ez_interrupt_raise(&after);
    cr_expect(readable(fd));
    cr_expect(eq(int, ez_interrupt_fd(&after), fd), "one descriptor for good");
    ez_interrupt_deinit(&after);
}

Test(interrupt, is_ready_for_the_next_use_after_a_reset)
{
    ez_interrupt interrupt;
    int fd;

    ez_interrupt_init(&interrupt);
    fd = ez_interrupt_fd(&interrupt);
    ez_interrupt_raise(&interrupt);
    ez_interrupt_reset(&interrupt);
    cr_expect(not(ez_interrupt_raised(&interrupt)));
    cr_expect(eq(int, interrupt.fd, -1), "nobody pays for what was used once");
    fd = ez_interrupt_fd(&interrupt);
    cr_expect(not(readable(fd)));
    ez_interrupt_raise(&interrupt);
    cr_expect(readable(fd));
    ez_interrupt_deinit(&interrupt);
}

Test(interrupt, wakes_a_waiting_thread)
{
    ez_interrupt interrupt;
    pthread_t thread;

    ez_interrupt_init(&interrupt);
    pthread_create(&thread, NULL, raise_it, &interrupt);
    cr_expect(ez_interrupt_wait_until(&interrupt, EXECZ_NO_DEADLINE));
    pthread_join(thread, NULL);
    ez_interrupt_deinit(&interrupt);
}

Test(interrupt, a_wait_ends_at_its_deadline)
{
    ez_interrupt interrupt;
    struct timespec now;

    ez_interrupt_init(&interrupt);
    clock_gettime(CLOCK_MONOTONIC, &now);
    cr_expect(not(ez_interrupt_wait_until(&interrupt, 0)));
    cr_expect(not(ez_interrupt_wait_until(&interrupt, -1)));
    cr_expect(not(ez_interrupt_wait_until(&interrupt, now.tv_sec * EXECZ_SECOND + now.tv_nsec +
                                                          EXECZ_MILLISECOND)));
    ez_interrupt_raise(&interrupt);
    cr_expect(ez_interrupt_wait_until(&interrupt, 0), "raised counts, however late");
    ez_interrupt_deinit(&interrupt);
}
