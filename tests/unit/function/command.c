/* SPDX-License-Identifier: MIT */
#include "function/command.h"

#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture f;
static char folder[] = "/tmp/execz-command-XXXXXX"; /* a fresh one for each test */

static void
setup(void)
{
    fixture_init(&f, EXECZ_TASK_COMMAND);
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(eq(int, chmod(folder, 0755), 0));
}

static void
teardown(void)
{
    g_autofree char *line = g_strdup_printf("rm -rf %s", folder);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};

    fixture_deinit(&f);
    g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL);
}

TestSuite(command, .init = setup, .fini = teardown);

static void
expect_outcome(uint32_t outcome, const char *message)
{
    cr_expect(eq(u32, f.outcome.outcome, outcome), "%s",
              f.outcome.message != NULL ? f.outcome.message : "");
    if (message == NULL) {
        cr_expect(zero(ptr, f.outcome.message));
    } else {
        cr_assert(f.outcome.message != NULL);
        cr_expect(eq(str, f.outcome.message, (char *)message));
    }
}

/* Runs script, which has to end well, and tells its output. */
static const char *
output_of(const char *script)
{
    fixture_shell(&f, script);
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
    return f.outcome.output != NULL ? f.outcome.output : "";
}

static void
run_argv(const char *program)
{
    const char *const argv[] = {program, NULL};

    f.task.argv = argv;
    fixture_run(&f);
    f.task.argv = NULL;
}

/* ---- how it ends ---- */

Test(command, ends_well_with_status_0)
{
    fixture_shell(&f, "exit 0");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
    cr_expect(all(eq(i32, f.outcome.exit_status, 0), eq(i32, f.outcome.signal, 0)));
    cr_expect(zero(ptr, f.outcome.output));
}

Test(command, another_status_is_an_error)
{
    fixture_shell(&f, "exit 3");
    expect_outcome(EXECZ_OUTCOME_ERROR, "exited with status 3");
    cr_expect(all(eq(i32, f.outcome.exit_status, 3), eq(i32, f.outcome.signal, 0)));
}

Test(command, a_signal_is_named)
{
    fixture_shell(&f, "ulimit -c 0; kill -SEGV $$");
    expect_outcome(EXECZ_OUTCOME_ERROR, "killed by signal 11 (Segmentation fault)");
    cr_expect(all(eq(i32, f.outcome.exit_status, -1), eq(i32, f.outcome.signal, 11)));
}

Test(command, its_end_is_unknown_where_the_program_ignores_children)
{
    signal(SIGCHLD, SIG_IGN);
    fixture_shell(&f, "exit 3");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_LOST));
    signal(SIGCHLD, SIG_DFL);
}

/* ---- output ---- */

Test(command, stdout_and_stderr_come_in_one_piece)
{
    cr_expect(eq(str, (char *)output_of("echo one; echo two >&2; echo three"),
                 (char *)"one\ntwo\nthree\n"));
}

Test(command, of_much_output_head_and_tail_are_kept)
{
    f.task.output_limit = 20;
    cr_expect(eq(str,
                 (char *)output_of("printf 0123456789; head -c 1000000 /dev/zero; "
                                   "printf abcdefghij"),
                 (char *)"0123456789abcdefghij"));
    cr_expect(all(eq(sz, f.outcome.output_length, 20), eq(u64, f.outcome.output_dropped, 1000000)));
}

Test(command, output_may_hold_any_byte)
{
    (void)output_of("printf 'a\\000b'");
    cr_expect(eq(sz, f.outcome.output_length, 3));
    cr_expect(eq(int, memcmp(f.outcome.output, "a\0b", 3), 0));
}

Test(command, ends_though_a_grandchild_keeps_the_pipe_open)
{
    int grandchild;

    fixture_timeout(&f, EXECZ_MINUTE);
    grandchild = atoi(output_of("sleep 60 & echo $!"));
    cr_assert(gt(int, grandchild, 0));
    cr_expect(eq(int, kill(grandchild, SIGKILL), 0), "it was still there");
}

Test(command, may_write_for_ever_and_is_still_stopped)
{
    fixture_timeout(&f, 250 * EXECZ_MILLISECOND);
    fixture_shell(&f, "exec cat /dev/zero");
    expect_outcome(EXECZ_OUTCOME_TIMEOUT, "timed out after 250ms");
    cr_expect(all(eq(sz, f.outcome.output_length, 65536), gt(u64, f.outcome.output_dropped, 0)));
}

/* ---- stopped ---- */

