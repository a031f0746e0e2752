/* SPDX-License-Identifier: MIT */
#include "asyncio/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(waiter, .init = loop_set_up, .fini = loop_tear_down);

static coroutine *sleeper; /* who is woken by others */
static int32_t result;
static int ends[2];

static void
open_ends(void)
{
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
}

/* Interrupts sleeper as a cancelled run. */
static void
interrupt_sleeper(coroutine *self)
{
    cr_expect(eq(int, SLEEP(self, MS), 0));
    waiter_interrupt(sleeper);
}

static void
run_interrupted(void (*body)(coroutine *self))
{
    sleeper = start(body);
    run_one(interrupt_sleeper);
}

/* ---- sleeping ---- */

static void
sleep_for_ever(coroutine *self)
{
    result = SLEEP(self, INT64_MAX);
}

Test(waiter, a_sleep_can_be_cancelled)
{
    run_interrupted(sleep_for_ever);
    cr_expect(eq(int, result, -ECANCELED));
    cr_expect(eq(u32, on.timers.n, 0));
}

static void
keep_errno(coroutine *self)
{
    errno = EXDEV;
    (void)SLEEP(self, MS);
    result = errno;
}

static void
spoil_errno(coroutine *self)
{
    (void)self;
    errno = ENOENT;
}

Test(waiter, errno_is_each_coroutines_own)
{
    (void)start(keep_errno);
    run_one(spoil_errno);
    cr_expect(eq(int, result, EXDEV));
}

static void
sleep_again(coroutine *self)
{
    int64_t before = loop_now();

    cr_expect(eq(int, SLEEP(self, INT64_MAX), -ECANCELED));
    cr_expect(eq(int, SLEEP(self, 5 * MS), 0), "what cleans up may wait");
    cr_expect(ge(i64, loop_now() - before, 5 * MS));
}

Test(waiter, a_cancelled_run_is_told_once)
{
    run_interrupted(sleep_again);
}

static void
yield_on(coroutine *self)
{
    while ((result = YIELD(self)) == 0) {
    }
}

Test(waiter, a_yield_tells_of_cancelling)
{
    run_interrupted(yield_on);
    cr_expect(eq(int, result, -ECANCELED));
}

/* ---- descriptors ---- */

static void
read_one(coroutine *self)
{
    char byte;

    result = WAIT_FD(self, ends[0], POLLIN, -1);
    cr_expect(read(ends[0], &byte, 1) == 1);
}

static void
write_one(coroutine *self)
{
    cr_expect(eq(int, SLEEP(self, MS), 0));
    cr_expect(write(ends[1], "x", 1) == 1);
}

Test(waiter, a_descriptor_wakes_who_waits_for_it)
{
    open_ends();
    (void)start(read_one);
    run_one(write_one);
    cr_expect(eq(int, result, POLLIN));
}

static void
ping_pong(coroutine *self)
{
    char byte;

    for (int i = 0; i < 1000; i++) {
        cr_assert(write(ends[1], "x", 1) == 1);
        cr_assert(eq(int, WAIT_FD(self, ends[0], POLLIN, EXECZ_HOUR), POLLIN));
        cr_assert(read(ends[0], &byte, 1) == 1);
    }
}

Test(waiter, a_descriptor_can_be_waited_for_again_and_again)
{
    open_ends();
    run_one(ping_pong);
}

static void
wait_in_vain(coroutine *self)
{
    int64_t before = loop_now();

    cr_expect(eq(int, WAIT_FD(self, ends[0], POLLIN, 5 * MS), -ETIMEDOUT));
    cr_expect(ge(i64, loop_now() - before, 5 * MS));
    cr_expect(eq(int, WAIT_FD(self, ends[0], POLLIN, 0), -ETIMEDOUT));
    cr_expect(eq(int, WAIT_FD(self, ends[0], POLLIN | POLLOUT, 0), POLLOUT));
}

Test(waiter, waiting_for_a_descriptor_has_a_timeout)
{
    open_ends();
    run_one(wait_in_vain);
}

static void
wait_for_ever(coroutine *self)
{
    result = WAIT_FD(self, ends[0], POLLIN, -1);
}

Test(waiter, waiting_for_a_descriptor_can_be_cancelled)
{
    open_ends();
    run_interrupted(wait_for_ever);
    cr_expect(eq(int, result, -ECANCELED));
    cr_expect(not(on.watches.by_descriptor[ends[0]].registered));
}

