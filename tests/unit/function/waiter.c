/* SPDX-License-Identifier: MIT */
#include "function/waiter.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_interrupt interrupt;
static ez_waiter waiter;
static const execz_waiter *w = &waiter.table;
static int ends[2];

static void
setup(void)
{
    ez_interrupt_init(&interrupt);
    ez_waiter_init(&waiter, NULL, &interrupt, EXECZ_NO_DEADLINE);
    cr_assert(eq(int, pipe(ends), 0));
}

static void
teardown(void)
{
    ez_interrupt_deinit(&interrupt);
    close(ends[0]);
    close(ends[1]);
}

TestSuite(waiter, .init = setup, .fini = teardown);

static void
deadline_in(execz_duration duration)
{
    ez_waiter_init(&waiter, NULL, &interrupt, ez_waiter_after(duration));
}

static int32_t
give_seven(void *argument)
{
    *(int *)argument = 7;
    return 7;
}

Test(waiter, each_wait_succeeds_undisturbed)
{
    int seven = 0;

    cr_assert(eq(sz, (size_t)write(ends[1], "x", 1), 1));
    cr_expect(eq(i32, w->sleep(w->self, EXECZ_MILLISECOND), 0));
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, -1), POLLIN));
    cr_expect(eq(i32, w->wait_fd(w->self, ends[1], POLLIN | POLLOUT, 0), POLLOUT));
    cr_expect(eq(i32, w->offload(w->self, give_seven, &seven), 7));
    cr_expect(eq(i32, w->yield(w->self), 0));
    cr_expect(all(eq(int, seven, 7), eq(i32, waiter.stopped, 0)));
}

Test(waiter, a_sleep_lasts_as_long_as_asked)
{
    int64_t end = ez_waiter_after(5 * EXECZ_MILLISECOND);

    cr_expect(eq(i32, w->sleep(w->self, 5 * EXECZ_MILLISECOND), 0));
    cr_expect(ge(i64, ez_waiter_now(), end));
}

Test(waiter, a_child_is_waited_for_and_not_reaped)
{
    siginfo_t end = {0};
    pid_t pid = fork();
    int pidfd;

    if (pid == 0) {
        _exit(3);
    }
    pidfd = pidfd_open(pid, 0);
    cr_expect(eq(i32, w->wait_child(w->self, pidfd, -1), 0));
    cr_expect(eq(int, waitid(P_PIDFD, (id_t)pidfd, &end, WEXITED | WNOHANG), 0));
    cr_expect(eq(int, end.si_status, 3));
    close(pidfd);
}

Test(waiter, once_interrupted_no_wait_waits)
{
    int seven = 0;

    cr_assert(eq(sz, (size_t)write(ends[1], "x", 1), 1));
    ez_interrupt_raise(&interrupt);
    cr_expect(eq(i32, w->sleep(w->self, EXECZ_HOUR), -ECANCELED));
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, -1), -ECANCELED));
    cr_expect(eq(i32, w->wait_child(w->self, ends[0], -1), -ECANCELED));
    cr_expect(eq(i32, w->offload(w->self, give_seven, &seven), -ECANCELED));
    cr_expect(eq(i32, w->yield(w->self), -ECANCELED));
    cr_expect(all(eq(int, seven, 0), eq(i32, waiter.stopped, -ECANCELED)));
}

static void *
raise_it(void *unused)
{
    ez_interrupt_raise(&interrupt);
    return NULL;
}

Test(waiter, an_interrupt_ends_a_wait_for_a_descriptor)
{
    pthread_t thread;

    pthread_create(&thread, NULL, raise_it, NULL);
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, -1), -ECANCELED));
    pthread_join(thread, NULL);
}

Test(waiter, the_runs_deadline_ends_every_wait)
{
    deadline_in(2 * EXECZ_MILLISECOND);
    cr_expect(eq(i32, w->sleep(w->self, EXECZ_HOUR), -ETIMEDOUT));
    deadline_in(2 * EXECZ_MILLISECOND);
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, EXECZ_HOUR), -ETIMEDOUT));
    cr_expect(eq(i32, w->wait_child(w->self, ends[0], -1), -ETIMEDOUT));
    cr_expect(eq(i32, w->yield(w->self), -ETIMEDOUT));
    cr_expect(eq(i32, waiter.stopped, -ETIMEDOUT));
}

Test(waiter, a_timeout_of_the_call_does_not_stop_the_run)
{
    deadline_in(EXECZ_HOUR);
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, EXECZ_MILLISECOND), -ETIMEDOUT));
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, 0), -ETIMEDOUT));
    cr_expect(eq(i32, waiter.stopped, 0));
}

Test(waiter, a_closed_descriptor_is_an_error_and_no_endless_wait)
{
    int closed;

    (void)ez_interrupt_fd(&interrupt); /* now, or it would take the number of the closed one */
    closed = dup(ends[0]);
    close(closed);
    cr_expect(eq(i32, w->wait_fd(w->self, closed, POLLIN, -1), -EBADF));
    cr_expect(eq(i32, w->wait_fd(w->self, -1, POLLIN, -1), -EBADF));
}

static void
nothing(int number)
{
}

/* Sends the thread a signal again and again until it has got past its wait. */
static void *
disturb(void *thread)
{
    for (int i = 0; i < 20; i++) {
        pthread_kill(*(pthread_t *)thread, SIGUSR1);
        poll(NULL, 0, 1);
    }
    ez_interrupt_raise(&interrupt);
    return NULL;
}

Test(waiter, signals_do_not_end_a_wait)
{
    struct sigaction action = {.sa_handler = nothing};
    pthread_t self = pthread_self(), thread;

    sigaction(SIGUSR1, &action, NULL);
    pthread_create(&thread, NULL, disturb, &self);
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, -1), -ECANCELED));
    pthread_join(thread, NULL);
}

/* ---- over an executor's waiter: here a blocking one that keeps no deadline ---- */

static ez_waiter executors;

static void
wrap(execz_duration deadline)
{
    ez_waiter_init(&executors, NULL, &interrupt, EXECZ_NO_DEADLINE);
    ez_waiter_init(&waiter, &executors.table, &interrupt, ez_waiter_after(deadline));
}

Test(waiter, leaves_waiting_to_the_executors_waiter)
{
    int seven = 0;

    wrap(EXECZ_HOUR);
    cr_assert(eq(sz, (size_t)write(ends[1], "x", 1), 1));
    cr_expect(eq(i32, w->sleep(w->self, EXECZ_MILLISECOND), 0));
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, -1), POLLIN));
    cr_expect(eq(i32, w->wait_child(w->self, ends[0], -1), 0));
    cr_expect(eq(i32, w->offload(w->self, give_seven, &seven), 7));
    cr_expect(eq(i32, w->yield(w->self), 0));
}

Test(waiter, adds_the_runs_deadline_to_the_executors_waiter)
{
    wrap(2 * EXECZ_MILLISECOND);
    cr_expect(eq(i32, w->sleep(w->self, EXECZ_HOUR), -ETIMEDOUT));
    wrap(2 * EXECZ_MILLISECOND);
    cr_expect(eq(i32, w->wait_fd(w->self, ends[0], POLLIN, -1), -ETIMEDOUT));
    wrap(2 * EXECZ_MILLISECOND);
    cr_expect(eq(i32, w->wait_child(w->self, ends[0], EXECZ_HOUR), -ETIMEDOUT));
    cr_expect(all(eq(i32, waiter.stopped, -ETIMEDOUT), eq(i32, executors.stopped, 0)));
}