Test(command, is_told_to_end_at_its_deadline)
{
    fixture_timeout(&f, 400 * EXECZ_MILLISECOND);
    fixture_shell(&f, "trap 'echo bye; exit 9' TERM; sleep 60 & wait");
    expect_outcome(EXECZ_OUTCOME_TIMEOUT, "timed out after 400ms");
    cr_expect(eq(str, f.outcome.output, (char *)"bye\n"));
    cr_expect(eq(i32, f.outcome.exit_status, 9));
}

Test(command, is_killed_if_it_ignores_that)
{
    int64_t latest = ez_waiter_after(20 * EXECZ_SECOND);

    fixture_timeout(&f, 400 * EXECZ_MILLISECOND);
    f.task.kill_grace = 50 * EXECZ_MILLISECOND;
    fixture_shell(&f, "trap '' TERM; sleep 60; sleep 60; sleep 60");
    expect_outcome(EXECZ_OUTCOME_TIMEOUT,
                   "timed out after 400ms; it was killed, for it did not end within 50ms of TERM");
    cr_expect(eq(i32, f.outcome.signal, SIGKILL));
    cr_expect(lt(i64, ez_waiter_now(), latest));
}

Test(command, without_a_grace_it_is_killed_at_once)
{
    fixture_timeout(&f, 20 * EXECZ_MILLISECOND);
    f.task.kill_grace = 0;
    fixture_shell(&f, "trap '' TERM; sleep 60; sleep 60");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_TIMEOUT));
    cr_expect(eq(i32, f.outcome.signal, SIGKILL));
}

Test(command, a_stopped_process_is_ended_too)
{
    fixture_timeout(&f, 50 * EXECZ_MILLISECOND);
    f.task.kill_grace = EXECZ_MINUTE;
    fixture_shell(&f, "kill -STOP $$");
    expect_outcome(EXECZ_OUTCOME_TIMEOUT, "timed out after 50ms");
    cr_expect(eq(i32, f.outcome.signal, SIGTERM));
}

Test(command, its_whole_group_ends_with_it)
{
    int grandchild;

    fixture_timeout(&f, 400 * EXECZ_MILLISECOND);
    f.task.kill_grace = 20 * EXECZ_MILLISECOND;
    fixture_shell(&f, "(trap '' TERM; sleep 60; sleep 60) & echo $!; wait");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_TIMEOUT));
    grandchild = atoi(f.outcome.output);
    cr_assert(gt(int, grandchild, 0));
    for (int i = 0; i < 5000 && kill(grandchild, 0) == 0; i++) {
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", grandchild);
        g_autofree char *text = NULL;

        if (g_file_get_contents(path, &text, NULL, NULL) && strstr(text, ") Z ") != NULL) {
            return; /* dead, and its new parent has not looked yet */
        }
        poll(NULL, 0, 1);
    }
    cr_expect(eq(int, kill(grandchild, 0), -1), "the grandchild lives on");
}

static void *
raise_when_started(void *path)
{
    while (access(path, F_OK) != 0) {
        poll(NULL, 0, 1);
    }
    ez_interrupt_raise(&f.interrupt);
    return NULL;
}

Test(command, an_interrupt_ends_it)
{
    g_autofree char *started = g_build_filename(folder, "started", NULL);
    g_autofree char *script = g_strdup_printf(": > %s; exec sleep 60", started);
    pthread_t thread;

    pthread_create(&thread, NULL, raise_when_started, started);
    fixture_shell(&f, script);
    pthread_join(thread, NULL);
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(eq(i32, f.outcome.signal, SIGTERM));
}

/* ---- over an executor's waiter ---- */

Test(command, waits_through_the_executors_waiter)
{
    ez_waiter executors;

    ez_waiter_init(&executors, NULL, &f.interrupt, EXECZ_NO_DEADLINE);
    f.body.waiter = &executors.table;
    cr_expect(eq(str, (char *)output_of("echo hello"), (char *)"hello\n"));
}

Test(command, keeps_its_grace_though_the_executors_waiter_refuses_to_wait)
{
    g_autofree char *started = g_build_filename(folder, "started", NULL);
    g_autofree char *script =
        g_strdup_printf("trap 'sleep 0.1; echo bye; exit 0' TERM; : > %s; sleep 60 & wait",
                        started);
    ez_waiter executors;
    pthread_t thread;

    ez_waiter_init(&executors, NULL, &f.interrupt, EXECZ_NO_DEADLINE);
    f.body.waiter = &executors.table;
    pthread_create(&thread, NULL, raise_when_started, started);
    fixture_shell(&f, script);
    pthread_join(thread, NULL);
    expect_outcome(EXECZ_OUTCOME_CANCELLED, "cancelled");
    cr_expect(eq(str, f.outcome.output, (char *)"bye\n"));
}

