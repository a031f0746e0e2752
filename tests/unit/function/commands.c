/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

fixture f;
char folder[] = "/tmp/execz-command-XXXXXX";

void
commands_setup(void)
{
    fixture_init(&f, EXECZ_TASK_COMMAND);
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(eq(int, chmod(folder, 0755), 0));
}

void
commands_teardown(void)
{
    g_autofree char *line = g_strdup_printf("rm -rf %s", folder);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};

    fixture_deinit(&f);
    g_spawn_sync(NULL, (char **)argv, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL);
}

void
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

const char *
output_of(const char *script)
{
    fixture_shell(&f, script);
    expect_outcome(EXECZ_OUTCOME_OK, NULL);
    return f.outcome.output != NULL ? f.outcome.output : "";
}

void
run_argv(const char *program)
{
    const char *const argv[] = {program, NULL};

    f.task.argv = argv;
    fixture_run(&f);
    f.task.argv = NULL;
}

void
commands_ignore(int signal_number)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    cr_assert(eq(int, sigaction(signal_number, &ignore, NULL), 0));
}