static void
wait_as_command(coroutine *self)
{
    self->is_command = 1;
    cr_expect(eq(int, WAIT_FD(self, ends[0], POLLIN, -1), 0), "it looks for itself");
    cr_expect(eq(int, WAIT_FD(self, ends[0], POLLIN, 5 * MS), -ETIMEDOUT), "and has its grace");
    self->is_command = 0;
}

Test(waiter, a_command_is_woken_without_an_error)
{
    open_ends();
    run_interrupted(wait_as_command);
}

static void
wait_to_write(coroutine *self)
{
    cr_expect(eq(int, WAIT_FD(self, ends[0], POLLOUT, EXECZ_HOUR), POLLOUT));
}

Test(waiter, several_wait_for_one_descriptor_and_each_gets_its_own_events)
{
    open_ends();
    (void)start(read_one);
    (void)start(wait_to_write);
    run_one(write_one);
    cr_expect(eq(int, result, POLLIN));
}

static void
close_other_end(coroutine *self)
{
    cr_expect(eq(int, SLEEP(self, MS), 0));
    close(ends[1]);
}

Test(waiter, a_hang_up_wakes_whoever_waits)
{
    open_ends();
    (void)start(close_other_end);
    run_one(wait_for_ever);
    cr_expect(result > 0 && (result & POLLHUP) != 0);
}

static void
wait_with_new_descriptors(coroutine *self)
{
    for (int i = 0; i < 20; i++) {
        open_ends(); /* the numbers are those of the round before */
        cr_expect(eq(int, WAIT_FD(self, ends[0], POLLOUT, EXECZ_HOUR), POLLOUT));
        cr_expect(eq(int, WAIT_FD(self, ends[1], POLLIN, MS), -ETIMEDOUT));
        close(ends[0]);
        close(ends[1]);
    }
}

Test(waiter, a_number_may_be_another_file_the_next_time)
{
    run_one(wait_with_new_descriptors);
}

static void
wait_for_odd_ones(coroutine *self)
{
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    cr_expect(eq(int, WAIT_FD(self, file, POLLIN, -1), POLLIN), "a file is always ready");
    close(file);
    cr_expect(eq(int, WAIT_FD(self, file, POLLIN, -1), -EBADF));
    cr_expect(eq(int, WAIT_FD(self, file, POLLIN, 0), -EBADF));
    cr_expect(eq(int, WAIT_FD(self, -1, POLLIN, -1), -EBADF));
    cr_expect(eq(int, WAIT_FD(self, INT32_MAX, POLLIN, -1), -EBADF));
    cr_expect(lt(u32, on.watches.room, 65536), "a number alone must not cost memory");
}

Test(waiter, files_are_ready_and_what_is_not_open_is_an_error)
{
    run_one(wait_for_odd_ones);
}

/* ---- processes ---- */

static void
await_process(coroutine *self)
{
    pid_t pid;
    int pidfd;
    char byte;

    open_ends();
    pid = fork();
    if (pid == 0) {
        close(ends[1]);
        (void)read(ends[0], &byte, 1); /* until it is closed */
        _exit(0);
    }
    pidfd = pidfd_open(pid, 0);
    cr_assert(pidfd >= 0);
    cr_expect(eq(int, self->waiter.wait_child(self, pidfd, MS), -ETIMEDOUT));
    close(ends[1]);
    cr_expect(eq(int, self->waiter.wait_child(self, pidfd, -1), 0));
    cr_expect(waitpid(pid, NULL, 0) == pid, "it was not reaped");
    close(pidfd);
}

Test(waiter, the_end_of_a_process_is_awaited)
{
    run_one(await_process);
}

static pid_t stubborn;

static void
await_stubborn(coroutine *self)
{
    int pidfd = pidfd_open(stubborn, 0);

    result = self->waiter.wait_child(self, pidfd, -1);
    close(pidfd);
}

Test(waiter, waiting_for_a_process_can_be_cancelled)
{
    stubborn = fork();
    if (stubborn == 0) {
        (void)pause();
        _exit(0);
    }
    run_interrupted(await_stubborn);
    cr_expect(eq(int, result, -ECANCELED));
    kill(stubborn, SIGKILL);
    cr_expect(waitpid(stubborn, NULL, 0) == stubborn);
}