/* ---- surroundings ---- */

Test(command, knows_its_run)
{
    f.body.attempt = 2;
    f.body.deadline = RUN_TIME + EXECZ_HOUR;
    cr_expect(eq(str,
                 (char *)output_of("echo $EXECZ_TASK $EXECZ_RUN $EXECZ_RUN_KEY $EXECZ_SCHEDULED "
                                   "$EXECZ_ATTEMPT $EXECZ_EXECUTOR $EXECZ_DEADLINE"),
                 (char *)"t1 77 t1@2027-01-01T00:00:00Z 2027-01-01T00:00:00Z 2 pool "
                         "2027-01-01T01:00:00Z\n"));
}

Test(command, without_a_deadline_it_does_not_see_that_of_another)
{
    setenv("EXECZ_DEADLINE", "yesterday", 1);
    cr_expect(eq(str, (char *)output_of("echo ${EXECZ_DEADLINE-none}"), (char *)"none\n"));
}

Test(command, has_our_environment_and_the_tasks_on_top)
{
    static const char *const env[] = {"SECOND=task", "THIRD=a=b", NULL};

    setenv("FIRST", "ours", 1);
    setenv("SECOND", "ours", 1);
    f.task.env = env;
    cr_expect(eq(str, (char *)output_of("echo $FIRST $SECOND $THIRD"), (char *)"ours task a=b\n"));
}

Test(command, a_wrong_environment_entry_is_an_error)
{
    static const char *const env[] = {"NOTHING", NULL};

    f.task.env = env;
    fixture_shell(&f, "true");
    expect_outcome(EXECZ_OUTCOME_ERROR, "environment entry 'NOTHING' is not NAME=value");
}

Test(command, runs_in_its_directory)
{
    g_autofree char *expected = g_strdup_printf("%s\n", folder);

    f.task.cwd = folder;
    cr_expect(eq(str, (char *)output_of("pwd"), expected));
}

Test(command, leads_a_session_and_group_of_its_own)
{
    cr_expect(eq(str,
                 (char *)output_of("set -- $(cat /proc/self/stat); "
                                   "[ $5 = $$ ] && [ $6 = $$ ] && echo yes"),
                 (char *)"yes\n"));
}

Test(command, inherits_nothing_but_the_first_three_descriptors)
{
    int open_fd = open("/dev/null", O_RDONLY); /* on purpose without CLOEXEC */

    cr_assert(ge(int, open_fd, 3));
    cr_expect(eq(str, (char *)output_of("readlink /proc/self/fd/0; exec ls /proc/self/fd"),
                 (char *)"/dev/null\n0\n1\n2\n3\n"),
              "3 is the directory that ls reads");
    close(open_fd);
}

Test(command, works_where_our_own_first_three_are_closed)
{
    int saved[3];
    bool same;

    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
        close(fd);
    }
    fixture_shell(&f, "echo out; echo err >&2; cat");
    same = f.outcome.output != NULL && strcmp(f.outcome.output, "out\nerr\n") == 0;
    for (int fd = 0; fd < 3; fd++) {
        dup2(saved[fd], fd);
        close(saved[fd]);
    }
    cr_expect(same, "%s", f.outcome.message != NULL ? f.outcome.message : f.outcome.output);
}

Test(command, has_no_signal_blocked_or_ignored)
{
    const uint64_t libc_own = UINT64_C(3) << 31; /* signals 32 and 33, which it always ignores */
    uint64_t blocked, ignored;
    sigset_t all;
    char *end;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    (void)output_of("exec sed -n 's/^Sig\\(Blk\\|Ign\\):\t*//p' /proc/self/status");
    blocked = strtoull(f.outcome.output, &end, 16);
    ignored = strtoull(end, NULL, 16);
    cr_expect(eq(u64, blocked, 0));
    cr_expect(eq(u64, ignored & ~libc_own, 0));
}

/* ---- which program ---- */

static void
write_file(const char *name, const char *text, mode_t mode)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    cr_assert(g_file_set_contents(path, text, -1, NULL));
    cr_assert(eq(int, chmod(path, mode), 0));
}

Test(command, is_found_in_path)
{
    run_argv("true");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
}

