/* SPDX-License-Identifier: MIT */
#include "isolation/guardian.h"

#include "function/environment.h"
#include "support/patience.h"

#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* All processes of the test hold the writing end; when it is closed they are gone. */
static int alive[2];

static void
await_all_gone(void)
{
    struct pollfd end = {.fd = alive[0], .events = POLLIN};
    char byte;

    close(alive[1]);
    cr_assert(eq(int, poll(&end, 1, PATIENCE_MS), 1));
    cr_expect(eq(i64, read(alive[0], &byte, 1), 0));
}

static void
tick(void *user)
{
    (void)write(*(int *)user, "t", 1);
}

/* Of this test, for others run beside it. */
static void
mark_ourselves(void)
{
    g_autofree char *mark = g_strdup_printf("guardian-test-%d", (int)getpid());

    (void)setenv(EZ_MARK_NAME, mark, 1);
}

/* Starts a process outside of all groups, which shows its mark when this returns: it has become a program. */
static void
start_sleeper(void)
{
    int begun[2];
    char byte;

    cr_assert(pipe2(begun, O_CLOEXEC) == 0);
    if (fork() == 0) {
        (void)setsid();
        execl("/bin/sleep", "sleep", "1000", NULL);
        _exit(1);
    }
    close(begun[1]);
    (void)read(begun[0], &byte, 1);
    close(begun[0]);
}

/* A scheduler that starts a guarded process, which starts another one, and never looks at anything. */
static void
be_scheduler(int told)
{
    int ends[2];

    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    if (fork() == 0) {
        mark_ourselves();
        if (!ez_guardian_start(ends[1], 0, NULL, NULL)) {
            _exit(1);
        }
        start_sleeper();
        (void)write(told, "r", 1);
        for (;;) {
            (void)pause();
        }
    }
    for (;;) {
        (void)pause();
    }
}

Test(guardian, the_end_of_the_scheduler_is_the_end_of_all)
{
    int told[2];
    char byte;
    pid_t scheduler;

    cr_assert(pipe(alive) == 0 && pipe(told) == 0);
    scheduler = fork();
    if (scheduler == 0) {
        be_scheduler(told[1]);
    }
    cr_assert(eq(i64, read(told[0], &byte, 1), 1));
    (void)kill(scheduler, SIGKILL);
    (void)waitpid(scheduler, NULL, 0);
    await_all_gone();
}

static void *
leave(void *barrier)
{
    (void)pthread_barrier_wait(barrier);
    ez_guardian_leave();
}

/* The loop hears of it by its socket, and the guardian by its pidfd. */
static void
leave_twice(void)
{
    pthread_barrier_t barrier;
    pthread_t thread;

    mark_ourselves();
    for (int i = 0; i < 20; i++) {
        start_sleeper();
    }
    (void)pthread_barrier_init(&barrier, NULL, 2);
    (void)pthread_create(&thread, NULL, leave, &barrier);
    (void)leave(&barrier);
}

Test(guardian, two_threads_that_leave_at_once_leave_nobody)
{
    pid_t guarded;

    cr_assert(pipe(alive) == 0);
    guarded = fork();
    if (guarded == 0) {
        leave_twice();
    }
    (void)waitpid(guarded, NULL, 0);
    await_all_gone();
}

Test(guardian, it_ticks_as_often_as_it_was_asked_to)
{
    int ends[2], ticks[2], status = 0;
    char byte;
    pid_t guarded;

    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 && pipe(ticks) == 0);
    guarded = fork();
    if (guarded == 0) {
        if (!ez_guardian_start(ends[1], EXECZ_MILLISECOND, tick, &ticks[1])) {
            _exit(1);
        }
        for (;;) {
            (void)pause();
        }
    }
    for (int i = 0; i < 3; i++) {
        cr_assert(eq(i64, read(ticks[0], &byte, 1), 1));
    }
    (void)kill(guarded, SIGKILL);
    (void)waitpid(guarded, &status, 0);
    cr_expect(eq(int, WTERMSIG(status), SIGKILL));
}

Test(guardian, it_does_not_begin_for_a_scheduler_that_is_no_parent)
{
    int ends[2];

    cr_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    cr_expect(not(ez_guardian_start(ends[1], 0, NULL, NULL))); /* the peer is this process itself */
}
