/* SPDX-License-Identifier: MIT */
/* Timeout, cancel and shutdown. */
#include "harness.h"
#include "support/effort.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(stops, .fini = close_pool);

static void
add_with(const char *id, const char *function, const char *args, execz_duration timeout,
         execz_duration grace)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.function = function;
    spec.args = args;
    spec.timeout = timeout;
    spec.kill_grace = grace;
    add_spec(id, &spec);
}

Test(stops, a_function_that_waits_is_told_of_its_timeout)
{
    open_pool("max_workers", "1", NULL);
    int before = number_in(call("pool_bodies:process", NULL)->value, 0);

    add_with("slow", "pool_bodies:sleep", "{\"ms\": 60000}", 100 * EXECZ_MILLISECOND, EXECZ_MINUTE);
    run_task("slow");
    cr_expect(eq(u32, await_ends("slow", 1)->outcome, EXECZ_OUTCOME_TIMEOUT));
    cr_expect(eq(int, number_in(call("pool_bodies:process", NULL)->value, 0), before));
}

Test(stops, a_function_that_does_not_listen_is_killed_after_its_grace)
{
    open_pool("max_workers", "1", NULL);
    add_with("deaf", "pool_bodies:deaf", NULL, EXECZ_SECOND, 50 * EXECZ_MILLISECOND);
    run_task("deaf");
    const ended *end = await_ends("deaf", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_TIMEOUT), eq(int, end->signal, SIGKILL),
                  ne(ptr, strstr(end->message, "its worker was killed"), NULL)),
              "%s", end->message);
    cr_expect(eq(u32, call("pool_bodies:nothing", NULL)->outcome, EXECZ_OUTCOME_OK));
}

Test(stops, shutdown_lets_what_runs_and_waits_end)
{
    open_pool("max_workers", "2", NULL);
    add_function("short", "pool_bodies:sleep", "{\"ms\": 20}");
    for (int i = 0; i < 10; i++) {
        run_task("short");
    }
    await_starts("short", 1);
    (void)shut_down(0, -1);
    cr_expect(all(eq(uint, ends_of("short"), 10), eq(uint, starts_of("short"), 10)));
}

Test(stops, shutdown_with_cancel_wakes_what_sleeps)
{
    open_pool("max_workers", "2", NULL);
    add_function("long", "pool_bodies:sleep", "{\"ms\": 60000}");
    for (int i = 0; i < 5; i++) {
        run_task("long");
    }
    await_starts("long", 2);
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
    cr_expect(all(eq(uint, ends_of("long"), 5), eq(uint, starts_of("long"), 2),
                  eq(u32, await_ends("long", 5)->outcome, EXECZ_OUTCOME_CANCELLED)));
}

static bool
is_deaf(void *user)
{
    (void)user;
    return strstr(log_lines(), "deaf from now on") != NULL;
}

Test(stops, shutdown_with_cancel_kills_what_does_not_listen)
{
    open_pool("max_workers", "1", NULL);
    add_with("deaf", "pool_bodies:deaf", NULL, 0, 50 * EXECZ_MILLISECOND);
    run_task("deaf");
    await_that(is_deaf, NULL, "its body has begun");
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
    const ended *end = await_ends("deaf", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_CANCELLED), eq(int, end->signal, SIGKILL)),
              "%s", end->message);
}

