/* SPDX-License-Identifier: MIT */
/* Many hunts at once, through the thread that they share. */
#include "function/hunt.h"

#include "function/waiter.h"

#include "processes.h"
#include "support/effort.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { N = EFFORT(40, 12) };

static process processes[N];
static ez_hunt hunts[N];
static char marks[N][64];
static uint64_t began;

static void
setup(void)
{
    began = ez_census_now();
    for (int i = 0; i < N; i++) {
        g_snprintf(marks[i], sizeof marks[i], "hunter-%d.%d.", (int)getpid(), i);
        processes[i] = process_start((process_kind){.mark = marks[i], .session = true});
    }
}

static void
teardown(void)
{
    for (int i = 0; i < N; i++) {
        process_end(&processes[i]);
    }
}

TestSuite(hunter, .init = setup, .fini = teardown);

static void
begin(int i, int signal_number)
{
    ez_tree tree = {
        .pid = processes[i].pid, .pidfd = processes[i].pidfd, .began = began, .mark = marks[i]};

    ez_hunt_start(&hunts[i], &tree, signal_number);
}

static void
await(int i)
{
    while (!ez_hunt_is_done(&hunts[i])) {
        (void)ez_waiter_poll(hunts[i].done_fd, POLLIN, NULL, EXECZ_NO_DEADLINE);
    }
    cr_expect(zero(ptr, hunts[i].error), "%s", hunts[i].error);
}

static bool
dies(const process *self)
{
    struct pollfd end = {.fd = self->pidfd, .events = POLLIN};

    return poll(&end, 1, 60000) == 1;
}

Test(hunter, many_at_once_do_not_mix)
{
    for (int i = 0; i < N; i++) {
        begin(i, i % 2 == 0 ? SIGKILL : 0);
    }
    for (int i = 0; i < N; i++) {
        await(i);
        cr_expect(i % 2 == 0 ? dies(&processes[i]) : !process_is_dead(&processes[i]), "%d", i);
        ez_hunt_deinit(&hunts[i]);
    }
}

/* They begin to kill while others still terminate. */
Test(hunter, each_stage_of_each_is_its_own)
{
    ez_hunt_remember();
    for (int i = 0; i < N; i++) {
        begin(i, SIGURG); /* which nobody notices */
    }
    for (int i = 0; i < N; i++) {
        await(i);
        ez_hunt_deinit(&hunts[i]);
        begin(i, SIGKILL);
    }
    for (int i = 0; i < N; i++) {
        await(i);
        cr_expect(all(eq(uint, hunts[i].killed, 1), eq(int, dies(&processes[i]), true)), "%d", i);
        ez_hunt_deinit(&hunts[i]);
    }
    ez_hunt_forget();
}
