/* SPDX-License-Identifier: MIT */
/* Commands are awaited by the loop. */
#include "asyncio/fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

ON_EITHER_LOOP(a_command_runs_and_its_output_is_kept)
{
    const ez_outcome *outcome;

    (void)submit_shell("echo hello; exit 3", EXECZ_SECOND);
    outcome = finish_one();
    cr_expect(eq(int, outcome->exit_status, 3));
    cr_expect(eq(str, outcome->output, (char *)"hello\n"));
}

/* ---- two pipes with names, by which commands and test wait for each other ---- */

static char folder[] = "/tmp/execz-asyncio-XXXXXX";
static int begun_fd, go_fd;

/* Shell: tells the test that it has come here; waits until the test lets it go. */
#define BEGUN "printf x >$EXECZ_GATES/begun"
#define WAIT "until read line <$EXECZ_GATES/go; do :; done"
#define WAIT_FOR_BYE "until read line <$EXECZ_GATES/go && [ \"$line\" = bye ]; do :; done"

/* Both ends are ours, so that nobody waits for the other to open it. */
static int
open_gate(const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    int descriptor;

    cr_assert(eq(int, mkfifo(path, 0600), 0));
    descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    cr_assert(ge(int, descriptor, 0));
    return descriptor;
}

static void
close_gate(int descriptor, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    close(descriptor);
    unlink(path);
}

static void
open_gates(void)
{
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    setenv("EXECZ_GATES", folder, 1);
    begun_fd = open_gate("begun");
    go_fd = open_gate("go");
}

static void
close_gates(void)
{
    close_gate(begun_fd, "begun");
    close_gate(go_fd, "go");
    rmdir(folder);
}

/* Until BEGUN was reached n times more. */
static void
await_begun(int n)
{
    int64_t end = ez_waiter_now() + EXECZ_MINUTE;
    char byte;

    while (n > 0) {
        n -= read(begun_fd, &byte, 1) == 1;
        cr_assert(lt(i64, ez_waiter_now(), end), "%d more were awaited", n);
        turn_a_little();
    }
}

static void
tell(const char *line)
{
    size_t length = strlen(line);

    cr_assert(eq(sz, (size_t)write(go_fd, line, length), length));
}

static void
let_go(int n)
{
    while (n-- > 0) {
        tell("\n");
    }
}

/* Until the trap of a shell that waits has told BEGUN.  A signal that comes just before the shell
 * reads does not end its read, and the trap would wait for a line: it gets some. */
static void
await_trap(void)
{
    int64_t end = ez_waiter_now() + EXECZ_MINUTE;
    char byte;

    while (read(begun_fd, &byte, 1) != 1) {
        cr_assert(lt(i64, ez_waiter_now(), end), "no trap");
        tell("\n");
        turn_a_little();
    }
}

/* ---- many at once ---- */

/* None of them can end before all have begun. */
static void
expect_many_at_once(unsigned threads)
{
    enum { N = 20 };

    open_gates();
    for (int i = 0; i < N; i++) {
        (void)submit_shell(BEGUN "; " WAIT, EXECZ_SECOND);
    }
    await_begun(N);
    cr_expect(eq(uint, count_new_threads(), threads));
    let_go(N);
    for (int i = 0; i < N; i++) {
        cr_expect(eq(u32, finish_one()->outcome, EXECZ_OUTCOME_OK));
        cr_expect(eq(uint, count_new_threads(), threads));
    }
    close_gates();
}

Test(schedulers_loop, needs_no_thread_for_commands, .init = set_up_on_scheduler, .fini = tear_down)
{
    expect_many_at_once(0);
}

Test(own_loop, needs_one_thread_for_commands, .init = set_up_on_own, .fini = tear_down)
{
    expect_many_at_once(1);
}

/* ---- cancelled ---- */

ON_EITHER_LOOP(a_cancelled_command_has_its_grace_and_blocks_nobody)
{
    const ez_outcome *outcome;
    unsigned threads;
    ez_run *run;

    open_gates();
    run = submit_shell("trap '" BEGUN "' TERM; " BEGUN "; " WAIT_FOR_BYE "; echo $line",
                       EXECZ_MINUTE);
    await_begun(1);
    threads = count_new_threads();
    ez_executor_cancel(asyncio, run);
    await_trap();
    await_threads(threads); /* who has sent the signals goes; nobody stays to wait for the end */
    tell("bye\n");
    outcome = finish_one();
    cr_expect(eq(u32, outcome->outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(eq(str, outcome->output, (char *)"bye\n"));
    close_gates();
}

ON_EITHER_LOOP(a_cancelled_command_that_does_not_end_is_killed_after_its_grace)
{
    const ez_outcome *outcome;
    int64_t before;
    ez_run *run;

    open_gates();
    run = submit_shell("trap '' TERM; " BEGUN "; " WAIT, 100 * MS);
    await_begun(1);
    before = ez_waiter_now();
    ez_executor_cancel(asyncio, run);
    outcome = finish_one();
    cr_expect(eq(u32, outcome->outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(eq(i32, outcome->signal, SIGKILL));
    cr_expect(ge(i64, ez_waiter_now() - before, 100 * MS));
    close_gates();
}

ON_EITHER_LOOP(a_command_that_is_cancelled_ends_by_term)
{
    const ez_outcome *outcome;
    ez_run *run;

    open_gates();
    run = submit_shell(BEGUN "; exec sleep 1000", EXECZ_MINUTE);
    await_begun(1);
    ez_executor_cancel(asyncio, run);
    outcome = finish_one();
    cr_expect(eq(u32, outcome->outcome, EXECZ_OUTCOME_CANCELLED));
    cr_expect(eq(i32, outcome->signal, SIGTERM));
    close_gates();
}

/* Twenty at once would need more descriptors than there are. */
Test(commands, wait_for_descriptors)
{
    struct rlimit files;
    rlim_t before;
    unsigned n_sent = 0, n_ok = 0;

    cr_assert(eq(int, getrlimit(RLIMIT_NOFILE, &files), 0));
    before = files.rlim_cur;
    files.rlim_cur = 64;
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &files), 0));
    start_asyncio((const char *const[]){"loop=own", NULL});
    for (ez_run *run = open_shell("sleep 0.1", 0); n_sent < 20;) {
        if (send_run(run) == EXECZ_OK) {
            run = ++n_sent < 20 ? open_shell("sleep 0.1", 0) : NULL;
        } else {
            n_ok += finish_one()->outcome == EXECZ_OUTCOME_OK;
        }
    }
    cr_expect(gt(uint, n_ok, 0), "some had to wait");
    for (; n_ok < n_sent; n_ok++) {
        cr_assert(eq(uint, finish_one()->outcome, EXECZ_OUTCOME_OK));
    }
    files.rlim_cur = before;
    cr_assert(eq(int, setrlimit(RLIMIT_NOFILE, &files), 0));
}
