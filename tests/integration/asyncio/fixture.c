/* SPDX-License-Identifier: MIT */
#include "asyncio/fixture.h"

#include "executor/host.h"
#include "function/body.h"

#include <errno.h>
#include <poll.h>

fixture *around;
ez_executor *asyncio;
script body;
bool lends_loop;

/* What the host's loop watches for the plugin. */
static int watched_fd = -1;
static void (*watched_function)(void *argument);
static void *watched_argument;

static unsigned threads_before, descriptors_before;
static ez_outcome *last_outcome;

static execz_status
watch(void *loop, int fd, void (*function)(void *), void *argument)
{
    (void)loop;
    watched_fd = fd;
    watched_function = function;
    watched_argument = argument;
    return EXECZ_OK;
}

static void
unwatch(void *loop, int fd)
{
    (void)loop;
    cr_expect(eq(int, fd, watched_fd));
    watched_fd = -1;
}

static void
run_script(fixture *self, const ez_body *called, ez_outcome *outcome)
{
    ez_waiter waiter;
    int32_t result;

    (void)self;
    if (called->task->kind == EXECZ_TASK_COMMAND) {
        ez_body_run(NULL, called, outcome);
        return;
    }
    ez_waiter_init(&waiter, called->waiter, called->interrupt, called->deadline_monotonic);
    result = body(&waiter.table, called);
    if (result == 0) {
        ez_outcome_set(outcome, EXECZ_OUTCOME_OK, NULL);
    } else if (waiter.stopped != 0) {
        ez_outcome_set(
            outcome, waiter.stopped == -ETIMEDOUT ? EXECZ_OUTCOME_TIMEOUT : EXECZ_OUTCOME_CANCELLED,
            "%d", result);
    } else {
        ez_outcome_set(outcome, EXECZ_OUTCOME_ERROR, "%d", result);
    }
}

unsigned
count_new_threads(void)
{
    return fixture_count_threads() - threads_before;
}

/* A thread is seen for a moment after its end. */
void
await_threads(unsigned n)
{
    int64_t end = ez_waiter_now() + EXECZ_MINUTE;

    while (count_new_threads() > n) {
        cr_assert(lt(i64, ez_waiter_now(), end), "threads stay");
        turn_a_little();
    }
}

static unsigned
count_descriptors(void)
{
    g_autoptr(GDir) all = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(all) != NULL) {
        n++;
    }
    return n;
}

void
start_asyncio(const char *const *options)
{
    g_autofree char *path = fixture_bundled("asyncio");
    execz_error err = EXECZ_ERROR_INIT;

    if (around == NULL) {
        around = fixture_new();
        around->body = run_script;
        around->services.clock = ez_clock_system();
    }
    around->services.watch = lends_loop ? watch : NULL;
    around->services.unwatch = unwatch;
    asyncio = fixture_executor(around, path, NULL);
    threads_before = fixture_count_threads();
    cr_assert(eq(int, ez_executor_start(asyncio, &err), EXECZ_OK), "%s", err.message);
    ez_executor_shutdown(asyncio, 0, 0);
    ez_executor_stop(asyncio, patience_ends(), false); /* the file is loaded now */
    ez_executor_free(asyncio);
    await_threads(0);
    asyncio = fixture_executor(around, path, options);
    descriptors_before = count_descriptors();
    cr_assert(eq(int, ez_executor_start(asyncio, &err), EXECZ_OK), "%s", err.message);
}

/* One round of a host's loop. */
static void
turn(void)
{
    struct pollfd fds[] = {{.fd = around->mailbox.bell, .events = POLLIN},
                           {.fd = watched_fd, .events = POLLIN}};

    cr_assert(gt(int, poll(fds, 2, PATIENCE_MS), 0), "nothing happens any more");
    if (fds[1].revents != 0) {
        watched_function(watched_argument);
    }
}

