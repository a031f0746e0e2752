/* SPDX-License-Identifier: MIT */
/* A coroutine that needs more stack than it has ends the process, and says why. */
#include "asyncio/fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int depth_max;

static int
recurse(int depth)
{
    volatile char room[512];

    room[0] = (char)depth;
    if (depth >= depth_max) {
        return 0;
    }
    return recurse(depth + 1) + room[0];
}

static int32_t
overflow(const execz_waiter *waiter, const ez_body *called)
{
    (void)waiter;
    (void)called;
    depth_max = 1000000;
    return recurse(0);
}

static int32_t
touch_nothing(const execz_waiter *waiter, const ez_body *called)
{
    volatile char *nowhere = (volatile char *)called->run; /* a small number */

    (void)waiter;
    return *nowhere;
}

/* A handler of the program's that goes on with the one it found. */
static struct sigaction found;

static void
go_on(int number, siginfo_t *info, void *state)
{
    found.sa_sigaction(number, info, state);
}

static bool makes_ring;

/* It comes while there is an executor, and so stays; the next executor finds it there. */
static void
make_ring(const char *const *options)
{
    struct sigaction own = {.sa_sigaction = go_on, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    start_asyncio(options);
    (void)sigaction(SIGSEGV, &own, &found);
    stop_asyncio(0);
}

/* Runs it in a process of its own, and returns what that said. */
static const char *
die_of(script what, const char *const *options, int *status_out)
{
    static char said[8192];
    size_t length = 0;
    ssize_t got;
    int ends[2];
    pid_t pid;

    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    pid = fork();
    if (pid == 0) {
        const struct rlimit none = {0, 0};
        const struct sigaction by_default = {.sa_handler = SIG_DFL};

        (void)setrlimit(RLIMIT_CORE, &none);
        (void)dup2(ends[1], STDERR_FILENO);
        (void)sigaction(SIGSEGV, &by_default, NULL); /* Criterion has one of its own */
        lends_loop = true;
        body = what;
        if (makes_ring) {
            make_ring(options);
        }
        start_asyncio(options);
        (void)submit(EXECZ_TASK_COROUTINE, "greedy");
        (void)finish_one();
        _exit(0);
    }
    close(ends[1]);
    while (length < sizeof said - 1 &&
           (got = read(ends[0], said + length, sizeof said - 1 - length)) > 0) {
        length += (size_t)got;
    }
    close(ends[0]);
    said[length] = '\0';
    cr_assert(waitpid(pid, status_out, 0) == pid);
    return said;
}

static void
expect_report(const char *loop_option)
{
    int status = 0;
    const char *said = die_of(overflow, (const char *const[]){loop_option, NULL}, &status);

    cr_expect(strstr(said, "execz: executor=cpu task=greedy its coroutine has overflowed its stack "
                           "of 64 KiB; set a larger stack_size in [executor:cpu]") != NULL,
              "%s", said);
    cr_expect(ne(int, WIFSIGNALED(status), 0), "%d", status);
}

Test(overflow, is_reported_on_the_schedulers_loop)
{
    expect_report("loop=scheduler");
}

Test(overflow, is_reported_on_a_loop_of_its_own)
{
    expect_report("loop=own");
}

Test(overflow, is_reported_once_though_the_programs_handler_calls_ours)
{
    int status = 0;
    const char *said, *first;

    makes_ring = true;
    said = die_of(overflow, (const char *const[]){"loop=own", NULL}, &status);
    first = strstr(said, "overflowed its stack");
    cr_assert(first != NULL, "%s", said);
    cr_expect(strstr(first + 1, "overflowed its stack") == NULL, "%s", said);
    cr_expect(ne(int, WIFSIGNALED(status), 0), "%d", status);
}

Test(overflow, is_not_reported_if_not_wanted)
{
    int status = 0;
    const char *said =
        die_of(overflow, (const char *const[]){"stack_overflow_report=no", NULL}, &status);

    cr_expect(strstr(said, "overflowed its stack") == NULL, "%s", said);
    cr_expect(ne(int, WIFSIGNALED(status), 0), "%d", status);
}

Test(overflow, is_not_what_another_fault_is_taken_for)
{
    int status = 0;
    const char *said = die_of(touch_nothing, (const char *const[]){"loop=own", NULL}, &status);

    cr_expect(strstr(said, "overflowed") == NULL, "%s", said);
    cr_expect(ne(int, WIFSIGNALED(status), 0), "%d", status);
}

static void
handler_of_the_program(int number)
{
    (void)number;
}

static bool
is_handled_by(void (*handler)(int))
{
    struct sigaction current;

    cr_assert(sigaction(SIGSEGV, NULL, &current) == 0);
    return current.sa_handler == handler;
}

Test(overflow, the_programs_handler_is_back_when_the_last_executor_is_gone, .fini = tear_down)
{
    struct sigaction own = {.sa_handler = handler_of_the_program};

    cr_assert(sigaction(SIGSEGV, &own, NULL) == 0);
    start_asyncio(NULL);
    cr_expect(not(is_handled_by(handler_of_the_program)));
    stop_asyncio(0);
    cr_expect(is_handled_by(handler_of_the_program));
}
