/* SPDX-License-Identifier: MIT */
#include "function/spawn.h"

#include "commands.h"
#include "support/effort.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

TestSuite(spawn, .init = commands_setup, .fini = commands_teardown);

/* ---- surroundings ---- */

Test(spawn, a_command_knows_its_run)
{
    f.body.attempt = 2;
    f.body.deadline = RUN_TIME + EXECZ_HOUR;
    cr_expect(eq(str,
                 (char *)output_of("echo $EXECZ_TASK $EXECZ_RUN $EXECZ_RUN_KEY $EXECZ_SCHEDULED "
                                   "$EXECZ_ATTEMPT $EXECZ_EXECUTOR $EXECZ_DEADLINE"),
                 (char *)"t1 77 t1@2027-01-01T00:00:00Z 2027-01-01T00:00:00Z 2 pool "
                         "2027-01-01T01:00:00Z\n"));
}

Test(spawn, without_a_deadline_a_command_does_not_see_that_of_another)
{
    setenv("EXECZ_DEADLINE", "yesterday", 1);
    cr_expect(eq(str, (char *)output_of("echo ${EXECZ_DEADLINE-none}"), (char *)"none\n"));
}

Test(spawn, a_command_has_our_environment_and_the_tasks_on_top)
{
    static const char *const env[] = {"SECOND=task", "THIRD=a=b", NULL};

    setenv("FIRST", "ours", 1);
    setenv("SECOND", "ours", 1);
    f.task.env = env;
    cr_expect(eq(str, (char *)output_of("echo $FIRST $SECOND $THIRD"), (char *)"ours task a=b\n"));
}

Test(spawn, a_wrong_environment_entry_is_an_error)
{
    static const char *const env[] = {"NOTHING", NULL};

    f.task.env = env;
    fixture_shell(&f, "true");
    expect_outcome(EXECZ_OUTCOME_ERROR, "environment entry 'NOTHING' is not NAME=value");
}

Test(spawn, a_command_runs_in_its_directory)
{
    g_autofree char *expected = g_strdup_printf("%s\n", folder);

    f.task.cwd = folder;
    cr_expect(eq(str, (char *)output_of("pwd"), expected));
}

Test(spawn, a_command_leads_a_session_and_group_of_its_own)
{
    cr_expect(eq(str,
                 (char *)output_of("set -- $(cat /proc/self/stat); "
                                   "[ $5 = $$ ] && [ $6 = $$ ] && echo yes"),
                 (char *)"yes\n"));
}

Test(spawn, a_command_inherits_nothing_but_the_first_three_descriptors)
{
    int open_fd = open("/dev/null", O_RDONLY); /* on purpose without CLOEXEC */

    cr_assert(ge(int, open_fd, 3));
    cr_expect(eq(str, (char *)output_of("readlink /proc/self/fd/0; exec ls /proc/self/fd"),
                 (char *)"/dev/null\n0\n1\n2\n3\n"),
              "3 is the directory that ls reads");
    close(open_fd);
}

Test(spawn, a_command_works_where_our_own_first_three_are_closed)
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

Test(spawn, a_command_has_no_signal_blocked_or_ignored)
{
    const uint64_t libc_own = UINT64_C(3) << 31; /* signals 32 and 33, which it always ignores */
    uint64_t blocked, ignored;
    sigset_t all;
    char *end;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    commands_ignore(SIGPIPE);
    commands_ignore(SIGTERM);
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

Test(spawn, a_command_is_found_in_path)
{
    run_argv("true");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
}

Test(spawn, a_command_is_found_in_the_path_that_the_task_sets)
{
    g_autofree char *path = g_strdup_printf("PATH=/nonexistent:%s", folder);
    const char *const env[] = {path, NULL};

    write_file("mine", "#!/bin/sh\necho mine\n", 0755);
    f.task.env = env;
    run_argv("mine");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
    cr_expect(eq(str, f.outcome.output, (char *)"mine\n"));
}

Test(spawn, a_command_is_found_relative_to_its_directory)
{
    write_file("mine", "#!/bin/sh\necho mine\n", 0755);
    f.task.cwd = folder;
    run_argv("./mine");
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
}

Test(spawn, a_command_that_is_not_found_says_where_it_was_looked_for)
{
    static const char *const env[] = {"PATH=/bin:/nonexistent", NULL};

    f.task.env = env;
    run_argv("no-such-program");
    expect_outcome(EXECZ_OUTCOME_ERROR,
                   "program 'no-such-program' was not found in PATH (/bin:/nonexistent)");
    cr_expect(eq(i32, f.outcome.exit_status, -1));
}

Test(spawn, a_command_that_is_not_executable_says_so)
{
    g_autofree char *path = g_strdup_printf("PATH=%s", folder);
    g_autofree char *message = g_strdup_printf("program 'mine': %s/mine is not executable", folder);
    const char *const env[] = {path, NULL};

    write_file("mine", "#!/bin/sh\n", 0644);
    f.task.env = env;
    run_argv("mine");
    expect_outcome(EXECZ_OUTCOME_ERROR, message);
}

Test(spawn, no_command_starts_once_the_door_is_closed)
{
    ez_spawn_close();
    fixture_shell(&f, "true");
    expect_outcome(EXECZ_OUTCOME_ERROR, "cannot start a process for '/bin/sh': Operation canceled");
}

Test(spawn, a_missing_interpreter_is_hinted_at)
{
    g_autofree char *path = g_build_filename(folder, "mine", NULL);

    write_file("mine", "#!/nonexistent/interpreter\n", 0755);
    run_argv(path);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "No such file or directory; the file is there: does the "
                                        "interpreter named in its first line exist?") != NULL,
              "%s", f.outcome.message);
}