Test(stops, a_deadline_turns_into_cancel)
{
    open_pool("max_workers", "1", NULL);
    add_function("long", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("long");
    await_starts("long", 1);
    (void)shut_down(0, 100 * EXECZ_MILLISECOND);
    cr_expect(eq(u32, await_ends("long", 1)->outcome, EXECZ_OUTCOME_CANCELLED));
}

static bool
has_failed(void *user)
{
    (void)user;
    return strstr(log_lines(), "could not be started") != NULL;
}

Test(stops, a_drain_ends_when_the_initializer_never_succeeds)
{
    open_pool("max_workers", "2", "initializer", "pool_bodies:fail", NULL);
    add_function("nothing", "pool_bodies:nothing", NULL);
    run_task("nothing");
    run_task("nothing");
    run_task("nothing");
    await_that(has_failed, NULL, "the initializer fails");
    (void)shut_down(0, -1);
    cr_expect(all(eq(uint, ends_of("nothing"), 3),
                  eq(u32, await_ends("nothing", 3)->outcome, EXECZ_OUTCOME_CANCELLED),
                  ne(ptr, strstr(log_lines(), "3 queued runs are cancelled"), NULL)),
              "%s", log_lines());
}

Test(stops, nothing_is_left_after_shutdown_and_it_starts_again)
{
    unsigned threads = 0, descriptors = 0;

    make_pool("max_workers", "3", NULL);
    add_function("process", "pool_bodies:process", NULL);
    for (unsigned i = 0; i < EFFORT(20, 6); i++) {
        start_pool();
        run_task("process");
        run_task("process");
        cr_assert(eq(u32, await_ends("process", 2 * i + 2)->outcome, EXECZ_OUTCOME_OK));
        (void)shut_down(i % 2 == 0 ? 0 : EXECZ_SHUTDOWN_CANCEL, -1);
        await_no_zygote();
        if (i == 1) {
            threads = count_entries("/proc/self/task");
            descriptors = count_entries("/proc/self/fd");
        }
    }
    await_entries("/proc/self/task", threads);
    await_entries("/proc/self/fd", descriptors);
}

/* ---- commands ------------------------------------------------------------------------------- */

Test(stops, a_command_tells_status_and_output)
{
    open_pool(NULL);
    add_command("speaks", "echo hello; exit 3");
    run_task("speaks");
    const ended *end = await_ends("speaks", 1);

    cr_expect(all(eq(u32, end->outcome, EXECZ_OUTCOME_ERROR), eq(int, end->exit_status, 3),
                  eq(str, end->output, (char *)"hello\n")),
              "%s", end->message);
}

static bool
has_line(void *path)
{
    FILE *file = fopen(path, "r");
    int pid = 0;
    int n = file == NULL ? 0 : fscanf(file, "%d\n", &pid);

    if (file != NULL) {
        (void)fclose(file);
    }
    return n == 1;
}

static pid_t
read_pid(const char *path)
{
    FILE *file = fopen(path, "r");
    int pid = 0;

    cr_assert(ne(ptr, file, NULL));
    cr_assert(eq(int, fscanf(file, "%d", &pid), 1));
    (void)fclose(file);
    return pid;
}

static bool
is_gone(void *pid)
{
    return !is_alive(*(pid_t *)pid);
}

/* Starts a command with a grandchild in a session of its own; returns that one's pid. */
static pid_t
start_tree(const char *path)
{
    char shell[256];

    (void)unlink(path);
    (void)snprintf(shell, sizeof shell, "setsid sleep 1000 & echo $! > %s; sleep 1000", path);
    add_command("tree", shell);
    run_task("tree");
    await_that(has_line, (void *)path, "the command has started");
    return read_pid(path);
}

Test(stops, a_command_ends_with_its_worker)
{
    char path[] = "/tmp/execz-pool-XXXXXX";
    pid_t grandchild, worker;

    (void)close(mkstemp(path));
    open_pool("max_workers", "1", NULL);
    grandchild = start_tree(path);
    cr_assert(eq(uint, worker_pids(&worker, 1), 1));
    cr_assert(is_alive(grandchild));
    cr_assert(eq(int, kill(worker, SIGKILL), 0));
    cr_expect(eq(int, await_ends("tree", 1)->signal, SIGKILL));
    await_that(is_gone, &grandchild, "the grandchild is gone");
    (void)unlink(path);
}

static long
size_of(const char *path)
{
    struct stat facts = {0};

    return stat(path, &facts) == 0 ? (long)facts.st_size : 0;
}

static bool
has_grown(void *path)
{
    return size_of(path) > 20;
}

static bool
stands_still(void *path)
{
    long size = size_of(path);

    pass_time(100);
    return size_of(path) == size;
}

/* Each of its processes writes a byte.  The larger the environment, the longer is a process between two
 * programs. */
Test(stops, a_command_that_flees_from_process_to_process_ends_with_its_worker)
{
    char path[] = "/tmp/execz-pool-XXXXXX", shell[512];
    pid_t worker;

    (void)close(mkstemp(path));
    snprintf(shell, sizeof shell,
             "i=0; while [ $i -lt 300 ]; do export V$i=x; i=$((i+1)); done; export F='kill -0 %d "
             "&& printf x >>%s && { setsid sh -c \"$F\" & exit; }'; "
             "(eval \"$F\"); sleep 1000",
             (int)getpid(), path);
    open_pool("max_workers", "1", NULL);
    add_command("flees", shell);
    for (unsigned i = 1; i <= EFFORT(6, 2); i++) {
        run_task("flees");
        await_that(has_grown, path, "the command flees");
        cr_assert(eq(uint, worker_pids(&worker, 1), 1));
        cr_assert(eq(int, kill(worker, SIGKILL), 0));
        (void)await_ends("flees", i);
        await_that(stands_still, path, "nobody is left who writes");
        (void)truncate(path, 0);
    }
    (void)unlink(path);
}

Test(stops, a_command_ends_with_the_zygote)
{
    char path[] = "/tmp/execz-pool-XXXXXX";
    pid_t grandchild;

    (void)close(mkstemp(path));
    open_pool("max_workers", "1", NULL);
    grandchild = start_tree(path);
    cr_assert(is_alive(grandchild));
    cr_assert(eq(int, kill(zygote_pid(), SIGKILL), 0));
    cr_expect(eq(u32, await_ends("tree", 1)->outcome, EXECZ_OUTCOME_LOST));
    await_that(is_gone, &grandchild, "the grandchild is gone");
    (void)unlink(path);
}

typedef struct own_environment {
    pid_t pid;
    char text[65536];
    size_t length;
} own_environment;

/* While a process becomes another program it has none. */
static bool
has_environment(void *user)
{
    own_environment *self = user;
    char path[40];
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/environ", (int)self->pid);
    file = fopen(path, "r");
    cr_assert(ne(ptr, file, NULL));
    self->length = fread(self->text, 1, sizeof self->text - 1, file);
    (void)fclose(file);
    self->text[self->length] = '\0';
    return self->length > 0;
}

/* Starts a process whose run has the same number, in another scheduler. */
static pid_t
start_stranger(pid_t like)
{
    static own_environment of;
    char marks[] = "EXECZ_TREE=0123456789abcdef", program[] = "sleep", seconds[] = "1000";
    char *argv[] = {program, seconds, NULL}, *entries[] = {of.text, marks, NULL};
    pid_t pid = 0;

    of.pid = like;
    await_that(has_environment, &of, "the environment is there");
    while (entries[0] < of.text + of.length && strncmp(entries[0], "EXECZ_RUN=", 10) != 0) {
        entries[0] += strlen(entries[0]) + 1;
    }
    cr_assert(lt(ptr, entries[0], of.text + of.length));
    cr_assert(eq(int, posix_spawnp(&pid, argv[0], NULL, NULL, argv, entries), 0));
    return pid;
}

Test(stops, a_process_of_another_scheduler_is_left_alone)
{
    char path[] = "/tmp/execz-pool-XXXXXX";
    pid_t grandchild, worker, stranger;

    (void)close(mkstemp(path));
    open_pool("max_workers", "1", NULL);
    grandchild = start_tree(path);
    cr_assert(eq(uint, worker_pids(&worker, 1), 1));
    stranger = start_stranger(grandchild);
    cr_assert(eq(int, kill(worker, SIGKILL), 0));
    await_that(is_gone, &grandchild, "the grandchild is gone");
    (void)shut_down(0, -1); /* the zygote has searched to the end then */
    cr_expect(is_alive(stranger));
    cr_expect(eq(int, kill(stranger, SIGKILL), 0));
    (void)waitpid(stranger, NULL, 0);
    (void)unlink(path);
}

Test(stops, a_cancelled_command_ends)
{
    open_pool("max_workers", "1", NULL);
    add_command("sleeps", "exec sleep 1000");
    run_task("sleeps");
    await_starts("sleeps", 1);
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
    cr_expect(eq(u32, await_ends("sleeps", 1)->outcome, EXECZ_OUTCOME_CANCELLED));
}