const ez_outcome *
finish_one(void)
{
    ez_host_message *message = fixture_next_message(around, false);
    ez_run *run;

    while (message == NULL) {
        ez_mailbox_sleep(&around->mailbox);
        turn();
        message = fixture_next_message(around, false);
    }
    cr_assert(eq(u32, message->kind, EZ_HOST_FINISHED));
    run = (ez_run *)message;
    if (last_outcome != NULL) {
        ez_outcome_clear(last_outcome);
        g_free(last_outcome);
    }
    last_outcome = g_new0(ez_outcome, 1);
    *last_outcome = ez_run_times(run)[0];
    ez_run_times(run)[0] = (ez_outcome){0};
    if (last_outcome->outcome == 0 && ez_interrupt_raised(&run->interrupt)) {
        last_outcome->outcome = EXECZ_OUTCOME_CANCELLED; /* as the scheduler takes it */
    }
    (*ez_executor_unfinished(asyncio))--;
    ez_runs_close(around->services.runs, run);
    return last_outcome;
}

void
turn_a_little(void)
{
    struct pollfd one = {.fd = watched_fd, .events = POLLIN};

    if (poll(&one, 1, 1) == 1) {
        watched_function(watched_argument);
    }
}

void
turn_until(const atomic_uint *figure, unsigned at_least)
{
    int64_t end = patience_ends();

    while (atomic_load(figure) < at_least) {
        cr_assert(not(patience_is_over(end)), "nothing happens any more");
        turn_a_little();
    }
}

void
stop_asyncio(uint32_t flags)
{
    int64_t deadline = patience_ends();

    ez_executor_shutdown(asyncio, flags, deadline);
    while (*ez_executor_unfinished(asyncio) > 0) {
        (void)finish_one();
    }
    ez_executor_stop(asyncio, deadline, false);
    ez_executor_free(asyncio);
    asyncio = NULL;
    cr_expect(eq(int, watched_fd, -1));
    fixture_await_threads(threads_before);
    cr_expect(eq(uint, count_descriptors(), descriptors_before));
}

void
set_up_on_scheduler(void)
{
    lends_loop = true;
    start_asyncio(NULL);
}

void
set_up_on_own(void)
{
    lends_loop = true;
    start_asyncio((const char *const[]){"loop=own", NULL});
    cr_expect(eq(int, watched_fd, -1));
}

void
tear_down(void)
{
    if (asyncio != NULL) {
        stop_asyncio(0);
    }
    if (last_outcome != NULL) {
        ez_outcome_clear(last_outcome);
        g_free(last_outcome);
    }
    fixture_free(around);
}

ez_run *
open_run(uint32_t kind, const char *id, uint32_t n)
{
    ez_task *task = fixture_task(id);
    ez_run *run = NULL;

    task->plan->abi.kind = kind;
    run = fixture_open(around, task, asyncio, n);
    run->source = EXECZ_SOURCE_MANUAL; /* never too late */
    ez_task_unref(task);               /* it is the run's */
    return run;
}

execz_status
send_run(ez_run *run)
{
    execz_error err = EXECZ_ERROR_INIT;

    return ez_executor_send(asyncio, run, &err);
}

ez_run *
submit(uint32_t kind, const char *id)
{
    ez_run *run = open_run(kind, id, 1);

    cr_assert(eq(int, send_run(run), EXECZ_OK));
    return run;
}

ez_run *
open_shell(const char *line, execz_duration kill_grace)
{
    execz_task_spec spec = fixture_spec("shell");
    ez_task *task;
    ez_run *run;

    spec.shell = line;
    spec.kill_grace = kill_grace;
    task = fixture_task_of(&spec);
    run = fixture_open(around, task, asyncio, 1);
    run->source = EXECZ_SOURCE_MANUAL;
    ez_task_unref(task);
    return run;
}

ez_run *
submit_shell(const char *line, execz_duration kill_grace)
{
    ez_run *run = open_shell(line, kill_grace);

    cr_assert(eq(int, send_run(run), EXECZ_OK));
    return run;
}