Test(command, is_found_in_the_path_that_the_task_sets)
{
    g_autofree char *path = g_strdup_printf("PATH=/nonexistent:%s", folder);
    const char *const env[] = {path, NULL};

    write_file("mine", "#!/bin/sh\necho mine\n", 0755);
    f.task.env = env;
    run_argv("mine");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
    cr_expect(eq(str, f.outcome.output, (char *)"mine\n"));
}

Test(command, is_found_relative_to_its_directory)
{
    write_file("mine", "#!/bin/sh\necho mine\n", 0755);
    f.task.cwd = folder;
    run_argv("./mine");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
}

Test(command, not_found_says_where_it_was_looked_for)
{
    static const char *const env[] = {"PATH=/bin:/nonexistent", NULL};

    f.task.env = env;
    run_argv("no-such-program");
    expect_outcome(EXECZ_OUTCOME_ERROR,
                   "program 'no-such-program' was not found in PATH (/bin:/nonexistent)");
    cr_expect(eq(i32, f.outcome.exit_status, -1));
}

Test(command, not_executable_says_so)
{
    g_autofree char *path = g_strdup_printf("PATH=%s", folder);
    g_autofree char *message = g_strdup_printf("program 'mine': %s/mine is not executable", folder);
    const char *const env[] = {path, NULL};

    write_file("mine", "#!/bin/sh\n", 0644);
    f.task.env = env;
    run_argv("mine");
    expect_outcome(EXECZ_OUTCOME_ERROR, message);
}

Test(command, a_missing_interpreter_is_hinted_at)
{
    g_autofree char *path = g_build_filename(folder, "mine", NULL);

    write_file("mine", "#!/nonexistent/interpreter\n", 0755);
    run_argv(path);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "No such file or directory; the file is there: does the "
                                        "interpreter named in its first line exist?") != NULL,
              "%s", f.outcome.message);
}

Test(command, a_script_without_a_first_line_is_hinted_at)
{
    g_autofree char *path = g_build_filename(folder, "mine", NULL);

    write_file("mine", "echo mine\n", 0755);
    run_argv(path);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "needs a first line such as #!/bin/sh") != NULL, "%s",
              f.outcome.message);
}

Test(command, a_missing_directory_is_named)
{
    f.task.cwd = "/nonexistent/folder";
    fixture_shell(&f, "true");
    expect_outcome(EXECZ_OUTCOME_ERROR, "cannot use the working directory '/nonexistent/folder': "
                                        "No such file or directory");
}

Test(command, no_program_at_all_is_an_error)
{
    static const char *const argv[] = {NULL};

    f.task.argv = argv;
    fixture_run(&f);
    expect_outcome(EXECZ_OUTCOME_ERROR, "the command names no program");
}

/* ---- leaves nothing behind ---- */

static int
count_descriptors(void)
{
    DIR *all = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(all) != NULL) {
        n++;
    }
    closedir(all);
    return n;
}

static void
expect_no_child(void)
{
    cr_expect(eq(int, waitpid(-1, NULL, WNOHANG), -1));
    cr_expect(eq(int, errno, ECHILD));
}

Test(command, two_hundred_of_them_leave_no_descriptor_and_no_child)
{
    int before;

    (void)ez_interrupt_fd(&f.interrupt); /* its one descriptor is there from here on */
    before = count_descriptors();
    for (int i = 0; i < 200; i++) {
        run_argv(i % 10 == 9 ? "/nonexistent/program" : "/bin/true");
    }
    cr_expect(eq(int, count_descriptors(), before));
    expect_no_child();
}

Test(command, without_descriptors_it_fails_and_leaves_nothing_behind)
{
    int all[64], n = 0, before;

    before = count_descriptors();
    for (int limit = 0; limit < 6; limit++) {
        struct rlimit few = {0};

        getrlimit(RLIMIT_NOFILE, &few);
        few.rlim_cur = (rlim_t)(before - 3 + limit); /* one of count is opendir()'s, two are dots */
        setrlimit(RLIMIT_NOFILE, &few);
        run_argv("/bin/true");
        all[n++] = (int)f.outcome.outcome;
        few.rlim_cur = few.rlim_max;
        setrlimit(RLIMIT_NOFILE, &few);
        expect_no_child();
    }
    cr_expect(eq(int, all[0], EXECZ_OUTCOME_ERROR), "not one descriptor left");
    cr_expect(eq(int, all[n - 1], EXECZ_OUTCOME_OK), "enough of them");
    cr_expect(le(int, count_descriptors(), before + 1), "the interrupt's may have come");
}
