/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "scheduler/scheduler.h"

#include <execz/config.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* What a listener heard. */
typedef struct heard {
    unsigned n;
    unsigned line, column;
    char code[8];
    char message[256];
} heard;

static void
listen_to(void *user, const execz_problem *problem)
{
    heard *self = user;

    if (self->n++ == 0) {
        self->line = problem->line;
        self->column = problem->column;
        g_strlcpy(self->code, problem->code, sizeof self->code);
        g_strlcpy(self->message, problem->message, sizeof self->message);
    }
}

static execz_scheduler *
build(const char *text, heard *heard_out, execz_error *err)
{
    g_autofree char *directory = enter_directory();
    execz_scheduler *scheduler;

    write_file("t.conf", text);
    scheduler = execz_scheduler_new_from_file("t.conf", NULL, listen_to, heard_out, err);
    leave_directory(directory);
    return scheduler;
}

#define PLUGINS "scheduler.plugin_path = " EXECZ_TEST_CONFIG_PLUGIN_DIR "\n"

Test(build, a_configuration_becomes_a_stopped_scheduler_with_its_tasks)
{
    execz_error err = EXECZ_ERROR_INIT;
    heard ears = {0};
    execz_scheduler_info info = {.size = sizeof info};
    execz_scheduler *scheduler =
        build(PLUGINS "executors.default.type = good\nexecutors.default.max_workers = 3\n"
                      "[task:a]\nevery = 1h\nshell = true\noption.mode = safe\n"
                      "[task:b]\nat = 2200-01-01\ncommand = true\nenv.A = b\n",
              &ears, &err);

    cr_assert(scheduler != NULL, "%s", err.message);
    cr_expect(eq(uint, ears.n, 0));
    execz_scheduler_get_info(scheduler, &info);
    cr_expect(eq(u32, info.state, EXECZ_STATE_STOPPED));
    cr_expect(eq(u64, info.tasks, 2));
    execz_scheduler_free(scheduler);
}

Test(build, only_a_configuration_without_executors_leaves_one_to_the_start)
{
    execz_error err = EXECZ_ERROR_INIT;
    heard ears = {0};
    execz_scheduler *none = build("[task:a]\nevery = 1h\nshell = true\n", &ears, &err);
    execz_scheduler *some = build(PLUGINS "executors.x.type = good\n", &ears, &err);

    cr_assert(none != NULL && some != NULL, "%s", err.message);
    cr_expect(none->brings_default);
    cr_expect(not(some->brings_default));
    execz_scheduler_free(none);
    execz_scheduler_free(some);
}

Test(build, all_problems_are_heard_and_the_first_is_in_the_error)
{
    execz_error err = EXECZ_ERROR_INIT;
    heard ears = {0};
    execz_scheduler *scheduler =
        build(PLUGINS "executors.x.type = good\n[task:a]\nevery = 5x\nshell = true\n[task:b]\n",
              &ears, &err);

    cr_expect(scheduler == NULL);
    cr_expect(eq(int, err.status, EXECZ_E_CONFIG));
    cr_expect(eq(uint, ears.n, 4));
    cr_expect(eq(uint, ears.line, 3));
    cr_expect(eq(uint, ears.column, 1));
    cr_expect(eq(str, ears.code, (char *)"C402"));
    cr_expect(g_str_has_prefix(err.message, "t.conf has 4 problems, first: t.conf:3:1: task 'a' "));
}

Test(build, a_plugin_that_cannot_be_used_does_not_keep_the_scheduler_from_starting)
{
    execz_error err = EXECZ_ERROR_INIT;
    heard ears = {0};
    execz_scheduler *scheduler =
        build(PLUGINS "[executor:default]\ntype = no_note\n[task:a]\nevery = 1h\nshell = true\n",
              &ears, &err);

    cr_expect(scheduler != NULL, "%s", err.message);
    execz_scheduler_free(scheduler);
}

Test(build, a_missing_file_is_an_input_error_and_no_problem)
{
    execz_error err = EXECZ_ERROR_INIT;
    heard ears = {0};

    cr_expect(execz_scheduler_new_from_file("/nonexistent.conf", NULL, listen_to, &ears, &err) ==
              NULL);
    cr_expect(eq(int, err.status, EXECZ_E_IO));
    cr_expect(eq(uint, ears.n, 0));
}

#define TASK                                                                                       \
    PLUGINS "executors.default.type = good\ntasks.a.at = 2200-01-01T00:00:00\n"                    \
            "tasks.a.shell = true\n"

Test(build, the_file_wins_over_the_options_of_the_program)
{
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *directory = enter_directory();
    execz_scheduler *scheduler;

    options.timezone = "Nowhere/Land";
    write_file("with.conf", TASK "scheduler.timezone = UTC\n");
    write_file("without.conf", TASK);
    scheduler = execz_scheduler_new_from_file("with.conf", &options, NULL, NULL, &err);
    cr_expect(scheduler != NULL, "%s", err.message);
    execz_scheduler_free(scheduler);
    cr_expect(execz_scheduler_new_from_file("without.conf", &options, NULL, NULL, &err) == NULL);
    leave_directory(directory);
}

Test(build, where_a_program_is_to_listen_is_told_as_an_absolute_path)
{
    g_autofree char *directory = enter_directory();
    g_autofree char *expected = g_canonicalize_filename("run/x.sock", NULL);
    g_autofree char *told = NULL;

    write_file("t.conf", "[scheduler]\nsocket = run/x.sock\n");
    told = execz_config_get_socket("t.conf");
    cr_expect(eq(str, told, expected));
    write_file("t.conf", "[scheduler]\nname = x\n");
    cr_expect(execz_config_get_socket("t.conf") == NULL);
    cr_expect(execz_config_get_socket("nowhere.conf") == NULL);
    leave_directory(directory);
}