Test(spawn, a_script_without_a_first_line_is_hinted_at)
{
    g_autofree char *path = g_build_filename(folder, "mine", NULL);

    write_file("mine", "echo mine\n", 0755);
    run_argv(path);
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(f.outcome.message, "needs a first line such as #!/bin/sh") != NULL, "%s",
              f.outcome.message);
}

Test(spawn, a_missing_directory_is_named)
{
    f.task.cwd = "/nonexistent/folder";
    fixture_shell(&f, "true");
    expect_outcome(EXECZ_OUTCOME_ERROR, "cannot use the working directory '/nonexistent/folder': "
                                        "No such file or directory");
}

Test(spawn, a_directory_that_may_not_be_entered_is_named)
{
    g_autofree char *file = g_build_filename(folder, "file", NULL);
    g_autofree char *message =
        g_strdup_printf("cannot use the working directory '%s': Not a directory", file);

    write_file("file", "", 0644);
    f.task.cwd = file;
    fixture_shell(&f, "true");
    expect_outcome(EXECZ_OUTCOME_ERROR, message);
}

Test(spawn, a_directory_may_vanish_under_a_command)
{
    g_autofree char *mine = g_build_filename(folder, "mine", NULL);
    g_autofree char *script = g_strdup_printf("rmdir %s && echo gone", mine);

    cr_assert(eq(int, mkdir(mine, 0755), 0));
    f.task.cwd = mine;
    cr_expect(eq(str, (char *)output_of(script), (char *)"gone\n"));
    fixture_shell(&f, "true");
    cr_expect(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
}

Test(spawn, our_own_signal_handlers_and_mask_stay)
{
    struct sigaction before = {.sa_handler = SIG_IGN}, after;
    sigset_t mask;

    sigaction(SIGUSR1, &before, NULL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    run_argv("true");
    sigaction(SIGUSR1, NULL, &after);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    cr_expect(after.sa_handler == SIG_IGN);
    cr_expect(
        all(eq(int, sigismember(&mask, SIGUSR2), 1), eq(int, sigismember(&mask, SIGTERM), 0)));
}

static void *
run_many(void *unused)
{
    fixture own;

    (void)unused;
    fixture_init(&own, EXECZ_TASK_COMMAND);
    for (int i = 0; i < EFFORT(50, 15); i++) {
        fixture_shell(&own, "exit 7");
        if (own.outcome.exit_status != 7) {
            fixture_deinit(&own);
            return (void *)"another status than 7";
        }
    }
    fixture_deinit(&own);
    return NULL;
}

Test(spawn, many_threads_start_commands_at_once)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++) {
        pthread_create(&threads[i], NULL, run_many, NULL);
    }
    for (int i = 0; i < 4; i++) {
        void *fault = NULL;

        pthread_join(threads[i], &fault);
        cr_expect(zero(ptr, fault));
    }
}

Test(spawn, no_program_at_all_is_an_error)
{
    static const char *const argv[] = {NULL};

    f.task.argv = argv;
    fixture_run(&f);
    expect_outcome(EXECZ_OUTCOME_ERROR, "the command names no program");
}
